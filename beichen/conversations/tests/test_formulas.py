"""Days of check-ins and answers."""

from __future__ import annotations

from datetime import date

import pytest

from beichen.conversations.formulas import answer_due, next_due, strained
from beichen.platform.kit.workdays import WorkCalendar

WEEK = WorkCalendar()
MAY = WorkCalendar(holidays=frozenset({date(2026, 5, 13)}))


@pytest.mark.req("TALK-02")
def test_check_ins_fall_due_every_two_weeks_on_a_working_day() -> None:
    first = date(2026, 4, 1)
    days = [next_due(first, 14, date(2026, 4, day), WEEK) for day in (1, 14, 15, 16)]
    assert days == [date(2026, 4, 15), date(2026, 4, 15), date(2026, 4, 15), date(2026, 4, 29)]
    assert next_due(first, 14, date(2026, 5, 1), MAY) == date(2026, 5, 14)


@pytest.mark.req("TALK-02")
def test_a_due_day_moved_past_a_holiday_still_holds_until_then() -> None:
    assert next_due(date(2026, 4, 1), 14, date(2026, 5, 13), MAY) == date(2026, 5, 14)


@pytest.mark.req("TALK-03")
def test_an_answer_is_late_after_three_working_days() -> None:
    assert answer_due(date(2026, 5, 7), 3, WEEK) == date(2026, 5, 12)


@pytest.mark.req("TALK-03")
def test_only_two_in_a_row_are_a_sign() -> None:
    sign = "unsustainable"
    assert strained([sign, sign, "fine"], sign)
    assert not any(strained(loads, sign) for loads in ([sign], [sign, "fine", sign], ["fine", sign, sign], []))
