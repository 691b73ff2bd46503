"""Actor, errors, clock, periods, working days, money, names, means."""

from __future__ import annotations

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beichen.platform.kit import clock, errors, money, periods, terminal
from beichen.platform.kit.actor import Actor, system
from beichen.platform.kit.means import mean, term
from beichen.platform.kit.money import Money
from beichen.platform.kit.names import pinyin_initials, pinyin_key
from beichen.platform.kit.periods import Period, PeriodKind
from beichen.platform.kit.words import BadValue
from beichen.platform.kit.workdays import WorkCalendar

DAY = date(2026, 5, 16)


def test_an_actor_has_a_name():
    assert Actor(12).name == "person:12"
    assert system("seal_audit", "every second").name == "system:seal_audit"
    with pytest.raises(ValueError, match="either a person or a system job"):
        Actor(None)


@pytest.mark.parametrize(
    ("told", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C.UTF-8"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LC_ALL": "", "LC_MESSAGES": "zh_TW"}, "zh-hans"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_a_command_speaks_the_language_of_its_terminal(told, language):
    assert terminal.language(told) == language


def test_a_refusal_is_a_sentence_with_a_code():
    chinese = {
        "“%(field)s” is %(value)s; it must be %(allowed)s.": "“%(field)s”是 %(value)s,只能是%(allowed)s。",
        "weight": "权重",
        "at most %(limit)s": "不超过 %(limit)s 的数",
    }
    refused = BadValue("weight", 120, errors.gettext_noop("at most %(limit)s"), limit=100)
    assert refused.sentence() == str(refused) == "“weight” is 120; it must be at most 100."
    assert refused.sentence(lambda text: chinese.get(text, text)) == "“权重”是 120,只能是不超过 100 的数。"
    assert refused.messages() == {"weight": str(refused)}
    assert (refused.code, refused.status, refused.field) == ("bad_value", 422, "weight")


def test_the_kinds_of_refusal():
    assert [kind().status for kind in (errors.Refused, errors.NotFound, errors.Forbidden, errors.Changed)] == [
        409, 404, 403, 409,
    ]  # fmt: skip
    many = errors.Invalid(fields={"title": "Say what will be different."})
    assert many.messages() == {"title": "Say what will be different."}


def test_the_clock_stops_and_goes_on():
    with clock.frozen(datetime(2026, 6, 30, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2026, 7, 1)
        assert clock.today("UTC") == date(2026, 6, 30)
    assert clock.now().tzinfo is UTC
    naive = datetime(2026, 6, 30, tzinfo=UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="no time zone"), clock.frozen(naive):
        pass


@settings(max_examples=200)
@given(st.sampled_from(PeriodKind), st.dates(date(1900, 1, 1), date(2200, 1, 1)), st.integers(-40, 40))
def test_periods_hold_their_days_and_read_back(kind, day, steps):
    period = periods.of(kind, day)
    assert period.contains(day)
    assert periods.parse(period.key) == period
    assert period.shifted(steps).shifted(-steps) == period
    assert (period.shifted(1).start - period.end).days == 1
    assert period.days == periods.overlap_days(period.start, period.end, date(1, 1, 1), None)


def test_the_quarter_of_the_golden_company():
    quarter = periods.parse("2026Q2")
    assert (quarter.start, quarter.end, quarter.days) == (date(2026, 4, 1), date(2026, 6, 30), 91)
    assert periods.parse("2026m4") == periods.parse("2026-04") == Period(2026, PeriodKind.MONTH, 4)
    assert periods.overlap_days(date(2026, 5, 1), None, quarter.start, quarter.end) == 61
    assert periods.overlap_days(date(2026, 7, 1), None, quarter.start, quarter.end) == 0


@pytest.mark.parametrize("bad", ["2026Q5", "2026H0", "Q2", "2026-13", "2026 Q2", "", "2026-00"])
def test_what_is_no_period_is_refused(bad):
    with pytest.raises(BadValue, match="a period such as 2026"):
        periods.parse(bad)


def test_working_days_with_a_holiday_and_its_make_up_day():
    labour_day = frozenset(date(2026, 5, day) for day in range(1, 6))
    calendar = WorkCalendar(holidays=labour_day, make_up=frozenset({date(2026, 5, 9)}))
    assert not calendar.works(date(2026, 5, 4))
    assert calendar.works(date(2026, 5, 9))
    assert calendar.count(date(2026, 4, 30), date(2026, 5, 10)) == 5
    assert calendar.after(date(2026, 4, 30), 1) == date(2026, 5, 6)
    assert calendar.after(date(2026, 4, 30), 4) == date(2026, 5, 9)
    assert calendar.after(date(2026, 5, 6), 0) == date(2026, 5, 6)
    assert calendar.after(date(2026, 5, 1), 0) == date(2026, 5, 6)
    with pytest.raises(BadValue):
        calendar.after(DAY, -1)
    with pytest.raises(BadValue):
        WorkCalendar(weekend=frozenset(range(7)))


@settings(max_examples=200)
@given(st.integers(-(10**13), 10**13), st.sampled_from(["CNY", "USD", "JPY", "CHF"]))
def test_money_is_shown_and_read_back(amount, currency):
    value = Money(amount, currency)
    shown = money.display(value)
    assert money.parse(shown.replace("-", ""), currency).amount == abs(amount)


def test_how_money_looks():
    assert money.display(Money(4725000)) == "¥47,250.00"
    assert money.display_short(Money(4725000)) == "¥4.72万"
    assert money.display_short(Money(4725000), "en") == "¥47.25K"
    assert money.display_short(Money(-1200000000000)) == "-¥120亿"
    assert money.display_short(Money(99900)) == "¥999.00"
    assert money.parse("4.725万") == money.parse("¥47,250.00") == Money(4725000)
    assert money.parse("1.2亿元").amount == 12_000_000_000
    assert money.parse("$3.5K", "USD") == Money(350000, "USD")


@pytest.mark.parametrize("bad", ["", "1,23", "12.345", "abc", "1.00001万元元", "--1"])
def test_what_is_no_money_is_refused(bad):
    with pytest.raises(BadValue):
        money.parse(bad)


def test_currencies_are_not_mixed():
    assert Money(1) + Money(2) == Money(3)
    with pytest.raises(BadValue, match="one currency"):
        Money(1) + Money(1, "USD")
    with pytest.raises(BadValue):
        money.digits("yuan")


def test_names_sort_by_sound():
    names = ["周子航", "陈思远", "Anna", "林若溪"]
    assert sorted(names, key=pinyin_key) == ["Anna", "陈思远", "林若溪", "周子航"]
    assert pinyin_initials("陈思远") == "csy"


def test_a_mean_keeps_its_terms():
    how = mean([term("a", 1, 3), term("b", 2, None), term("c", 0, 9), term("d", 5, 7, "dropped")], equal_when_zero=True)
    assert how.value == 3
    assert how.weight == 1
    assert [line.counted for line in how.terms] == [True, False, True, False]
    assert mean([term("a", 0, 1), term("b", 0, 2)], equal_when_zero=True).value == Fraction(3, 2)
    assert mean([term("a", 0, 1)], equal_when_zero=False).value is None
    assert mean([], equal_when_zero=True).value is None
    with pytest.raises(BadValue, match="“weight” is -1; it must be 0 or more"):
        term("a", -1, 1)
