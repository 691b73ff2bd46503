"""Few priorities, what they choose and leave, and targets that count once two people have agreed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from beichen.metrics import queries as metrics
from beichen.metrics.models import Metric
from beichen.people.models import OrgUnit, Seat
from beichen.people.tests.makers import small
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, Invalid, NotFound
from beichen.platform.notify import queries as notices
from beichen.strategy import queries, rules
from beichen.strategy.models import TargetWord
from beichen.strategy.rules import pages
from tests.cast import client_as, golden

__all__ = ["client_as", "golden"]
pytestmark = pytest.mark.django_db
EVERYBODY = ("A1", "A2", "A3", "B1", "M1", "M2", "E1", "HR1", "HR2", "HA1", "HA2", "CA1")


@pytest.fixture
def company(db, owner_db):
    """M1 owns the priority and heads U1, E1 heads U0; HR1 looks after U1, HR2 after all; A1 edits the page."""
    with owner_db():
        made = small()
        for code, head, hrbp in (("U0", "E1", "HR2"), ("U1", "M1", "HR1")):
            OrgUnit.objects.filter(code=code).update(head=made.people[head], hrbp=made.people[hrbp])
        Metric.objects.create(code="RET", name="30 日留存", unit="%", state="in_force")
    return made


def metric_of(company):
    return metrics.metrics(company.actor("A1"))[0].id


def current(company, number):
    page = queries.current_page(company.actor(number))
    assert page is not None
    return page


def name(word):
    return word.name if word else ""


def entered(company, *, target="45", owner="M1", count=1, **more):
    measured = rules.TargetInput(
        metric_id=metric_of(company), baseline=Decimal(38), target=Decimal(target), due=date(2026, 12, 31)
    )
    lines = [rules.PriorityInput(key="P1", name="留存", owner_id=company.id(owner), targets=[measured])]
    lines += [rules.PriorityInput(key=f"P{n}", name=f"重点 {n}") for n in range(2, count + 1)]
    return rules.PageInput(horizon="2026", boxes={}, priorities=lines, **more)


def published(company, **how):
    """A1 writes, E1 publishes; the page in force."""
    page = queries.current_page(company.actor("E1"))
    if page is None:
        draft = rules.save_draft(company.actor("E1"), None, rules.PageInput(horizon="2026", boxes={}, priorities=[]), 0)
        rules.name_editors(company.actor("E1"), draft.map_id, [company.id("A1")], 1)
        version = draft.version
        at = draft.map_id
    else:
        version, at = 0, page.map_id
    draft = rules.save_draft(company.actor("A1"), at, entered(company, **how), version)
    return rules.publish_page(company.actor("E1"), at, draft.version)


def only(page):
    return page.priorities[0].targets[0]


@pytest.mark.req("STRAT-02")
def test_a_target_is_agreed_once_business_head_and_hr_partner_have_both_confirmed(company):
    target = only(published(company))
    assert not target.is_agreed
    once = rules.confirm_target(company.actor("E1"), target.id)
    assert (name(once.head_word), once.is_agreed) == ("E1", False)
    assert rules.confirm_target(company.actor("E1"), target.id) == once
    both = rules.confirm_target(company.actor("HR1"), target.id)
    assert (name(both.hrbp_word), both.is_agreed) == ("HR1", True)
    assert only(current(company, "B1")).is_agreed
    assert name(rules.confirm_target(company.actor("HR1"), target.id).hrbp_word) == "HR1"
    with acting(system("seal_audit", "t")):
        acts = list(Entry.objects.filter(kind="strategy.target").order_by("at").values_list("act", flat=True))
    assert acts == ["strategy.confirm_as_head", "strategy.confirm_as_hrbp"]


@pytest.mark.req("STRAT-02", "BASE-01")
def test_nobody_else_confirms_and_never_the_owner_or_the_writer(company):
    target = only(published(company))
    may = {"E1", "HR1", "HR2"}
    for number in EVERYBODY:
        page = current(company, number)
        found = queries.agreements(company.actor(number), list(page.priorities[0].targets))[target.id]
        assert found.may_confirm == (number in may), number
        assert (name(found.head), name(found.hrbp)) == ("E1", "HR1")
        if number not in may:
            with pytest.raises(Forbidden):
                rules.confirm_target(company.actor(number), target.id)
    with pytest.raises(NotFound):
        rules.confirm_target(company.actor("E1"), 10**9)


@pytest.mark.req("STRAT-02")
def test_where_nobody_of_the_kind_is_left_an_executive_and_an_administrator_stand_in(company, owner_db):
    with owner_db():
        OrgUnit.objects.update(head=None)
        Seat.objects.filter(seat="BP").update(revoked_at="2026-01-01T00:00Z")
    target = only(published(company))
    found = queries.agreements(company.actor("E1"), [target])[target.id]
    assert (found.head, name(found.hrbp)) == (None, "HA1")
    for number in ("HR1", "HA2", "M2"):
        with pytest.raises(Forbidden):
            rules.confirm_target(company.actor(number), target.id)
    rules.confirm_target(company.actor("E1"), target.id)
    assert rules.confirm_target(company.actor("HA1"), target.id).is_agreed


@pytest.mark.req("STRAT-02")
def test_the_database_refuses_the_writer_and_the_same_person_twice(company, owner_db):
    target = only(published(company))
    rules.confirm_target(company.actor("E1"), target.id)
    same = {"target_id": target.id, "part": "hrbp", "at": "2026-05-01T00:00Z", "proposed_by_id": company.id("A1")}
    for person in ("E1", "A1"):
        with owner_db(), pytest.raises(IntegrityError), transaction.atomic():
            TargetWord.objects.create(person_id=company.id(person), **same)


@pytest.mark.req("STRAT-02")
def test_other_terms_are_confirmed_anew_and_the_page_in_force_keeps_its_own(company):
    first = only(published(company))
    for number in ("E1", "HR1"):
        rules.confirm_target(company.actor(number), first.id)
    at = current(company, "E1").map_id
    draft = rules.save_draft(company.actor("A1"), at, entered(company, target="50"), 0)
    assert only(draft).id != first.id
    assert only(current(company, "B1")).is_agreed
    with pytest.raises(NotFound):
        rules.confirm_target(company.actor("HR1"), only(draft).id)
    back = rules.save_draft(company.actor("A1"), at, entered(company), draft.version)
    assert only(back).is_agreed
    changed = rules.save_draft(company.actor("A1"), at, entered(company, target="50"), back.version)
    now = rules.publish_page(company.actor("E1"), at, changed.version)
    assert not only(now).is_agreed
    again = only(published(company))
    assert (again.is_agreed, again.id != first.id) == (False, True)
    same_terms = rules.save_draft(company.actor("A1"), at, entered(company, note="只改一句"), 0)
    assert only(same_terms).id == again.id


@pytest.mark.req("STRAT-02")
def test_whoever_is_to_confirm_is_told(company):
    published(company)
    for number, told in (("E1", True), ("HR1", True), ("M1", False), ("A1", False)):
        texts = [notice.text for notice in notices.notices(company.actor(number))]
        assert any("30 日留存" in text for text in texts) == told, number


@pytest.mark.req("STRAT-02")
def test_a_year_has_three_priorities_unless_the_company_says_otherwise(company):
    page = published(company, count=3)
    assert page.limit == 3
    draft = rules.save_draft(company.actor("A1"), page.map_id, entered(company, count=4), 0)
    with pytest.raises(pages.TooManyPriorities) as refused:
        rules.publish_page(company.actor("E1"), page.map_id, draft.version)
    assert "4" in refused.value.sentence()
    with pytest.raises(Forbidden):
        rules.set_limit(company.actor("A1"), page.map_id, 4, 2)
    with pytest.raises(Invalid):
        rules.set_limit(company.actor("E1"), page.map_id, 0, 2)
    rules.set_limit(company.actor("E1"), page.map_id, 4, 2)
    now = rules.publish_page(company.actor("E1"), page.map_id, draft.version)
    assert (len(now.priorities), now.limit) == (4, 4)


@pytest.mark.req("STRAT-02")
def test_a_key_metric_is_of_the_library_with_its_terms(company, owner_db):
    with owner_db():
        loose = Metric.objects.create(code="X", name="草稿", state="draft")
    at = published(company).map_id
    sound = entered(company).priorities[0]
    good = sound.targets[0]
    for targets, owner in (
        ([rules.TargetInput(metric_id=loose.pk, baseline=Decimal(1), target=Decimal(2), due=good.due)], sound.owner_id),
        ([rules.TargetInput(metric_id=good.metric_id, baseline=Decimal(2), target=Decimal(2), due=good.due)],
         sound.owner_id),
        ([good, good], sound.owner_id), ([good], None),
    ):  # fmt: skip
        line = rules.PriorityInput(key="P1", name="留存", owner_id=owner, targets=targets)
        with pytest.raises(Invalid):
            rules.save_draft(company.actor("A1"), at, rules.PageInput(horizon="2026", boxes={}, priorities=[line]), 0)


@pytest.mark.req("STRAT-02")
def test_the_answers_to_the_trade_offs_stay_with_their_version(company):
    first = published(company, tradeoffs={"focus": "profit", "growth": "retention", "breadth": "few", "why": "先站稳"})
    published(company, tradeoffs={"focus": "scale"})
    old = queries.page(company.actor("B1"), first.map_id, first.number)
    now = current(company, "B1")
    assert (old.tradeoffs["focus"], old.tradeoffs["why"], now.tradeoffs["focus"]) == ("profit", "先站稳", "scale")
    what = {change.what for change in queries.changes(company.actor("B1"), first.map_id, now.number)}
    assert {"tradeoff focus", "tradeoff growth", "tradeoff why"} <= what


@pytest.mark.req("STRAT-02")
def test_the_form_asks_first_and_the_page_shows(golden, client_as, owner_db):
    with owner_db():
        metric = Metric.objects.create(code="RET", name="30 日留存", unit="%", state="in_force")
    client = client_as("E001")
    drawn = client.get("/strategy/edit/").content.decode()
    assert drawn.index('name="focus"') < drawn.index('name="horizon"')
    form = {
        "horizon": "2026", "focus": "profit", "growth": "retention", "breadth": "few", "why": "现金先行",
        "key_0": "P1", "name_0": "留存", "owner_0": "E004", "metric_0_0": str(metric.pk), "baseline_0_0": "38",
        "target_0_0": "", "due_0_0": "2026-12-31", "version": "0",
    }  # fmt: skip
    bare = client.post("/strategy/edit/", form)
    assert (bare.status_code, "现金先行" in bare.content.decode()) == (422, True)
    assert client.post("/strategy/edit/", {**form, "target_0_0": "45"}).status_code == 303
    page = client.get("/strategy/?draft").content.decode()
    assert "现金先行" in page
    assert re.search(r"38 → 45%", page)
    assert client.post("/strategy/limit/", {"limit": "5", "version": "1"}).status_code == 303
    assert client.get("/api/v1/strategy").json()["limit"] == 5
    assert client_as("E006").post("/strategy/limit/", {"limit": "9", "version": "2"}).status_code == 403
