"""Hiring, moving, leaving and changing units: asked for here, confirmed on the list of changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.forms import Form
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.forms import HireForm, LeaveForm, MoveForm, ProfileForm, ReturnForm, UnitForm, cleaned
from beichen.people.queries import UnitCard
from beichen.people.rules import Hire, Move, Profile, Return, UnitFields
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

TWO = _("This takes two people: you request it, another HR administrator confirms.")
ASKED = _("Requested. It takes effect once a second HR administrator confirms it.")


def person_id_of(actor: Actor, number: str, field: str) -> int | None:
    """The person a number means; None for an empty field. Errors: Invalid."""
    if not number:
        return None
    found = queries.by_number(actor, [number]).get(number)
    if found is None:
        raise Invalid(fields={field: gettext("There is nobody with this number.")})
    return found.id


def unit_id_of(actor: Actor, code: str, field: str) -> int | None:
    """The unit a code means; None for an empty field. Errors: Invalid."""
    if not code:
        return None
    found = queries.by_code(actor, [code]).get(code)
    if found is None:
        raise Invalid(fields={field: gettext("There is no unit with this code.")})
    return found.id


@dataclass(frozen=True, slots=True)
class Head:
    """The words above a form, and where "cancel" leads."""

    title: str
    back: str
    lead: str = ""


def draw(request: PageRequest, form: Form, head: Head, version: int | None = None) -> HttpResponse:
    """A page with one form."""
    return page(request, "people/form.html", form=form, head=head, version=version)


@door(access.EDIT_ORG, methods=("GET", "POST"))
def hire(request: PageRequest) -> HttpResponse:
    """Somebody joins."""
    form = HireForm(request.POST or None, initial={"unit": request.GET.get("unit", "")})
    if request.method != "POST":
        require(request.actor, access.EDIT_ORG)
        return draw(request, form, Head(gettext("Add a person"), reverse("people:home"), str(TWO)))
    said = cleaned(form)
    manager = person_id_of(request.actor, said.pop("manager"), "manager")
    unit = unit_id_of(request.actor, said.pop("unit"), "unit") or 0
    rules.changes.ask_hire(request.actor, Hire(**said, unit_id=unit, manager_id=manager))
    tell(request, ASKED)
    return see(reverse("people:changes"))


@door(access.MOVE_PERSON, methods=("GET", "POST"))
def move(request: PageRequest, person_id: int) -> HttpResponse:
    """Another unit, manager, position or level from a day on."""
    card = queries.person(request.actor, person_id)
    back = reverse("people:person", args=[person_id])
    if request.method != "POST":
        require(request.actor, access.MOVE_PERSON, card)
        employment = queries.employment(request.actor, person_id)
        units = queries.units(request.actor, [card.unit_id])
        manager = queries.persons(request.actor, [card.manager_id]).get(card.manager_id or 0)
        now = {
            "unit": units[card.unit_id].code if card.unit_id in units else "",
            "manager": manager.number if manager else "",
            "position": card.position,
            "level": employment.level if employment else "",
        }
        title = gettext("Transfer %(name)s") % {"name": card.name}
        return draw(request, MoveForm(request.POST or None, initial=now), Head(title, back, str(TWO)))
    said = cleaned(MoveForm(request.POST))
    rules.changes.ask_move(
        request.actor, person_id,
        Move(
            first=said["first"], unit_id=unit_id_of(request.actor, said["unit"], "unit"),
            manager_id=person_id_of(request.actor, said["manager"], "manager"),
            position=said["position"], level=said["level"],
        ),
    )  # fmt: skip
    tell(request, ASKED)
    return see(back)


@door(access.MOVE_PERSON, methods=("GET", "POST"))
def leave(request: PageRequest, person_id: int) -> HttpResponse:
    """Somebody's last day."""
    card = queries.person(request.actor, person_id)
    back = reverse("people:person", args=[person_id])
    if request.method != "POST":
        require(request.actor, access.MOVE_PERSON, card)
        lead = gettext(
            "Direct reports pass to the manager’s manager; seats end after the last day. For another "
            "%(days)s days the person can sign in to see their own records."
        ) % {"days": rules.persons.PORTAL_DAYS}
        title = gettext("%(name)s leaves") % {"name": card.name}
        return draw(request, LeaveForm(request.POST or None), Head(title, back, lead))
    rules.changes.ask_leave(request.actor, person_id, cleaned(LeaveForm(request.POST))["last"])
    tell(request, ASKED)
    return see(back)


