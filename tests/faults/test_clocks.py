"""F23: a day ends where the company lives: what a page says, what a mail says and what a rule does agree."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template
from django.utils import translation

from beichen.goals import queries as goals
from beichen.goals import rules as agreeing
from beichen.goals.tests.makers import world
from beichen.goals.tests.test_rules import draft
from beichen.platform.approvals.rules import NotYourTurn
from beichen.platform.kit import clock
from beichen.platform.notify.queries import notices
from beichen.reward import queries, rules
from beichen.reward.rules.errors import TooLate
from beichen.reward.tests.makers import Money, money

ZONES = (
    "Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Pacific/Chatham", "Africa/Cairo",
)  # fmt: skip
"""Whole, half and quarter hours; clocks that change by an hour, by half of one, and at midnight itself."""
DAYS = (
    date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 4), date(2026, 4, 5), date(2026, 10, 29), date(2026, 4, 23),
    date(2028, 2, 29), date(2026, 12, 31), date(2027, 1, 1), date(2011, 12, 29),
)  # fmt: skip
"""Both changes of New York, Lord Howe, Chatham and Cairo, a leap day, the year's ends, the eve of Apia's lost day."""
MOMENTS = (
    timedelta(minutes=-1), timedelta(seconds=-1), timedelta(microseconds=-1), timedelta(0), timedelta(minutes=1)
)  # fmt: skip
"""From the end of the day."""
CASES = [(zone, day, moment) for zone in ZONES for day in DAYS for moment in MOMENTS]
PAGE = Template("{% load ui %}{{ day|due }} | {{ day|until }} | {{ at|day }} | {{ at|moment }}")


def _midnight(zone: str, day: date) -> datetime:
    """The end of a day, found the other way round: the first moment the wall calendar there shows a later day."""
    low = datetime.combine(day, time(), tzinfo=UTC) - timedelta(hours=16)
    high = low + timedelta(hours=64)
    while high - low > timedelta(microseconds=1):
        middle = low + (high - low) / 2
        low, high = (low, middle) if middle.astimezone(ZoneInfo(zone)).date() > day else (middle, high)
    return high


@contextmanager
def _there(zone: str, at: datetime) -> Iterator[None]:
    with clock.lived_in(zone), clock.frozen(at), translation.override("en"):
        yield


@pytest.mark.fault("F23")
@pytest.mark.req("BASE-03")
def test_four_hundred_ends_of_days_have_one_verdict_and_one_text():
    assert len(CASES) == 400
    for zone, day, moment in CASES:
        at = _midnight(zone, day) + moment
        late = moment >= timedelta(0)
        with _there(zone, at):
            assert (clock.now() >= clock.end_of(day)) is late, (zone, day, moment)
            assert (clock.today() > day) is late, (zone, day, moment)
            due, until, shown, told = PAGE.render(Context({"day": day, "at": at})).split(" | ")
            assert ("late" in due) is late, (zone, day, moment, due)
            assert ("Due today" in due) is not late, (zone, day, moment, due)
            assert f" 24:00 ({zone})" in until
            wall = at.astimezone(ZoneInfo(zone))
            assert f">{wall.day} {wall:%b}" in shown
            assert f"{wall.day} {wall:%b}" in told
            assert f"{wall:%H:%M}" in told
            assert clock.last_moment(day) == f"{day.isoformat()} 24:00 ({zone})"


# ── whole acts ──────────────────────────────────────────────────────────────────────────────────────────────────────

LAST = date(2026, 3, 8)
"""The day on which New York's clocks go forward; in Shanghai it ends twelve hours earlier."""


@pytest.fixture
def simulated(owner_db: Any, worker_db: Any) -> Money:
    made = money(owner_db, worker_db)
    made.make_plan()
    made.simulate()
    return made


@pytest.mark.django_db
@pytest.mark.fault("F23")
@pytest.mark.req("OUTCOME-01")
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
def test_adjustments_end_when_the_page_and_the_mail_say(simulated, zone):
    made, end = simulated, _midnight(zone, LAST)
    with _there(zone, end - timedelta(days=3)):
        made.choose(adjust_until=LAST)
        told = [notice.text for notice in notices(made.actor("M1"))]
    assert any(f"2026-03-08 24:00 ({zone})" in text for text in told), told
    pool, awards = made.pools()["U1"], made.awards()
    changes = [rules.Change(awards["A1"].pk, -500, "交付晚了"), rules.Change(awards["A2"].pk, 500, "替人值班")]
    with _there(zone, end - timedelta(seconds=1)):
        assert (
            rules.adjust(made.actor("M1"), pool.pk, changes, queries.pool_sheet(made.actor("M1"), pool.pk).version) == 2
        )
    with _there(zone, end), pytest.raises(TooLate) as late:
        rules.adjust(made.actor("M1"), pool.pk, [], queries.pool_sheet(made.actor("M1"), pool.pk).version)
    assert f"2026-03-08 24:00 ({zone})" in str(late.value)
    assert made.adjustments() == {"A1": -500, "A2": 500}


@pytest.mark.django_db
@pytest.mark.fault("F23")
@pytest.mark.req("GOAL-01")
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kolkata", "Pacific/Apia"])
def test_whoever_stands_in_does_so_to_the_end_of_the_day_that_is_shown(owner_db, zone):
    last = date(2026, 5, 20)
    with owner_db():
        made = world()
    end, stand_in = _midnight(zone, last), made.company.id("HR1")
    with _there(zone, end - timedelta(days=4)):
        card = draft(made)
        card = agreeing.propose_goal(made.actor("A1"), card.id, card.version)
        agreeing.hand_on(made.actor("M1"), card.id, stand_in, last, card.version)
        (step,) = goals.agreement(made.actor("M1"), card.id).steps
        assert step.last_day == last
    with _there(zone, end), pytest.raises(NotYourTurn):
        agreeing.approve_goal(made.actor("HR1"), card.id, card.version)
    with _there(zone, end - timedelta(microseconds=1)):
        assert agreeing.approve_goal(made.actor("HR1"), card.id, card.version).state == "active"
