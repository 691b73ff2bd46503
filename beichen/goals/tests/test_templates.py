"""Goals to begin from, and what stands beside the form."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.urls import reverse

from beichen.goals import queries, rules
from beichen.goals.models import GoalTemplate, KeyResultStat
from beichen.goals.rules import ResultTemplateInput, TemplateInput
from beichen.goals.tests.makers import browser, goal, key_result, world
from beichen.metrics import rules as metrics
from beichen.metrics.models import Metric
from beichen.people.models import Cycle, Period, Person, RolePosition, RoleProfile
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.kit.words import BadValue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
PARTS = (
    ResultTemplateInput(title="新用户次周留存", title_en="Week-2 retention", unit="%"),
    ResultTemplateInput(title="半路放弃率", measure="decrease", unit="%"),
)
FIRST_WEEK = TemplateInput(title="第一周就用出价值", title_en="Value in the first week", results=PARTS)


@pytest.fixture
def made(owner_db):
    with owner_db():
        found = world()
        profile = RoleProfile.objects.create(
            code="product", family="product", name="产品", role_type="stable", scenarios=[], responsibilities=[],
            tools={}, review_on=date(2027, 1, 1),
        )  # fmt: skip
        RolePosition.objects.create(position="产品经理", profile=profile)
        Person.objects.filter(pk=found.company.id("A1")).update(position="产品经理")
        found.profile = profile  # type: ignore[attr-defined]
    return found


def titles(made, who="A1", owner="A1"):
    return [
        card.title for card in queries.suggestions(made.actor(who), made.company.id(owner), made.cycle.pk).templates
    ]


@pytest.mark.req("GOAL-06")
def test_hr_writes_a_template_and_takes_it_out_of_use(made):
    hr = made.actor("HA1")
    pk = rules.save_template(hr, FIRST_WEEK)
    assert rules.save_template(hr, FIRST_WEEK) == pk
    [card] = queries.templates(made.actor("A1"))
    assert [(one.title, one.measure, one.unit) for one in card.results] == [
        ("新用户次周留存", "increase", "%"), ("半路放弃率", "decrease", "%"),
    ]  # fmt: skip
    assert titles(made) == ["第一周就用出价值"]
    rules.save_template(hr, TemplateInput(title="第一周就用出价值", is_active=False), pk, card.version)
    assert titles(made) == []
    with pytest.raises(Changed):
        rules.save_template(hr, FIRST_WEEK, pk, card.version)


@pytest.mark.parametrize("number", ["A1", "M1", "E1", "CA1"])
def test_nobody_else_writes_templates(made, number):
    with pytest.raises((Forbidden, NotFound)):
        rules.save_template(made.actor(number), FIRST_WEEK)
    assert queries.templates(made.actor("HA1")) == []


@pytest.mark.parametrize(("entered", "error"), [
    (TemplateInput(title=" "), Invalid),
    (TemplateInput(title="x", kind="dream"), BadValue),
    (TemplateInput(title="x", period_kind="decade"), BadValue),
    (TemplateInput(title="x", results=PARTS * 5), BadValue),
    (TemplateInput(title="x", results=(ResultTemplateInput(title="y", measure="luck"),)), BadValue),
    (TemplateInput(title="x", unit_id=987_654), NotFound),
    (TemplateInput(title="x", profile_id=987_654), NotFound),
])  # fmt: skip
def test_what_a_template_needs(made, entered, error):
    with pytest.raises(error):
        rules.save_template(made.actor("HA1"), entered)


@pytest.mark.req("GOAL-06")
def test_templates_fit_by_department_role_level_and_cycle(made):
    hr, units = made.actor("HA1"), made.company.units
    both = {"unit_id": units["U1"].pk, "profile_id": made.profile.pk}
    exact = TemplateInput(title="本部门季度产品", period_kind="quarter", **both)
    for entered in (
        TemplateInput(title="所有人"), TemplateInput(title="季度", period_kind="quarter"),
        TemplateInput(title="年度", period_kind="year"), TemplateInput(title="产品", profile_id=made.profile.pk),
        TemplateInput(title="本部门", unit_id=units["U1"].pk),
        TemplateInput(title="别的部门", unit_id=units["U2"].pk),
        exact,
        TemplateInput(title="很高的职级", level="P99"),
    ):  # fmt: skip
        rules.save_template(hr, entered)
    assert titles(made) == ["本部门季度产品", "季度", "产品", "本部门", "所有人"]
    assert titles(made, "M1", "A2") == ["季度", "本部门", "所有人"]


@pytest.mark.req("GOAL-06")
def test_metrics_of_the_role_and_the_last_cycle_stand_beside_the_form(made, owner_db):
    with owner_db():
        metric = Metric.objects.create(code="R2", name="次周留存", unit="%", state="in_force", direction="higher")
        before = Period.objects.create(
            key="2026Q1", kind="quarter", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
        )
        past = Cycle.objects.create(period=before, scope=made.company.units["U0"], phase="C11", settings={})
        mine = goal(made, "上季度", "A1", cycle=past, state="closed")
        line = key_result(mine, "续费率", baseline=Decimal(60), target=Decimal(70))
        KeyResultStat.objects.filter(pk=line.pk).update(current=Decimal(66), progress=600_000)
        hidden = goal(made, "别人的", "A2", cycle=past, state="closed", visibility="restricted")
        key_result(hidden, "保密数")
    metrics.set_recommended(
        made.actor("HA1"), made.profile.pk, [metrics.Recommended(metric_id=metric.pk, weight=None, note="看留存")], 0
    )
    found = queries.suggestions(made.actor("A1"), made.company.id("A1"), made.cycle.pk)
    assert [one.name for one in found.metrics] == ["次周留存"]
    assert [(one.title, one.baseline, one.reached, one.target, one.progress) for one in found.past] == [
        ("续费率", Decimal(60), Decimal(66), Decimal(70), 600_000)
    ]
    assert found.period == "2026Q1"
    assert queries.suggestions(made.actor("A1"), made.company.id("A2"), made.cycle.pk).past == ()


@pytest.mark.req("GOAL-06")
def test_what_colleagues_in_the_role_measured_stands_there_as_far_as_it_is_public(made, owner_db):
    with owner_db():
        Person.objects.filter(number__in=["B1", "B2", "A2"]).update(position="产品经理")
        before = Period.objects.create(
            key="2026Q1", kind="quarter", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
        )
        past = Cycle.objects.create(period=before, scope=made.company.units["U0"], phase="C11", settings={})
        for who, title, reached, share, more in (
            ("B1", "续费率", 66, 600_000, {}), ("B2", "续费率", 70, 900_000, {}), ("B2", "退款率", 5, 300_000, {}),
            ("A1", "自己的数", 9, 1_000_000, {}), ("A2", "保密数", 8, 1_000_000, {"visibility": "restricted"}),
            ("M1", "别的岗位", 7, 1_000_000, {}),
        ):  # fmt: skip
            line = key_result(goal(made, f"{who} {title}", who, cycle=past, state="closed", **more), title)
            KeyResultStat.objects.filter(pk=line.pk).update(current=Decimal(reached), progress=share)
    found = queries.suggestions(made.actor("A1"), made.company.id("A1"), made.cycle.pk)
    assert [(one.title, one.whose, one.reached) for one in found.colleagues] == [
        ("续费率", "B2", Decimal(70)), ("退款率", "B2", Decimal(5)),
    ]  # fmt: skip
    assert found.colleagues_period == "2026Q1"
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="草稿"))
    with owner_db():
        client = browser(made, "A1")
    drawn = client.get(reverse("goals:new_key_result", args=[card.id]), {"again": found.colleagues[0].id})
    assert 'value="续费率"' in drawn.content.decode()
    assert 'name="baseline" value=' not in drawn.content.decode()


@pytest.mark.req("GOAL-06")
def test_a_form_begins_from_a_template_and_its_key_results(made, owner_db):
    pk = rules.save_template(made.actor("HA1"), FIRST_WEEK)
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(title="草稿"))
    with owner_db():
        client = browser(made, "A1")
        result = GoalTemplate.objects.get(pk=pk).results.last()
    assert result
    drawn = client.get(reverse("goals:new"), {"template": pk}).content.decode()
    assert 'value="第一周就用出价值"' in drawn
    beside = client.get(reverse("goals:beside"), {"cycle": made.cycle.pk}).content.decode()
    assert f"template={pk}" in beside
    beside = client.get(reverse("goals:beside"), {"goal": card.id}).content.decode()
    assert f"from={result.pk}" in beside
    drawn = client.get(reverse("goals:new_key_result", args=[card.id]), {"from": result.pk}).content.decode()
    assert 'value="半路放弃率"' in drawn
    assert '<option value="decrease" selected>' in drawn
    assert "第一周就用出价值" in client.get(reverse("goals:templates")).content.decode()
    assert client.get(reverse("goals:edit_template", args=[pk])).status_code == 403
