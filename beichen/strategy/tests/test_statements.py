"""Principles and rules: drafted, commented, signed, published by another, confirmed by all, frozen for a cycle."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from beichen.people.models import Person, Seat
from beichen.people.tests.makers import START, small
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound
from beichen.platform.notify import queries as notices
from beichen.platform.registry import todos
from beichen.strategy import queries, rules
from beichen.strategy.choices import Use
from beichen.strategy.forms import StatementForm
from beichen.strategy.formulas import statements as formulas
from beichen.strategy.formulas.statements import Item
from beichen.strategy.models import Acknowledgement, Remark, StatementVersion
from beichen.strategy.rules import ready
from beichen.strategy.rules import statements as errors
from beichen.strategy.tests.makers import publish

pytestmark = pytest.mark.django_db
PRINCIPLES, RULES, SCOPE = "principles", "rules", "scope"


@pytest.fixture
def company(db, owner_db):
    """E1 and M1 hold executive seats, HA1 and HA2 administer, HR1 looks after U1."""
    with owner_db():
        made = small()
        Seat.objects.create(person=made.people["M1"], seat="EX", scope=made.units["U0"], granted_at=START, granted_by=0)
    return made


def published(company, kind=PRINCIPLES, *, by="E1", entered=None, reason=""):
    """HA1 writes and puts forward, an executive publishes."""
    return publish(company.actor("HA1"), company.actor(by), kind, entered, reason)


def asked(company, number):
    with acting(company.actor(number)):
        return [entry.key for entry in todos(company.actor(number), 30) if entry.key.startswith("strategy.")]


@pytest.mark.req("STRAT-04")
def test_the_ready_text_speaks_of_every_thing_in_both_languages():
    principles, applied, scope = ready(PRINCIPLES), ready(RULES), ready(SCOPE)
    assert [i.key for i in principles.items if i.group == "orientation"] == ["strategy", "control", "people"]
    assert sum(i.group == "principle" for i in principles.items) == 4
    assert [i.key for i in applied.items if i.group == "use"] == list(Use.values)
    assert {i.group for i in scope.items} == {"judged", "elsewhere"}
    for item in (*principles.items, *applied.items, *scope.items):
        assert item.text
        assert item.text_en
        assert bool(item.more) == bool(item.more_en)


@pytest.mark.req("STRAT-04")
def test_the_draft_is_commented_signed_and_published_by_another(company):
    hr, chief, second = company.actor("HA1"), company.actor("E1"), company.actor("M1")
    draft = rules.save_statement(hr, PRINCIPLES, ready(PRINCIPLES), 0)
    with pytest.raises(NotFound):
        queries.statement(company.actor("A1"), PRINCIPLES, 1)
    named = {"remark": [company.id("M2")], "sign": [company.id("E1"), company.id("A2")]}
    rules.name_members(hr, PRINCIPLES, named, 1)
    assert [n.url for n in notices.notices(company.actor("M2"))] == ["/strategy/says/principles/?draft"]
    rules.remark(company.actor("M2"), PRINCIPLES, "may_fail", "“草率”要举个例子。")
    with pytest.raises((Forbidden, NotFound, errors.NothingDrafted)):
        rules.remark(company.actor("A1"), PRINCIPLES, "", "我也想说")
    assert [(r.item, r.author_name) for r in queries.remarks(chief, PRINCIPLES, 1)] == [("may_fail", "M2")]
    assert queries.remarks(company.actor("A1"), PRINCIPLES, 1) == []
    with pytest.raises(errors.NotPutForward):
        rules.publish_statement(chief, PRINCIPLES, draft.version)
    rules.put_forward(hr, PRINCIPLES, draft.version)
    with pytest.raises(errors.NotSignedYet):
        rules.publish_statement(second, PRINCIPLES, draft.version)
    with pytest.raises(Forbidden):
        rules.sign_statement(company.actor("M2"), PRINCIPLES, draft.version)
    rules.sign_statement(chief, PRINCIPLES, draft.version)
    assert "strategy.sign:principles" in asked(company, "A2")
    rules.sign_statement(company.actor("A2"), PRINCIPLES, draft.version)
    assert "strategy.publish:principles" in asked(company, "M1")
    with pytest.raises(Forbidden):
        rules.publish_statement(hr, PRINCIPLES, draft.version)
    card = rules.publish_statement(second, PRINCIPLES, draft.version)
    assert card.is_current
    assert [signer.name for signer in card.signers] == ["E1", "A2"]
    assert rules.publish_statement(second, PRINCIPLES, draft.version).number == 1, "a second press"
    assert queries.statement(company.actor("A1"), PRINCIPLES, 1).items == draft.items


@pytest.mark.req("STRAT-04")
def test_an_edit_takes_signatures_back_and_nobody_publishes_what_they_wrote(company):
    chief = company.actor("E1")
    draft = rules.save_statement(company.actor("HA1"), PRINCIPLES, ready(PRINCIPLES), 0)
    rules.name_members(company.actor("HA1"), PRINCIPLES, {"sign": [company.id("A2")]}, 1)
    rules.put_forward(company.actor("HA1"), PRINCIPLES, draft.version)
    rules.sign_statement(company.actor("A2"), PRINCIPLES, draft.version)
    with pytest.raises(Changed):
        rules.save_statement(chief, PRINCIPLES, ready(PRINCIPLES), 0)
    again = rules.save_statement(chief, PRINCIPLES, replace(ready(PRINCIPLES), opening="更短"), draft.version)
    assert (again.is_put_forward, again.is_signed) == (False, False)
    rules.put_forward(company.actor("HA2"), PRINCIPLES, again.version)
    with pytest.raises(errors.OnlyAnotherPublishes):
        rules.publish_statement(chief, PRINCIPLES, again.version)
    with pytest.raises(Changed):
        rules.sign_statement(company.actor("A2"), PRINCIPLES, draft.version)
    row = StatementVersion.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        StatementVersion.objects.filter(pk=row.pk).update(published_by_id=row.last_editor_id)


@pytest.mark.req("STRAT-04")
def test_everybody_confirms_with_one_tap_and_nothing_was_written_for_them(company):
    assert asked(company, "A1") == []
    with CaptureQueriesContext(connection) as few:
        published(company)
    assert Acknowledgement.objects.count() == 0
    assert not [q for q in few if "notify_notice" in q["sql"] and "INSERT" in q["sql"]]
    assert asked(company, "A1") == ["strategy.read:principles"]
    rules.acknowledge(company.actor("A1"), PRINCIPLES, 1)
    rules.acknowledge(company.actor("A1"), PRINCIPLES, 1)
    assert Acknowledgement.objects.count() == 1
    assert asked(company, "A1") == []
    with pytest.raises(NotFound):
        rules.acknowledge(company.actor("A1"), PRINCIPLES, 2)
    published(company, entered=replace(ready(PRINCIPLES), opening="第二版"))
    assert asked(company, "A1") == ["strategy.read:principles"], "a new version asks again"
    with pytest.raises(NotFound):
        rules.acknowledge(company.actor("A1"), PRINCIPLES, 1)


@pytest.mark.req("STRAT-04")
def test_the_rate_is_counted_by_unit_against_the_people_there(company):
    published(company)
    for number in ("A1", "A2", "M1"):
        rules.acknowledge(company.actor(number), PRINCIPLES, 1)
    hr = queries.rates(company.actor("HA1"), PRINCIPLES)
    everybody = Person.objects.filter(is_active=True, unit__isnull=False, kind="employee").count()
    assert hr.whole is not None
    assert (hr.whole.people, hr.whole.read, hr.whole.percent) == (everybody, 3, 300 // everybody)
    assert sum(line.people for line in hr.lines) <= everybody
    own = queries.rates(company.actor("M1"), PRINCIPLES)
    leads = queries.rates(company.actor("M2"), PRINCIPLES)
    led = Q(manager_id=company.id("M2")) | Q(manager__manager_id=company.id("M2"))
    reports = set(Person.objects.filter(led, is_active=True).values_list("name", flat=True))
    led_by_one = queries.rates(company.actor("A1"), PRINCIPLES)
    assert (leads.whole, [p.name for p in led_by_one.missing]) == (None, ["A3"])
    assert {p.name for p in leads.missing} == reports == {"B1", "B2"}
    assert own.whole is not None, "the executive seat sees figures"
    nobody = queries.rates(company.actor("A2"), PRINCIPLES)
    assert (nobody.whole, nobody.missing_count) == (None, 0)


@pytest.mark.req("STRAT-04")
def test_those_who_have_not_read_are_reminded_once_a_day(company):
    published(company)
    rules.acknowledge(company.actor("A1"), PRINCIPLES, 1)
    with pytest.raises(Forbidden):
        rules.remind_readers(company.actor("HR1"), PRINCIPLES)
    count = rules.remind_readers(company.actor("HA1"), PRINCIPLES)
    assert count == queries.rates(company.actor("HA1"), PRINCIPLES).missing_count
    rules.remind_readers(company.actor("HA1"), PRINCIPLES)
    assert len(notices.notices(company.actor("A2"))) == 1
    assert notices.notices(company.actor("A1")) == []
    rules.acknowledge(company.actor("A2"), PRINCIPLES, 1)
    assert notices.unread_count(company.actor("A2")) == 0, "done is answered"


@pytest.mark.req("STRAT-04")
def test_few_people_are_not_told_of_and_cannot_be_worked_out():
    half = {1: (30, 15), 2: (12, 6)}
    assert formulas.untold(half) == frozenset()
    assert formulas.untold({**half, 3: (4, 2)}) == {3, 2}, "one alone would follow from the whole"
    assert formulas.untold({1: (30, 15), 2: (3, 1), 3: (1, 1)}) == {2, 3, 1}, "four people are too few together"
    assert formulas.untold({1: (30, 15), 2: (4, 2), 3: (4, 2), 4: (0, 0)}) == {2, 3}
    assert formulas.untold({1: (30, 30), 2: (9, 5), 3: (9, 9), 4: (9, 0)}) == {3, 4}, "nearly all of few"


@pytest.mark.req("STRAT-05")
def test_rules_stay_until_their_day_and_an_earlier_change_needs_a_reason_everybody_reads(company):
    with clock.frozen(datetime(2026, 3, 2, 2, tzinfo=UTC)):
        first = published(company, RULES)
        assert first.stable_until == date(2029, 3, 2)
    with clock.frozen(datetime(2027, 3, 2, 2, tzinfo=UTC)):
        now = queries.statement_in_force(company.actor("A1"), RULES)
        assert now is not None
        assert now.is_locked
        draft = rules.save_statement(company.actor("HA1"), RULES, replace(ready(RULES), opening="改"), 0)
        rules.put_forward(company.actor("HA1"), RULES, draft.version)
        for said in ("", "   太短   "):
            with pytest.raises(errors.StaysUntil):
                rules.publish_statement(company.actor("E1"), RULES, draft.version, said)
        why = "奖金办法随集团调整，董事会 2 月决定。"
        assert rules.publish_statement(company.actor("E1"), RULES, draft.version, why).reason == why
        with acting(company.actor("A1")):
            entry = next(e for e in todos(company.actor("A1"), 30) if e.key == "strategy.read:rules")
        assert why in str(entry.subtitle)
        assert Entry.objects.filter(act="strategy.publish_statement", details__reason=why).exists()
    with clock.frozen(datetime(2030, 3, 3, 2, tzinfo=UTC)):
        assert published(company, RULES).reason == "", "after its day no reason is asked"


@pytest.mark.req("STRAT-05")
def test_a_cycle_opens_under_published_rules_and_keeps_them(company, owner_db):
    from beichen.people import rules as people
    from beichen.people.tests.makers import outside

    with owner_db():
        outside(company.units["U0"])
    cycle = people.start_cycle(company.actor("HA1"), "2027Q1", company.units["U0"].pk)

    def move():
        people.move_cycle(company.actor("HA1"), cycle.id, "C01", 1)
        return people.move_cycle(company.actor("HA2"), cycle.id, "C01", 1)

    draft = rules.save_statement(company.actor("HA1"), RULES, ready(RULES), 0)
    with pytest.raises(errors.RulesNotPublished):
        move()
    rules.put_forward(company.actor("HA1"), RULES, draft.version)
    rules.publish_statement(company.actor("E1"), RULES, draft.version)
    assert move().phase == "C01"
    why = "集团统一调整，从下个周期开始。"
    published(company, RULES, entered=replace(ready(RULES), opening="第二版"), reason=why)
    kept = queries.rules_of_cycle(company.actor("A1"), cycle.id)
    assert kept is not None
    now = queries.statement_in_force(company.actor("A1"), RULES)
    assert now is not None
    assert (kept.number, now.number) == (1, 2)
    later = people.start_cycle(company.actor("HA1"), "2027Q2", company.units["U0"].pk)
    before = queries.rules_of_cycle(company.actor("A1"), later.id)
    assert before is not None
    assert before.number == 2
    assert queries.rules_of_cycles(company.actor("A1"), [cycle.id, later.id]) == {cycle.id: 1}
    moved = Entry.objects.filter(act="people.move_cycle", object_id=str(cycle.id)).latest("at")
    assert moved.details["rule_version"] == 1


@pytest.mark.req("STRAT-05")
def test_a_rule_has_a_share_a_meaning_and_a_mark(company):
    uses = {item.key: item for item in ready(RULES).items if item.group == "use"}
    assert all(item.share is not None and 0 <= item.share <= 100 and item.more for item in uses.values())
    too_much = [replace(item, share=101) if item.key == "bonus" else item for item in ready(RULES).items]
    with pytest.raises(Invalid):
        rules.save_statement(company.actor("HA1"), RULES, rules.StatementInput(items=too_much), 0)
    made_up = [*ready(RULES).items, Item(group="use", key="parking", title="")]
    with pytest.raises(Invalid):
        rules.save_statement(company.actor("HA1"), RULES, rules.StatementInput(items=made_up), 0)


@pytest.mark.req("STRAT-06")
def test_what_is_outside_the_published_list_is_found_by_key_and_by_title(company):
    sections = [("goals", "目标"), ("s2", "行为与价值观"), ("attendance", "考勤扣分")]
    assert queries.outside_the_list(company.actor("HA1"), sections) == (), "nothing is published yet"
    published(company, SCOPE)
    assert queries.outside_the_list(company.actor("HA1"), sections) == ("attendance",)
    assert asked(company, "A1") == [], "the list asks nobody to confirm"
    with pytest.raises(NotFound):
        rules.acknowledge(company.actor("A1"), SCOPE, 1)


@pytest.mark.req("STRAT-04")
def test_the_form_ranks_adds_and_leaves_out_lines():
    values = {k: v for k, v in StatementForm.initial_of(ready(PRINCIPLES)).items() if v is not None}
    values |= {"rank_orientation_2": 1, "rank_orientation_0": 3, "rank_orientation_1": 2}
    values |= {"title_orientation_3": "人才发展", "text_orientation_3": "让人长本事。"}
    values |= {"title_principle_0": "", "text_principle_0": ""}
    found = StatementForm(PRINCIPLES, values).entered()
    ranked = [i.title for i in found.items if i.group == "orientation"]
    assert ranked == ["用人决策", "管理与控制", "服务战略与业务", "人才发展"]
    assert len({i.key for i in found.items if i.group == "orientation"}) == 4
    assert sum(i.group == "principle" for i in found.items) == 3
    with pytest.raises(Invalid) as refused:
        StatementForm(PRINCIPLES, {**values, "title_principle_1": ""}).entered()
    assert list(refused.value.fields) == ["title_principle_1"]


@pytest.mark.req("STRAT-04")
def test_a_remark_is_kept_once_and_about_a_line_that_is_there(company):
    rules.save_statement(company.actor("HA1"), PRINCIPLES, ready(PRINCIPLES), 0)
    rules.remark(company.actor("E1"), PRINCIPLES, "", "很好")
    rules.remark(company.actor("E1"), PRINCIPLES, "", "很好")
    assert Remark.objects.count() == 1
    for item, text in (("nothing", "x"), ("", " ")):
        with pytest.raises(Invalid):
            rules.remark(company.actor("E1"), PRINCIPLES, item, text)


def test_a_stable_day_in_a_leap_year():
    assert formulas.stable_until(date(2028, 2, 29)) == date(2031, 2, 28)
    assert formulas.stable_until(date(2026, 3, 1)) - date(2026, 3, 1) == timedelta(days=1096)
