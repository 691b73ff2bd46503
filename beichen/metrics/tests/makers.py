"""Metrics and figures for tests."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from beichen.metrics import queries, rules
from beichen.metrics.queries import MetricCard
from beichen.people.tests.makers import Company

APRIL = "2026-04"
MAY = "2026-05"


def metric(town: Company, code: str, **fields: Any) -> MetricCard:
    """An active metric with everything it needs, written by HA1 and agreed to by HA2."""
    entered = {"name": f"指标 {code}", "unit": "人", "definition": f"{code} 的口径", "source": "数仓", **fields}
    made = rules.create_metric(
        town.actor("HA1"), rules.MetricInput(code=code, owner_id=town.id("HR1"), **entered)
    )  # fmt: skip
    return rules.enact_metric(town.actor("HA2"), made.id, made.version)


def put(town: Company, card: MetricCard, period: str, figures: dict[str, Any], by: str = "HA1") -> None:
    """Figures of units (or people) by their code or number."""
    for name, value in figures.items():
        who: dict[str, Any] = (
            {"person_id": town.id(name)} if card.subject == "person" else {"unit_id": town.units[name].pk}
        )
        rules.enter_value(town.actor(by), card.id, rules.ValueInput(period=period, value=Decimal(str(value)), **who))


def publish(town: Company, card: MetricCard, period: str, by: str = "HA2", note: str = "") -> None:
    """Sign the figures of a period."""
    found = queries.period_card(town.actor(by), queries.metric(town.actor(by), card.id), period)
    rules.sign(town.actor(by), card.id, period, note, found.version)


def read(town: Company, card: MetricCard, period: str, by: str = "HA1") -> dict[str, Decimal]:
    """The current figures by the name of their subject."""
    actor = town.actor(by)
    return {line.subject: line.value for line in queries.values(actor, queries.metric(actor, card.id), period)}


def correct(town: Company, card: MetricCard, period: str, unit: str, value: Any, by: str = "HA1") -> None:
    """Another figure with a reason."""
    entered = rules.ValueInput(period=period, value=Decimal(str(value)), unit_id=town.units[unit].pk, reason="补录")
    rules.enter_value(town.actor(by), card.id, entered)
