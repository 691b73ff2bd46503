"""The sheet of units: the one tree, with heads and HRBPs."""

from __future__ import annotations

from typing import Any

from django.db.models import F

from beichen.people.choices import UnitKind
from beichen.people.formulas.cells import Codes
from beichen.people.formulas.lines import circles
from beichen.people.models import LegalEntity, OrgUnit
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets.known import Known
from beichen.people.rules.sheets.persons import ROLES
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop as _
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Row, Rows, refuse

CODE_TWICE = _("The unit %(code)s also appears in row %(row)s.")
NO_PARENT = _("There is no unit %(code)s, in this workbook or in the company.")
NO_PERSON = _("Nobody has the employee number %(number)s, in this workbook or in the company.")
SECOND_ROOT = _("There can only be one top unit; this company already has %(code)s. Enter the unit above.")
IN_CIRCLE = _("These units would be above each other in a circle: %(names)s.")

KINDS = {
    UnitKind.GROUP.value: ("集团",),
    UnitKind.COMPANY.value: ("公司",),
    UnitKind.BUSINESS_UNIT.value: ("事业部", "business unit", "BU"),
    UnitKind.DEPARTMENT.value: ("部门", "中心"),
    UnitKind.TEAM.value: ("团队", "小组", "组"),
}
COLUMNS = (
    Column(key="unit", name_zh="单元编号", kind=Kind.CODE, required=True),
    Column(key="name", name_zh="名称", required=True),
    Column(key="name_en", name_zh="英文名"),
    Column(key="parent", name_zh="上级", kind=Kind.CODE),
    Column(key="kind", name_zh="类型", kind=Kind.CHOICE, words=KINDS, required=True),
    Column(key="head", name_zh="负责人", kind=Kind.CODE),
    Column(key="hrbp", name_zh="HRBP", kind=Kind.CODE),
    Column(key="role_type", name_zh="角色类型", kind=Kind.CHOICE, words=ROLES),
)


def match(known: Known, row: Row) -> OrgUnit | None:
    """The unit a row means: by code; the root of a first workbook takes the place of the provisional one."""
    found = known.unit(row["unit"])
    return known.provisional if found is None and not row["parent"] else found


def preview(actor: Actor, rows: Rows) -> list[Finding]:
    """One finding per row. Cost: four statements."""
    known = knowing.load()
    people = Codes([*rows.brings("People", "number"), *known.persons])
    refused: dict[int, Finding] = {}
    _find_twice(rows, refused)
    standing = [row for row in rows if row.number not in refused]
    for row in standing:
        fault = _unknown_person(row, people) or _second_root(known, row, standing)
        if fault:
            refused[row.number] = fault
    _find_orphans(known, standing, refused)
    _find_circles(known, standing, refused)
    _find_orphans(known, standing, refused)
    return [refused.get(row.number) or _becomes(known, row) for row in rows]


def _find_twice(rows: Rows, refused: dict[int, Finding]) -> None:
    seen: dict[str, int] = {}
    for row in rows:
        first = seen.setdefault(row["unit"], row.number)
        if first != row.number:
            refused[row.number] = refuse(row, "unit", CODE_TWICE, code=row["unit"], row=first)


def _unknown_person(row: Row, people: Codes) -> Finding | None:
    for column in ("head", "hrbp"):
        if row[column] and row[column] not in people:
            return refuse(row, column, NO_PERSON, number=row[column])
    return None


def _second_root(known: Known, row: Row, standing: list[Row]) -> Finding | None:
    if row["parent"]:
        return None
    roots = [unit.code for unit in known.units.values() if unit.parent_id is None and unit != match(known, row)]
    roots += [other["unit"] for other in standing if not other["parent"] and other.number < row.number]
    return refuse(row, "parent", SECOND_ROOT, code=roots[0]) if roots else None


