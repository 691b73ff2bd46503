"""Periods and cycles, and the settings a cycle was opened with."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from django.db.models import QuerySet

from beichen.people.choices import Phase
from beichen.people.models import Cycle, Period
from beichen.platform.access.current import query, remembered
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

STEP_DAYS = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One step of agreeing to a goal: who (LM, SK, BP, HA), and how many days until it passes on."""

    role: str
    days: int = STEP_DAYS


@dataclass(frozen=True, slots=True)
class CycleCard:
    """One cycle; `settings` has the shape of people/defaults.toml, decimals as text.

    `asked_to`: the phase that was asked for last, whether or not that still holds.
    """

    id: int
    period_key: str
    first: date
    last: date
    phase: str
    scope_id: int
    settings: dict[str, Any]
    version: int
    asked_to: str

    @property
    def days(self) -> int:
        """Calendar days of the cycle, both ends included."""
        return (self.last - self.first).days + 1

    @property
    def phase_label(self) -> str:
        """The phase in words."""
        return str(Phase(self.phase).label)

    @property
    def is_overdue(self) -> bool:
        """Whether the period has passed and the cycle was never begun."""
        return self.phase == Phase.SETUP and self.last < clock.today()

    @property
    def steps(self) -> tuple[Step, ...]:
        """Who agrees to a goal in this cycle, one after the other; by default the manager."""
        found = self.settings.get("goals", {}).get("approval") or [{"role": "LM"}]
        return tuple(Step(str(step["role"]), int(step.get("days", STEP_DAYS))) for step in found)


_FIELDS = (
    "id", "period__key", "period__starts_on", "period__ends_on", "phase", "scope_id", "settings", "version", "asked_to"
)  # fmt: skip


def _cards(found: QuerySet[Cycle]) -> list[CycleCard]:
    return [CycleCard(*line) for line in found.order_by("-period__starts_on", "id").values_list(*_FIELDS)]


def cycle_card(cycle: Any) -> CycleCard:
    """The card of a cycle that another area loaded along with its period. No statement."""
    period = cycle.period
    return CycleCard(
        cycle.pk, period.key, period.starts_on, period.ends_on, cycle.phase, cycle.scope_id, cycle.settings,
        cycle.version, cycle.asked_to,
    )  # fmt: skip


@query
def cycles(actor: Actor) -> list[CycleCard]:
    """Every cycle, newest first. Cost: one statement, remembered while a page is read."""
    return list(remembered(actor, "people.cycles", lambda: _cards(Cycle.objects.all())))


@query
def cycle(actor: Actor, cycle_id: int) -> CycleCard:
    """One cycle, or NotFound. Cost: one statement."""
    found = next((card for card in cycles(actor) if card.id == cycle_id), None)
    if found is None:
        raise NotFound
    return found


@query
def current_cycle(actor: Actor, day: date | None = None) -> CycleCard | None:
    """The cycle whose period holds the day (today by default), the shortest first. Cost: one statement."""
    day = day or clock.today()
    found = [card for card in cycles(actor) if card.first <= day <= card.last]
    return min(found, key=lambda card: card.days, default=None)


@query
def period(actor: Actor, key: str) -> int:
    """The id of a period by its key, or NotFound. Cost: one statement."""
    found = Period.objects.filter(key=key).values_list("id", flat=True).first()
    if found is None:
        raise NotFound
    return found


def company_settings() -> dict[str, Any]:
    """What a new company starts with: people/defaults.toml, decimals as text so that JSON keeps them exact.

    A copy of one's own each time: whoever changes it changes no other cycle.
    """
    return deepcopy(_defaults())


@cache
def _defaults() -> dict[str, Any]:
    path = Path(__file__).resolve().parents[1] / "defaults.toml"
    with path.open("rb") as file:
        loaded = tomllib.load(file, parse_float=Decimal)
    return {key: _plain(value) for key, value in loaded.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return str(value) if isinstance(value, Decimal) else value
