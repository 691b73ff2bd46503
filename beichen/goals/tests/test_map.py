"""The goal map: who stands below whom, what is looked for with its way up, what stays hidden, and how much is drawn."""

from __future__ import annotations

import csv
import io
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.goals import queries
from beichen.goals.models import Alignment, Goal, GoalStat
from beichen.goals.queries import Looked
from beichen.goals.rules import rollup
from beichen.goals.tests.makers import FIRST, LAST, aligned, goal, key_result, world
from beichen.people.models import Cycle, Period
from beichen.people.queries import company_settings
from beichen.platform.auth.models import Account
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import NotFound
from beichen.strategy.models import Priority, StrategyMap
from tests.cast import golden, sign_in

__all__ = ["golden"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
DRAINS = system("goals.drain", "test")


@pytest.fixture
def made(owner_db):
    """Two priorities; below P1 the company's goal, a unit's, a manager's, a person's; below P2 a manager's alone."""
    with owner_db():
        found = world()
        page = StrategyMap.objects.create(horizon="2026")
        p1 = Priority.objects.create(map=page, key="P1", name="留住新用户")
        p2 = Priority.objects.create(map=page, key="P2", name="毛利转正")
        company = goal(found, "company", "E1", unit="U0", priority=p1)
        unit, lead = goal(found, "unit", "M1", unit="U1"), goal(found, "lead", "M1")
        person, other = goal(found, "person", "A1"), goal(found, "other", "B1", priority=p2)
        alone = goal(found, "alone", "A2")
        for child, parent in ((unit, company), (lead, unit), (person, lead)):
            aligned(child, parent)
        for one in (company, unit, lead, person, other, alone):
            key_result(one)
        rollup.restate(DRAINS, found.cycle.pk)
    return found


def priority(n):
    return Priority.objects.get(key=f"P{n}").pk


def drawn(found, actor, **looked):
    """The map as nested titles: {priority: {title: {…}}}."""

    def below(nodes):
        return {node.goal.title: below(node.children) for node in nodes}

    shown = queries.goal_map(actor, found.cycle.pk, Looked(**looked))
    names = {priority(1): "P1", priority(2): "P2", None: ""}
    return {names[top.priority_id]: below(top.nodes) for top in shown.tops}


WHOLE = {"P1": {"company": {"unit": {"lead": {"person": {}}}}}, "P2": {"other": {}}, "": {"alone": {}}}


@pytest.mark.req("GOAL-05")
def test_the_golden_company_stands_as_its_workbook_says(golden):
    def below(nodes):
        return {node.goal.key: below(node.children) for node in nodes}

    cycle, names = Cycle.objects.get(), dict(Priority.objects.values_list("pk", "key"))
    shown = queries.goal_map(golden.actor("E012"), cycle.pk, Looked())
    assert {names.get(top.priority_id or 0, ""): below(top.nodes) for top in shown.tops} == {
        "P1": {"G1": {"G11": {"G111": {}, "G21": {}, "G22": {}, "G31": {}}, "G12": {}}}, "P3": {"G41": {}},
    }  # fmt: skip
    page = client_of(golden, "E012").get("/goals/map/").content.decode()
    assert page.index("P1 核心产品") < page.index("P2 广告") < page.index("P3 新业务")


def client_of(golden, number):
    return sign_in(golden.id(number))


@pytest.mark.req("GOAL-05")
def test_from_the_priorities_down_to_people_in_four_levels(made):
    assert drawn(made, made.actor("B2")) == WHOLE


@pytest.mark.req("GOAL-05")
def test_what_is_under_a_priority_is_that_and_all_that_serves_it(made):
    assert drawn(made, made.actor("B2"), priority_id=priority(1)) == {"P1": WHOLE["P1"]}
    assert drawn(made, made.actor("B2"), priority_id=priority(2)) == {"P2": {"other": {}}}


@pytest.mark.req("GOAL-05")
def test_whoever_is_stuck_is_drawn_with_the_way_up_and_counted(made, owner_db):
    with owner_db():
        GoalStat.objects.update(health="on_track")
        GoalStat.objects.filter(goal__title__in=["person", "alone"]).update(health="off_track")
    actor = made.actor("B2")
    assert drawn(made, actor, state="attention") == {k: v for k, v in WHOLE.items() if k != "P2"}
    shown = queries.goal_map(actor, made.cycle.pk, Looked(state="off_track"))
    assert shown.found == 2
    assert {node.goal.title for top in shown.tops for node in flat(top.nodes) if node.is_hit} == {"person", "alone"}
    assert drawn(made, actor, state="off_track", priority_id=priority(1)) == {"P1": WHOLE["P1"]}
    assert drawn(made, actor, state="done") == {}


def flat(nodes):
    return [one for node in nodes for one in (node, *flat(node.children))]


@pytest.mark.req("GOAL-05")
def test_one_is_found_by_words_by_unit_and_by_number(made):
    actor = made.actor("B2")
    assert drawn(made, actor, text="LEA") == {"P1": {"company": {"unit": {"lead": {}}}}}
    assert drawn(made, actor, text="B1") == {"P2": {"other": {}}}
    unit = made.company.units["U2"].pk
    assert drawn(made, actor, unit_id=unit) == {"P2": {"other": {}}}
    assert drawn(made, actor, goal_id=made.goals["lead"].pk) == {"P1": WHOLE["P1"]}
    assert drawn(made, actor, goal_id=made.goals["lead"].pk + 1000) == {}


@pytest.mark.req("GOAL-05")
def test_a_restricted_goal_is_not_there_for_others_and_leaves_no_gap(made, owner_db):
    """Row 01e: title and existence are hidden; what serves it stands at the top."""
    with owner_db():
        Goal.objects.filter(title="unit").update(visibility="restricted")
    outside, line = made.actor("B2"), made.actor("M1")
    assert drawn(made, line) == WHOLE
    assert drawn(made, outside) == {
        "P1": {"company": {}}, "": {"lead": {"person": {}}, "alone": {}}, "P2": {"other": {}}
    }  # fmt: skip
    company = next(node for top in queries.goal_map(outside, made.cycle.pk, Looked()).tops for node in top.nodes)
    assert (company.goal.title, company.below) == ("company", 0)
    assert drawn(made, outside, text="person") == {"": {"lead": {"person": {}}}}
    assert drawn(made, line, text="person") == {"P1": WHOLE["P1"]}
    assert drawn(made, outside, text="unit") == {}
    assert drawn(made, outside, text="person", priority_id=priority(1)) == {}
    assert drawn(made, line, text="person", priority_id=priority(1)) == {"P1": WHOLE["P1"]}
    with pytest.raises(NotFound):
        queries.map_below(outside, made.cycle.pk, made.goals["unit"].pk)


@pytest.mark.req("GOAL-05")
def test_a_goal_that_serves_two_hangs_its_own_below_the_first_alone(made, owner_db):
    with owner_db():
        Alignment.objects.create(
            child=made.goals["lead"], parent=made.goals["other"], is_rollup=False, state="accepted", weight=0
        )
    nodes = [n for top in queries.goal_map(made.actor("B2"), made.cycle.pk, Looked()).tops for n in flat(top.nodes)]
    leads = [node for node in nodes if node.goal.title == "lead"]
    assert sorted((node.again, node.counts, len(node.children)) for node in leads) == [
        (False, True, 1),
        (True, False, 0),
    ]


@pytest.mark.req("GOAL-05", "GOAL-04")
def test_layers_on_other_cycles_belong_to_the_map_of_the_days_they_share(made, owner_db):
    with owner_db():
        u0 = made.company.units["U0"]
        year = Period.objects.create(key="2026", kind="year", starts_on="2026-01-01", ends_on="2026-12-31")
        past = Period.objects.create(key="2026Q1", kind="quarter", starts_on="2026-01-01", ends_on="2026-03-31")
        yearly = Cycle.objects.create(period=year, scope=u0, phase="C02", settings=company_settings())
        before = Cycle.objects.create(period=past, scope=u0, phase="C02", settings=company_settings())
        Goal.objects.filter(title="company").update(cycle=yearly)
        Goal.objects.filter(title="other").update(cycle=before)
    assert drawn(made, made.actor("B2")) == {"P1": WHOLE["P1"], "": {"alone": {}}}


@pytest.fixture
def crowd(made, owner_db):
    """120 goals of each of ten people below `other`, and 60 below `alone`."""
    with owner_db():
        people = list(made.company.people.values())[:10]
        lines = [
            Goal(title=f"g{n:04}", owner=people[n % 10], owner_place=people[n % 10].place, start=FIRST, due=LAST,
                 cycle=made.cycle, state="active")
            for n in range(1260)
        ]  # fmt: skip
        kept = Goal.objects.bulk_create(lines)
        links = [(kept[n], made.goals["other"] if n < 1200 else made.goals["alone"]) for n in range(1260)]
        Alignment.objects.bulk_create(
            Alignment(child=child, parent=parent, state="accepted", is_rollup=True) for child, parent in links
        )
        GoalStat.objects.bulk_create(
            GoalStat(goal=one, cycle=made.cycle, gap=n, health="off_track") for n, one in enumerate(kept)
        )
    return kept


@pytest.mark.req("GOAL-05", "BASE-05")
def test_at_most_three_hundred_are_drawn_and_the_others_counted(made, request):
    actor, costs = made.actor("B2"), []
    for world_of in ("made", "crowd"):
        request.getfixturevalue(world_of)
        with CaptureQueriesContext(connection) as asked:
            shown = queries.goal_map(actor, made.cycle.pk, Looked())
        costs.append(len(asked))
    assert costs[0] == costs[1]
    every = [node for top in shown.tops for node in flat(top.nodes)]
    assert len(every) <= 300
    assert {node.goal.title: (node.below, node.more) for node in every if node.below > 5} == {
        "other": (1200, 1188), "alone": (60, 48)
    }  # fmt: skip
    stuck = queries.goal_map(actor, made.cycle.pk, Looked(state="off_track"))
    assert stuck.found == 1260
    hits = {node.goal.title for top in stuck.tops for node in flat(top.nodes) if node.is_hit}
    assert hits == {f"g{n:04}" for n in range(1180, 1260)}
    assert sum(len(flat(top.nodes)) for top in stuck.tops) <= 300


@pytest.mark.req("GOAL-05")
def test_the_room_of_a_level_goes_to_those_who_have_something_below_them(made, crowd, owner_db):
    """One of 24 drawn goals has ten below it: all ten are drawn, since the others need no room."""
    with owner_db():
        Alignment.objects.bulk_create(
            Alignment(child=child, parent=crowd[0], state="accepted", is_rollup=False) for child in crowd[1250:]
        )
    shown = queries.goal_map(made.actor("B2"), made.cycle.pk, Looked())
    [first] = [n for top in shown.tops for n in flat(top.nodes) if n.goal.title == "g0000" and not n.again]
    assert (first.below, first.more) == (10, 0)


@pytest.mark.req("GOAL-05")
def test_the_others_come_in_parts_without_loss_or_repetition(made, crowd):
    actor, parent = made.actor("B2"), made.goals["other"].pk
    shown = queries.goal_map(actor, made.cycle.pk, Looked())
    other = next(n for top in shown.tops for n in top.nodes if n.goal.title == "other")
    titles, last = [node.goal.title for node in other.children], other.last
    while last is not None:
        part = queries.map_below(actor, made.cycle.pk, parent, last)
        titles += [node.goal.title for node in part.nodes]
        assert part.left == 1200 - len(titles)
        last = part.last
    assert len(titles) == 1200
    assert set(titles) == {f"g{n:04}" for n in range(1200)}


@pytest.mark.req("GOAL-05")
def test_it_is_taken_along_as_a_picture_and_a_table(made, owner_db):
    with owner_db():
        Goal.objects.filter(title="person").update(title="=cmd|'/c calc'!A1")
        Account.objects.create(email="b2@example.com", person_id=made.company.id("B2"), name="B2", locale="en")
    browser = sign_in(made.company.id("B2"))
    table = browser.get(f"/goals/map/goal-map.csv?cycle={made.cycle.pk}")
    lines = list(csv.reader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert [line[:3] for line in lines[1:]] == [
        ["1", "P1 留住新用户", "company"], ["2", "P1 留住新用户", "unit"], ["3", "P1 留住新用户", "lead"],
        ["4", "P1 留住新用户", "'=cmd|'/c calc'!A1"], ["1", "P2 毛利转正", "other"],
        ["1", "Linked to no priority", "alone"],
    ]  # fmt: skip
    assert lines[2][3:] == ["U1", "Not updated", "0%", "company", "yes"]
    picture = browser.get(f"/goals/map/goal-map.svg?cycle={made.cycle.pk}")
    assert picture["Content-Type"].startswith("image/svg+xml")
    words = [text.text for text in ElementTree.fromstring(picture.content).iter("{http://www.w3.org/2000/svg}text")]
    assert {"company", "unit", "lead", "=cmd|'/c calc'!A1", "other", "alone", "P1 留住新用户"} <= set(words)
    assert browser.get("/goals/map/goal-map.exe").status_code == 404
