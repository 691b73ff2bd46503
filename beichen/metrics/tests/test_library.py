"""The library: one name one definition, versions two people agree to, formulas checked on entry, the starter set."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from beichen.metrics import queries, rules
from beichen.metrics.rules import MetricInput
from beichen.metrics.tests.makers import metric
from beichen.people.tests.makers import small
from beichen.platform.kit.errors import Forbidden, Refused

NAMED_BY_THE_ROW = (
    "GMV 成交总额", "dau", "mau", "留存率", "转化率", "arpu", "付费用户数", "净推荐值", "按时上线率",
    "缺陷率", "交付周期",
    "营业收入", "毛利率", "新功能使用人数", "渗透率", "复购率", "方案通过率", "活动执行率", "回款",
    "返工率", "自动化测试",
    "里程碑偏差", "工单首次响应", "投诉量", "满意度", "人均产出", "协作", "创新",
    "用户导向", "数据意识",
)  # fmt: skip


@pytest.fixture
def town(db, owner_db):
    with owner_db():
        return small()


@pytest.mark.django_db
@pytest.mark.req("METRIC-01")
def test_the_starter_set_holds_what_internet_companies_count(town):
    assert rules.take_starter_set(town.actor("HA1")) >= 60
    assert rules.take_starter_set(town.actor("HA1")) == 0
    with pytest.raises(Forbidden):
        rules.take_starter_set(town.actor("A1"))
    found = queries.metrics(town.actor("A1"))
    said = " ".join(f"{card.code} {card.name}" for card in found)
    assert [name for name in NAMED_BY_THE_ROW if not any(word in said for word in name.split())] == []
    assert {card.kind for card in found} == {"result", "process", "behaviour"}
    assert sum(card.is_general for card in found) >= 20
    for card in found:
        both = (card.name, card.name_en, card.definition, card.definition_en, card.calculation, card.calculation_en)
        assert all((*both, card.source, card.source_en, card.unit)), card.code
        assert card.owner_id == town.id("HA1")
    assert sum(1 for card in found if card.formula) >= 15
    with pytest.raises(rules.EditedByYou):
        rules.enact_drafts(town.actor("HA1"))
    assert rules.enact_drafts(town.actor("HA2")) == len(found)
    assert {card.state for card in queries.metrics(town.actor("A1"))} == {"in_force"}


@pytest.mark.django_db
@pytest.mark.req("METRIC-01")
def test_the_starter_set_leaves_a_companys_own_metrics_alone(town):
    own = metric(town, "PAID", name="付费用户数", unit="万")
    rules.take_starter_set(town.actor("HA2"))
    found = {card.code: card for card in queries.metrics(town.actor("A1"))}
    assert "paying_users" not in found
    assert found["PAID"] == own
    assert found["arppu"].formula == ""


@pytest.mark.django_db
@pytest.mark.req("METRIC-01")
@pytest.mark.parametrize("name", ["月活", "月 活", "MAU（Monthly）", "mau monthly", "月活用户"])
def test_one_name_has_one_definition(town, name):
    metric(town, "mau", name="月活", name_en="MAU monthly", also_named=("月活用户",))
    with pytest.raises(rules.SameMeaning) as refused:
        rules.create_metric(town.actor("HA1"), MetricInput(code="other", name=name))
    assert "mau" in refused.value.sentence()


@pytest.mark.django_db
@pytest.mark.req("METRIC-01")
def test_the_same_calculation_is_the_same_metric(town):
    metric(town, "a")
    metric(town, "b")
    metric(town, "share", formula="a / b * 100", unit="%")
    with pytest.raises(rules.SameMeaning):
        rules.create_metric(
            town.actor("HA1"), MetricInput(code="x", name="另一个名字", formula="（a÷b）×100", unit="%")
        )


@pytest.mark.django_db
@pytest.mark.req("METRIC-01")
def test_an_active_metric_changes_only_when_a_second_person_agrees(town):
    card = metric(town, "mau", definition="打开过产品的用户", least=Decimal("0.5"))
    entered = MetricInput(code="mau", name="指标 mau", unit="人", definition="去掉内部账号", owner_id=town.id("HR1"))
    proposed = rules.edit_metric(town.actor("HA1"), card.id, entered, card.version)
    assert (proposed.definition, proposed.state) == ("打开过产品的用户", "in_force")
    with pytest.raises(rules.EditedByYou):
        rules.enact_metric(town.actor("HA1"), card.id, proposed.version)
    agreed = rules.enact_metric(town.actor("HA2"), card.id, proposed.version)
    assert (agreed.definition, agreed.source) == ("去掉内部账号", "")
    newest, first = queries.versions(town.actor("A1"), card.id)
    assert [(one.number, one.state, one.editor, one.agreer) for one in (newest, first)] == [
        (2, "agreed", "HA1", "HA2"), (1, "agreed", "HA1", "HA2"),
    ]  # fmt: skip
    changed = {one.field: (one.before, one.after) for one in queries.changes(first.content, newest.content)}
    assert changed == {
        "definition": ("打开过产品的用户", "去掉内部账号"), "source": ("数仓", ""), "least": ("0.5", None),
    }  # fmt: skip


@pytest.mark.django_db
@pytest.mark.req("METRIC-01")
def test_a_metric_retires_with_a_reason_unless_another_reads_it(town):
    base = metric(town, "base")
    reader = metric(town, "reader", formula="base * 2")
    with pytest.raises(rules.StillUsed):
        rules.retire_metric(town.actor("HA1"), base.id, "不再使用", base.version)
    with pytest.raises(Refused):
        rules.retire_metric(town.actor("HA1"), reader.id, "  ", reader.version)
    assert rules.retire_metric(town.actor("HA1"), reader.id, "不再使用", reader.version).state == "retired"
    assert rules.retire_metric(town.actor("HA1"), base.id, "不再使用", base.version).state == "retired"
    assert rules.create_metric(town.actor("HA1"), MetricInput(code="again", name="指标 base")).state == "draft"


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
@pytest.mark.parametrize(
    ("formula", "unit", "error"),
    [
        ("a + ", "人", rules.BadFormula), ("1 + 2", "", rules.BadFormula), ("a + nobody", "人", rules.UnknownName),
        ("a + 钱", "人", rules.UnitsDiffer), ("a * 2", "元", rules.ResultUnit), ("a / 0", "人", rules.NeverADivision),
        ("a + person", "人", rules.OtherSubject), ("a + quarter", "人", rules.OtherSubject),
        ("a + self", "人", rules.Circle), ("a + reads_self", "人", rules.Circle),
    ],
)  # fmt: skip
def test_a_bad_formula_is_refused_on_entry_with_a_sentence(town, formula, unit, error):
    metric(town, "a")
    metric(town, "money", name="钱", unit="元")
    metric(town, "person", subject="person")
    metric(town, "quarter", rhythm="quarter")
    rules.create_metric(town.actor("HA1"), MetricInput(code="self", name="自己", unit="人"))
    metric(town, "reads_self", formula="self + 1")
    entered = MetricInput(code="self", name="自己", unit=unit, formula=formula)
    mine = next(card for card in queries.metrics(town.actor("HA1")) if card.code == "self")
    with pytest.raises(error) as refused:
        rules.edit_metric(town.actor("HA1"), mine.id, entered, mine.version)
    assert refused.value.sentence()
    assert queries.metric(town.actor("HA1"), mine.id).formula == ""


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
def test_a_circle_through_two_proposals_is_refused(town):
    a, b = metric(town, "a"), metric(town, "b")
    assert a.version
    one = MetricInput(code="a", name="指标 a", unit="人", formula="b + 1", definition="x", owner_id=town.id("HR1"))
    rules.edit_metric(town.actor("HA1"), a.id, one, a.version)
    with pytest.raises(rules.Circle) as refused:
        rules.edit_metric(town.actor("HA1"), b.id, replace(one, code="b", name="指标 b", formula="a * 2"), b.version)
    assert "b → a → b" in refused.value.sentence()


@pytest.mark.django_db
@pytest.mark.req("METRIC-02")
def test_a_formula_may_name_metrics_by_their_chinese_name_and_look_back(town):
    metric(town, "a", name="月活")
    made = metric(town, "growth", unit="%", formula="（月活 − prev(月活)）÷ prev(月活) × 100")
    assert made.formula == "(a - prev(a)) / prev(a) * 100"
    assert metric(town, "acc", formula="or_else(prev(acc), 0) + a").formula == "or_else(prev(acc), 0) + a"
