"""Conditions beside the numbers of a KPI, by program."""

from __future__ import annotations

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import Conditions
from beichen.goals.schemas.conditions import ConditionsOut, ConfirmIn
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.get("/{int:goal_id}/conditions", response=ConditionsOut, operation_id="goal_conditions_get")
@door(access.VIEW, reads=C3)
def conditions(request: ApiRequest, goal_id: int) -> Conditions:
    """The conditions in the bands of a goal, which are confirmed, and what each moves."""
    return queries.conditions(request.actor, goal_id)


@router.post(
    "/key-results/{int:key_result_id}/conditions/{int:point}", response=ConditionsOut,
    operation_id="goal_conditions_confirm",
)  # fmt: skip
@door(access.CONFIRM_CONDITION, reads=C3)
def confirm_condition(request: ApiRequest, key_result_id: int, point: int, body: ConfirmIn) -> Conditions:
    """Confirm with evidence that the condition of a band is met; its score counts from now on."""
    rules.confirm_condition(request.actor, key_result_id, point, body.evidence)
    return _of(request, key_result_id)


@router.delete(
    "/key-results/{int:key_result_id}/conditions/{int:point}", response=ConditionsOut,
    operation_id="goal_conditions_take_back",
)  # fmt: skip
@door(access.CONFIRM_CONDITION, reads=C3)
def take_back_condition(request: ApiRequest, key_result_id: int, point: int) -> Conditions:
    """Let the condition of a band count as not confirmed again; the next lower band counts."""
    rules.take_back_condition(request.actor, key_result_id, point)
    return _of(request, key_result_id)


def _of(request: ApiRequest, key_result_id: int) -> Conditions:
    _card, goal = queries.key_result(request.actor, key_result_id)
    return queries.conditions(request.actor, goal.id)
