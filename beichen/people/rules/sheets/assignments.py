"""The sheet of assignments: who worked where, under whom, from when to when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from beichen.people.events import PersonMoved
from beichen.people.formulas.cells import Codes
from beichen.people.formulas.lines import circles
from beichen.people.formulas.stretches import Span, in_force, settled
from beichen.people.models import Assignment, Person
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets.known import DAY, Known, KnownStretch
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop as _
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Row, Rows, refuse

NO_PERSON = _("Nobody has the employee number %(number)s, in this workbook or in the company.")
NO_UNIT = _("There is no unit %(code)s, in this workbook or in the company.")
OWN_BOSS = _("Nobody can be their own manager.")
ENDS_BEFORE = _("The last day, %(last)s, is before the first, %(first)s.")
OVERLAPS_ROW = _("This overlaps with row %(row)s: a person can only have one assignment at a time.")
OVERLAPS_KNOWN = _("This overlaps with the existing assignment from %(first)s to %(last)s.")
BEFORE_HIRED = _("The assignment starts on %(first)s, before the joining date %(hired)s.")
IN_CIRCLE = _("From %(day)s these people would report to each other in a circle: %(names)s.")
ONWARDS = "…"

COLUMNS = (
    Column(key="number", name_zh="工号", kind=Kind.CODE, required=True),
    Column(key="unit", name_zh="单元编号", kind=Kind.CODE, required=True),
    Column(key="manager", name_zh="上级", kind=Kind.CODE),
    Column(key="from", name_zh="开始", kind=Kind.DAY, required=True),
    Column(key="to", name_zh="结束", kind=Kind.DAY),
    Column(key="position", name_zh="岗位"),
    Column(key="level", name_zh="职级", kind=Kind.CODE),
)


@dataclass(frozen=True, slots=True)
class Stated:
    """One row with its codes understood."""

    row: Row
    number: str
    unit: str
    manager: str

    @property
    def first(self) -> date:
        """The first day."""
        found: date = self.row["from"]
        return found

    @property
    def last(self) -> date | None:
        """The last day, None while it goes on."""
        found: date | None = self.row["to"]
        return found


@dataclass
class Plan:
    """What the sheet comes to: refused rows, and for every person named the settled spans with their sources."""

    refused: dict[int, Finding]
    spans: dict[str, list[Span]]
    stated: dict[int, Stated]
    before: dict[str, list[KnownStretch]]


def plan(known: Known, rows: Rows) -> Plan:
    """Decide every row against the company and the other sheets. Cost: one statement."""
    people = Codes([*rows.brings("People", "number"), *known.persons])
    units = Codes([*rows.brings("Units", "unit"), *known.units])
    joined = {row["number"]: row["hired"] for row in rows.of("People")}
    refused: dict[int, Finding] = {}
    stated: dict[int, Stated] = {}
    for row in rows:
        fault = _fault(row, people, units, joined)
        if fault:
            refused[row.number] = fault
        else:
            stated[row.number] = Stated(
                row, people.meant(row["number"]), units.meant(row["unit"]), people.meant(row["manager"])
            )
    before = knowing.stretches(known, {line.number for line in stated.values()})
    _begin_earlier(before, stated.values())
    made = Plan(refused, {}, stated, before)
    _settle(made)
    _refuse_circles(known, made, rows)
    return made


def _fault(row: Row, people: Codes, units: Codes, joined: dict[str, date]) -> Finding | None:
    hired = joined.get(people.meant(row["number"]))
    if row["unit"] not in units:
        return refuse(row, "unit", NO_UNIT, code=row["unit"])
    for column in ("number", "manager"):
        if row[column] and row[column] not in people:
            return refuse(row, column, NO_PERSON, number=row[column])
    if row["manager"] and people.meant(row["manager"]) == people.meant(row["number"]):
        return refuse(row, "manager", OWN_BOSS)
    if row["to"] and row["to"] < row["from"]:
        return refuse(row, "to", ENDS_BEFORE, last=row["to"], first=row["from"])
    if hired and row["from"] < hired:
        return refuse(row, "from", BEFORE_HIRED, first=row["from"], hired=hired)
    return None


def _begin_earlier(before: dict[str, list[KnownStretch]], stated: Iterable[Stated]) -> None:
    """The first administrator's bare assignment, made when the company was founded, yields to the workbook's own."""
    for line in stated:
        old = before.get(line.number, [])
        bare = len(old) == 1 and not (old[0].manager or old[0].position or old[0].level or old[0].last)
        if bare and line.last is None and line.first < old[0].first:
            before[line.number] = [old[0]._replace(first=line.first)]


def _settle(made: Plan, only: frozenset[str] | None = None) -> None:
    """Lay the rows over what is known, person by person; a row that clashes is refused and the rest laid anew."""
    by_person: dict[str, list[Stated]] = defaultdict(list)
    for line in made.stated.values():
        if only is None or line.number in only:
            by_person[line.number].append(line)
    for number, lines in by_person.items():
        while True:
            fresh = [line for line in lines if line.row.number not in made.refused]
            spans, clashes = settled(_laid(made.before.get(number, []), fresh))
            if not clashes:
                made.spans[number] = spans
                break
            for one, other in clashes:
                at_fault, against = (other, one) if other.fresh else (one, other)
                made.refused.setdefault(at_fault.key, _clash(made.stated[at_fault.key].row, against))


def _laid(before: list[KnownStretch], fresh: list[Stated]) -> list[Span]:
    """Known spans have negative keys; a row with the first day of a known one takes its place."""
    firsts: dict[date, int] = {}
    spans = []
    for line in fresh:
        firsts.setdefault(line.first, line.row.number)
        spans.append(Span(line.row.number, line.first, line.last, fresh=True))
    return spans + [Span(-old.id, old.first, old.last) for old in before if old.first not in firsts]


def _clash(row: Row, against: Span) -> Finding:
    if against.fresh:
        return refuse(row, "from", OVERLAPS_ROW, row=against.key)
    return refuse(row, "from", OVERLAPS_KNOWN, first=against.first, last=against.last or ONWARDS)


def _refuse_circles(known: Known, made: Plan, rows: Rows) -> None:
    """Nobody leads themselves through others: looked at today and on every later day on which something begins."""
    names = knowing.names(known, rows)
    today = clock.today()
    days = sorted({today} | {span.first for spans in made.spans.values() for span in spans if span.first > today})
    for day in days:
        while found := circles(_line_on(known, made, day)):
            if not _refuse_circle(made, found, day, names):
                break


def _line_on(known: Known, made: Plan, day: date) -> dict[str, str | None]:
    above: dict[str, str | None] = {n: known.number_of.get(p.manager_id) for n, p in known.persons.items()}
    for number, spans in made.spans.items():
        span = in_force(spans, day)
        if span is not None:
            above[number] = _manager(made, number, span) or None
    return above


def _manager(made: Plan, number: str, span: Span) -> str:
    if span.fresh:
        return made.stated[span.key].manager
    return next(old.manager for old in made.before[number] if old.id == -span.key)


def _refuse_circle(made: Plan, found: list[list[str]], day: date, names: Mapping[str, str]) -> bool:
    """Refuse the rows that close the circles and settle their people without them; False when none is to blame."""
    blamed: set[str] = set()
    for circle in found:
        said = " → ".join(knowing.label(number, names.get(number, "")) for number in [*circle, circle[0]])
        for number in circle:
            span = in_force(made.spans.get(number, []), day)
            if span is not None and span.fresh:
                row = made.stated[span.key].row
                made.refused[span.key] = refuse(row, "manager", IN_CIRCLE, day=day, names=said)
                blamed.add(number)
    _settle(made, frozenset(blamed))
    return bool(blamed)


def preview(actor: Actor, rows: Rows) -> list[Finding]:
    """A finding for each row that says something new. Cost: five statements."""
    known = knowing.load()
    made = plan(known, rows)
    names = knowing.names(known, rows)
    findings = (made.refused.get(row.number) or _becomes(known, made, row, names) for row in rows)
    return [finding for finding in findings if finding is not None]


def _becomes(known: Known, made: Plan, row: Row, names: Mapping[str, str]) -> Finding | None:
    line = made.stated[row.number]
    action, changed = _compared(line, made.before.get(line.number, []))
    if action is Action.UNCHANGED:
        return None
    label = knowing.label(line.number, names.get(line.number, ""))
    person = known.persons.get(line.number)
    return Finding(row.number, action, ", ".join(changed), label=label, about=person.id if person else None)


def _compared(line: Stated, before: list[KnownStretch]) -> tuple[Action, list[str]]:
    if not before:
        return Action.ADDED, []
    same = next((old for old in before if old.first == line.first), None)
    against = same or max((old for old in before if old.first < line.first), key=lambda old: old.first, default=None)
    if against is None:
        return Action.ADDED, []
    moved = [
        name for name, was, now in (
            ("unit", against.unit, line.unit), ("manager", against.manager, line.manager)
        ) if was != now
    ]  # fmt: skip
    if same is None:
        return (Action.MOVED if moved else Action.ADDED), moved
    other = ["to"] if same.last != line.last else []
    other += [name for name in ("position", "level") if line.row[name] and line.row[name] != getattr(same, name)]
    action = Action.MOVED if moved else Action.CHANGED if other else Action.UNCHANGED
    return action, moved + other


def apply(actor: Actor, rows: Rows) -> Counts:
    """Write what the rows come to and bring each person's place in the line up to date. Cost: set-based."""
    known = knowing.load()
    made = plan(known, rows)
    counts = Counts()
    for line in made.stated.values():
        if line.row.number not in made.refused:
            action, _changed = _compared(line, made.before.get(line.number, []))
            setattr(counts, action.value, getattr(counts, action.value) + 1)
    _write(known, made)
    _place(known, made)
    return counts