@door(access.MOVE_PERSON, methods=("GET", "POST"))
def come_back(request: PageRequest, person_id: int) -> HttpResponse:
    """Somebody who left works here again."""
    card = queries.person(request.actor, person_id)
    back = reverse("people:person", args=[person_id])
    if request.method != "POST":
        require(request.actor, access.MOVE_PERSON, card)
        units = queries.units(request.actor, [card.unit_id])
        now = {
            "unit": units[card.unit_id].code if card.unit_id in units else "", "position": card.position,
            "email": card.email,
        }  # fmt: skip
        lead = gettext(
            "The earlier employment stays on record but closed: seats are not restored, and the new "
            "manager cannot see it. This takes two people."
        )
        title = gettext("%(name)s comes back") % {"name": card.name}
        return draw(request, ReturnForm(request.POST or None, initial=now), Head(title, back, lead))
    said = cleaned(ReturnForm(request.POST))
    manager = person_id_of(request.actor, said.pop("manager"), "manager")
    unit = unit_id_of(request.actor, said.pop("unit"), "unit") or 0
    rules.changes.ask_return(request.actor, person_id, Return(**said, unit_id=unit, manager_id=manager))
    tell(request, ASKED)
    return see(back)


@door(access.EDIT_PROFILE, methods=("GET", "POST"))
def edit(request: PageRequest, person_id: int) -> HttpResponse:
    """Name, address and role type."""
    card = queries.person(request.actor, person_id)
    back = reverse("people:person", args=[person_id])
    if request.method != "POST":
        require(request.actor, access.EDIT_PROFILE, card)
        now = {name: getattr(card, name) for name in ("name", "name_en", "email", "role_type")}
        form = ProfileForm(request.POST or None, initial=now)
        return draw(request, form, Head(gettext("Edit profile"), back), card.version)
    rules.persons.edit_profile(request.actor, person_id, Profile(**cleaned(ProfileForm(request.POST))), request.version)
    tell(request, _("Saved."))
    return see(back)


@door(access.EDIT_ORG, methods=("GET", "POST"))
def unit_form(request: PageRequest, unit_id: int | None = None) -> HttpResponse:
    """Found a unit, or change one."""
    actor = request.actor
    back = reverse("people:unit", args=[unit_id]) if unit_id else reverse("people:home")
    if request.method != "POST":
        require(actor, access.EDIT_ORG)
        title = gettext("Edit unit") if unit_id else gettext("New unit")
        unit = queries.unit(actor, unit_id) if unit_id else None
        now = _unit_now(actor, unit) if unit else {"parent": request.GET.get("parent", "")}
        form = UnitForm(request.POST or None, initial=now)
        return draw(request, form, Head(title, back, str(TWO)), unit.version if unit else None)
    said = cleaned(UnitForm(request.POST))
    wanted = UnitFields(
        unit_id=unit_id, code=said["code"], name=said["name"], name_en=said["name_en"], kind=said["kind"],
        parent_id=unit_id_of(actor, said["parent"], "parent"), head_id=person_id_of(actor, said["head"], "head"),
        hrbp_id=person_id_of(actor, said["hrbp"], "hrbp"), role_type=said["role_type"],
        version=request.version if unit_id else 0,
    )  # fmt: skip
    rules.changes.ask_unit(actor, wanted)
    tell(request, ASKED)
    return see(reverse("people:changes"))


def _unit_now(actor: Actor, unit: UnitCard) -> dict[str, str]:
    units = queries.units(actor, [unit.parent_id])
    people = queries.persons(actor, [unit.head_id, unit.hrbp_id])
    now = {name: getattr(unit, name) for name in ("name", "name_en", "code", "kind", "role_type")}
    now["parent"] = units[unit.parent_id].code if unit.parent_id in units else ""
    now["head"] = people[unit.head_id].number if unit.head_id in people else ""
    now["hrbp"] = people[unit.hrbp_id].number if unit.hrbp_id in people else ""
    return now


def _day(payload: dict[str, Any]) -> date | None:
    said = payload.get("first") or payload.get("hired") or payload.get("last")
    return date.fromisoformat(said) if said else None


@door(access.SEE_CHANGES)
def changes(request: PageRequest) -> HttpResponse:
    """What waits for a second person."""
    found = queries.waiting_changes(request.actor)
    people = queries.persons(request.actor, [n for c in found for n in (c.asked_by, c.payload.get("manager_id"))])
    units = queries.units(request.actor, [c.payload.get("unit_id") or c.payload.get("parent_id") for c in found])
    lines = [
        {
            "change": change, "asker": people.get(change.asked_by), "mine": change.asked_by == request.actor.person_id,
            "unit": units.get(change.payload.get("unit_id") or change.payload.get("parent_id") or 0),
            "manager": people.get(change.payload.get("manager_id") or 0),
            "day": _day(change.payload),
        }
        for change in found
    ]  # fmt: skip
    return page(request, "people/changes.html", lines=lines)


@door(access.CONFIRM_CHANGE, methods=("POST",))
def confirm(request: PageRequest, change_id: int) -> HttpResponse:
    """The second person agrees."""
    rules.changes.confirm(request.actor, change_id)
    tell(request, _("Done. It is on record with both your names."))
    return see(reverse("people:changes"))


@door(access.SEE_CHANGES, methods=("POST",))
def withdraw(request: PageRequest, change_id: int) -> HttpResponse:
    """Take a change off the list."""
    rules.changes.withdraw(request.actor, change_id)
    tell(request, _("Removed from the list. Nothing was changed."))
    return see(reverse("people:changes"))
