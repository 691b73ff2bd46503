"""Who has read a statement, and what cycles opened with, for a whole company at once; used by the demo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.strategy import access, queries
from beichen.strategy.choices import StatementKind
from beichen.strategy.models import Acknowledgement, CycleRules

BATCH = 1_000


@rule
def load_readers(actor: Actor, kind: str, rows: Sequence[tuple[int, datetime]]) -> int:
    """Persons who have read the version in force, and when; how many. Cost: one statement for each 1,000, and six."""
    require(actor, access.IMPORT)
    card = queries.statement_in_force(actor, kind)
    if card is None:
        return 0
    made = [Acknowledgement(version_id=card.id, person_id=person, at=at) for person, at in rows]
    Acknowledgement.objects.bulk_create(made, batch_size=BATCH)
    audit.record_bulk(actor, access.ACKNOWLEDGE, "people.person", [person for person, _at in rows], {"kind": kind})
    return len(made)


@rule
def load_cycle_rules(actor: Actor, cycle_ids: Sequence[int], at: datetime) -> None:
    """These cycles opened with the application rules now in force. Cost: seven statements."""
    require(actor, access.IMPORT)
    card = queries.statement_in_force(actor, StatementKind.RULES)
    if card is not None:
        CycleRules.objects.bulk_create([CycleRules(cycle_id=pk, version_id=card.id, at=at) for pk in cycle_ids])
        audit.record_bulk(actor, "strategy.keep_rules", "people.cycle", list(cycle_ids), {"number": card.number})
