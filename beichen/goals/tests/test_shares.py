"""Shared results: who may share, who agrees, who decides, what counts for whom, what the work shows beside it."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from beichen.goals import panels, queries, rules
from beichen.goals.models import ContributionShare, GoalStat, GoalTask, SharedResult
from beichen.goals.rules import GoalInput, PartyInput, errors
from beichen.goals.tests import makers
from beichen.goals.tests.makers import NOON, browser, goal, key_result, world
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.kit.words import BadValue
from tests.database import past_the_guards

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
SHARED = "新用户次周留存"
WHY = "三步里有两步是我做的"


@pytest.fixture
def made(owner_db):
    with owner_db():
        found = world()
        joint = goal(found, SHARED, "A1", weight=4000)
        key_result(joint, "留存率")
        alone = goal(found, "看板上线", "A1", weight=6000)
        others = goal(found, "素材产出", "B1", weight=7000)
        for one, score in ((joint, 5000), (alone, 10_000), (others, 8000)):
            GoalStat.objects.update_or_create(goal=one, defaults={"progress": 500_000, "score": score})
    return found


def share(made, who="A1", parts=(("A1", 50), ("A2", 30), ("B1", 20)), version=0, lead=None):
    parties = [PartyInput(person_id=made.company.id(number), part=part) for number, part in parts]
    lead_id = made.company.id(lead) if lead else None
    return rules.share_result(made.actor(who), made.goals[SHARED].pk, parties, lead_id, version)


def answer(made, who, version, *, agrees=True, **said):
    return rules.answer_share(made.actor(who), made.goals[SHARED].pk, version, agrees=agrees, **said)


def agreed(made, weight=None):
    return answer(made, "B1", answer(made, "A2", share(made)), weight=weight)


def shown(made, who="A1"):
    return queries.shares(made.actor(who), made.goals[SHARED].pk)


def by_number(made, parts):
    return {made.company.id(number): part for number, part in parts.items()}


def counted(made, number, reader=None):
    person = made.company.id(number)
    found = queries.scored_goals(made.actor(reader or number), [person], made.cycle.pk)
    return [(line.title, line.weight, line.full, line.score) for line in found.get(person, [])]


def told(made, template, owner_db):
    with owner_db():
        return makers.told(made, template)


@pytest.mark.req("METRIC-04")
def test_parts_count_once_all_have_agreed_and_each_plan_says_how_much(made, owner_db):
    version = share(made)
    assert told(made, "goals.share_asked", owner_db) == ["A2", "B1"]
    assert not shown(made).in_force
    assert counted(made, "A1") == [("看板上线", 6000, None, 10_000), (SHARED, 4000, None, 5000)]
    assert counted(made, "B1") == [("素材产出", 7000, None, 8000)]
    version = answer(made, "A2", version)
    assert answer(made, "A2", version) == version
    assert not shown(made).in_force
    answer(made, "B1", version, weight=2000)
    found = shown(made, "E1")
    assert (found.in_force, found.decide_by) == (True, None)
    assert [(line.part, line.share, line.weight, line.counts) for line in found.lines] == [
        (50, Fraction(1, 2), 4000, 4000), (30, Fraction(3, 10), 4000, 2400), (20, Fraction(1, 5), 2000, 800),
    ]  # fmt: skip
    assert counted(made, "A1") == [("看板上线", 6000, None, 10_000), (SHARED, 4000, 4000, 5000)]
    assert counted(made, "A2") == [(SHARED, 2400, 4000, 5000)]
    assert counted(made, "B1", "M2") == [("素材产出", 7000, None, 8000), (SHARED, 800, 2000, 5000)]
    assert queries.has_scores(made.actor("A2"), made.company.id("A2"), made.cycle.pk)
    [line] = queries.joint_lines(made.actor("B1"), made.company.id("B1"), made.cycle.pk)
    assert (line.title, line.share, line.full, line.weight, line.progress) == (SHARED, "20%", 2000, 800, 500_000)
    with owner_db():
        noted = Entry.objects.filter(kind="goals.sharedresult").order_by("pk").values_list("act", flat=True)
        assert list(noted) == ["goals.share", "goals.answer_share", "goals.answer_share"]
    assert told(made, "goals.shares_in_force", owner_db) == ["A1", "A2", "M1", "M2"]


@pytest.mark.req("METRIC-04")
@pytest.mark.parametrize(("chosen", "plan"), [
    ("by_contribution", [("素材产出", 7000, None), (SHARED, 800, 2000)]),
    ("fill_up", [("素材产出", 8200, None), (SHARED, 800, 2000)]),
    ("in_full", [("素材产出", 7000, None), (SHARED, 2000, 2000)]),
])  # fmt: skip
def test_the_cycle_says_what_a_part_weighs(made, owner_db, chosen, plan):
    with owner_db():
        made.cycle.settings["goals"] = {**made.cycle.settings.get("goals", {}), "shared": chosen}
        made.cycle.save()
    agreed(made, weight=2000)
    assert [line[:3] for line in counted(made, "B1")] == plan


@pytest.mark.req("METRIC-04")
def test_somebody_who_disagrees_is_heard_and_the_lead_decides_with_a_reason(made, owner_db):
    version = answer(made, "A2", share(made))
    version = answer(made, "B1", version, agrees=False, reason=WHY)
    found = shown(made)
    assert (found.disputed, found.decide_by, found.lead_id) == (True, date(2026, 5, 23), made.company.id("M1"))
    assert told(made, "goals.share_disputed", owner_db) == ["A1", "M1"]
    assert [line.reason for line in shown(made, "M1").lines] == ["", "", WHY]
    assert [line.reason for line in shown(made, "B2").lines] == ["", "", ""]
    assert [one.title for one in panels.waiting(made.actor("M1"), 9) if "settle" in one.key] == [f"裁定份额：{SHARED}"]
    parts = by_number(made, {"A1": 40, "A2": 30, "B1": 30})
    pk = made.goals[SHARED].pk
    for who in ("A1", "B1", "E1", "HA1"):
        with pytest.raises(Forbidden):
            rules.settle_shares(made.actor(who), pk, parts, "大家都说了", version)
    with pytest.raises(Invalid):
        rules.settle_shares(made.actor("M1"), pk, parts, " ", version)
    with pytest.raises(Invalid):
        rules.settle_shares(made.actor("M1"), pk, by_number(made, {"A1": 40, "A2": 60}), "少了一位", version)
    with pytest.raises(BadValue):
        rules.settle_shares(made.actor("M1"), pk, {**parts, made.company.id("B1"): 0}, "没有份", version)
    with pytest.raises(Changed):
        rules.settle_shares(made.actor("M1"), pk, parts, "大家都说了", version - 1)
    version = rules.settle_shares(made.actor("M1"), pk, parts, "第三步也由乙完成", version)
    found = shown(made, "E1")
    assert (found.in_force, found.decision) == (True, "第三步也由乙完成")
    assert [line.part for line in found.lines] == [40, 30, 30]
    assert counted(made, "B1")[1] == (SHARED, 3000, 4000, 5000)
    with pytest.raises(errors.NotDisputed):
        rules.settle_shares(made.actor("M1"), pk, parts, "再来一次", version)
    with pytest.raises(errors.SharesInForce):
        answer(made, "B1", version, agrees=False, reason="还是不对")


@pytest.mark.req("METRIC-04")
def test_nobody_decides_about_a_part_of_their_own(made):
    version = share(made, parts=(("A1", 2), ("M1", 1), ("B1", 1)), lead="A3")
    version = answer(made, "B1", version, agrees=False, reason=WHY)
    parts = by_number(made, {"A1": 1, "M1": 2, "B1": 1})
    for rule in (partial(rules.settle_shares, reason="我说了算"), rules.say_seen):
        with pytest.raises(Forbidden):
            rule(made.actor("M1"), made.goals[SHARED].pk, parts, version=version)
    rules.settle_shares(made.actor("A3"), made.goals[SHARED].pk, parts, "都听过了", version)


@pytest.mark.req("METRIC-04")
def test_a_party_says_what_it_weighs_in_the_own_plan_and_the_owner_does_not(made):
    version = share(made, "M1")
    version = answer(made, "A1", version, weight=1)
    with pytest.raises(BadValue):
        answer(made, "B1", version, weight=10_001)
    version = answer(made, "B1", version, weight=2500)
    answer(made, "A2", version)
    assert [(line.weight, line.counts) for line in shown(made).lines] == [(4000, 4000), (4000, 2400), (2500, 1000)]
    assert share(made, parts=(("A1", 1), ("B1", 1)), version=4) == 5
    assert [line.weight for line in shown(made).lines] == [4000, 2500]


@pytest.mark.req("METRIC-04")
def test_a_named_lead_decides_in_place_of_the_manager(made):
    version = answer(made, "B1", share(made, lead="A3"), agrees=False, reason=WHY)
    parts = by_number(made, {"A1": 1, "A2": 1, "B1": 1})
    rules.settle_shares(made.actor("A3"), made.goals[SHARED].pk, parts, "三人一样多", version)
    assert [line.share for line in shown(made).lines] == [Fraction(1, 3)] * 3
    assert [line.counts for line in shown(made).lines] == [4000] * 3


@pytest.mark.req("METRIC-04")
def test_other_parts_are_asked_anew_and_count_again_once_agreed(made):
    version = agreed(made)
    assert share(made, parts=(("A1", 2), ("B1", 1)), version=version) == version + 1
    found = shown(made)
    assert ([line.state for line in found.lines], found.in_force) == (["agreed", "asked"], False)
    assert counted(made, "A1")[1] == (SHARED, 4000, None, 5000)
    assert not shown(made, "A2").is_mine
    answer(made, "B1", version + 1)
    assert [line.counts for line in shown(made).lines] == [4000, 2000]
    assert counted(made, "A2") == []


@pytest.mark.req("METRIC-04")
@pytest.mark.parametrize(("who", "error"), [
    ("A1", None), ("M1", None), ("A2", Forbidden), ("M2", Forbidden), ("E1", Forbidden), ("HA1", Forbidden),
])  # fmt: skip
def test_the_owner_and_the_manager_share_and_nobody_else(made, who, error):
    if error:
        with pytest.raises(error):
            share(made, who)
        return
    share(made, who)
    asked = [line.state for line in shown(made).lines]
    assert asked == (["agreed", "asked", "asked"] if who == "A1" else ["asked"] * 3)


@pytest.mark.req("METRIC-04")
def test_only_the_party_answers_for_itself(made):
    version = share(made)
    for who in ("M2", "E1", "HA1"):
        with pytest.raises(NotFound):
            answer(made, who, version)
    with pytest.raises(Invalid):
        answer(made, "B1", version, agrees=False)
    with pytest.raises(Changed):
        answer(made, "B1", version + 1)


@pytest.mark.req("METRIC-04")
@pytest.mark.parametrize(("parts", "how", "error"), [
    ((("A1", 1),), {}, BadValue),
    ((("A1", 1), ("A1", 1)), {}, Invalid),
    ((("A2", 1), ("B1", 1)), {}, Invalid),
    ((("A1", 1), ("B1", 0)), {}, BadValue),
    ((("A1", 1), ("B1", 1001)), {}, BadValue),
    ((("A1", 1), ("M1", 1)), {}, Invalid),
    ((("A1", 1), ("B1", 1)), {"lead": "B1"}, Invalid),
])  # fmt: skip
def test_what_makes_no_sense_is_refused_and_nothing_is_kept(made, parts, how, error):
    with pytest.raises(error):
        share(made, parts=parts, **how)
    assert shown(made) is None


@pytest.mark.req("METRIC-04")
def test_a_hidden_goal_a_goal_of_a_unit_and_a_draft_are_not_shared_and_a_shared_one_stays_open(made, owner_db):
    with owner_db():
        goal(made, "保密", "A1", visibility="restricted")
        goal(made, "部门", "M1", unit="U1")
        goal(made, "草稿", "A1", state="draft")
    for title, who, error in (
        ("保密", "A1", errors.CannotShare), ("部门", "M1", errors.CannotShare), ("草稿", "A1", errors.NotRunning),
    ):  # fmt: skip
        owner = made.goals[title].owner_id
        parties = [PartyInput(person_id=owner, part=1), PartyInput(person_id=made.company.id("B1"), part=1)]
        with pytest.raises(error):
            rules.share_result(made.actor(who), made.goals[title].pk, parties, made.company.id("A3"), 0)
    share(made)
    entered = GoalInput(title=SHARED, weight=4000, visibility="restricted")
    with pytest.raises(errors.SharedStaysOpen):
        rules.edit_goal(made.actor("M1"), made.goals[SHARED].pk, entered, 1)


@pytest.mark.req("METRIC-04")
def test_locked_terms_lock_the_parts(made, owner_db):
    version = share(made)
    with owner_db():
        locks = [{"what": "terms", "since": "2026-05-01", "kind": ""}]
        made.cycle.settings["goals"] = {**made.cycle.settings.get("goals", {}), "locks": locks}
        made.cycle.save()
    with pytest.raises(errors.Locked):
        answer(made, "B1", version)
    with pytest.raises(errors.Locked):
        share(made, version=version)


@pytest.mark.req("METRIC-04")
def test_parts_far_from_the_work_are_asked_about(made, owner_db):
    version = agreed(made)
    task = {"goal": made.goals[SHARED], "state": "done", "done_on": date(2026, 5, 10), "created_at": NOON}

    def done(number, count):
        with owner_db():
            for n in range(count):
                person = made.company.people[number]
                GoalTask.objects.create(title=f"{number} {n}", assignee=person, by=person, **task)

    done("A1", 1)
    done("B1", 1)
    assert [(line.by_tasks, line.far) for line in shown(made).lines] == [(None, 0)] * 3
    done("B1", 2)
    lines = shown(made).lines
    assert [(line.done, line.by_tasks, line.far) for line in lines] == [
        (1, Fraction(1, 4), -1), (0, Fraction(0), -1), (3, Fraction(3, 4), 1),
    ]  # fmt: skip
    seen = by_number(made, {"A1": 50, "A2": 0, "B1": 50})
    with pytest.raises(Forbidden):
        rules.say_seen(made.actor("A1"), made.goals[SHARED].pk, seen, version)
    rules.say_seen(made.actor("M1"), made.goals[SHARED].pk, seen, version)
    lines = shown(made, "E1").lines
    assert [line.by_lead for line in lines] == [Fraction(1, 2), Fraction(0), Fraction(1, 2)]
    assert [line.counts for line in lines] == [4000, 2400, 1600]


@pytest.mark.req("METRIC-04")
def test_the_database_keeps_parts_whole_by_itself(made, owner_db):
    share(made)
    with owner_db():
        shares = ContributionShare.objects.filter(shared_id=made.goals[SHARED].pk)
        for wrong in ({"part": 0}, {"weight": 10_001}, {"state": "maybe"}, {"state": "disputed", "reason": ""}):
            with pytest.raises(IntegrityError), transaction.atomic(), past_the_guards():
                shares.update(**wrong)
        with pytest.raises(IntegrityError), transaction.atomic(), past_the_guards():
            SharedResult.objects.filter(pk=made.goals[SHARED].pk).update(in_force=True, decide_by=date(2026, 6, 1))


@pytest.mark.req("METRIC-04")
def test_shared_answered_and_decided_on_pages(made, owner_db):
    pk = made.goals[SHARED].pk
    with owner_db():
        clients = {number: browser(made, number) for number in ("A1", "B1", "M1", "B2")}
        numbers = {number: person.number for number, person in made.company.people.items()}
    assert "由多人共同负责" in clients["A1"].get(reverse("goals:shares", args=[pk])).content.decode()
    at = reverse("goals:share", args=[pk])
    assert clients["A1"].get(at).status_code == 200
    assert clients["B2"].get(at).status_code == 403
    typed = {"own": "50", "who_0": numbers["B1"], "part_0": "30", "version": "0"}
    assert clients["A1"].post(at, {**typed, "who_0": "nobody"}).status_code == 422
    assert clients["A1"].post(at, typed).status_code == 303
    answer_at = reverse("goals:answer_share", args=[pk])
    assert "37.5%" in clients["B1"].get(answer_at).content.decode()
    assert clients["B2"].get(answer_at).status_code == 404
    said = {"agrees": "no", "reason": WHY, "version": "1"}
    assert clients["B1"].post(answer_at, said).status_code == 303
    panel = reverse("goals:shares", args=[pk])
    assert WHY in clients["M1"].get(panel).content.decode()
    assert WHY not in clients["B2"].get(panel).content.decode()
    settle = reverse("goals:settle_shares", args=[pk])
    assert WHY in clients["M1"].get(settle).content.decode()
    assert clients["B2"].get(settle).status_code == 403
    ids = {number: made.company.id(number) for number in ("A1", "B1")}
    typed = {f"part_{ids['A1']}": "1", f"part_{ids['B1']}": "1", "reason": "一人一半", "version": "2"}
    assert clients["M1"].post(settle, typed).status_code == 303
    assert "一人一半" in clients["B2"].get(panel).content.decode()
    seen = reverse("goals:seen_shares", args=[pk])
    assert clients["M1"].post(seen, {**typed, f"part_{ids['B1']}": "0", "version": "3"}).status_code == 303
    assert "远低于" in clients["A1"].get(panel).content.decode()
    plan = clients["B1"].get(reverse("goals:person_plan", args=[ids["B1"]])).content.decode()
    assert "他人的共同成果" in plan
    assert SHARED in plan


@pytest.mark.req("METRIC-04")
def test_the_api_does_what_the_pages_do(made, owner_db):
    pk = made.goals[SHARED].pk
    with owner_db():
        clients = {number: browser(made, number) for number in ("A1", "B1", "M1")}
    at = f"/api/v1/goals/{pk}/shares"
    send: dict[str, Any] = {"content_type": "application/json"}
    assert clients["A1"].get(at).status_code == 404
    parties = [{"person_id": made.company.id("A1"), "part": 2}, {"person_id": made.company.id("B1"), "part": 1}]
    found = clients["A1"].put(at, {"parties": parties, "version": 0}, **send)
    assert (found.status_code, [line["percent"] for line in found.json()["lines"]]) == (200, ["66.7%", "33.3%"])
    said = {"agrees": False, "reason": WHY, "version": 1}
    assert clients["B1"].post(f"{at}/answer", said, **send).json()["decide_by"] == "2026-05-23"
    parts = [{**one, "part": 1} for one in parties]
    twice = {"parts": [parts[0], parts[0]], "reason": "一人一半", "version": 2}
    assert clients["M1"].post(f"{at}/settle", twice, **send).status_code == 422
    found = clients["M1"].post(f"{at}/settle", {**twice, "parts": parts}, **send).json()
    assert (found["in_force"], [line["counts"] for line in found["lines"]]) == (True, [4000, 4000])
    found = clients["M1"].post(f"{at}/seen", {"parts": parts, "version": 3}, **send).json()
    assert [line["by_lead"] for line in found["lines"]] == ["50%", "50%"]
