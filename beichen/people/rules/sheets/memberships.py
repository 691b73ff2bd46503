"""The sheet of memberships: who works in which project, in which role, for how much of the working time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.backends.postgresql.psycopg_any import DateRange

from beichen.people.formulas.cells import TOO_LONG, Codes
from beichen.people.formulas.shares import WHOLE, Given, fullest
from beichen.people.models import Membership
from beichen.people.rules.projects import TooMuch
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets.known import DAY, Known, KnownMembership
from beichen.people.rules.sheets.projects import closing
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop as _
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Row, Rows, refuse

NO_PROJECT = _("There is no project %(code)s, in this workbook or in the company.")
NO_PERSON = _("Nobody has the employee number %(number)s, in this workbook or in the company.")
NO_SHARE = _("The share of working time must be a whole number from 1 to 100; this one is %(share)s.")
ENDS_BEFORE = _("The last day, %(last)s, is before the first, %(first)s.")
OUTSIDE = _("The project runs from %(first)s to %(last)s; memberships must be within these dates.")
AFTER_LEFT = _("The last working day is %(left)s; a membership cannot go beyond it.")
CLOSED = _("This project was closed on %(day)s and can no longer change.")
OVERLAPS_ROW = _("This overlaps with row %(row)s: a person can only have one membership in a project at a time.")
OVERLAPS_KNOWN = _("This overlaps with the existing membership from %(first)s to %(last)s.")
ONWARDS = "…"
LONGEST_ROLE = 120

COLUMNS = (
    Column(key="project", name_zh="项目编号", kind=Kind.CODE, required=True),
    Column(key="number", name_zh="工号", kind=Kind.CODE, required=True),
    Column(key="role", name_zh="角色", required=True),
    Column(key="share", name_zh="投入(%)", kind=Kind.WHOLE, required=True),
    Column(key="from", name_zh="开始", kind=Kind.DAY, required=True),
    Column(key="to", name_zh="结束", kind=Kind.DAY),
)


@dataclass(frozen=True, slots=True)
class Frame:
    """The days of a project as the workbook leaves them; `shut`: it is closed already and takes no change."""

    name: str
    first: date
    closed: date | None
    shut: bool = False


@dataclass(frozen=True, slots=True)
class Stated:
    """One row with its codes understood; `same`: the known membership of that first day, which it replaces."""

    row: Row
    number: str
    project: str
    until: date | None
    same: KnownMembership | None

    @property
    def changed(self) -> list[str]:
        """The columns in which it differs from the known one."""
        old, row = self.same, self.row
        if old is None:
            return []
        pairs = (("role", old.role, row["role"]), ("share", old.share, row["share"]), ("to", old.until, self.until))
        return [name for name, was, now in pairs if was != now]

    @property
    def action(self) -> Action:
        """What it does."""
        return Action.ADDED if self.same is None else Action.CHANGED if self.changed else Action.UNCHANGED


@dataclass
class Plan:
    """What the sheet comes to."""

    frames: dict[str, Frame]
    refused: dict[int, Finding] = field(default_factory=dict)
    stated: dict[int, Stated] = field(default_factory=dict)
    before: dict[str, list[KnownMembership]] = field(default_factory=dict)


def plan(known: Known, rows: Rows) -> Plan:
    """Decide every row against the company and the other sheets. Cost: two statements."""
    people = Codes([*rows.brings("People", "number"), *known.persons])
    made = Plan(_frames(rows))
    codes, left = Codes(made.frames), _left(known, rows)
    held = knowing.memberships(known, {people.meant(row["number"]) for row in rows})
    made.before = {number: _clipped(made.frames, lines) for number, lines in held.items()}
    for row in rows:
        code, number = codes.meant(row["project"]), people.meant(row["number"])
        if code not in made.frames:
            made.refused[row.number] = refuse(row, "project", NO_PROJECT, code=row["project"])
        elif number not in people:
            made.refused[row.number] = refuse(row, "number", NO_PERSON, number=row["number"])
        else:
            line = _stated(made, row, number, code)
            made.stated[row.number] = line
            fault = _fault(line, made.frames[code], left.get(number)) if line.action != Action.UNCHANGED else None
            if fault:
                made.refused[row.number] = fault
    _refuse_clashes(made)
    return made


def _frames(rows: Rows) -> dict[str, Frame]:
    known, today = knowing.projects(), clock.today()
    frames = {
        code: Frame(one.name, one.first, one.closed, one.closed is not None and one.closed <= today)
        for code, one in known.items()
    }
    codes = Codes(known)
    for row in rows.of("Projects"):
        code = codes.meant(row["project"])
        shut = code in frames and frames[code].shut
        frames[code] = Frame(row["name"], row["from"], closing(row, known.get(code)), shut)
    return frames


def _left(known: Known, rows: Rows) -> dict[str, date]:
    """The last working days of those who left or are to leave."""
    found = {known.number_of.get(pk, ""): one.left_on for pk, one in known.employments.items() if one.left_on}
    return found | {row["number"]: row["left"] for row in rows.of("People") if row["left"]}


def _clipped(frames: dict[str, Frame], lines: Iterable[KnownMembership]) -> list[KnownMembership]:
    """The known memberships as they are once the projects of the workbook are written: none outlives its project."""
    found = []
    for line in lines:
        closed = frames[line.project].closed
        if closed is None or (line.until is not None and line.until <= closed):
            found.append(line)
        elif line.first < closed:
            found.append(line._replace(until=closed))
    return found


def _stated(made: Plan, row: Row, number: str, code: str) -> Stated:
    """An empty last day leaves the end as it is; that of a new membership is the end of its project."""
    held = made.before.get(number, [])
    same = next((one for one in held if (one.project, one.first) == (code, row["from"])), None)
    until = row["to"] + DAY if row["to"] else same.until if same else made.frames[code].closed
    return Stated(row, number, code, until, same)


def _fault(line: Stated, frame: Frame, left: date | None) -> Finding | None:
    row = line.row
    if len(row["role"]) > LONGEST_ROLE:
        return refuse(row, "role", TOO_LONG, limit=LONGEST_ROLE)
    if not 1 <= row["share"] <= WHOLE:
        return refuse(row, "share", NO_SHARE, share=row["share"])
    if left is not None and (line.until is None or line.until > left + DAY):
        return refuse(row, "to", AFTER_LEFT, left=left)
    return _outside(line, frame)


def _outside(line: Stated, frame: Frame) -> Finding | None:
    row = line.row
    if row["to"] and row["to"] < row["from"]:
        return refuse(row, "to", ENDS_BEFORE, last=row["to"], first=row["from"])
    if frame.shut and frame.closed:
        return refuse(row, "project", CLOSED, day=frame.closed)
    too_late = frame.closed is not None and (row["from"] >= frame.closed or (line.until or frame.closed) > frame.closed)
    if row["from"] < frame.first or too_late:
        last = frame.closed - DAY if frame.closed else ONWARDS
        return refuse(row, "to" if too_late else "from", OUTSIDE, first=frame.first, last=last)
    return None


def _refuse_clashes(made: Plan) -> None:
    """Lay the rows over what is known, person by person; where one is refused the others are laid anew."""
    by_person: dict[str, list[Stated]] = defaultdict(list)
    for line in made.stated.values():
        by_person[line.number].append(line)
    for number, lines in by_person.items():
        while True:
            standing = [line for line in lines if line.row.number not in made.refused]
            clash = _first_clash(made, made.before.get(number, []), standing)
            if clash is None:
                break
            made.refused[clash.row] = clash


def _first_clash(made: Plan, before: list[KnownMembership], standing: Sequence[Stated]) -> Finding | None:
    replaced = {line.same.id for line in standing if line.same}
    held = [(old.project, Given(old.share, old.first, old.until), 0) for old in before if old.id not in replaced]
    for line in sorted(standing, key=lambda line: (line.action != Action.UNCHANGED, line.row.number)):
        new = Given(line.row["share"], line.row["from"], line.until)
        same = next((one for one in held if one[0] == line.project and _meet(one[1], new)), None)
        if same is not None:
            return _overlap(line.row, same[1], same[2])
        fault = _too_much(made, line, [(code, given) for code, given, _row in held], new)
        if fault is not None and line.action != Action.UNCHANGED:
            return fault
        held.append((line.project, new, line.row.number))
    return None


def _meet(one: Given, other: Given) -> bool:
    return (one.until is None or other.first < one.until) and (other.until is None or one.first < other.until)


def _overlap(row: Row, against: Given, other: int) -> Finding:
    if other:
        return refuse(row, "from", OVERLAPS_ROW, row=other)
    last = against.until - DAY if against.until else ONWARDS
    return refuse(row, "from", OVERLAPS_KNOWN, first=against.first, last=last)


def _too_much(made: Plan, line: Stated, held: list[tuple[str, Given]], new: Given) -> Finding | None:
    day, given = fullest([one for _code, one in held], new.first, new.until)
    if given + new.share <= WHOLE:
        return None
    parts = "; ".join(f"{made.frames[code].name} {one.share} %" for code, one in held if one.on(day))
    return refuse(
        line.row, "share", TooMuch.text, name=line.number, day=day, given=given, parts=parts, share=new.share,
        total=given + new.share, free=WHOLE - given,
    )  # fmt: skip


def preview(actor: Actor, rows: Rows) -> list[Finding]:
    """One finding per row. Cost: five statements."""
    known = knowing.load()
    made = plan(known, rows)
    names = knowing.names(known, rows)
    return [made.refused.get(row.number) or _becomes(known, made.stated[row.number], names) for row in rows]


def _becomes(known: Known, line: Stated, names: Mapping[str, str]) -> Finding:
    person = known.persons.get(line.number)
    label = f"{line.project} · {knowing.label(line.number, names.get(line.number, ''))}"
    return Finding(
        line.row.number, line.action, ", ".join(line.changed), label=label, about=person.id if person else None
    )


def apply(actor: Actor, rows: Rows) -> Counts:
    """Shorter first, then longer, then new: nobody works twice in a project at any moment. Cost: set-based."""
    known = knowing.load()
    made = plan(known, rows)
    standing = [line for number, line in made.stated.items() if number not in made.refused]
    ids = {code: one.id for code, one in knowing.projects().items()}
    changed = [line for line in standing if line.action == Action.CHANGED]
    shorter = [line for line in changed if line.same and _ends_sooner(line.until, line.same.until)]
    longer = [line for line in changed if line not in shorter]
    for lines in (shorter, longer):
        written = [_written(known, ids, line) for line in lines]
        Membership.objects.bulk_update(written, ["role", "share", "period"], batch_size=1000)
    fresh = [_written(known, ids, line) for line in standing if line.action == Action.ADDED]
    Membership.objects.bulk_create(fresh, batch_size=2000)
    return Counts(added=len(fresh), changed=len(changed), unchanged=len(standing) - len(fresh) - len(changed))


def _ends_sooner(now: date | None, before: date | None) -> bool:
    return now is not None and (before is None or now < before)


def _written(known: Known, ids: dict[str, int], line: Stated) -> Membership:
    return Membership(
        pk=line.same.id if line.same else None, project_id=ids[line.project], person_id=known.persons[line.number].id,
        role=line.row["role"], share=line.row["share"], period=DateRange(line.row["from"], line.until),
    )  # fmt: skip


SHEET = ImportSheet("Memberships", "项目成员", COLUMNS, preview, apply, order=60)
