"""The sheet of people: who is here, since when, with which address and level."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from beichen.people.choices import RoleType
from beichen.people.events import PersonLeft
from beichen.people.models import Assignment, Employment, FormerEmployment, LegalEntity, Person, TargetBonus
from beichen.people.rules.persons.leaving import end_seats, portal_until
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets.known import ENTITY, Known, KnownPerson
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop as _
from beichen.platform.kit.names import pinyin_key
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Row, Rows, refuse

NUMBER_TWICE = _("Employee number %(number)s also appears in row %(row)s.")
EMAIL_TWICE = _("The e-mail address %(email)s also appears in row %(row)s.")
EMAIL_TAKEN = _("The e-mail address %(email)s belongs to %(name)s.")
NO_EMAIL = _("“%(email)s” is not an e-mail address.")
LEFT_BEFORE = _("The last day, %(left)s, is before the first, %(hired)s.")
NEGATIVE = _("A target bonus must be 0 or more, in cents.")

ROLES = {
    RoleType.STABLE.value: ("稳定", "稳定型"),
    RoleType.EXPLORATORY.value: ("探索", "探索型"),
    RoleType.COLLABORATIVE.value: ("协作", "协作型"),
}
COLUMNS = (
    Column(key="number", name_zh="工号", kind=Kind.CODE, required=True),
    Column(key="name", name_zh="姓名", required=True),
    Column(key="email", name_zh="邮箱", kind=Kind.CODE, required=True),
    Column(key="hired", name_zh="入职", kind=Kind.DAY, required=True),
    Column(key="left", name_zh="离职", kind=Kind.DAY),
    Column(key="target_bonus_cents", name_zh="季度目标奖金(分)", kind=Kind.WHOLE, secret=True),
    Column(key="level", name_zh="职级", kind=Kind.CODE),
    Column(key="position", name_zh="岗位"),
    Column(key="role_type", name_zh="角色类型", kind=Kind.CHOICE, words=ROLES),
    Column(key="name_en", name_zh="英文名"),
)


Touched = tuple[KnownPerson, Row]
"""Somebody known and the row that says something new of them."""


def match(known: Known, row: Row) -> KnownPerson | None:
    """The person a row means: by number; in an empty company also by address (the first administrator)."""
    found = known.person(row["number"])
    if found is None and known.is_empty:
        return next((p for p in known.persons.values() if p.email.lower() == row["email"].lower()), None)
    return found


def preview(actor: Actor, rows: Rows) -> list[Finding]:
    """A finding for each row that says something new. Cost: four statements."""
    known = knowing.load()
    owners = {p.email.lower(): p for p in known.persons.values() if p.is_active}
    named = {person.id for row in rows if (person := match(known, row)) is not None}
    numbers: dict[str, int] = {}
    emails: dict[str, int] = {}
    findings = []
    for row in rows:
        finding = _refusal(row, numbers, emails) or _taken(row, match(known, row), owners, named)
        numbers.setdefault(row["number"], row.number)
        emails.setdefault(row["email"].lower(), row.number)
        findings.append(finding or _becomes(known, row))
    return [finding for finding in findings if finding is not None]


def _refusal(row: Row, numbers: dict[str, int], emails: dict[str, int]) -> Finding | None:
    email = row["email"].lower()
    if row["number"] in numbers:
        return refuse(row, "number", NUMBER_TWICE, number=row["number"], row=numbers[row["number"]])
    try:
        validate_email(email)
    except ValidationError:
        return refuse(row, "email", NO_EMAIL, email=row["email"])
    if email in emails:
        return refuse(row, "email", EMAIL_TWICE, email=row["email"], row=emails[email])
    if row["left"] and row["left"] < row["hired"]:
        return refuse(row, "left", LEFT_BEFORE, left=row["left"], hired=row["hired"])
    if (row["target_bonus_cents"] or 0) < 0:
        return refuse(row, "target_bonus_cents", NEGATIVE)
    return None


def _taken(row: Row, person: KnownPerson | None, owners: dict[str, KnownPerson], named: set[int]) -> Finding | None:
    """An address that another person has and keeps; one who also stands in the workbook may give it away."""
    owner = owners.get(row["email"].lower())
    if owner is None or owner is person or owner.id in named:
        return None
    return refuse(row, "email", EMAIL_TAKEN, email=row["email"], name=owner.name)


def _becomes(known: Known, row: Row) -> Finding | None:
    person = match(known, row)
    label = knowing.label(row["number"], row["name"])
    if person is None:
        return Finding(row.number, Action.ADDED, label=label)
    changed = differing(known, person, row)
    if not changed:
        return None
    action = Action.LEFT if "left" in changed and row["left"] else Action.CHANGED
    return Finding(row.number, action, ", ".join(changed), label=label, about=person.id)


def wanted(row: Row, person: KnownPerson | None) -> dict[str, Any]:
    """The person's own fields as the row says; an empty cell leaves what is known."""
    fields = {
        "number": person.number if person and person.number.lstrip("0") == row["number"] else row["number"],
        "name": row["name"], "name_en": row["name_en"], "email": row["email"].lower(),
        "position": row["position"], "role_type": row["role_type"],
    }  # fmt: skip
    return {name: value for name, value in fields.items() if value}


