"""Goals to begin from, and plans of peers side by side, by program."""

from __future__ import annotations

from typing import Any, Literal

from ninja import Status

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import Suggestions, TemplateCard
from beichen.goals.rules import Given, ResultTemplateInput, TemplateInput
from beichen.goals.schemas import Made
from beichen.goals.schemas.templates import (
    DeskLineOut,
    EditTemplateIn,
    GiveIn,
    GivenOut,
    ReceiversOut,
    SuggestionsOut,
    TemplateIn,
    TemplateOut,
)
from beichen.people import queries as people
from beichen.people.queries import Reach
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Id


@router.get("/templates", response=list[TemplateOut], operation_id="goal_templates_list")
@door(access.VIEW_TEMPLATES)
def templates(request: ApiRequest, text: str = "") -> list[TemplateCard]:
    """Goals to begin from, those in use first, at most 60."""
    require(request.actor, access.VIEW_TEMPLATES)
    return queries.templates(request.actor, text)


@router.post("/templates", response={201: Made}, operation_id="goal_templates_create")
@door(access.EDIT_TEMPLATE)
def create(request: ApiRequest, body: TemplateIn) -> Status[dict[str, int]]:
    """Write a goal to begin from."""
    return Status(201, {"id": rules.save_template(request.actor, _entered(body))})


@router.put("/templates/{int:template_id}", response=TemplateOut, operation_id="goal_templates_update")
@door(access.EDIT_TEMPLATE)
def update(request: ApiRequest, template_id: int, body: EditTemplateIn) -> TemplateCard:
    """Change a goal to begin from, or take it out of use (`is_active` false)."""
    rules.save_template(request.actor, _entered(body), template_id, request.version)
    return queries.template(request.actor, template_id)


def _entered(body: TemplateIn) -> TemplateInput:
    results = [ResultTemplateInput(**one.dict()) for one in body.results]
    return TemplateInput(**body.dict(exclude={"results", "version"}), results=results)


@router.get("/templates/{int:template_id}/receivers", response=ReceiversOut, operation_id="goal_templates_receivers")
@door(access.GIVE_TEMPLATE)
def receivers(
    request: ApiRequest, template_id: int, cycle_id: Id, unit_id: Id | None = None, profile_id: Id | None = None,
    level: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Who would get a template as a draft: people you lead or look after who have no goal of this title."""
    require(request.actor, access.GIVE_TEMPLATE, access)
    wanted = Reach(unit_id=unit_id, profile_id=profile_id, level=level)
    title, cycle = queries.template(request.actor, template_id).title, people.cycle(request.actor, cycle_id)
    found = queries.receivers(request.actor, title, cycle, wanted)
    return {"person_ids": [one.id for one in found.people], "count": found.count, "have_it": found.have_it}


@router.post("/templates/{int:template_id}/give", response=GivenOut, operation_id="goal_templates_give")
@door(access.GIVE_TEMPLATE)
def give(request: ApiRequest, template_id: int, body: GiveIn) -> Given:
    """Give a template to many people, each as a draft of their own; who has a goal of this title keeps it."""
    wanted = Reach(**body.dict(exclude={"cycle_id"}))
    return rules.give_template(request.actor, template_id, body.cycle_id, wanted)


@router.get("/suggestions", response=SuggestionsOut, operation_id="goals_suggestions")
@door(access.VIEW, reads=C3)
def suggestions(request: ApiRequest, cycle_id: Id, person_id: Id | None = None) -> Suggestions:
    """What fits a person (yourself) in a cycle: templates, metrics of the role, own and colleagues' last results."""
    return queries.suggestions(request.actor, person_id or request.actor.person_id or 0, cycle_id)


@router.get("/desk", response=list[DeskLineOut], operation_id="goals_desk")
@door(access.DESK, reads=C3)
def desk(
    request: ApiRequest, cycle_id: Id, unit_id: Id | None = None, by: Literal["role", "level"] = "role"
) -> list[dict[str, Any]]:
    """Plans of peers side by side, of at most 200 people you lead or look after, with what stands out in each."""
    require(request.actor, access.DESK, access)
    found = queries.desk(request.actor, people.cycle(request.actor, cycle_id), unit_id=unit_id, by=by)
    return [
        {"group": group.name, "person_id": line.person.id, "level": line.level, "weight": line.weight,
         "heaviest": line.heaviest, "stretch": line.outline.stretch, "notes": line.notes, "goals": line.goals}
        for group in found.groups for line in group.lines
    ]  # fmt: skip