def _write(known: Known, made: Plan) -> None:
    """Shorter first, then longer, then new: no two assignments of one person overlap at any moment."""
    shorter: list[Assignment] = []
    longer: list[Assignment] = []
    fresh: list[Assignment] = []
    for number, spans in made.spans.items():
        before = {old.first: old for old in made.before.get(number, [])}
        for span in spans:
            old = before.get(span.first)
            line = _line(known, made, number, span, old)
            if old is None:
                fresh.append(line)
            elif _differs(line, old, known, span):
                is_shorter = span.last is not None and (old.last is None or span.last < old.last)
                (shorter if is_shorter else longer).append(line)
    fields = ["unit", "manager", "position", "level", "period"]
    Assignment.objects.bulk_update(shorter, fields, batch_size=1000)
    Assignment.objects.bulk_update(longer, fields, batch_size=1000)
    Assignment.objects.bulk_create(fresh, batch_size=2000)


def _line(known: Known, made: Plan, number: str, span: Span, old: KnownStretch | None) -> Assignment:
    person = known.persons[number]
    stated = made.stated[span.key] if span.fresh else None
    unit = known.units[stated.unit if stated else old.unit if old else ""]
    manager = known.persons.get(stated.manager if stated else old.manager if old else "")
    row = stated.row if stated else None
    employment = known.employments.get(person.id)
    return Assignment(
        pk=old.id if old else None, person_id=person.id, unit=unit, manager_id=manager.id if manager else None,
        position=(row["position"] if row else "") or (old.position if old else person.position),
        level=(row["level"] if row else "") or (old.level if old else employment.level if employment else ""),
        period=(known.begins(span.first), known.begins(span.last + DAY) if span.last else None),
    )  # fmt: skip


def _differs(line: Assignment, old: KnownStretch, known: Known, span: Span) -> bool:
    now = (known.code_of[line.unit_id], known.number_of.get(line.manager_id, ""), span.last, line.position, line.level)
    return now != (old.unit, old.manager, old.last, old.position, old.level)


def _place(known: Known, made: Plan) -> None:
    """Unit and manager of today stand on the person as well."""
    today = clock.today()
    moved: list[Person] = []
    for number, spans in made.spans.items():
        span = in_force(spans, today)
        if span is None:
            continue
        person = known.persons[number]
        old = next((one for one in made.before.get(number, []) if one.first == span.first), None)
        line = _line(known, made, number, span, old)
        if (person.unit_id, person.manager_id) != (line.unit_id, line.manager_id):
            moved.append(Person(pk=person.id, unit_id=line.unit_id, manager_id=line.manager_id))
    Person.objects.bulk_update(moved, ["unit", "manager"], batch_size=1000)
    if len(moved) < len(made.spans):
        publish(*(PersonMoved(person_id=person.pk) for person in moved))


SHEET = ImportSheet("Assignments", "任职", COLUMNS, preview, apply, order=30)
