"""A goal is split among several people in one step: drafts with owner, day, verification, counted in it."""

from __future__ import annotations

from datetime import date

import pytest

from beichen.goals import queries, rules
from beichen.goals.models import Alignment, Goal
from beichen.goals.rules import PartInput, errors
from beichen.goals.tests.makers import goal, key_result, world
from beichen.people.models import Cycle, Period
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.access.current import acting
from beichen.platform.audit.models import Entry
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
HALF, LATER = date(2026, 5, 31), date(2026, 6, 20)


@pytest.fixture
def made(owner_db):
    """M1 answers for a running goal of the unit with one key result of 60 per cent."""
    with owner_db():
        found = world()
        key_result(goal(found, "留存", "M1", unit="U1"), weight=6000)
        goal(found, "草稿", "M1", state="draft")
    return found


def parts(made, *who, **more):
    return [PartInput(title=f"{number} 的一块", owner_id=made.company.id(number), **more) for number in who]


def split(made, found, by="M1", **more):
    card = made.goals["留存"]
    return rules.split_goal(made.actor(by), card.pk, found, card.version, **more)


@pytest.mark.req("GOAL-04")
def test_every_part_is_a_draft_that_counts_in_the_goal(made, owner_db):
    first = PartInput(
        title="引导", owner_id=made.company.id("A1"), due=HALF, verification="数据仓库", share=2500, weight=3000
    )
    cards = split(made, [first, *parts(made, "A2", due=LATER)])
    assert [(c.owner_id, c.state, c.due) for c in cards] == [
        (made.company.id("A1"), "draft", HALF), (made.company.id("A2"), "draft", LATER)
    ]  # fmt: skip
    assert (cards[0].verification, cards[0].weight) == ("数据仓库", 3000)
    with owner_db():
        lines = Alignment.objects.order_by("child_id").values_list("parent__title", "state", "is_rollup", "weight")
        assert list(lines) == [("留存", "accepted", True, 2500), ("留存", "accepted", True, 6000)]
    view = queries.goal_view(made.actor("M1"), made.goals["留存"].pk)
    assert [(line.title, line.state) for line in view.children] == [("A2 的一块", "accepted"), ("引导", "accepted")]
    with pytest.raises(NotFound):
        queries.goal(made.actor("A1"), cards[0].id)
    with acting(system("seal_audit", "t")):
        assert {"goals.split", "goals.write", "goals.align"} <= set(Entry.objects.values_list("act", flat=True))


@pytest.mark.req("GOAL-04")
def test_sent_twice_it_makes_the_parts_once(made, owner_db):
    wanted = parts(made, "A1", "A2")
    assert [c.id for c in split(made, wanted)] == [c.id for c in split(made, wanted)]
    with owner_db():
        assert Alignment.objects.count() == 2


@pytest.mark.req("GOAL-04")
def test_one_part_that_cannot_be_made_leaves_none(made, owner_db):
    for wrong in (
        parts(made, "A1", "B1"), [*parts(made, "A1"), *parts(made, "A2", due=date(2026, 3, 1))],
        [*parts(made, "A1"), PartInput(title=" ", owner_id=made.company.id("A2"))],
    ):  # fmt: skip
        with pytest.raises((Forbidden, Invalid)):
            split(made, wrong)
    with owner_db():
        assert not Alignment.objects.exists()
        assert Goal.objects.count() == 2


@pytest.mark.req("GOAL-04")
@pytest.mark.parametrize("number", ["E1", "A1", "HA1", "M2", "HR1"])
def test_only_whoever_answers_for_the_goal_splits_it(made, number):
    with pytest.raises(Forbidden):
        split(made, parts(made, "A1"), by=number)


@pytest.mark.req("GOAL-04")
def test_what_cannot_be_split(made):
    with pytest.raises(errors.NothingToSplit):
        split(made, [])
    with pytest.raises(errors.TooManyParts):
        split(made, parts(made, *["A1"] * 21))
    draft = made.goals["草稿"]
    with pytest.raises(errors.ParentNotOpen):
        rules.split_goal(made.actor("M1"), draft.pk, parts(made, "A1"), draft.version)
    with pytest.raises(Changed):
        rules.split_goal(made.actor("M1"), made.goals["留存"].pk, parts(made, "A1"), 9)


@pytest.mark.req("GOAL-04")
def test_parts_may_be_of_a_shorter_cycle(made, owner_db):
    with owner_db():
        month = Period.objects.create(key="2026M06", kind="month", starts_on="2026-06-01", ends_on="2026-06-30")
        june = Cycle.objects.create(
            period=month, scope=made.company.units["U0"], phase="C01", settings=made.cycle.settings
        )
    [card] = split(made, parts(made, "A1"), cycle_id=june.pk)
    assert (card.cycle_id, card.start) == (june.pk, date(2026, 6, 1))
    with owner_db():
        july = Period.objects.create(key="2026M07", kind="month", starts_on="2026-07-01", ends_on="2026-07-31")
        later = Cycle.objects.create(
            period=july, scope=made.company.units["U0"], phase="C00", settings=made.cycle.settings
        )
    with pytest.raises(WrongPhase):
        split(made, parts(made, "A2"), cycle_id=later.pk)
