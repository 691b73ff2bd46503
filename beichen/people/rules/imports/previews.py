"""What a workbook would do: every sheet is asked, in order, about its rows. Writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from beichen.people import access
from beichen.people.choices import SeatKind
from beichen.people.formulas import reading
from beichen.people.models import OrgUnit, Person, Seat
from beichen.people.rules.sheets import known as knowing
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, gettext_noop
from beichen.platform.registry import imports as registry
from beichen.platform.registry.imports import Action, Finding, Note, Row, Rows

SHOWN_CHANGES = 500
NAMED = 10
"""So many forbidden rows stand in the sentence."""
WRITING = frozenset(Action) - {Action.REFUSED, Action.UNCHANGED}
PAY = "target_bonus_cents"
UNKNOWN_SHEET = gettext_noop("The sheet “%(sheet)s” was not recognised and was skipped.")
HIDDEN_SHEET = gettext_noop("The sheet “%(sheet)s” is hidden and was skipped. Unhide it if you want to import it.")
HIDDEN_ROWS = gettext_noop("Hidden rows in “%(sheet)s” were imported too: %(count)s.")
UNKNOWN_COLUMN = gettext_noop("In “%(sheet)s”, the column “%(column)s” was not recognised and was skipped.")
PAY_LEFT_OUT = gettext_noop(
    "Target bonuses in this workbook were skipped: a compensation administrator has to upload or confirm it."
)


class ForbiddenRows(Forbidden):
    """A row that the actor may not write refuses the whole workbook (the conditions of G2 and of each row's cell)."""

    code = "forbidden_rows"
    text = gettext_noop(
        "Nothing was imported: %(count)s rows of this workbook are not yours to change "
        "(yourself, people above you, your own HR team, or a seat): %(rows)s. Remove them, or "
        "have another HR administrator upload the workbook."
    )


@dataclass(slots=True)
class Previewed:
    """What a workbook would do; `standing` are the rows that can be written, in the order of writing."""

    book: reading.Book
    standing: dict[str, list[Row]] = field(default_factory=dict)
    findings: dict[str, list[Finding]] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)

    def counts(self) -> dict[str, dict[str, int]]:
        """Rows per sheet and action; a row with three faults is one refused row."""
        return {key: self._counted(key) for key in self.findings}

    def _counted(self, key: str) -> dict[str, int]:
        by_row = {finding.row: finding.action for finding in self.findings[key]}
        found = {action.value: 0 for action in Action}
        for action in by_row.values():
            found[action.value] += 1
        said = set(by_row)
        found[Action.UNCHANGED.value] += sum(1 for row in self.standing.get(key, ()) if row.number not in said)
        return found

    def has_pay(self) -> bool:
        """Whether any row states a target bonus."""
        return any(row[PAY] is not None for row in self.standing.get("People", ()))


def company_is_empty() -> bool:
    """Nobody here but, at most, the first administrator. Cost: two statements."""
    return Person.objects.all()[:2].count() <= 1 and OrgUnit.objects.all()[:2].count() <= 1


def read_preview(actor: Actor, book: reading.Book) -> Previewed:
    """Ask every sheet, in order, what its rows would do. Writes nothing."""
    with knowing.held():
        return _asked(actor, book)


def _asked(actor: Actor, book: reading.Book) -> Previewed:
    result = Previewed(book)
    every = {key: sheet.rows for key, sheet in book.sheets.items()}
    for kind in registry.sheets():
        sheet = book.sheets.get(kind.key)
        if sheet is None:
            continue
        found = kind.preview(actor, Rows(sheet.rows, result.standing, every))
        refused = {finding.row for finding in found if finding.action is Action.REFUSED}
        result.standing[kind.key] = [row for row in sheet.rows if row.number not in refused]
        result.findings[kind.key] = [*sheet.findings, *found]
        result.notes += kind.notes(actor, Rows(result.standing[kind.key], result.standing))
    return result


def refuse_forbidden(actor: Actor, found: Previewed) -> None:
    """A row about somebody whose data the actor may not change, or one its sheet calls forbidden, refuses the file.

    The first import into an empty company is its first administrator's alone. Cost: one statement.
    """
    if company_is_empty():
        return
    closed = closed_to(actor, about(found))
    rows = [
        f"{key} {finding.row} ({finding.label})" if finding.label else f"{key} {finding.row}"
        for key, findings in found.findings.items()
        for finding in findings
        if finding.forbidden or (finding.about in closed and finding.action in WRITING)
    ]
    if rows:
        more = " …" if len(rows) > NAMED else ""
        raise ForbiddenRows(field="file", count=len(rows), rows=", ".join(rows[:NAMED]) + more)


def about(found: Previewed) -> list[int]:
    """The persons whom the workbook would change."""
    every = (finding for findings in found.findings.values() for finding in findings)
    return sorted({f.about for f in every if f.about is not None and f.action in WRITING})


def closed_to(actor: Actor, person_ids: Sequence[int]) -> frozenset[int]:
    """Those of these persons whose data the actor may not change (20a, 20c, 20d). Cost: one statement."""
    if actor.person_id is None or not person_ids:
        return frozenset()
    open_ = Person.objects.filter(access.changed_by_workbook(), pk__in=person_ids).values_list("pk", flat=True)
    return frozenset(person_ids) - frozenset(open_)


def said(found: Previewed, actions: frozenset[Action]) -> list[dict[str, Any]]:
    """Findings as JSON, seats first, since who confirms must see every one of them; changes are cut to a number."""
    lines = [
        {"sheet": key, **asdict(finding)}
        for key in sorted(found.findings, key=lambda key: key != "Seats")
        for finding in sorted(found.findings[key], key=lambda finding: finding.row)
        if finding.action in actions
    ]
    seats = sum(line["sheet"] == "Seats" for line in lines)
    return lines if Action.REFUSED in actions else lines[: SHOWN_CHANGES + seats]


def notes(actor: Actor, found: Previewed) -> list[dict[str, Any]]:
    notes: list[dict[str, Any]] = [{"note": UNKNOWN_SHEET, "params": {"sheet": title}} for title in found.book.unknown]
    notes += [{"note": HIDDEN_SHEET, "params": {"sheet": title}} for title in found.book.hidden]
    notes += [
        {"note": HIDDEN_ROWS, "params": {"sheet": key, "count": sheet.hidden_rows}}
        for key, sheet in found.book.sheets.items()
        if sheet.hidden_rows
    ]
    notes += [
        {"note": UNKNOWN_COLUMN, "params": {"sheet": key, "column": column}}
        for key, sheet in found.book.sheets.items()
        for column in sheet.unknown_columns
    ]
    notes += [{"note": str(note.text), "params": dict(note.params)} for note in found.notes]
    if found.has_pay() and not company_is_empty() and not may_write_pay([actor.person_id]):
        notes.append({"note": PAY_LEFT_OUT, "params": {}})
    return notes


def may_write_pay(people: Sequence[int | None]) -> bool:
    """Row 12a: a compensation administrator stands behind the workbook."""
    held = Seat.objects.filter(seat=SeatKind.COMPENSATION, granted_at__isnull=False, revoked_at=None)
    return held.filter(person_id__in=[one for one in people if one is not None], person__is_active=True).exists()
