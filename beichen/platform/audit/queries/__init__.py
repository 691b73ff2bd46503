"""Every read of the audit."""

from beichen.platform.audit.queries.export import export
from beichen.platform.audit.queries.lines import (
    Batch,
    Chain,
    Line,
    Look,
    batches,
    chain,
    ids_of,
    last_verification,
    lines,
    masked,
)
from beichen.platform.audit.queries.search import ORDER, Wanted, entries, in_seat, looks
from beichen.platform.audit.queries.words import act, acts, kind

__all__ = [
    "ORDER",
    "Batch",
    "Chain",
    "Line",
    "Look",
    "Wanted",
    "act",
    "acts",
    "batches",
    "chain",
    "entries",
    "export",
    "ids_of",
    "in_seat",
    "kind",
    "last_verification",
    "lines",
    "looks",
    "masked",
]
