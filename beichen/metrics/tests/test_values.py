"""Figures: entered, corrected with both kept, held back, computed in the database, explained, signed by a second."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beichen.metrics import queries, rules
from beichen.metrics.formulas import computing, expressions
from beichen.metrics.formulas.quality import Fault, Limits, fault, late_days
from beichen.metrics.models import HeldValue, Metric, PersonValue, Publication, UnitValue
from beichen.metrics.tests.makers import APRIL, MAY, metric, publish, put, read
from beichen.metrics.tests.trees import CODES, FORMULAS, VALUES
from beichen.people.tests.makers import small
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Forbidden, NotFound
from tests.database import login

D = Decimal


@pytest.fixture
def town(db, owner_db):
    with owner_db():
        return small()


@pytest.fixture(autouse=True)
def june():
    with clock.frozen(datetime(2026, 6, 20, 4, tzinfo=UTC)):
        yield


def entered(town, value, unit="U1", period=APRIL, reason=""):
    return rules.ValueInput(period=period, value=D(str(value)), unit_id=town.units[unit].pk, reason=reason)


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_a_correction_keeps_both_figures_who_and_why(town):
    card = metric(town, "mau")
    put(town, card, APRIL, {"U1": 900})
    with pytest.raises(rules.ReasonMissing):
        rules.enter_value(town.actor("HA1"), card.id, entered(town, 930))
    rules.enter_value(town.actor("HA2"), card.id, entered(town, 930, reason="漏了海外"))
    assert read(town, card, APRIL) == {"U1": D(930)}
    line = queries.values(town.actor("A1"), card, APRIL)[0]
    told = queries.explain(town.actor("A1"), card, line.id)
    assert [(one.value, one.author) for one in (told.line, *told.earlier)] == [(D(930), "HA2"), (D(900), "HA1")]
    assert told.line.reason == "漏了海外"
    again = rules.enter_value(town.actor("HA2"), card.id, entered(town, 930, reason="漏了海外"))
    assert (again.unchanged, UnitValue.objects.count()) == ([town.units["U1"].pk], 2)


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_a_figure_that_fails_a_rule_is_held_back_and_counts_only_when_another_lets_it_through(town):
    card = metric(town, "rate", unit="%", least=D(0), most=D(100), jump_percent=50)
    assert rules.enter_value(town.actor("HA1"), card.id, entered(town, 130)).held[town.units["U1"].pk] == Fault(
        "range", D(100)
    )
    put(town, card, APRIL, {"U1": 40, "U2": 40})
    assert rules.enter_value(town.actor("HA1"), card.id, entered(town, 80, period=MAY)).held
    assert read(town, card, MAY) == {}
    with pytest.raises(rules.StillHeld):
        publish(town, card, APRIL)
    held = {line.fault: line for line in queries.held(town.actor("HA2"))}
    assert set(held) == {"range", "jump"}
    assert queries.held(town.actor("A1")) == []
    with pytest.raises(Forbidden):
        rules.decide_held(town.actor("HA1"), held["jump"].id, let_through=True, reason="核对过", version=1)
    rules.decide_held(town.actor("HA2"), held["jump"].id, let_through=True, reason="核对过", version=1)
    assert read(town, card, MAY) == {"U1": D(80)}
    rules.decide_held(town.actor("HA2"), held["range"].id, let_through=False, reason="录错", version=1)
    assert read(town, card, APRIL) == {"U1": D(40), "U2": D(40)}
    publish(town, card, APRIL)


@pytest.mark.req("METRIC-06")
@pytest.mark.parametrize(
    ("value", "before", "limits", "failed"),
    [
        (5, None, Limits(D(0), D(10)), None), (-1, None, Limits(D(0)), Fault("range", D(0))),
        (10, None, Limits(most=D(10)), None), (150, 100, Limits(jump_percent=50), None),
        (151, 100, Limits(jump_percent=50), Fault("jump", D(150))),
        (49, 100, Limits(jump_percent=50), Fault("jump", D(50))),
        (-151, -100, Limits(jump_percent=50), Fault("jump", D(-150))), (9, 0, Limits(jump_percent=50), None),
    ],
)  # fmt: skip
def test_the_rules_of_quality(value, before, limits, failed):
    assert fault(D(value), None if before is None else D(before), limits) == failed


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_figures_are_signed_by_somebody_else_and_a_correction_opens_them_again(town):
    card = metric(town, "mau")
    put(town, card, APRIL, {"U1": 900, "U2": 50})
    with pytest.raises(rules.WrittenByYou):
        publish(town, card, APRIL, by="HA1")
    with pytest.raises(Forbidden):
        publish(town, card, APRIL, by="A1")
    assert queries.published(town.actor("A1"), {card.id}, APRIL, unit_id=town.units["U1"].pk) == {}
    publish(town, card, APRIL)
    found = queries.period_card(town.actor("A1"), card, APRIL)
    assert (found.state, found.values, found.by_hand, found.missing, found.late_days) == ("published", 2, 2, 0, 46)
    assert found.hand_percent == 100
    [(_, value)] = queries.published(town.actor("A1"), {card.id}, APRIL, unit_id=town.units["U1"].pk).values()
    assert value == 900
    rules.enter_value(town.actor("HA2"), card.id, entered(town, 901, reason="补录"))
    assert queries.period_card(town.actor("A1"), card, APRIL).state == "open"
    assert queries.published(town.actor("A1"), {card.id}, APRIL, unit_id=town.units["U1"].pk) == {}
    with pytest.raises(rules.WrittenByYou):
        publish(town, card, APRIL)
    publish(town, card, APRIL, by="HA1")


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_missing_figures_are_shown_as_missing_and_said_when_signed(town):
    card = metric(town, "mau")
    put(town, card, APRIL, {"U1": 900, "U2": 50})
    put(town, card, MAY, {"U1": 910})
    assert queries.period_card(town.actor("A1"), card, MAY).missing == 1
    assert queries.missing(town.actor("A1"), card, MAY) == [(town.units["U2"].pk, "U2")]
    with pytest.raises(rules.MissingUnsaid):
        publish(town, card, MAY)
    publish(town, card, MAY, note="U2 本月停业务")
    assert queries.period_card(town.actor("A1"), card, MAY).note == "U2 本月停业务"


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_nothing_is_published_without_definition_owner_and_source(town):
    made = rules.create_metric(town.actor("HA1"), rules.MetricInput(code="bare", name="没有口径", unit="人"))
    card = rules.enact_metric(town.actor("HA2"), made.id, made.version)
    put(town, card, APRIL, {"U1": 1})
    with pytest.raises(rules.Incomplete):
        publish(town, card, APRIL)


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
def test_people_read_their_own_figures_and_those_of_their_line(town):
    card = metric(town, "tickets", subject="person")
    put(town, card, APRIL, {"A1": 12, "B1": 9})
    seen = {who: set(read(town, card, APRIL, who)) for who in ("A1", "B1", "M1", "E1", "HR1", "HA1", "A2")}
    assert seen == {"A1": {"A1"}, "B1": {"B1"}, "M1": {"A1"}, "E1": {"A1", "B1"}, "HR1": {"A1"},
                    "HA1": {"A1", "B1"}, "A2": set()}  # fmt: skip
    value = PersonValue.objects.get(person_id=town.id("B1"))
    with pytest.raises(NotFound):
        queries.explain(town.actor("A1"), card, value.pk)
    with pytest.raises(Forbidden):
        rules.enter_value(
            town.actor("M1"), card.id, rules.ValueInput(period=APRIL, value=D(1), person_id=town.id("A2"))
        )


@pytest.mark.django_db
@pytest.mark.req("METRIC-06")
@pytest.mark.parametrize("period", ["2026Q2", "2026-07", "abc", "2026"])
def test_a_period_that_does_not_fit_is_refused(town, period):
    card = metric(town, "mau")
    with pytest.raises((rules.WrongPeriod, rules.BadFormula, ValueError, Exception)) as refused:
        rules.enter_value(town.actor("HA1"), card.id, entered(town, 1, period=period))
    assert getattr(refused.value, "status", 0) == 422


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
def test_a_formula_is_computed_for_all_and_explained_by_what_went_in(town):
    paid, mau = metric(town, "paid"), metric(town, "mau")
    share = metric(town, "share", unit="%", formula="paid / mau * 100")
    put(town, paid, APRIL, {"U1": 33, "U2": 1, "HR": 5})
    put(town, mau, APRIL, {"U1": 900, "U2": 0})
    done = rules.compute(town.actor("HA1"), share.id, APRIL)
    assert (done.written, done.replaced, done.held) == (1, 0, 0)
    assert read(town, share, APRIL) == {"U1": D("3.666667")}
    told = queries.explain(town.actor("A1"), share, queries.values(town.actor("A1"), share, APRIL)[0].id)
    assert [(term.code, term.value, term.author, term.origin) for term in told.terms] == [
        ("paid", D(33), "HA1", "by_hand"), ("mau", D(900), "HA1", "by_hand"),
    ]  # fmt: skip
    assert (told.with_numbers, told.gives, told.agrees) == ("33 / 900 * 100", D("3.666667"), True)
    assert rules.compute(town.actor("HA1"), share.id, APRIL).written == 0
    rules.enter_value(town.actor("HA1"), paid.id, entered(town, 36, reason="补录"))
    done = rules.compute(town.actor("HA1"), share.id, APRIL)
    assert (done.written, done.replaced) == (1, 1)
    newest = queries.explain(town.actor("A1"), share, queries.values(town.actor("A1"), share, APRIL)[0].id)
    assert [one.value for one in (newest.line, *newest.earlier)] == [D(4), D("3.666667")]
    old = queries.explain(town.actor("A1"), share, told.line.id)
    assert [term.value for term in old.terms] == [D(33), D(900)]
    assert old.agrees


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
def test_what_a_formula_rests_on_is_computed_first_and_published_first(town):
    a = metric(town, "a")
    double = metric(town, "double", formula="a * 2")
    most = metric(town, "most", formula="double + a", most=D(100))
    put(town, a, APRIL, {"U1": 5, "U2": 50})
    done = rules.compute(town.actor("HA1"), most.id, APRIL)
    assert read(town, double, APRIL) == {"U1": D(10), "U2": D(100)}
    assert (read(town, most, APRIL), done.held) == ({"U1": D(15)}, 1)
    assert rules.compute(town.actor("HA1"), most.id, APRIL).held == 0
    [held] = queries.held(town.actor("HA2"))
    rules.decide_held(town.actor("HA2"), held.id, let_through=True, reason="属实", version=1)
    assert read(town, most, APRIL) == {"U1": D(15), "U2": D(150)}
    with pytest.raises(rules.InputsOpen):
        publish(town, most, APRIL)
    for card in (a, double, most):
        publish(town, card, APRIL)
    with pytest.raises(rules.NotCollected):
        rules.enter_value(town.actor("HA1"), most.id, entered(town, 1))


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    FORMULAS, st.lists(st.fixed_dictionaries({(c, b): VALUES for c in CODES for b in (0, 1)}), min_size=5, max_size=5)
)
def test_the_statement_over_the_tables_gives_what_python_gives(town, tree, drawn):
    """For random formulas over random figures of five units, with gaps: the same units, the same digits."""
    if not expressions.refs(tree):
        return
    with login(None):
        for table in (UnitValue, HeldValue, Publication):
            table.objects.all().delete()
        Metric.objects.all().delete()
        made = {code: Metric.objects.create(code=code, name=code, state="in_force") for code in CODES}
        whole = Metric.objects.create(code="whole", name="whole", state="in_force", formula=expressions.written(tree))
        units = sorted(town.units.values(), key=lambda unit: unit.pk)
        for unit, row in zip(units, drawn, strict=True):
            UnitValue.objects.bulk_create(
                UnitValue(
                    metric=made[code], unit=unit, period=(MAY, APRIL)[before], value=value, at=clock.now(),
                    origin="import",
                )
                for (code, before), value in row.items() if value is not None
            )  # fmt: skip
    rules.compute(town.actor("HA1"), whole.pk, MAY)
    read_by = set(expressions.refs(tree))
    expected = {}
    for unit, row in zip(units, drawn, strict=True):
        given_values = {ref: row[ref.code, ref.before] for ref in read_by}
        value = computing.result(tree, given_values, zero_gives_zero=False)
        if value is not None and any(one is not None for one in given_values.values()):
            expected[unit.pk] = value
    found = dict(UnitValue.objects.filter(metric=whole, is_current=True).values_list("unit_id", "value"))
    assert found == expected


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
def test_all_subjects_are_computed_by_one_statement(town, django_assert_max_num_queries):
    a = metric(town, "a")
    double = metric(town, "double", formula="a * 2")
    put(town, a, APRIL, dict.fromkeys(("U0", "U1", "U2", "HR", "HR2"), 7))
    with django_assert_max_num_queries(30) as seen:
        rules.compute(town.actor("HA1"), double.id, APRIL)
    writes = [line["sql"] for line in seen.captured_queries if "INSERT INTO metrics_unitvalue" in line["sql"]]
    assert len(writes) == 1
    assert connection.vendor == "postgresql"
    assert len(read(town, double, APRIL)) == 5


@pytest.mark.req("METRIC-06")
def test_days_of_delay():
    ended, day = date(2026, 4, 30), date(2026, 5, 8)
    assert (late_days(ended, 5, day), late_days(ended, 8, day), late_days(ended, 30, day)) == (3, 0, 0)
