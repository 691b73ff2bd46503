"""Goals to begin from, by program."""

from __future__ import annotations

from ninja import Status

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import Suggestions, TemplateCard
from beichen.goals.rules import ResultTemplateInput, TemplateInput
from beichen.goals.schemas import Made
from beichen.goals.schemas.templates import EditTemplateIn, SuggestionsOut, TemplateIn, TemplateOut
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


@router.get("/suggestions", response=SuggestionsOut, operation_id="goals_suggestions")
@door(access.VIEW, reads=C3)
def suggestions(request: ApiRequest, cycle_id: Id, person_id: Id | None = None) -> Suggestions:
    """What fits a person (yourself) in a cycle: templates, metrics of the role, the last cycle with its results."""
    return queries.suggestions(request.actor, person_id or request.actor.person_id or 0, cycle_id)
