"""The sheet of seats: roles held over a part of the company."""

from __future__ import annotations

from beichen.people import access
from beichen.people.choices import SeatKind
from beichen.people.formulas.cells import Codes
from beichen.people.models import Seat
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets.known import Known
from beichen.platform.access.permissions import may
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop as _
from beichen.platform.registry.imports import (
    Action,
    Column,
    Counts,
    Finding,
    ImportSheet,
    Kind,
    Row,
    Rows,
    forbid,
    refuse,
)

NO_PERSON = _("Nobody has the employee number %(number)s, in this workbook or in the company.")
NO_UNIT = _("There is no unit %(code)s, in this workbook or in the company.")
TWICE = _("The same seat also appears in row %(row)s.")
OWN_SEAT = _("You cannot give yourself a seat.")
NOT_YOURS = _("Seats are requested by a system administrator on the Seats page.")

WORDS = {
    SeatKind.HRBP.value: ("HRBP",),
    SeatKind.HR_ADMIN.value: ("HR 管理员", "HR administrator", "人力资源管理员"),
    SeatKind.COMPENSATION.value: ("薪酬管理员", "compensation administrator"),
    SeatKind.EXECUTIVE.value: ("高管", "executive"),
    SeatKind.FACILITATOR.value: ("校准主持人", "calibration facilitator"),
    SeatKind.AUDITOR.value: ("审计员", "auditor"),
    SeatKind.PILOT_ADMIN.value: ("系统管理员", "system administrator"),
}
COLUMNS = (
    Column(key="number", name_zh="工号", kind=Kind.CODE, required=True),
    Column(key="seat", name_zh="席位", kind=Kind.CHOICE, words=WORDS, required=True),
    Column(key="scope", name_zh="范围", kind=Kind.CODE, required=True),
)


def preview(actor: Actor, rows: Rows) -> list[Finding]:
    """One finding per row. Cost: six statements."""
    known = knowing.load()
    people = Codes([*rows.brings("People", "number"), *known.persons])
    units = Codes([*rows.brings("Units", "unit"), *known.units])
    held = knowing.seats()
    names = knowing.names(known, rows)
    seen: dict[tuple[str, str, str], int] = {}
    findings = []
    for row in rows:
        key = (people.meant(row["number"]), row["seat"], units.meant(row["scope"]))
        fault = _unknown(row, people, units)
        first = seen.setdefault(key, row.number)
        if not fault and first != row.number:
            fault = refuse(row, "seat", TWICE, row=first)
        if not fault and key not in held:
            fault = _not_theirs(actor, known, row, key[0])
        action = Action.UNCHANGED if key in held else Action.ADDED
        holder = known.persons.get(key[0])
        label = knowing.label(key[0], names.get(key[0], ""))
        findings.append(fault or Finding(row.number, action, label=label, about=holder.id if holder else None))
    return findings


def _unknown(row: Row, people: Codes, units: Codes) -> Finding | None:
    if row["number"] not in people:
        return refuse(row, "number", NO_PERSON, number=row["number"])
    if row["scope"] not in units:
        return refuse(row, "scope", NO_UNIT, code=row["scope"])
    return None


def _not_theirs(actor: Actor, known: Known, row: Row, number: str) -> Finding | None:
    """A founding workbook may name every seat; later one person asks and another grants, never for themselves."""
    if known.is_empty or actor.person_id is None:
        return None
    if known.persons.get(number) is not None and known.persons[number].id == actor.person_id:
        return forbid(row, "number", OWN_SEAT)
    return None if may(actor, access.ASK_SEAT) else forbid(row, "seat", NOT_YOURS)


def apply(actor: Actor, rows: Rows) -> Counts:
    """Give the seats that nobody has yet; the importer fills in who asked and who granted. Cost: six statements."""
    known = knowing.load()
    held = knowing.seats()
    fresh = []
    for row in rows:
        person, unit = known.person(row["number"]), known.unit(row["scope"])
        if person is None or unit is None or (person.number, row["seat"], unit.code) in held:
            continue
        fresh.append(Seat(person_id=person.id, seat=row["seat"], scope=unit, granted_at=clock.now()))
    Seat.objects.bulk_create(fresh)
    return Counts(added=len(fresh), unchanged=len(rows) - len(fresh))


SHEET = ImportSheet("Seats", "席位", COLUMNS, preview, apply, order=40)
