"""The desk before filing: plans of peers side by side, and what stands out in them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from django.urls import reverse

from beichen.goals import queries, rules
from beichen.goals.formulas.desk import Outline, stands_out, usual
from beichen.goals.models import KeyResultStat
from beichen.goals.tests.makers import NOON, accounts, goal, key_result, world
from beichen.people import queries as people
from beichen.people.models import Cycle, Period, Person
from beichen.platform.kit import clock
from tests.cast import sign_in

LIMITS = (3, 5)
PLAIN = Outline((4000, 3000, 3000), stretch=1)


@pytest.mark.req("GOAL-07")
@pytest.mark.parametrize(("plan", "peers", "notes"), [
    (PLAIN, [PLAIN] * 5, []),
    (Outline((4000, 3000), stretch=1), [PLAIN] * 5, ["weights", "few"]),
    (Outline((2000, 2000, 2000, 2000, 1000, 1000), stretch=1), [PLAIN] * 5, ["many"]),
    (Outline((6000, 2000, 2000), stretch=1), [PLAIN] * 5, ["heavy"]),
    (Outline((5900, 2100, 2000), stretch=1), [PLAIN] * 5, []),
    (Outline((4000, 3000, 3000)), [PLAIN] * 5, ["safe_beside"]),
    (Outline((6000, 2000, 2000)), [PLAIN] * 4, []),
    (Outline((4000, 3000, 3000), stretch=1, far=2, safe=1), [PLAIN], ["far", "safe"]),
    (Outline(()), [PLAIN] * 5, ["weights", "few"]),
])  # fmt: skip
def test_what_stands_out(plan, peers, notes):
    assert stands_out(plan, peers, LIMITS) == notes


def test_what_is_usual():
    found = usual([PLAIN, Outline((6000, 4000)), Outline((10_000,)), Outline(())])
    assert found
    assert (found.count, found.heaviest, found.stretching) == (Fraction(2), Fraction(6000), Fraction(1, 3))
    assert usual([Outline(())]) is None


@pytest.fixture
def made(owner_db):
    with clock.frozen(NOON), owner_db():
        found = world()
        accounts(found)
        Person.objects.filter(number__in=["A1", "A2", "A3"]).update(position="产品经理")
        for number, weight in (("A1", 6000), ("A2", 10_000), ("B1", 10_000)):
            key_result(goal(found, f"目标 {number}", number, weight=weight), "续费率", target=Decimal(90))
        goal(found, "待确认", "A3", state="proposed", weight=4000)
        goal(found, "草稿", "A3", state="draft", weight=6000)
        goal(found, "自己的", "M1")
    return found


def names(made, number, **how):
    cycle = people.cycle(made.actor(number), made.cycle.pk)
    found = queries.desk(made.actor(number), cycle, **how)
    return {group.name: sorted(line.person.number for line in group.lines) for group in found.groups}


@pytest.mark.django_db
@pytest.mark.req("GOAL-07")
def test_who_is_compared_is_who_is_led_or_looked_after(made):
    with clock.frozen(NOON):
        assert names(made, "M1") == {"产品经理": ["A1", "A2", "A3"]}
        # Further up one compares all those below, not the own plan; a colleague beside compares nobody.
        assert {n for group in names(made, "E1").values() for n in group} == {"A1", "A2", "A3", "B1", "M1"}
        assert names(made, "M2") == {"": ["B1"]}
        everyone = names(made, "HA1")
        assert everyone["产品经理"] == ["A1", "A2", "A3"]
        assert "B1" in {number for group in everyone.values() for number in group}
        assert names(made, "A2") == {}
        u1 = made.company.units["U1"].pk
        assert {n for group in names(made, "E1", unit_id=u1).values() for n in group} == {"A1", "A2", "A3", "M1"}


@pytest.mark.django_db
@pytest.mark.req("GOAL-07")
@pytest.mark.parametrize(("number", "status"), [
    ("M1", 200), ("E1", 200), ("A1", 200), ("HR1", 200), ("HA1", 200), ("A2", 403), ("CA1", 403),
])  # fmt: skip
def test_whoever_leads_or_looks_after_somebody_opens_the_desk(made, owner_db, number, status):
    with clock.frozen(NOON):
        with owner_db():
            client = sign_in(made.company.id(number))
        assert client.get(reverse("goals:desk")).status_code == status
        assert client.get("/api/v1/goals/desk", {"cycle_id": made.cycle.pk}).status_code == status
        tabs = client.get(reverse("goals:plan")).content.decode()
        assert (reverse("goals:desk") in tabs) == (status == 200)


@pytest.mark.django_db
@pytest.mark.req("GOAL-07")
def test_drafts_stay_private_and_the_last_cycle_stands_beside(made, owner_db):
    with clock.frozen(NOON):
        with owner_db():
            before = Period.objects.create(
                key="2026Q1", kind="quarter", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
            )
            past = Cycle.objects.create(period=before, scope=made.company.units["U0"], phase="C11", settings={})
            closed = goal(made, "上季度", "A1", cycle=past, state="closed")
            line = key_result(closed, "续费率", baseline=Decimal(0), target=Decimal(40))
            KeyResultStat.objects.filter(pk=line.pk).update(current=Decimal(20), progress=500_000)
        cycle = people.cycle(made.actor("M1"), made.cycle.pk)
        [group] = queries.desk(made.actor("M1"), cycle).groups
        lines = {one.person.number: one for one in group.lines}
        assert [one.title for one in lines["A3"].goals] == ["待确认"]
        # Last time from 0 to 20, now from 0 to 90: four and a half times as far.
        assert (lines["A1"].outline.far, lines["A2"].outline.far) == (1, 0)
        assert "far" in lines["A1"].notes


@pytest.mark.django_db
@pytest.mark.req("GOAL-07")
def test_hr_files_several_at_once_from_the_desk(made, owner_db):
    with clock.frozen(NOON):
        cycle = Cycle.objects.get(pk=made.cycle.pk)
        goals = {**cycle.settings.get("goals", {}), "approval": [{"role": "LM", "days": 5}, {"role": "HA", "days": 5}]}
        cycle.settings = {**cycle.settings, "goals": goals}
        cycle.save()
        me = made.actor("A2")
        card = rules.create_goal(me, made.cycle.pk, rules.GoalInput(title="要备案的", weight=1000, verification="报表"))
        entered = rules.KeyResultInput(title="数", measure="yes_no", weight=10_000)
        rules.add_key_result(me, card.id, entered, card.version)
        proposed = rules.propose_goal(me, card.id, queries.goal(me, card.id).version)
        rules.approve_goal(made.actor("M1"), card.id, proposed.version)
        asked = queries.goal(me, card.id)
        hr = next(n for n in ("HA1", "HA2") if made.company.id(n) == asked.approver_id)
        with owner_db():
            client, other = sign_in(made.company.id(hr)), sign_in(made.company.id("B2"))
        assert other.get(reverse("goals:desk")).status_code in (403, 404)
        drawn = client.get(reverse("goals:desk")).content.decode()
        assert f'value="{card.id}:{asked.version}"' in drawn
        sent = client.post(reverse("goals:approve_many"), {"goal": f"{card.id}:{asked.version}"})
        assert sent.status_code == 303
        assert queries.goal(me, card.id).state == "active"
