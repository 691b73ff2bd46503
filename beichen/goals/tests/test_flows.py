"""Who agrees to goals, by role, level and cycle."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from beichen.goals import queries, rules
from beichen.goals.queries import Flow, Season
from beichen.goals.rules import errors
from beichen.goals.tests.makers import NOON, browser, world
from beichen.people import queries as people
from beichen.people.models import Employment, Person, RolePosition, RoleProfile
from beichen.platform.approvals.models import Step
from beichen.platform.kit import clock
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.words import BadValue
from tests.database import put_in_phase

ROLE = Flow(7, "", ("LM", "HA"), 3)
LEVEL = Flow(None, "P8", ("LM", "SK"), 5)
BOTH = Flow(7, "P8", ("LM", "SK", "HA"), 2)


@pytest.mark.req("GOAL-07")
@pytest.mark.parametrize(("profile", "level", "roles"), [
    (7, "P6", ["LM", "HA"]), (None, "P8", ["LM", "SK"]), (7, "P8", ["LM", "SK", "HA"]), (3, "P8", ["LM", "SK"]),
    (3, "P6", []), (None, "", []),
])  # fmt: skip
def test_the_row_that_names_most_decides(profile, level, roles):
    season = Season(flows=(ROLE, LEVEL, BOTH))
    assert [step.role for step in season.steps_for(profile, level)] == roles


@pytest.fixture
def made(owner_db):
    with clock.frozen(NOON), owner_db():
        found = world("C00")
        profile = RoleProfile.objects.create(
            code="product", family="product", name="产品", role_type="stable", scenarios=[], responsibilities=[],
            tools={}, review_on=date(2027, 1, 1),
        )  # fmt: skip
        RolePosition.objects.create(position="产品经理", profile=profile)
        Person.objects.filter(number="A1").update(position="产品经理")
        for number, level in (("A1", "P6"), ("A2", "P8"), ("B1", "P6")):
            Employment.objects.update_or_create(
                person_id=found.company.id(number), defaults={"level": level, "hired_on": date(2020, 1, 1)}
            )
        found.profile = profile  # type: ignore[attr-defined]
    return found


def chosen(made, *flows):
    version = people.cycle(made.actor("HA1"), made.cycle.pk).version
    return rules.set_season(made.actor("HA1"), made.cycle.pk, Season(flows=flows), version)


def asked(made, owner_db, number):
    """The steps of a goal this person submits: role and days."""
    me = made.actor(number)
    card = rules.create_goal(me, made.cycle.pk, rules.GoalInput(title=f"目标 {number}", weight=1000, verification="表"))
    entered = rules.KeyResultInput(title="数", measure="yes_no", weight=10_000)
    rules.add_key_result(me, card.id, entered, card.version)
    rules.propose_goal(me, card.id, queries.goal(me, card.id).version)
    names = {person.pk: who for who, person in made.company.people.items()}
    with owner_db():
        steps = Step.objects.filter(run__object_id=str(card.id)).order_by("n")
        return [(one.role, one.days, names[one.approver_id]) for one in steps]


@pytest.mark.django_db
@pytest.mark.req("GOAL-07")
def test_goals_of_a_role_and_of_a_level_go_to_approvers_of_their_own(made, owner_db):
    with clock.frozen(NOON):
        chosen(made, Flow(made.profile.pk, "", ("LM", "SK"), 3), Flow(None, "P8", ("LM", "BP"), 2))
        put_in_phase("C01")
        assert asked(made, owner_db, "A1") == [("LM", 3, "M1"), ("SK", 3, "E1")]
        assert [one[:2] for one in asked(made, owner_db, "A2")] == [("LM", 2), ("BP", 2)]
        assert [one[:2] for one in asked(made, owner_db, "B1")] == [("LM", 5)]


@pytest.mark.django_db
@pytest.mark.parametrize(("flow", "error"), [
    (Flow(None, "", ("LM",), 5), errors.ForNobody),
    (Flow(None, "P8", (), 5), BadValue),
    (Flow(None, "P8", ("LM", "LM"), 5), BadValue),
    (Flow(None, "P8", ("CA",), 5), BadValue),
    (Flow(None, "P8", ("LM",), 0), BadValue),
    (Flow(987_654, "", ("LM",), 5), NotFound),
])  # fmt: skip
def test_what_such_approvers_need(made, flow, error):
    with pytest.raises(error):
        chosen(made, flow)
    with pytest.raises(errors.ForTheSame):
        chosen(made, LEVEL, Flow(None, "P8", ("LM",), 1))


@pytest.mark.django_db
@pytest.mark.req("GOAL-07")
def test_hr_chooses_them_with_the_rules_of_the_cycle(made, owner_db):
    with owner_db():
        hr = browser(made, "HA1")
    at = reverse("goals:season", args=[made.cycle.pk])
    drawn = hr.get(at).content.decode()
    assert 'name="profile_0"' in drawn
    version = people.cycle(made.actor("HA1"), made.cycle.pk).version
    sent = {
        "limits": "warn", "count_min": 3, "count_max": 5, "versions": "last", "shared": "in_full",
        "free_target": 0, "free_weight": 0,
        "free_days": 0, "rhythm": "", "tracks": 3, "profile_0": made.profile.pk, "level_0": "P8", "chain_0": "LM,SK,HA",
        "days_0": 4, "chain_1": "", "version": version,
    }  # fmt: skip
    assert hr.post(at, sent).status_code == 303
    card = people.cycle(made.actor("HA1"), made.cycle.pk)
    assert queries.season(card.settings).flows == (Flow(made.profile.pk, "P8", ("LM", "SK", "HA"), 4),)
    assert '<option value="LM,SK,HA" selected>' in hr.get(at).content.decode()
