"""The audit as a file: streamed in stretches, each read anew with the rights of that moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace

from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext

from beichen.platform import audit
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import require
from beichen.platform.audit.access import EXPORT
from beichen.platform.audit.choices import Channel
from beichen.platform.audit.queries.lines import Line, lines
from beichen.platform.audit.queries.search import ORDER, Wanted, entries
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.cells import as_text
from beichen.platform.kit.errors import Forbidden

STRETCH = 1_000


def export(actor: Actor, wanted: Wanted) -> Iterator[list[str]]:
    """The rows an auditor asks for as cells, the heading first; the export itself is noted before it begins.

    Cost: five statements for a thousand rows. When the right ends while the file runs, its last line says so.
    """
    asked = {name: value for name, value in asdict(wanted).items() if value not in (None, "", False)}
    with acting(actor):
        require(actor, EXPORT)
        audit.record(actor, EXPORT, details={"wanted": asked, "channel": Channel.EXPORT.value})
    return _rows(actor, replace(wanted, every_batch=True), translation.get_language())


def _rows(actor: Actor, wanted: Wanted, language: str) -> Iterator[list[str]]:
    with translation.override(language):
        yield heading()
    after: Q | None = Q()
    while after is not None:
        with translation.override(language):
            try:
                found, after = _stretch(actor, wanted, after)
            except Forbidden:
                yield [gettext("Your access to the audit ended here; the file is incomplete.")]
                return
        yield from found


def _stretch(actor: Actor, wanted: Wanted, after: Q) -> tuple[list[list[str]], Q | None]:
    with acting(actor):
        rows = list(entries(actor, wanted).filter(after).order_by(*ORDER)[:STRETCH])
        found = [cells(line) for line in lines(actor, rows)]
    if len(rows) < STRETCH:
        return found, None
    return found, Q(at__lt=rows[-1].at) | Q(at=rows[-1].at, id__lt=rows[-1].id)


def heading() -> list[str]:
    """The first line of the file."""
    return [
        gettext("When"), gettext("Who"), gettext("Number"), gettext("Unit"), gettext("Action"), gettext("Action code"),
        gettext("What"), gettext("Concerning"), gettext("How"), gettext("Details"), gettext("Sealed"),
        gettext("Request"), gettext("Row"),
    ]  # fmt: skip


def cells(line: Line) -> list[str]:
    """One row of the file; a cell that a spreadsheet would compute is marked as text."""
    about = [f"{face.name} ({face.number})" for face in line.about]
    more = [gettext("and %(n)s more") % {"n": line.more}] if line.more else []
    found = [
        timezone.localtime(line.at).isoformat(timespec="microseconds"), line.who, line.number, line.unit, line.did,
        line.act, line.what, "; ".join([*about, *more]), line.door,
        "; ".join(f"{label}: {value}" for label, value in line.notes),
        gettext("yes") if line.sealed else gettext("waiting"), line.request_id, str(line.id),
    ]  # fmt: skip
    return [as_text(cell) for cell in found]
