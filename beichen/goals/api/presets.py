"""Who sees the goals of units, by program."""

from __future__ import annotations

from typing import Any

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import router
from beichen.goals.queries import ChosenPreset
from beichen.goals.schemas.presets import ChosenPresetOut, PresetIn, UnitPresetOut
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit.errors import NotFound


def _chosen(one: ChosenPreset) -> dict[str, Any]:
    return {
        "unit_id": one.unit.id, "preset": one.preset, "reason": one.reason, "by_name": one.by_name,
        "since": one.since, "version": one.version,
    }  # fmt: skip


def _one(request: ApiRequest, unit_id: int) -> dict[str, Any]:
    found = queries.unit_preset(request.actor, unit_id)
    if found is None:
        raise NotFound
    return {
        "unit_id": found.unit.id, "preset": found.preset, "inherited": found.inherited, "version": found.version,
        "chosen": _chosen(found.holds) if found.holds else None,
    }  # fmt: skip


@router.get("/visibility", response=list[ChosenPresetOut], operation_id="goal_presets_list")
@door(access.READ_PRESET)
def chosen_presets(request: ApiRequest) -> list[dict[str, Any]]:
    """Every preset that was chosen for a unit, in the order of the organisation."""
    return [_chosen(one) for one in queries.presets(request.actor)]


@router.get("/visibility/{int:unit_id}", response=UnitPresetOut, operation_id="goal_presets_get")
@door(access.READ_PRESET)
def unit_preset(request: ApiRequest, unit_id: int) -> dict[str, Any]:
    """Who sees the goals of a unit, and who chose it."""
    return _one(request, unit_id)


@router.put("/visibility/{int:unit_id}", response=UnitPresetOut, operation_id="goal_presets_set")
@door(access.CHOOSE_PRESET)
def choose_preset(request: ApiRequest, unit_id: int, body: PresetIn) -> dict[str, Any]:
    """Choose who sees the goals of a unit and all below it, with a reason; it holds from the next request on."""
    rules.choose_preset(request.actor, unit_id, body.preset, body.reason, request.version)
    return _one(request, unit_id)