def _find_orphans(known: Known, standing: list[Row], refused: dict[int, Finding]) -> None:
    """A unit below a refused one is refused as well, down to the leaves."""
    while True:
        codes = Codes([*known.units, *(row["unit"] for row in standing if row.number not in refused)])
        lost = [
            row for row in standing
            if row.number not in refused and row["parent"] and row["parent"] not in codes
        ]  # fmt: skip
        if not lost:
            return
        refused.update({row.number: refuse(row, "parent", NO_PARENT, code=row["parent"]) for row in lost})


def _find_circles(known: Known, standing: list[Row], refused: dict[int, Finding]) -> None:
    above: dict[str, str | None] = {code: known.code_of.get(unit.parent_id) for code, unit in known.units.items()}
    rows = {row["unit"]: row for row in standing if row.number not in refused}
    above.update({code: row["parent"] or None for code, row in rows.items()})
    for circle in circles(above):
        for code in circle:
            if code in rows:
                refused[rows[code].number] = refuse(
                    rows[code], "parent", IN_CIRCLE, names=" → ".join([*circle, circle[0]])
                )


def _becomes(known: Known, row: Row) -> Finding:
    unit = match(known, row)
    label = knowing.label(row["unit"], row["name"])
    if unit is None:
        return Finding(row.number, Action.ADDED, label=label)
    changed = differing(known, unit, row)
    action = Action.MOVED if "parent" in changed else Action.CHANGED if changed else Action.UNCHANGED
    return Finding(row.number, action, ", ".join(changed), label=label)


def differing(known: Known, unit: OrgUnit, row: Row) -> list[str]:
    """The columns in which a row differs; empty cells leave names, kinds and role types as they are."""
    stands = {
        "unit": unit.code, "name": unit.name, "name_en": unit.name_en, "kind": unit.kind, "role_type": unit.role_type,
    }  # fmt: skip
    changed = [name for name, value in stands.items() if row[name] and row[name] != value]
    if known.codes.meant(row["parent"]) != known.code_of.get(unit.parent_id, ""):
        changed.append("parent")
    for column, person_id in (("head", unit.head_id), ("hrbp", unit.hrbp_id)):
        if row[column] and known.numbers.meant(row[column]) != known.number_of.get(person_id, ""):
            changed.append(column)
    return changed


def apply(actor: Actor, rows: Rows) -> Counts:
    """Write units, then what points from one to another. Cost: set-based, about six statements."""
    known = knowing.load()
    entity = known.entity or LegalEntity.objects.get()
    counts = Counts()
    fresh, touched = [], []
    for row in rows:
        unit = match(known, row)
        changed = differing(known, unit, row) if unit else []
        if unit is None:
            fresh.append((OrgUnit(entity=entity, code=row["unit"], **_plain(row)), row))
        elif changed:
            touched.append((unit, row))
            counts.moved += "parent" in changed
            counts.changed += "parent" not in changed
        else:
            counts.unchanged += 1
    OrgUnit.objects.bulk_create([unit for unit, _row in fresh])
    for unit, row in touched:
        for name, value in {"code": row["unit"], **_plain(row)}.items():
            setattr(unit, name, value)
    _connect(known, [*fresh, *touched])
    counts.added = len(fresh)
    return counts


def _plain(row: Row) -> dict[str, Any]:
    found = {name: row[name] for name in ("name", "name_en", "kind", "role_type")}
    return {name: value for name, value in found.items() if value}


def _connect(known: Known, written: list[tuple[OrgUnit, Row]]) -> None:
    units = {unit.code: unit for unit in [*known.units.values(), *(unit for unit, _row in written)]}
    codes = Codes(units)
    for unit, row in written:
        unit.parent = units.get(codes.meant(row["parent"]))
        for column in ("head", "hrbp"):
            if row[column]:
                person = known.person(row[column])
                setattr(unit, f"{column}_id", person.id if person else None)
    fields = ["code", "name", "name_en", "kind", "role_type", "parent", "head", "hrbp"]
    OrgUnit.objects.bulk_update([unit for unit, _row in written], fields, batch_size=1000)
    OrgUnit.objects.filter(pk__in=[unit.pk for unit, _row in written]).update(version=F("version") + 1)


SHEET = ImportSheet("Units", "组织", COLUMNS, preview, apply, order=20)
