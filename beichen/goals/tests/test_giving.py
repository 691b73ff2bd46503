"""One template given to many people at once, as drafts of their own."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from beichen.goals import queries, rules
from beichen.goals.models import Goal
from beichen.goals.rules import GoalInput, ResultTemplateInput, TemplateInput, errors
from beichen.goals.tests.makers import browser, goal, world
from beichen.people.models import Employment, Person, RolePosition, RoleProfile
from beichen.people.queries import Reach
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.audit.models import Entry
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.platform.notify.models import Notice
from tests.database import put_in_phase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
TITLE = "第一周就用出价值"
PARTS = (ResultTemplateInput(title="新用户次周留存", unit="%"), ResultTemplateInput(title="半路放弃率", unit="%"))


@pytest.fixture
def made(owner_db):
    with owner_db():
        found = world()
    entered = TemplateInput(title=TITLE, title_en="Value", ambition="stretch", verification="看板", results=PARTS)
    found.template = rules.save_template(found.actor("HA1"), entered)  # type: ignore[attr-defined]
    return found


def give(made, who="HA1", **wanted):
    ids = wanted.pop("numbers", None)
    chosen = None if ids is None else [made.company.id(number) for number in ids]
    return rules.give_template(made.actor(who), made.template, made.cycle.pk, Reach(person_ids=chosen, **wanted))


def holders(made):
    return set(Goal.objects.filter(title=TITLE).values_list("owner__number", flat=True))


@pytest.mark.req("GOAL-06")
def test_hr_gives_a_template_to_a_department_and_each_holds_a_draft_of_their_own(made, owner_db):
    u1 = made.company.units["U1"].pk
    assert give(made, unit_id=u1) == rules.Given(4, 0)
    with owner_db():
        assert holders(made) == {"A1", "A2", "A3", "M1"}
        draft = Goal.objects.get(title=TITLE, owner__number="A1")
        noted = list(Entry.objects.filter(act="goals.give_template"))
        told = list(Notice.objects.filter(template="goals.given").values_list("addressee_id", flat=True))
    assert (draft.state, draft.author_id, draft.ambition, draft.verification) == (
        "draft", made.company.id("A1"), "stretch", "看板",
    )  # fmt: skip
    assert (draft.start, draft.due, draft.weight) == (date(2026, 4, 1), date(2026, 6, 30), 0)
    assert [(one.details["count"], one.details["title"]) for one in noted] == [(4, TITLE)]
    assert sorted(told) == sorted(made.company.id(number) for number in ("A1", "A2", "A3", "M1"))
    assert queries.goal(made.actor("A1"), draft.pk).title == TITLE
    for other in ("HA1", "M1", "A2", "HR1"):
        with pytest.raises(NotFound):
            queries.goal(made.actor(other), draft.pk)


@pytest.mark.req("GOAL-06")
def test_whoever_has_a_goal_of_this_title_keeps_it_and_a_second_click_gives_none(made, owner_db):
    with owner_db():
        goal(made, TITLE, "A2")
    assert give(made, numbers=["A1", "A2"]) == rules.Given(1, 1)
    assert give(made, numbers=["A1", "A2"]) == rules.Given(0, 2)
    with owner_db():
        assert Goal.objects.filter(title=TITLE).count() == 2
        assert Entry.objects.filter(act="goals.give_template").count() == 1


@pytest.mark.req("GOAL-06")
@pytest.mark.parametrize(("who", "whom"), [
    ("HA1", {"E1", "M1", "M2", "A1", "A2", "A3", "B1", "B2", "HR2", "HA2"}),
    ("HR1", {"M1", "A1", "A2", "A3", "HA1", "CA1"}),
    ("M1", {"A1", "A2", "A3"}),
    ("A1", {"A3"}),
])  # fmt: skip
def test_it_is_given_to_those_one_leads_or_looks_after_alone(made, owner_db, who, whom):
    give(made, who)
    with owner_db():
        got = holders(made)
    # An HR administrator has no seat over the own boss and the own HR team (G2).
    assert got == whom if who != "HA1" else whom >= got >= {"A1", "A2", "A3", "B1", "B2", "M1", "M2"}
    assert who not in got


@pytest.mark.parametrize(("who", "numbers", "error"), [
    ("A2", None, Forbidden), ("CA1", None, Forbidden), ("M1", ["A1", "B1"], Forbidden), ("M1", ["M1"], Forbidden),
    ("M1", [], errors.NobodyChosen),
])  # fmt: skip
def test_what_is_not_yours_to_give_is_refused_whole(made, owner_db, who, numbers, error):
    with pytest.raises(error):
        give(made, who, numbers=numbers)
    with owner_db():
        assert holders(made) == set()


def test_nobody_unknown_no_unit_no_role_no_template_out_of_use_and_in_time_alone(made):
    hr, cycle = made.actor("HA1"), made.cycle.pk
    for wanted in (Reach(person_ids=[987_654]), Reach(unit_id=987_654), Reach(profile_id=987_654)):
        with pytest.raises(NotFound):
            rules.give_template(hr, made.template, cycle, wanted)
    with pytest.raises(NotFound):
        rules.give_template(hr, 987_654, cycle, Reach())
    card = queries.template(hr, made.template)
    rules.save_template(hr, TemplateInput(title=TITLE, is_active=False), made.template, card.version)
    with pytest.raises(errors.OutOfUse):
        give(made)
    rules.save_template(hr, TemplateInput(title=TITLE), made.template, card.version + 1)
    put_in_phase("C05")
    with pytest.raises(WrongPhase):
        give(made)


@pytest.mark.req("GOAL-06")
def test_by_role_and_level(made, owner_db):
    with owner_db():
        profile = RoleProfile.objects.create(
            code="product", family="product", name="产品", role_type="stable", scenarios=[], responsibilities=[],
            tools={}, review_on=date(2027, 1, 1),
        )  # fmt: skip
        RolePosition.objects.create(position="产品经理", profile=profile)
        Person.objects.filter(number__in=["A1", "B1"]).update(position="产品经理")
        for number, level in (("A1", "P6"), ("A2", "P7"), ("B1", "P7")):
            Employment.objects.update_or_create(
                person_id=made.company.id(number), defaults={"level": level, "hired_on": date(2020, 1, 1)}
            )
    found = queries.receivers(made.actor("HA1"), made.template, queries_cycle(made), Reach(profile_id=profile.pk))
    assert [one.number for one in found.people] == ["A1", "B1"]
    assert (found.count, found.have_it, found.is_cut) == (2, 0, False)
    give(made, profile_id=profile.pk, level="P7")
    with owner_db():
        assert holders(made) == {"B1"}


def queries_cycle(made):
    from beichen.people import queries as people

    return people.cycle(made.actor("HA1"), made.cycle.pk)


@pytest.mark.req("GOAL-06")
def test_a_given_draft_is_what_its_owner_would_have_begun(made, owner_db):
    """The rule for many and the rule for one write the same goal."""
    card = queries.template(made.actor("A2"), made.template)
    plain = {name: getattr(card, name) for name in ("title", "title_en", "kind", "ambition", "verification")}
    mine = rules.create_goal(made.actor("A2"), made.cycle.pk, GoalInput(**plain, template_id=card.id)).id
    give(made, numbers=["A1"])
    with owner_db():
        one, given = Goal.objects.get(pk=mine), Goal.objects.get(title=TITLE, owner__number="A1")
        whose = {"id", "owner_id", "owner_place", "author_id", "last_editor_id", "given_by_id"}
        names = [field.attname for field in Goal._meta.concrete_fields if field.attname not in whose]
        assert [(n, getattr(one, n)) for n in names] == [(n, getattr(given, n)) for n in names]
        assert (given.last_editor_id, given.given_by_id) == (made.company.id("HA1"),) * 2
        assert hasattr(one, "stat") == hasattr(given, "stat")


def test_it_costs_the_same_for_one_and_for_ten(made, owner_db):
    with CaptureQueriesContext(connection) as few:
        give(made, numbers=["A1"])
    with CaptureQueriesContext(connection) as many:
        give(made)
    assert len(many) <= len(few) + 2, (len(few), len(many))


@pytest.mark.req("GOAL-06")
def test_hr_sees_who_they_are_and_the_draft_offers_the_key_results_of_its_template(made, owner_db):
    with owner_db():
        hr, me, other = (browser(made, number) for number in ("HA1", "A1", "A2"))
    at = reverse("goals:give_template", args=[made.template])
    drawn = hr.get(at, {"unit": made.company.units["U1"].pk}).content.decode()
    assert f'name="person" value="{made.company.id("A1")}"' in drawn
    assert f'value="{made.company.id("B1")}"' not in drawn
    assert other.get(at).status_code == 403
    assert at not in other.get(reverse("goals:templates")).content.decode()
    assert at in hr.get(reverse("goals:templates")).content.decode()
    sent = {"cycle": made.cycle.pk, "unit": "", "profile": "", "level": "", "person": [made.company.id("A1")]}
    assert hr.post(at, sent).status_code == 303
    assert hr.post(at, {**sent, "person": []}).status_code == 422
    with owner_db():
        draft = Goal.objects.get(title=TITLE)
    drawn = me.get(reverse("goals:goal", args=[draft.pk])).content.decode()
    first = queries.template(made.actor("A1"), made.template).results[0]
    assert f"{reverse('goals:new_key_result', args=[draft.pk])}?from={first.id}" in drawn
    assert "HA1" in drawn
    version = queries.goal(made.actor("A1"), draft.pk).version
    numbers = rules.KeyResultInput(title="新用户次周留存", measure="yes_no", weight=10_000)
    rules.add_key_result(made.actor("A1"), draft.pk, numbers, version)
    assert f"?from={first.id}" not in me.get(reverse("goals:goal", args=[draft.pk])).content.decode()
