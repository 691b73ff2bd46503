"""Five separate things about a goal and its key results, and progress set by hand beside the calculated one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from beichen.goals import queries, rules
from beichen.goals.models import GoalStat
from beichen.goals.pages import standing
from beichen.goals.rules import errors, rollup
from beichen.goals.tests.makers import NOON, aligned, goal, key_result, world
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.auth.models import Account
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from tests.cast import sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
WHY = "两个试点按双倍算"


@pytest.fixture
def made(owner_db):
    with owner_db():
        found = world()
        parent = goal(found, "团队目标", "M1")
        child = goal(found, "我的目标", "A1", approved_by=found.company.people["M1"], approved_at=NOON)
        key_result(child, "续费率")
        aligned(child, parent)
    return found


def drained(made):
    rollup.drain(system("goals.drain", "test"), made.cycle.pk)


def read(made, title, who="A1"):
    return queries.goal(made.actor(who), made.goals[title].pk)


@pytest.mark.req("GOAL-11")
def test_progress_by_hand_counts_upward_and_comes_back_with_one_act(made):
    me, pk = made.actor("A1"), made.goals["我的目标"].pk
    [result] = queries.goal_view(me, pk).key_results
    rules.report(me, result.id, rules.ReportInput(value=Decimal(30), confidence="at_risk"))
    card = rules.set_progress(me, pk, 500_000, WHY, read(made, "我的目标").version)
    assert rules.set_progress(me, pk, 500_000, WHY, 1).version == card.version
    drained(made)
    card = read(made, "我的目标")
    assert (card.progress, card.manual_progress, card.shown_progress) == (300_000, 500_000, 500_000)
    assert read(made, "团队目标").progress == 500_000
    assert GoalStat.objects.get(pk=pk).score == 3000
    rules.take_back_progress(me, pk, card.version)
    assert rules.take_back_progress(me, pk, 1).manual_progress is None
    drained(made)
    assert (read(made, "我的目标").shown_progress, read(made, "团队目标").progress) == (300_000, 300_000)
    with acting(system("seal_audit", "t")):
        told = [line.details["progress"] for line in Entry.objects.filter(act="goals.correct")]
    assert sorted(told, key=str) == [[500_000, None], [None, 500_000]]


@pytest.mark.parametrize(("number", "may"), [("A1", True), ("M1", True), ("A2", False), ("E1", False), ("HA1", False)])
def test_who_sets_progress_by_hand(made, number, may):
    pk, version = made.goals["我的目标"].pk, read(made, "我的目标").version
    if may:
        assert rules.set_progress(made.actor(number), pk, 1, WHY, version).manual_progress == 1
    else:
        with pytest.raises((Forbidden, NotFound)):
            rules.set_progress(made.actor(number), pk, 1, WHY, version)


@pytest.mark.parametrize(("progress", "reason", "version", "error"), [
    (1_000_001, WHY, None, errors.ProgressRange), (-1, WHY, None, errors.ProgressRange),
    (500_000, " ", None, errors.NoReason), (500_000, WHY, 99, Changed),
])  # fmt: skip
def test_what_progress_by_hand_needs(made, progress, reason, version, error):
    card = read(made, "我的目标")
    with pytest.raises(error):
        rules.set_progress(made.actor("A1"), card.id, progress, reason, version or card.version)


@pytest.mark.req("GOAL-11", "GOAL-09")
def test_each_of_the_five_says_where_it_came_from(made):
    me, pk = made.actor("A1"), made.goals["我的目标"].pk
    [result] = queries.goal_view(me, pk).key_results
    rules.report(me, result.id, rules.ReportInput(value=Decimal(30), confidence="at_risk", day=date(2026, 5, 12)))
    rules.report(me, result.id, rules.ReportInput(value=Decimal(40), source="token"))
    drained(made)
    view = queries.goal_view(me, pk)
    name = made.company.people["A1"].name
    with translation.override("en"):
        whole = {fact.name: fact for fact in standing.of_goal(view)}
        part = {fact.name: fact for fact in standing.of_key_result(view.key_results[0], view.settings, "committed")}
    assert set(whole) == set(part) == {"Progress", "Health", "Confidence", "Score", "Weight"}
    assert (whole["Progress"].value, whole["Progress"].day) == ("40.0%", NOON.date())
    assert (part["Progress"].value, part["Progress"].source) == ("40.0%", f"Through the API · {name}")
    assert (whole["Confidence"].value, whole["Confidence"].day) == ("At risk", date(2026, 5, 12))
    assert name in part["Confidence"].source
    assert (whole["Score"].value, part["Score"].value) == ("40.00", "40.00")
    # 46 of 90 days have passed by the end of 16 May, counted from 1 April: 40 % ÷ 50 %.
    assert "0.80" in whole["Health"].source
    assert made.company.people["M1"].name in whole["Weight"].source


@pytest.mark.req("GOAL-11")
def test_the_page_keeps_the_calculated_value_and_takes_back_with_one_tap(made, owner_db):
    pk = made.goals["我的目标"].pk
    at = reverse("goals:goal", args=[pk])
    with owner_db():
        Account.objects.create(email="a1@example.com", person_id=made.company.id("A1"), name="A1")
    client = sign_in(made.company.id("A1"))
    sent = {"progress": "55", "reason": WHY, "version": str(read(made, "我的目标").version)}
    assert client.post(reverse("goals:correct", args=[pk]), sent).status_code == 303
    drained(made)
    drawn = client.get(at).content.decode()
    assert WHY in drawn
    assert "55.0%" in drawn
    assert "0.0%" in drawn
    back = client.post(reverse("goals:take_back", args=[pk]), {"version": str(read(made, "我的目标").version)})
    assert back.status_code == 303
    assert WHY not in client.get(at).content.decode()
