"""A plan that weighs what the published list does not name asks for a reason, and shows it."""

from __future__ import annotations

import pytest

from beichen.platform.audit.models import Entry
from beichen.reviews import queries, rules
from beichen.reviews.models import ReviewPlan
from beichen.reviews.rules import launch
from beichen.reviews.rules.errors import OutsideTheList
from beichen.reviews.tests.makers import world
from beichen.strategy.rules import StatementInput, ready
from beichen.strategy.tests.makers import publish

pytestmark = pytest.mark.django_db
WHY = "今年试行，董事会要求单独看协作。"


@pytest.fixture
def planned(owner_db, worker_db):
    """A plan of the ready form, whose section of contribution is not on the published list."""
    made = world(owner_db, worker_db)
    made.make_plan("HA1")
    items = [item for item in ready("scope").items if item.key != "contribution"]
    publish(made.actor("HA1"), made.actor("E1"), "scope", StatementInput(items=items))
    return made


@pytest.fixture
def decided(planned, monkeypatch):
    """Somebody decides about everybody, so that only the list is in the way."""
    monkeypatch.setattr(launch, "outlook", lambda *_: (5, 0))
    return planned


@pytest.mark.req("STRAT-06")
def test_the_section_outside_is_named_and_the_launch_waits_for_a_reason(decided):
    desk = queries.console(decided.actor("HA1"), decided.plan_id)
    assert (len(desk.outside), desk.outside_reason) == (1, "")
    for said in ("", "太短"):
        with pytest.raises(OutsideTheList):
            rules.launch_plan(decided.actor("HA1"), decided.plan_id, decided.version(), said)
    assert rules.launch_plan(decided.actor("HA1"), decided.plan_id, decided.version(), WHY) is False
    assert queries.console(decided.actor("HA2"), decided.plan_id).outside_reason == WHY
    assert rules.launch_plan(decided.actor("HA2"), decided.plan_id, decided.version()) is True
    with decided.owner():
        plan = ReviewPlan.objects.get(pk=decided.plan_id)
        noted = Entry.objects.filter(act="reviews.launch", details__reason=WHY).exists()
    assert plan.settings["outside"] == {"sections": ["contribution"], "reason": WHY}
    assert noted
    shown = queries.console(decided.actor("HA1"), decided.plan_id)
    assert (len(shown.outside), shown.outside_reason) == (1, WHY)


@pytest.mark.req("STRAT-06")
def test_what_is_on_the_list_is_launched_without_a_word(decided):
    publish(decided.actor("HA1"), decided.actor("E1"), "scope")
    assert queries.console(decided.actor("HA1"), decided.plan_id).outside == ()
    assert rules.launch_plan(decided.actor("HA1"), decided.plan_id, decided.version()) is False
    with decided.owner():
        assert "outside" not in ReviewPlan.objects.get(pk=decided.plan_id).settings