def differing(known: Known, person: KnownPerson, row: Row) -> list[str]:
    """The columns in which a row differs; pay is compared by nobody who may not read it, so it is left out."""
    employment = known.employments.get(person.id)
    changed = [name for name, value in wanted(row, person).items() if getattr(person, name) != value]
    if employment is None:
        return [*changed, "hired"]
    if employment.hired_on != row["hired"]:
        changed.append("hired")
    if employment.left_on != row["left"]:
        changed.append("left")
    if row["level"] and employment.level != row["level"]:
        changed.append("level")
    return changed


def is_here(left: date | None) -> bool:
    """Whether somebody whose last day this is still works here."""
    return left is None or left >= clock.today()


def apply(actor: Actor, rows: Rows) -> Counts:
    """Write persons and their employments. Cost: set-based, about eight statements."""
    known = knowing.load()
    entity = known.entity or LegalEntity.objects.create(code=ENTITY, name=_company_name(rows))
    counts = Counts()
    fresh: list[tuple[Person, Row]] = []
    changed: list[Touched] = []
    left: list[Touched] = []
    for row in rows:
        person = match(known, row)
        if person is None:
            fresh.append((_new(row, entity), row))
        elif differing(known, person, row):
            went = row["left"] is not None and person.is_active and not is_here(row["left"])
            (left if went else changed).append((person, row))
        else:
            counts.unchanged += 1
    _keep_former(known, changed)
    _write_changed(known, [*changed, *left])
    _write_new(fresh)
    _end(known, left)
    counts.added, counts.changed, counts.left = len(fresh), len(changed), len(left)
    return counts


def _company_name(rows: Rows) -> str:
    root = next((row for row in rows.of("Units") if not row["parent"]), None)
    return str(root["name"]) if root else "北辰"


def _new(row: Row, entity: LegalEntity) -> Person:
    return Person(
        entity=entity, sort_key=pinyin_key(row["name"]), is_active=is_here(row["left"]), **wanted(row, None)
    )  # fmt: skip


def _write_new(fresh: list[tuple[Person, Row]]) -> None:
    Person.objects.bulk_create([person for person, _row in fresh], batch_size=2000)
    Employment.objects.bulk_create(
        [
            Employment(person=person, hired_on=row["hired"], left_on=row["left"], level=row["level"])
            for person, row in fresh
        ],
        batch_size=2000,
    )


def _write_changed(known: Known, touched: list[Touched]) -> None:
    """The rows' own fields; whoever moves to another address is met in `_give_up_addresses` first."""
    persons = Person.objects.in_bulk([person.id for person, _row in touched])
    changed = [(persons[person.id], person, row) for person, row in touched]
    _give_up_addresses([(stored, row) for stored, _person, row in changed])
    for stored, person, row in changed:
        for name, value in wanted(row, person).items():
            setattr(stored, name, value)
        stored.sort_key, stored.is_active = pinyin_key(stored.name), is_here(row["left"])
        stored.version += 1
    fields = ["number", "name", "name_en", "email", "position", "role_type", "sort_key", "is_active", "version"]
    Person.objects.bulk_update(persons.values(), fields, batch_size=1000)
    Employment.objects.bulk_create(
        [
            Employment(
                person=stored, hired_on=row["hired"], left_on=row["left"], level=_level(known, person, row),
                portal_until=None if stored.is_active or row["left"] is None else portal_until(row["left"]),
            )
            for stored, person, row in changed
        ],
        batch_size=2000, update_conflicts=True, unique_fields=["person"],
        update_fields=["hired_on", "left_on", "level", "portal_until"],
    )  # fmt: skip


