"""What the API takes and shows of the presets of units."""

from __future__ import annotations

from datetime import date
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import Preset
from beichen.platform.api.schemas import Strict


class PresetIn(Strict):
    """How far the goals of a unit are open (empty: as the unit above), and why; `version` of its own choice, else 0."""

    preset: Literal["", Preset.OPEN, Preset.NUMBERS, Preset.TEAM, Preset.RESTRICTED]
    reason: str = Field(min_length=1, max_length=300)
    version: int = 0


class ChosenPresetOut(Schema):
    """What was chosen for a unit and all below it that have none of their own."""

    unit_id: int
    preset: str
    reason: str
    by_name: str
    since: date
    version: int


class UnitPresetOut(Schema):
    """What holds for the goals of a unit: `chosen` by itself or by a unit above, null where nothing was chosen."""

    unit_id: int
    preset: str
    inherited: str
    version: int
    chosen: ChosenPresetOut | None
