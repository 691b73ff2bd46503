"""Limits that guide or block, hints on wording, and all weights of a plan set together."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange

from beichen.goals import queries, rules
from beichen.goals.formulas import quality as q
from beichen.goals.models import Goal, KeyResult
from beichen.goals.queries import Wording
from beichen.goals.rules import errors
from beichen.goals.tests.makers import FIRST, goal, key_result, world
from beichen.people.models import Assignment, Cycle, Employment, Membership, Period, Project
from beichen.platform.kit.errors import Changed, Forbidden, NotFound

pytestmark = pytest.mark.usefixtures("on_16_may")

QUARTER = (date(2026, 4, 1), date(2026, 6, 30))
DUE = date(2026, 6, 30)

WORDINGS = [
    ("提升协同", {"empty", "no_number"}),
    ("优化体验，让用户更满意", {"empty", "no_number"}),
    ("30 日留存率从 38% 到 45%", set()),
    ("新用户三天内再打开一次的比例到 40%", set()),
    ("继续推进会员体系建设", {"activity", "no_number"}),
    ("支持销售团队完成 3 次大客户拜访", {"activity"}),
    ("崩溃率降到 0.2%，并把启动时间缩短 30%", {"several"}),
    ("招聘、培训、晋升、离职各做好一件，共 4 件", {"several"}),
    ("每天早会不超过 15 分钟", {"finer"}),
    ("三年内成为行业前 2", {"coarser"}),
    ("全年营收做到 2 亿", {"coarser"}),
    ("大幅改善代码评审等待", {"empty", "no_number"}),
    ("Support the sales team with 3 visits", {"activity"}),
    ("Improve the experience of new users", {"empty", "no_number"}),
    ("Day-30 retention from 38% to 45%", set()),
    ("Ship billing as well as cut crashes by 20%", {"several"}),
    ("Optimize the build", {"empty", "no_number"}),
    ("Be the market leader within 5 years", {"coarser"}),
    ("Daily stand-ups under 15 minutes", {"finer"}),
]


@pytest.mark.req("GOAL-03")
@pytest.mark.parametrize(("title", "codes"), WORDINGS, ids=[title for title, _ in WORDINGS])
def test_what_a_wording_lacks(title, codes):
    found = q.looks(title, measured=False, due=DUE, start=QUARTER[0], cycle=QUARTER)
    assert {one.code for one in found} == codes


@pytest.mark.req("GOAL-03")
def test_numbers_beside_the_words_and_dates_count():
    assert q.looks("优化体验", measured=True, due=DUE, cycle=QUARTER) == []
    assert [one.code for one in q.looks("会员收入到 3 亿", measured=False)] == ["no_date"]
    assert q.looks("会员收入到 3 亿，六月底前", measured=False) == []
    assert q.looks("赋能", measured=False) == []


@pytest.mark.parametrize(("due", "codes"), [
    (date(2026, 4, 20), ["finer"]), (date(2026, 5, 15), []), (DUE, []), (date(2026, 7, 31), ["coarser"]),
])  # fmt: skip
def test_a_goal_has_the_size_of_its_cycle(due, codes):
    found = q.looks("会员收入到 3 亿", measured=True, due=due, start=QUARTER[0], cycle=QUARTER)
    assert [one.code for one in found] == codes


@pytest.mark.req("GOAL-03")
@pytest.mark.parametrize(("one", "other", "code", "found"), [
    ("留存率从 38% 到 45%", "留存率从 35% 到 38%", "only_number", True),
    ("完成 12 次访谈", "完成8次访谈", "only_number", True),
    ("留存率从 38% 到 45%", "续费率从 35% 到 38%", "only_number", False),
    ("把编辑器的会员权益讲清楚", "把编辑器的会员权益讲清楚了", "duplicate", True),
    ("把编辑器的会员权益讲清楚", "把后台的账单导出做完整", "duplicate", False),
])  # fmt: skip
def test_copies(one, other, code, found):
    assert bool(q.copies(one, [q.Other(other, "E")], code)) is found


def test_more_work_than_days():
    assert q.overload([30, 31], Fraction(61), 61) is None
    assert q.overload([30, 32], Fraction(61), 61) == q.Finding("overload", ("62", "61"))
    assert q.overload([30], Fraction(59, 2), 61) == q.Finding("overcommitted", ("30", "29", "61"))


@pytest.fixture
def made(owner_db):
    with owner_db():
        return world()


def chosen(made, **values):
    cycle = Cycle.objects.get(pk=made.cycle.pk)
    cycle.settings = {**cycle.settings, "goals": {**cycle.settings.get("goals", {}), **values}}
    cycle.save()


def asked(made, title, who="A1", **more):
    wording = Wording(title=title, owner_id=made.company.id("A1"), cycle_id=made.cycle.pk, due=DUE, **more)
    return {one.code: one.words for one in queries.findings(made.actor(who), wording)}


@pytest.mark.django_db
@pytest.mark.req("GOAL-03")
def test_hints_compare_with_colleagues_and_the_cycle_before(made, owner_db):
    with owner_db():
        goal(made, "续费率从 80% 到 85%", "A2")
        goal(made, "大客户名单保密", "M1", visibility="restricted")
        before = Period.objects.create(
            key="2026Q1", kind="quarter", starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 31)
        )
        past = Cycle.objects.create(period=before, scope=made.company.units["U0"], phase="C11", settings={})
        goal(made, "留存率从 30% 到 38%", "A1", cycle=past, state="closed")
    name = made.company.people["A2"].name
    assert asked(made, "续费率从 81% 到 86%") == {"duplicate": ("续费率从 80% 到 85%", name)}
    assert asked(made, "留存率从 38% 到 45%") == {"only_number": ("留存率从 30% 到 38%", "2026Q1")}
    # What the writer may not read is compared with nothing.
    assert "duplicate" not in asked(made, "大客户名单保密 1")


@pytest.mark.django_db
@pytest.mark.req("GOAL-03")
def test_a_plan_that_says_more_days_than_there_are_is_pointed_out(made, owner_db):
    with owner_db():
        goal(made, "甲", "A1", effort_days=40)
    assert "overload" not in asked(made, "会员收入到 3 亿", effort_days=20)
    assert asked(made, "会员收入到 3 亿", effort_days=30)["overload"] == ("70", "65")


@pytest.mark.django_db
@pytest.mark.req("GOAL-03")
def test_part_time_and_projects_leave_fewer_days(made, owner_db):
    with owner_db():
        me = made.company.people["A1"]
        project = Project.objects.create(code="P", name="会员", lead=made.company.people["E1"], starts_on=FIRST)
        Membership.objects.create(
            project=project, person=me, role="开发", share=50, period=DateRange(FIRST, date(2026, 5, 16))
        )
    assert "overcommitted" not in asked(made, "会员收入到 3 亿", effort_days=48)
    assert asked(made, "会员收入到 3 亿", effort_days=49)["overcommitted"] == ("49", "48", "65")
    with owner_db():
        Assignment.objects.filter(person=me).delete()
        start = datetime(2026, 1, 1, tzinfo=UTC)
        Assignment.objects.create(
            person=me, unit_id=me.unit_id, manager_id=me.manager_id, fte_percent=80, period=(start, None)
        )
        Employment.objects.get_or_create(person=me, defaults={"hired_on": FIRST})
    assert asked(made, "会员收入到 3 亿", effort_days=39)["overcommitted"] == ("39", "38", "65")
    seen = asked(made, "会员收入到 3 亿", "B1", effort_days=48)
    assert "overcommitted" not in seen, "a contract is not for colleagues"


def draft(made, **more):
    values = {"title": "留存回到 45%", "weight": 10_000, "verification": "数据仓库", **more}
    card = rules.create_goal(made.actor("A1"), made.cycle.pk, rules.GoalInput(**values))
    entered = rules.KeyResultInput(
        title="留存", measure="increase", baseline=Decimal(38), target=Decimal(45), weight=10_000
    )
    rules.add_key_result(made.actor("A1"), card.id, entered, card.version)
    return queries.goal(made.actor("A1"), card.id)


def agreed(made, card):
    """Submitted by its owner and approved by the manager."""
    proposed = rules.propose_goal(made.actor("A1"), card.id, card.version)
    return rules.approve_goal(made.actor("M1"), card.id, proposed.version)


@pytest.mark.django_db
@pytest.mark.req("GOAL-03")
@pytest.mark.parametrize(("values", "error"), [
    ({"verification": ""}, errors.NotVerified),
    ({"weight": 9000}, errors.WeightsOff),
    ({}, errors.TooManyGoals),
])  # fmt: skip
def test_limits_warn_or_block(made, values, error):
    card = draft(made, **values)
    codes = {hint.code for hint in rules.hints(made.actor("A1"), card, {})}
    assert codes == {"count"} | ({"verification"} if "verification" in values else set()) | (
        {"weights"} if "weight" in values else set()
    )
    chosen(made, limits="block")
    with pytest.raises(error):
        agreed(made, card)
    chosen(made, limits="warn")
    version = queries.goal(made.actor("A1"), card.id).version
    if queries.goal(made.actor("A1"), card.id).state == "draft":
        version = rules.propose_goal(made.actor("A1"), card.id, version).version
    assert rules.approve_goal(made.actor("M1"), card.id, version).state == "active"


@pytest.mark.django_db
@pytest.mark.req("GOAL-03")
def test_weights_of_siblings_are_set_together(made, owner_db):
    with owner_db():
        one = goal(made, "甲", "A1", weight=5000)
        other = goal(made, "乙", "A1", weight=5000)
        parts = [key_result(one, title, 5000) for title in ("子一", "子二")]
    me, boss = made.actor("A1"), made.actor("M1")
    sketch = draft(made, weight=0)

    def wanted(first, second, third):
        return {
            one.pk: rules.Weights(queries.goal(boss, one.pk).version, first, {parts[0].pk: 7000, parts[1].pk: 3000}),
            other.pk: rules.Weights(queries.goal(boss, other.pk).version, second),
            **({sketch.id: rules.Weights(queries.goal(me, sketch.id).version, third)} if third is not None else {}),
        }

    with pytest.raises(errors.NoReason):
        rules.set_weights(me, wanted(4000, 3000, 3000))
    assert queries.goal(me, sketch.id).weight == 0
    done = rules.set_weights(me, wanted(4000, 3000, 3000), "上线优先")
    assert (done.changed, done.asked) == (3, 2)
    assert queries.goal(me, sketch.id).weight == 3000
    assert [g.weight for g in Goal.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")] == [5000, 5000]
    for change in queries.waiting_changes(boss):
        rules.approve_change(boss, change.id, change.version)
    assert [g.weight for g in Goal.objects.filter(pk__in=[one.pk, other.pk]).order_by("pk")] == [4000, 3000]
    assert [kr.weight for kr in KeyResult.objects.filter(goal=one).order_by("pk")] == [7000, 3000]
    again = rules.set_weights(boss, wanted(6000, 4000, None))
    assert (again.changed, again.asked) == (2, 0)
    stale = {one.pk: rules.Weights(1, 100)}
    with pytest.raises(Changed):
        rules.set_weights(boss, stale)
    with pytest.raises((Forbidden, NotFound)):
        rules.set_weights(made.actor("A2"), {one.pk: rules.Weights(queries.goal(boss, one.pk).version, 1)}, "试试")