def _level(known: Known, person: KnownPerson, row: Row) -> str:
    """An empty cell leaves the level as it is."""
    before = known.employments.get(person.id)
    return str(row["level"]) or (before.level if before else "")


def _give_up_addresses(changed: list[tuple[Person, Row]]) -> None:
    """Addresses that change hands pass through a blank one, since no two people may have one at any moment."""
    moving = [person for person, row in changed if person.email != row["email"].lower()]
    for person in moving:
        person.email = f"{person.number}@moving.invalid"
    Person.objects.bulk_update(moving, ["email"], batch_size=1000)


def _keep_former(known: Known, changed: list[Touched]) -> None:
    """Whoever left and joined again on a later day begins anew; the employment that ended stays on record."""
    ended = [
        (person.id, before, before.left_on)
        for person, row in changed
        if not person.is_active and is_here(row["left"])
        and (before := known.employments.get(person.id)) is not None
        and before.left_on is not None and row["hired"] > before.left_on
    ]  # fmt: skip
    FormerEmployment.objects.bulk_create(
        FormerEmployment(person_id=person_id, hired_on=before.hired_on, left_on=left_on, level=before.level)
        for person_id, before, left_on in ended
    )


def _end(known: Known, left: list[Touched]) -> None:
    """Open assignments of leavers end with their last day. Cost: three statements."""
    ends = {person.id: known.begins(row["left"] + knowing.DAY) for person, row in left}
    lines = [
        line for line in Assignment.objects.filter(person_id__in=ends, period__endswith=None)
        if line.period.lower < ends[line.person_id]
    ]  # fmt: skip
    for line in lines:
        line.period = (line.period.lower, ends[line.person_id])
    Assignment.objects.bulk_update(lines, ["period"], batch_size=1000)
    publish(*(PersonLeft(person_id=person_id) for person_id in ends))
    end_seats(ends)


def write_bonuses(rows: Rows) -> int:
    """Target bonuses that differ begin today; a person's first counts for all time. Cost: set-based, four statements.

    Called by the importer when somebody who may write row 12a stands behind the workbook, or it founds the company.
    """
    known = knowing.load()
    stated = {
        person.id: row["target_bonus_cents"]
        for row in rows
        if row["target_bonus_cents"] is not None and (person := match(known, row)) is not None
    }
    now = {bonus.person_id: bonus for bonus in TargetBonus.objects.filter(person_id__in=stated, valid__endswith=None)}
    differing_ = {pk: cents for pk, cents in stated.items() if pk not in now or now[pk].amount != cents}
    today = clock.today()
    begun = [now[pk] for pk in differing_ if pk in now and _begins_today(now[pk], today)]
    older = [now[pk] for pk in differing_ if pk in now and not _begins_today(now[pk], today)]
    for bonus in begun:
        bonus.amount = differing_[bonus.person_id]
    for bonus in older:
        bonus.valid = (bonus.valid.lower, today)
    TargetBonus.objects.bulk_update(begun, ["amount"], batch_size=1000)
    TargetBonus.objects.bulk_update(older, ["valid"], batch_size=1000)
    follows = {bonus.person_id for bonus in older}
    fresh = [pk for pk in differing_ if pk not in now or pk in follows]
    TargetBonus.objects.bulk_create(
        [
            TargetBonus(person_id=pk, amount=differing_[pk], valid=(today if pk in follows else None, None))
            for pk in fresh
        ],
        batch_size=2000,
    )
    return len(differing_)


def _begins_today(bonus: TargetBonus, today: date) -> bool:
    return bonus.valid.lower is not None and bool(bonus.valid.lower >= today)


SHEET = ImportSheet("People", "员工", COLUMNS, preview, apply, order=10)
