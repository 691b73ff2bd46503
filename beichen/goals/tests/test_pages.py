"""The pages of goals in the golden company: who sees what, what a form does, and what a page costs."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beichen.goals import queries, rules
from beichen.goals.models import Alignment, Goal, KeyResult
from beichen.goals.rules import rollup
from beichen.goals.tests.makers import make_template
from beichen.people import queries as people
from beichen.people.models import Cycle, Membership, OrgUnit, Project
from beichen.platform import registry
from beichen.platform.access.current import acting
from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from tests.cast import client_as, golden, sign_in
from tests.database import put_in_phase

__all__ = ["client_as", "golden"]
DRAINS = system("goals.drain", "test")
COUNTS = json.loads(Path(__file__).with_name("query_counts.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def running(golden):
    with clock.frozen(datetime(2026, 5, 16, 4, tzinfo=UTC)):
        put_in_phase("C02")
        rollup.drain(DRAINS, Cycle.objects.get().pk)
        rollup.restate(DRAINS, Cycle.objects.get().pk)
        yield


def waiting(golden):
    """A goal of E005 that waits for E002; its id."""
    me, cycle = golden.actor("E005"), Cycle.objects.get().pk
    card = rules.create_goal(me, cycle, rules.GoalInput(title="三个赛道各跑通一单", weight=1000))
    rules.add_key_result(me, card.id, rules.KeyResultInput(title="跑通", measure="yes_no", weight=10_000), card.version)
    rules.propose_goal(me, card.id, queries.goal(me, card.id).version)
    return card.id


def address(golden, name):
    if name in ("agreement", "decide", "hand_on"):
        return reverse(f"goals:{name}", args=[waiting(golden)])
    if name == "give_template":
        return reverse("goals:give_template", args=[make_template(golden.actor("E015"))])
    with acting(golden.actor("E001")):
        goal = Goal.objects.get(key="G11")
        return {
            "plan": reverse("goals:plan"),
            "person_plan": reverse("goals:person_plan", args=[golden.id("E006")]),
            "team": reverse("goals:team"),
            "all": reverse("goals:all"),
            "inbox": reverse("goals:inbox"),
            "goal": reverse("goals:goal", args=[goal.pk]),
            "update": reverse("goals:update", args=[KeyResult.objects.get(key="K111").pk]),
            "reports": reverse("goals:reports", args=[KeyResult.objects.get(key="K111").pk]),
            "new": reverse("goals:new"),
            "align": reverse("goals:align", args=[goal.pk]),
            "person_panel": reverse("goals:person_panel", args=[golden.id("E006")]),
            "home_panel": reverse("goals:home_panel"),
            "coverage": reverse("goals:coverage"),
            "board": reverse("goals:board"),
            "board_counts": reverse("goals:board_counts"),
            "nudge": reverse("goals:nudge"),
            "templates": reverse("goals:templates"),
            "desk": reverse("goals:desk"),
            "company_preset": reverse("goals:company_preset"),
            "unit_preset": reverse("goals:unit_preset", args=[OrgUnit.objects.get(code="U1").pk]),
            "beside": f"{reverse('goals:beside')}?cycle={goal.cycle_id}",
        }[name]


@pytest.mark.parametrize("name", sorted(COUNTS))
def test_each_page_costs_what_was_agreed(golden, client_as, name):
    at, client = address(golden, name), client_as("E002")
    client.get(at)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(at)
    assert answer.status_code == 200
    reads = [q["sql"] for q in captured if not re.match(r"(SAVEPOINT|RELEASE)", q["sql"])]
    assert len(reads) == COUNTS[name], "\n".join(sql[:200] for sql in reads)


@pytest.mark.req("GOAL-11", "GOAL-09")
def test_a_report_from_the_drawer_shows_on_the_page(golden, client_as):
    client = client_as("E002")
    at = address(golden, "update")
    drawn = client.get(at).content.decode()
    assert "42.2" in drawn
    assert "直属上级" in drawn
    answer = client.post(at, {"value": "43.4", "confidence": "on_track", "text": "灰度放量", "problem": "机型碎片化"})
    assert answer.status_code == 303
    rollup.drain(DRAINS, Cycle.objects.get().pk)
    page = client.get(address(golden, "goal")).content.decode()
    assert "43.4" in page
    assert "机型碎片化" in page
    assert "机型碎片化" not in client_as("E006").get(address(golden, "goal")).content.decode()


def test_a_report_without_a_value_keeps_what_was_typed(golden, client_as):
    answer = client_as("E002").post(address(golden, "update"), {"value": "many", "text": "写好的话"})
    assert answer.status_code == 422
    assert "写好的话" in answer.content.decode()


@pytest.mark.req("GOAL-01", "GOAL-04")
def test_from_an_empty_form_to_a_running_aligned_goal(golden, client_as):
    owner, manager = client_as("E009"), client_as("E005")
    answer = owner.post(reverse("goals:new"), {
        "title": "验证三个付费场景", "kind": "objective", "ambition": "stretch", "weight": "100", "priority": "",
        "due": "2026-06-30", "verification": "访谈记录", "visibility": "public",
    })  # fmt: skip
    assert answer.status_code == 303, answer.content.decode()
    at = answer["Location"]
    goal_id = int(at.rstrip("/").rsplit("/", 1)[1])
    version = value_of(owner.get(at), "version")
    added = owner.post(reverse("goals:new_key_result", args=[goal_id]), {
        "title": "付费意向用户", "measure": "increase", "baseline": "0", "target": "30", "weight": "100",
        "unit": "人", "due": "2026-06-30", "version": version,
    })  # fmt: skip
    assert added.status_code == 303, added.content.decode()
    assert manager.get(at).status_code == 404
    owner.post(reverse("goals:propose", args=[goal_id]), {"version": value_of(owner.get(at), "version")})
    assert "验证三个付费场景" in manager.get(reverse("goals:inbox")).content.decode()
    answer = manager.post(reverse("goals:approve", args=[goal_id]), {"version": value_of(manager.get(at), "version")})
    assert answer.status_code == 303
    with acting(golden.actor("E009")):
        parent = Goal.objects.get(key="G41").pk
    assert owner.post(reverse("goals:align", args=[goal_id]), {"parent": parent, "counts": "on"}).status_code == 303
    with acting(golden.actor("E005")):
        line = Alignment.objects.get(child_id=goal_id)
    answer = manager.post(reverse("goals:accept", args=[line.pk]), {"version": line.version})
    assert answer.status_code == 303
    assert "新业务验证" in owner.get(at).content.decode()


@pytest.mark.req("GOAL-01", "GOAL-02")
def test_steps_are_for_those_who_take_part_and_a_handed_step_is_decided_by_another(golden, client_as):
    goal_id = waiting(golden)
    manager, partner, at = client_as("E002"), client_as("E014"), reverse("goals:agreement", args=[goal_id])
    page = manager.get(reverse("goals:decide", args=[goal_id])).content.decode()
    assert "等待林若溪确认" in page
    assert "请人代为确认" in page
    assert "林若溪" not in partner.get(at).content.decode()
    assert client_as("E011").get(at).status_code == 404
    form = manager.get(reverse("goals:hand_on", args=[goal_id]))
    assert "赵一" in form.content.decode()
    assert partner.get(reverse("goals:hand_on", args=[goal_id])).status_code == 403
    given = {"to": golden.id("E014"), "last_day": "2026-05-20", "version": value_of(form, "version")}
    refused = manager.post(reverse("goals:hand_on", args=[goal_id]), {**given, "last_day": "2026-08-20"})
    assert refused.status_code == 409
    assert manager.post(reverse("goals:hand_on", args=[goal_id]), given).status_code == 303
    assert "林若溪" in partner.get(at).content.decode()
    chosen = {"goal": f"{goal_id}:{given['version']}"}
    assert partner.post(reverse("goals:approve_many"), chosen).status_code == 303
    assert "赵一代林若溪" in client_as("E005").get(at).content.decode()


def value_of(answer, name):
    found = re.findall(rf'name="{name}" value="(\d+)"', answer.content.decode())
    assert found, answer.status_code
    return found[-1]


def test_a_foreign_draft_reads_like_nothing(golden, client_as):
    owner = client_as("E009")
    answer = owner.post(reverse("goals:new"), {
        "title": "草稿", "kind": "objective", "ambition": "committed", "weight": "0", "visibility": "public"
    })  # fmt: skip
    hidden, nothing = client_as("E010").get(answer["Location"]), client_as("E010").get("/goals/999999/")
    assert (hidden.status_code, nothing.status_code) == (404, 404)


@pytest.mark.req("GOAL-11")
def test_the_explanation_recomputes_to_its_total(golden, client_as):
    page = client_as("E001").get(address(golden, "goal")).content.decode()
    terms = re.search(r'class="explain-terms".*?</table>', page, re.S)
    assert terms is not None
    lines = re.findall(r'<th scope="row">.*? · ([\d.]+)%</th><td class="num">([\d.]+)%</td>', terms.group())
    total = re.findall(r'explain-total"><th scope="row">.*?</th><td class="num">([\d.]+)%', terms.group())
    weights = sum(float(w) for w, _ in lines)
    assert round(sum(float(w) * float(p) for w, p in lines) / weights, 2) == float(total[0]) == 55.5


@pytest.mark.req("STRAT-03")
def test_coverage_names_the_priority_without_goals(golden, client_as):
    page = client_as("E006").get(reverse("goals:coverage")).content.decode()
    line = page[page.index("P2") : page.index("P3")]
    assert "coverage-empty" in line
    assert "57%" in page


@pytest.mark.req("STRAT-03")
@pytest.mark.parametrize(
    ("reader", "named"),
    [
        ("E001", "E008 E009 E010 E011 E012 E014 E015 E016 E017"),
        ("E003", "E011 E012"),
        ("E005", "E008 E009 E010"),
        ("E012", "E012"),
        ("E006", ""),
        ("E017", "E017"),
    ],
)
def test_coverage_counts_people_without_such_a_goal_and_names_those_of_the_own_line(golden, reader, named):
    found = queries.coverage(golden.actor(reader)).uncovered
    assert (found.count, found.people, found.known) == (9, 16, len(named.split()))
    assert {person.id for person in found.named} == {golden.id(number) for number in named.split()}


@pytest.mark.req("STRAT-03")
def test_a_restricted_goal_shows_in_coverage_only_where_it_may_be_read(golden, client_as):
    Goal.objects.filter(key="G31").update(visibility="restricted")
    assert queries.coverage(golden.actor("E006")).uncovered.count == 10
    above = queries.coverage(golden.actor("E004")).uncovered
    assert golden.id("E007") not in {person.id for person in above.named}
    assert "孙嘉树" not in client_as("E012").get(reverse("goals:coverage")).content.decode()


def test_an_english_reader_sees_the_english_title_and_editing_keeps_it(golden, client_as):
    title, me = "Releases come when promised", golden.actor("E006")
    goal = Goal.objects.get(title="版本按承诺上线")
    Goal.objects.filter(pk=goal.pk).update(title_en=title)
    places = [reverse("goals:plan"), reverse("goals:home_panel"), reverse("goals:goal", args=[goal.pk])]
    assert all(goal.title in client_as("E006").get(at).content.decode() for at in places)
    Account.objects.filter(person_id=me.person_id).update(locale="en")
    for at in places:
        page = client_as("E006").get(at).content.decode()
        assert title in page
        assert goal.title not in page
    found = queries.all_goals(me, goal.cycle_id, queries.Filter(text="when promised"))
    assert [card.id for card in found.goals] == [goal.pk]
    above = sign_in(people.person(me, golden.id("E006")).manager_id or 0)
    assert f'value="{title}"' in above.get(reverse("goals:edit", args=[goal.pk])).content.decode()


def test_a_key_result_is_read_in_the_language_of_the_reader(golden, client_as):
    title, kr = "Releases on the promised day", KeyResult.objects.filter(goal__title="版本按承诺上线")[0]
    KeyResult.objects.filter(pk=kr.pk).update(title_en=title)
    places = [
        reverse("goals:plan"), reverse("goals:goal", args=[kr.goal_id]), reverse("goals:update", args=[kr.pk]),
        reverse("goals:reports", args=[kr.pk]),
    ]  # fmt: skip
    assert not any(title in client_as("E006").get(at).content.decode() for at in places)
    Account.objects.filter(person_id=golden.id("E006")).update(locale="en")
    for at in places:
        page = client_as("E006").get(at).content.decode()
        assert (title in page, kr.title in page) == (True, False), at
    form = client_as("E004").get(reverse("goals:edit_key_result", args=[kr.pk])).content.decode()
    assert f'value="{title}"' in form
    [goal] = [g for g in queries.scored_goals(golden.actor("E006"), [golden.id("E006")], kr.goal.cycle_id)[
        golden.id("E006")] if g.goal_id == kr.goal_id]  # fmt: skip
    assert title in {item.title_en for item in goal.key_results}


def test_every_provider_answers_every_member(golden):
    for number in golden.people:
        actor = golden.actor(number)
        with acting(actor):
            assert all(entry.url for entry in registry.todos(actor, 20))


@pytest.mark.req("GOAL-02")
def test_a_goal_that_asked_says_whether_it_is_in_time(golden, client_as):
    me, boss = golden.actor("E006"), golden.actor("E004")
    with acting(me):
        mine = Goal.objects.filter(owner_id=golden.id("E006"), state="active")[0]
        above = Goal.objects.filter(owner_id=golden.id("E004"), state="active")[0]
    rules.propose_alignment(me, mine.pk, above.pk, rolls_up=False)
    client, head = client_as("E006"), client_as("E004")
    at, align, inbox = reverse("goals:goal", args=[mine.pk]), reverse("goals:align", args=[mine.pk]), "/goals/inbox/"
    page, asked = client.get(at).content.decode(), head.get(inbox).content.decode()
    assert ("等待对方回复" in page, align in page) == (True, True)
    [accept] = re.findall(r"/goals/alignments/\d+/accept/", asked)
    [ask] = queries.waiting_alignments(boss)
    put_in_phase("C03")
    page = client.get(at).content.decode()
    assert ("没有在期限内回复" in page, align in page) == (True, False)
    assert accept not in head.get(inbox).content.decode()
    refused = head.post(accept, {"version": ask.version})
    assert (refused.status_code, "wrong_phase" in refused.content.decode()) == (409, True)


@pytest.mark.req("GOAL-12")
def test_the_board_by_clicks_and_by_program(golden, client_as):
    hr, cycle = client_as("E015"), Cycle.objects.get().pk
    page = hr.get(reverse("goals:board"), {"state": "attention"}).content.decode()
    goals = re.findall(r'name="goal" value="(\d+)"', page)
    assert goals
    answer = hr.get("/api/v1/goals/board", {"cycle_id": cycle, "state": "attention"}).json()
    assert answer["counts"]["attention"] == len(answer["items"])
    counts = hr.get(reverse("goals:board_counts"), {"state": "attention"}).content.decode()
    assert f'<span class="num">{answer["counts"]["attention"]}</span>' in counts
    posted = {"goal": goals[0], "address": "state=attention", "sentence": "请在周五前更新"}
    too_long = hr.post(reverse("goals:nudge"), {**posted, "all": "1", "sentence": "长" * 161})
    assert too_long.status_code == 422
    assert "长长长" in too_long.content.decode()
    sent = hr.post(reverse("goals:nudge"), posted)
    assert (sent.status_code, sent["Location"]) == (303, reverse("goals:board") + "?state=attention")
    line = next(i for i in hr.get("/api/v1/goals/board", {"cycle_id": cycle}).json()["items"]
                if i["goal"]["id"] == int(goals[0]))  # fmt: skip
    assert line["nudge"]["sentence"] == "请在周五前更新"
    again = hr.post("/api/v1/goals/nudges", {"cycle_id": cycle, "goal_ids": [int(goals[0])]}, "application/json")
    assert again.json() == {"count": 0, "left": 1}
    assert client_as("E006").post(reverse("goals:nudge"), posted).status_code == 403
    assert client_as("E006").get(reverse("goals:board"), {"unit": "nowhere"}).status_code == 200


@pytest.mark.req("GOAL-12", "LINK-04")
def test_the_board_of_a_project_by_clicks_and_by_program(golden, client_as):
    project = Project.objects.create(
        code="P1", name="留存攻坚", name_en="Retention", lead_id=golden.id("E004"), starts_on=date(2026, 1, 1)
    )
    Membership.objects.create(
        project=project, person_id=golden.id("E006"), role="分析", share=40, period=(date(2026, 2, 1), None)
    )
    client, cycle = client_as("E009"), Cycle.objects.get().pk
    whole = client.get("/api/v1/goals/board", {"cycle_id": cycle}).json()
    found = client.get("/api/v1/goals/board", {"cycle_id": cycle, "project_id": project.pk}).json()
    here = {golden.id("E004"), golden.id("E006")}
    assert [one["goal"]["id"] for one in found["items"]] == [
        one["goal"]["id"] for one in whole["items"] if one["goal"]["owner_id"] in here
    ]
    assert 0 < found["total"] == len(found["items"]) < whole["total"]
    assert "留存攻坚" in client.get(reverse("goals:board"), {"project": "P1 留存攻坚"}).content.decode()
    counts = client.get(reverse("goals:board_counts"), {"project": "P1 留存攻坚"}).content.decode()
    assert f'<span class="num">{found["total"]}</span>' in counts
    assert "project=P1" in counts
    assert client.get(reverse("people:options", args=["project"]), {"project": "留存"}).content.decode().strip() == (
        '<option value="P1">留存攻坚</option>'
    )
    assert client.get("/api/v1/goals/board", {"cycle_id": cycle, "project_id": 10**9}).status_code == 404
    asked = {"unit": "U1", "owner": "E006", "project": "P1", "state": "attention"}
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse("goals:board"), asked).status_code == 200
    assert len([q for q in captured if not re.match(r"(SAVEPOINT|RELEASE)", q["sql"])]) <= 15


@pytest.mark.req("GOAL-12", "STRAT-03")
def test_the_leadership_opens_the_matrix_and_each_figure_its_goals(golden, client_as):
    chief = client_as("E001")
    page = chief.get(reverse("goals:matrix")).content.decode()
    found = re.findall(r'class="row-facts matrix-count" href="([^"]+)">(?:\d+)', page)
    links = [link.replace("&amp;", "&") for link in found]
    assert links
    for link in links:
        goals = re.findall(re.escape(link.replace("&", "&amp;")) + r'">(\d+)', page)[0]
        assert chief.get(link).status_code == 200
        shown = chief.get(link.replace(reverse("goals:board"), reverse("goals:board_counts"))).content.decode()
        assert re.findall(r'aria-current="true">[^<]* <span class="num">(\d+)', shown)[0] == goals
    assert client_as("E004").get(reverse("goals:matrix")).status_code == 403
