"""Units: founded, renamed, given a head, moved in the tree, closed. Reached through `changes`."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import IntegrityError, transaction

from beichen.people.choices import RoleType
from beichen.people.models import LegalEntity, OrgUnit, Person
from beichen.people.rules import places
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused, gettext_noop


class CircularTree(Refused):
    code = "circular_tree"
    text = gettext_noop("%(name)s cannot be placed below itself. Choose a unit outside it.")


class CodeTaken(Invalid):
    code = "code_taken"
    text = gettext_noop("There is already a unit with the code %(code)s.")


class NotEmpty(Refused):
    code = "unit_not_empty"
    text = gettext_noop("%(name)s still has people or units in it. Move them first, then close it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitFields:
    """A unit as it should be; `unit_id` None founds a new one, `is_active` False closes it.

    `version` is that of the unit it was made from, 0 for a new one.
    """

    code: str
    name: str
    name_en: str = ""
    kind: str
    parent_id: int | None
    head_id: int | None = None
    hrbp_id: int | None = None
    role_type: str = RoleType.STABLE
    unit_id: int | None = None
    is_active: bool = True
    version: int = 0


@rule
def save_unit(actor: Actor, fields: UnitFields) -> int:
    """Found or change a unit; its people's seats follow.

    Errors: NotFound, Changed, CodeTaken, CircularTree, NotEmpty.
    """
    unit = _unit(fields)
    _check(unit, fields)
    old_parent = unit.parent_id
    before = {"parent": old_parent, "head": unit.head_id, "hrbp": unit.hrbp_id, "name": unit.name}
    for name in ("code", "name", "name_en", "kind", "parent_id", "head_id", "hrbp_id", "role_type", "is_active"):
        setattr(unit, name, getattr(fields, name))
    unit.version += 1
    try:
        with transaction.atomic():
            unit.save()
    except IntegrityError:
        raise CodeTaken(field="code", code=fields.code) from None
    if fields.unit_id is None or old_parent != unit.parent_id:
        places.unit_moved(unit.pk, old_parent, unit.parent_id)
    audit.record(actor, "people.save_unit", unit, details={"before": before, "parent": unit.parent_id})
    return unit.pk


def _unit(fields: UnitFields) -> OrgUnit:
    if fields.unit_id is None:
        above = OrgUnit.objects.select_related("entity").filter(pk=fields.parent_id or 0).first()
        return OrgUnit(entity=above.entity if above else LegalEntity.objects.order_by("pk")[0], version=0)
    found = OrgUnit.objects.select_for_update().filter(pk=fields.unit_id).first()
    if found is None:
        raise NotFound
    if found.version != fields.version:
        raise Changed(found)
    return found


def _check(unit: OrgUnit, fields: UnitFields) -> None:
    parent = OrgUnit.objects.filter(pk=fields.parent_id, is_active=True).first() if fields.parent_id else None
    is_root = unit.pk is not None and unit.parent_id is None
    if parent is None and not (is_root and fields.parent_id is None):
        raise NotFound
    if parent and unit.pk and unit.place <= parent.place <= unit.place_end:
        raise CircularTree(unit, field="parent_id", name=unit.name)
    if not fields.is_active and _holds_anything(unit):
        raise NotEmpty(unit, name=unit.name)


def _holds_anything(unit: OrgUnit) -> bool:
    people = Person.objects.filter(unit=unit, is_active=True)
    return people.exists() or OrgUnit.objects.filter(parent=unit, is_active=True).exists()
