"""Role profiles: contributions instead of tasks, versions, the yearly look, the starter set."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from beichen.people import queries, rules
from beichen.people.choices import JobFamily
from beichen.people.formulas.tasklist import signs
from beichen.people.panels import second_person
from beichen.people.queries import Duty, Scenario
from beichen.people.rules import ProfileFields
from beichen.people.rules.profiles import (
    BadScenes,
    BadTools,
    CannotKeep,
    NoDuty,
    PositionTaken,
    ProfileCodeTaken,
    starters,
)
from beichen.people.tests.makers import Company
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden
from beichen.platform.notify.queries import notices
from tests.cast import Golden

SignIn = Callable[[str], Client]
SCENES = (Scenario("选对问题", "找到最值得解决的问题。"), Scenario("验证", "用最小代价得出结论。"))
FIELDS = ProfileFields(
    code="pm", family="product", name="产品经理", role_type="exploratory", scenarios=SCENES,
    responsibilities=(Duty("问题值得解决"),), tools={"okr": 60, "kpi": 40}, positions=("产品经理",),
)  # fmt: skip


def saved(town: Company, by: str = "HA1", **other: Any) -> int:
    return rules.profiles.save_profile(town.actor(by), None, replace(FIELDS, owner_id=town.id("HA1"), **other))


@pytest.mark.req("PEOPLE-04")
def test_a_profile_is_written_by_hr_and_read_by_all(town: Company) -> None:
    for stranger in ("E1", "M1", "A1", "CA1"):
        with pytest.raises(Forbidden):
            saved(town, stranger)
    made = saved(town, "HR1")
    card = queries.role_profile(town.actor("A1"), made)
    assert (card.name, card.positions, card.tools["milestone"]) == ("产品经理", ("产品经理",), 0)
    found = queries.profile_of_position(town.actor("A1"), "产品经理")
    assert found is not None
    assert found.id == made
    assert queries.profile_of_position(town.actor("A1"), "会计") is None


@pytest.mark.req("PEOPLE-04")
@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"scenarios": SCENES[:1]}, BadScenes),
        ({"scenarios": SCENES * 2}, BadScenes),
        ({"scenarios": (SCENES[0], Scenario("", "x"))}, BadScenes),
        ({"tools": {"okr": 60, "kpi": 30}}, BadTools),
        ({"tools": {"okr": 60, "magic": 40}}, BadTools),
        ({"responsibilities": (Duty(" "),)}, NoDuty),
    ],
)
def test_what_makes_no_profile_is_refused(town: Company, other: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        saved(town, **other)


@pytest.mark.req("PEOPLE-04")
def test_codes_positions_and_keepers_are_clear(town: Company) -> None:
    saved(town)
    with pytest.raises(ProfileCodeTaken):
        saved(town, positions=())
    with pytest.raises(PositionTaken):
        saved(town, code="other")
    with pytest.raises(CannotKeep):
        rules.profiles.save_profile(town.actor("HA1"), None, replace(FIELDS, code="x", owner_id=town.id("M1")))


@pytest.mark.req("PEOPLE-04")
def test_an_edit_makes_a_version_and_a_stale_one_is_refused(town: Company, owner_db: Any) -> None:
    made = saved(town)
    fresh = replace(FIELDS, name="新名字", owner_id=town.id("HA1"))
    rules.profiles.save_profile(town.actor("HR1"), made, fresh, 1)
    with pytest.raises(Changed):
        rules.profiles.save_profile(town.actor("HA1"), made, fresh, 1)
    versions = queries.profile_history(town.actor("A1"), made)
    assert [(line.number, line.content["name"], line.edited_by) for line in versions] == [
        (2, "新名字", town.id("HR1")),
        (1, "产品经理", town.id("HA1")),
    ]
    with owner_db():
        assert Entry.objects.filter(act="people.edit_role_profile").count() == 2


@pytest.mark.req("PEOPLE-04")
def test_the_yearly_look_falls_due_and_reminds_its_keeper(town: Company, worker_db: Any) -> None:
    made = saved(town)
    job = system("people.remind_reviews", "reminds in a test")
    a_year = clock.now() + timedelta(days=366)
    with clock.frozen(a_year):
        today = clock.today()
        with worker_db(), acting(job):
            assert rules.profiles.remind_reviews(job, today - timedelta(days=3)) == 0
            assert rules.profiles.remind_reviews(job, today) == 1
            rules.profiles.remind_reviews(job, today)
        with acting(town.actor("HA1")):
            told = [one.url for one in notices(town.actor("HA1"))]
            [owed] = second_person(town.actor("HA1"), 10)
        assert told == [reverse("people:profile", args=[made])]
        assert owed.url == reverse("people:profile", args=[made])
        rules.profiles.look_through(town.actor("HA1"), made, 1)
        with acting(town.actor("HA1")):
            assert second_person(town.actor("HA1"), 10) == []
        assert queries.role_profile(town.actor("A1"), made).review_on == date(today.year + 1, today.month, today.day)


@pytest.mark.req("PEOPLE-04")
def test_the_starter_set_speaks_both_languages_and_comes_once(town: Company) -> None:
    with pytest.raises(Forbidden):
        rules.profiles.take_starter_set(town.actor("HR1"))
    count = rules.profiles.take_starter_set(town.actor("HA1"))
    assert rules.profiles.take_starter_set(town.actor("HA1")) == 0
    found = queries.profiles(town.actor("A1"))
    families = {card.family for card in found}
    wanted = {"product", "rnd", "operations", "growth", "marketing", "sales", "service", "data", "platform"}
    assert wanted < families <= set(JobFamily.values)
    assert count == len(found) == 10
    for line in starters():
        texts = [line["name_en"], *(s.title_en for s in line["scenarios"]), *(s.text_en for s in line["scenarios"])]
        own = [line["name"], *(s.text for s in line["scenarios"]), *(d.text for d in line["responsibilities"])]
        assert all(text and text.isascii() for text in [*texts, *(d.text_en for d in line["responsibilities"])])
        assert not any(text.isascii() for text in own)
        assert 2 <= len(line["scenarios"]) <= 3
        assert sum(line["tools"].values()) == 100
    assert [(card.code, card.signs) for card in found if card.signs] == []
    assert len({card.role_type for card in found}) == 3


@pytest.mark.req("PEOPLE-04")
@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("负责日常运营，协助经理完成报表，参与活动执行", {"duties"}),
        ("岗位职责：维护客户关系", {"old"}),
        ("任职要求：本科以上", {"old"}),
        ("Responsible for reports. Assists the manager, supports sales and participates in events.", {"duties"}),
        ("Job description: qualifications as listed", {"old"}),
        ("\n".join(f"{n}、写第 {n} 份表" for n in range(1, 8)), {"lines"}),
        ("用户第二周还愿意回来，因为有人找到了真正的问题", set()),
        ("负责的产品线三年内不再亏损", set()),
        ("新用户核心动作完成率上升", set()),
        ("", set()),
    ],
)
def test_a_text_that_repeats_a_task_list_is_pointed_out(text: str, kinds: set[str]) -> None:
    assert {sign.kind for sign in signs([text])} == kinds


@pytest.mark.req("PEOPLE-04")
def test_the_pages_show_write_and_point_out(client_as: SignIn, golden: Golden) -> None:
    hr, colleague = client_as("E015"), client_as("E006")
    assert colleague.post(reverse("people:profile_starters")).status_code == 403
    assert hr.post(reverse("people:profile_starters")).status_code == 303
    listed = colleague.get("/api/v1/people/roles").json()
    assert len(listed) == 10
    at = reverse("people:profile", args=[listed[0]["id"]])
    page = colleague.get(at).content.decode()
    assert listed[0]["scenarios"][0]["text"] in page
    assert reverse("people:profile_edit", args=[listed[0]["id"]]) not in page
    edit = reverse("people:profile_edit", args=[listed[0]["id"]])
    assert colleague.get(edit).status_code == 403
    assert hr.get(edit).status_code == 200
    sent = {
        "name": "产品", "code": "product", "family": "product", "role_type": "stable", "owner": "E015",
        "responsibilities": "负责需求\n协助研发\n参与评审\n完成文档", "positions": "产品经理",
        "scene1-title": "一", "scene1-text": "文字一", "scene2-title": "二", "scene2-text": "文字二",
        "tool_okr": "50", "tool_kpi": "50", "version": "1",
    }  # fmt: skip
    assert hr.post(edit, {**sent, "tool_kpi": "40"}).status_code == 422
    assert hr.post(edit, {**sent, "version": "7"}).status_code == 409
    assert hr.post(edit, sent).status_code == 303
    assert "profile-hints" in hr.get(at).content.decode()
    assert "profile-hints" not in colleague.get(at).content.decode()
    assert [line["number"] for line in colleague.get(f"/api/v1/people/roles/{listed[0]['id']}/versions").json()] == [
        2,
        1,
    ]
    assert colleague.get(reverse("people:profile_history", args=[listed[0]["id"]])).status_code == 200
