"""A small company with a running cycle, and check-ins sent in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from beichen.conversations import rules
from beichen.conversations.models import CheckIn
from beichen.people.models import Cycle, OrgUnit, Period
from beichen.people.queries import company_settings
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system

START, END = date(2026, 4, 1), date(2026, 6, 30)
JOB = system("conversations.open_due", "begins check-ins for a test")
CANARY = {
    "fulfilling": "canary-fulfilling", "plan": "canary-plan",
    "obstacles": "canary-obstacles", "load": "heavy", "growth": "canary-growth",
}  # fmt: skip
PROGRESS, PRIVATE = ("canary-fulfilling", "canary-plan"), ("canary-obstacles", "canary-growth")


@contextmanager
def on(day: str, hour: int = 2) -> Iterator[None]:
    """A day of the cycle, at ten in the morning in Shanghai."""
    with clock.frozen(datetime.combine(date.fromisoformat(day), time(hour), tzinfo=UTC)):
        yield


def cycle(scope: OrgUnit, phase: str = "C02") -> Cycle:
    """A running quarter for this part of the company. As the owner."""
    period, _ = Period.objects.get_or_create(
        key="2026Q2", defaults={"kind": "quarter", "starts_on": START, "ends_on": END}
    )
    return Cycle.objects.create(period=period, scope=scope, phase=phase, settings=company_settings())


def sent(person: Actor, answers: dict[str, Any] | None = None) -> CheckIn:
    """A check-in that the person begins and sends now."""
    made = rules.open_check_in(person, person.person_id or 0)
    return rules.send_check_in(person, made.pk, {**CANARY, **(answers or {})}, made.version)
