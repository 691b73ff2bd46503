"""The board of progress: exact counts, pages that neither lose nor repeat, who sees what, and asking for a word."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from beichen.goals import queries, rules
from beichen.goals.models import Goal, GoalStat, KeyResultStat, Nudge
from beichen.goals.queries import Wanted
from beichen.goals.rules import errors, rollup
from beichen.goals.tests.makers import NOON, goal, key_result, world
from beichen.people.models import Membership, Project
from beichen.people.rules.cycles import WrongPhase
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to
from beichen.platform.api.schemas import PageIn
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.platform.notify import queries as notices
from tests.database import put_in_phase

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("on_16_may")]
DRAINS = system("goals.drain", "test")
EVERYBODY = ("A1", "A2", "A3", "M1", "M2", "B1", "E1", "HR1", "HR2", "HA1", "HA2", "CA1")
FIRST = PageIn(limit=50, cursor="")


@pytest.fixture
def made(owner_db):
    """Half of the quarter is over: one goal far behind and silent, one behind, one on track, one finished."""
    with owner_db():
        found = world()
        for title, owner, at, days in (
            ("silent", "A1", 10, 30), ("behind", "A1", 35, 1), ("on track", "A2", 52, 1), ("finished", "B1", 100, 1),
        ):  # fmt: skip
            kr = key_result(goal(found, title, owner))
            KeyResultStat.objects.filter(pk=kr.pk).update(
                progress=at * 10_000, current=Decimal(at), updated_on=NOON.date() - timedelta(days=days)
            )
        rollup.restate(DRAINS, found.cycle.pk)
    return found


def titles(found, actor, wanted=None, asked=FIRST):
    return [line.goal.title for line in queries.board(actor, found.cycle.pk, wanted or Wanted(), asked).lines]


def restated(found, owner_db):
    with owner_db():
        rollup.restate(DRAINS, found.cycle.pk)


@pytest.mark.req("GOAL-12")
def test_the_furthest_behind_stand_first_and_every_state_is_counted(made):
    page = queries.board(made.actor("E1"), made.cycle.pk, Wanted(), FIRST)
    assert [line.goal.title for line in page.lines] == ["silent", "behind", "on track", "finished"]
    assert page.total == 4
    assert page.counts == {
        "not_updated": 1, "at_risk": 1, "on_track": 1, "done": 1, "attention": 2, "behind": 0, "risks": 0
    }  # fmt: skip
    for state, expected in (
        ("not_updated", ["silent"]), ("at_risk", ["behind"]), ("attention", ["silent", "behind"]), ("ahead", []),
        ("on_track", ["on track"]), ("done", ["finished"]),
    ):  # fmt: skip
        assert titles(made, made.actor("E1"), Wanted(state=state)) == expected, state
        assert page.counts.get(state, 0) == len(expected), state


@pytest.mark.req("GOAL-12")
def test_filters_by_unit_owner_kind_and_line(made, owner_db):
    actor, units = made.actor("E1"), made.company.units
    with owner_db():
        Goal.objects.filter(title="behind").update(kind="kpi")
    assert titles(made, actor, Wanted(kind="kpi")) == ["behind"]
    assert titles(made, actor, Wanted(owner_id=made.company.id("A2"))) == ["on track"]
    assert set(titles(made, actor, Wanted(unit_id=units["U1"].pk))) == {"silent", "behind", "on track"}
    assert set(titles(made, actor, Wanted(unit_id=units["U0"].pk))) == {"silent", "behind", "on track", "finished"}
    assert set(titles(made, made.actor("M1"), Wanted(scope="branch"))) == {"silent", "behind", "on track"}
    assert titles(made, made.actor("A1"), Wanted(scope="branch")) == []
    with pytest.raises(NotFound):
        queries.named(actor, "nowhere", "")


@pytest.mark.req("GOAL-12", "PEOPLE-03")
def test_a_project_holds_the_goals_of_its_lead_and_of_who_works_in_it_in_this_cycle(made, owner_db):
    """Also of whoever came or went within it; of nobody whose days lie outside, and of no other project."""
    people, days = made.company.people, {"before": ("2026-01-01", "2026-04-01"), "in": ("2026-05-01", "2026-05-02"),
                                         "on": ("2026-06-30", None), "after": ("2026-07-01", None)}  # fmt: skip
    with owner_db():
        projects = [Project.objects.create(code=f"P{n}", name=f"项目{n}", lead=people[lead], starts_on=date(2026, 1, 1))
                    for n, lead in enumerate(("B1", "E1"))]  # fmt: skip
        for project, who, when in ((0, "A1", "before"), (0, "A1", "in"), (0, "A2", "after"), (1, "A2", "on")):
            Membership.objects.create(
                project=projects[project], person=people[who], role="成员", share=10, period=days[when]
            )
    actor, one, other = made.actor("E1"), *(project.pk for project in projects)
    assert titles(made, actor, Wanted(project_id=one)) == ["silent", "behind", "finished"]
    assert titles(made, actor, Wanted(project_id=other)) == ["on track"]
    page = queries.board(actor, made.cycle.pk, Wanted(project_id=one, state="attention"), FIRST)
    assert ([line.goal.title for line in page.lines], page.total) == (["silent", "behind"], 3)
    assert page.counts == {
        "not_updated": 1, "at_risk": 1, "done": 1, "attention": 2, "behind": 0, "risks": 0
    }  # fmt: skip
    assert titles(made, actor, Wanted(project_id=one, owner_id=made.company.id("B1"))) == ["finished"]
    assert queries.how_many_to_nudge(made.actor("M1"), made.cycle.pk, Wanted(project_id=one)) == (2, 1)
    named = queries.named(actor, "", "", "P1").project
    assert named is not None
    assert named.id == other
    with pytest.raises(NotFound):
        queries.named(actor, "", "", "nowhere")


@pytest.mark.req("GOAL-12")
def test_pages_by_keyset_hold_every_goal_once(made, owner_db):
    with owner_db():
        for n in range(7):
            key_result(goal(made, f"same {n}", "A2"))
    restated(made, owner_db)
    seen, cursor, actor = [], "", made.actor("A1")
    for _ in range(20):
        page = queries.board(actor, made.cycle.pk, Wanted(), PageIn(limit=2, cursor=cursor))
        seen += [line.goal.id for line in page.lines]
        cursor = page.next or ""
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == queries.board(actor, made.cycle.pk, Wanted(), FIRST).total == 11


@pytest.mark.req("GOAL-12")
def test_behind_for_several_reports_running_and_open_risks_come_from_reports(made, owner_db):
    actor = made.actor("A1")
    with owner_db():
        kr = made.goals["behind"].key_results.get()
    for n, risk in ((1, ""), (2, "供应商可能延期"), (3, "供应商可能延期一周")):
        rules.report(actor, kr.pk, rules.ReportInput(value=Decimal(20 + n), risk=risk))
    rollup.drain(DRAINS, made.cycle.pk)
    line = queries.board(made.actor("M1"), made.cycle.pk, Wanted(state="behind"), FIRST).lines[0]
    assert (line.behind, line.risks, line.risk) == (3, 1, "供应商可能延期一周")
    for number in EVERYBODY:
        with acting(made.actor(number)):
            held = relations_to(made.actor(number), made.company.id("A1"))
        reads = any(policy.row("02d").holds(c, frozenset("rw")) for c in held | ({"SK"} if "UP" in held else set())
                    if c in policy.COLUMNS)  # fmt: skip
        page = queries.board(made.actor(number), made.cycle.pk, Wanted(), FIRST)
        line = next(one for one in page.lines if one.goal.title == "behind")
        told = (1, 1, True) if reads else (0, 0, False)
        assert (page.counts["risks"], line.risks, bool(line.risk)) == told, number
    rules.report(actor, kr.pk, rules.ReportInput(value=Decimal(60)))
    rollup.drain(DRAINS, made.cycle.pk)
    after = queries.board(made.actor("M1"), made.cycle.pk, Wanted(), FIRST)
    assert (after.counts["risks"], after.counts["behind"]) == (0, 0)


@pytest.mark.req("GOAL-12", "BASE-01")
def test_the_board_holds_what_the_list_of_goals_opens_and_no_more(made, owner_db):
    with owner_db():
        goal(made, "restricted", "A1", visibility="restricted")
        goal(made, "of the unit", "A1", visibility="unit", shown_in=made.company.units["U1"])
        goal(made, "closed", "A1", state="closed")
        goal(made, "draft", "A1", state="draft")
        goal(made, "dropped", "A1", is_dropped=True)
    restated(made, owner_db)
    for number in EVERYBODY:
        listed = queries.all_goals(made.actor(number), made.cycle.pk, queries.Filter(), limit=200).goals
        agreed = {g.title for g in listed if not g.waits and not g.is_dropped}
        page = queries.board(made.actor(number), made.cycle.pk, Wanted(), FIRST)
        assert {line.goal.title for line in page.lines} == agreed, number
        assert page.total == len(agreed), number


def nudged(made, number, sentence="", **wanted):
    return rules.nudge(made.actor(number), made.cycle.pk, Wanted(**wanted), sentence)


@pytest.mark.req("GOAL-12")
def test_whom_the_table_names_asks_for_a_word_and_nobody_else(made):
    ids = [made.goals["silent"].pk]
    for number in EVERYBODY:
        with acting(made.actor(number)):
            held = relations_to(made.actor(number), made.company.id("A1"))
        held |= {"SK"} if "UP" in held else set()
        allowed = any(policy.row("02e").holds(c, frozenset("w")) for c in held if c in policy.COLUMNS)
        board = queries.board(made.actor(number), made.cycle.pk, Wanted(), FIRST)
        assert [line.may_nudge for line in board.lines if line.goal.title == "silent"] == [allowed], number
        if allowed:
            assert rules.nudge(made.actor(number), made.cycle.pk, Wanted(), "", goal_ids=ids).count <= 1
        else:
            with pytest.raises(Forbidden):
                rules.nudge(made.actor(number), made.cycle.pk, Wanted(), "", goal_ids=ids)


@pytest.mark.req("GOAL-12")
def test_all_that_match_are_asked_at_once_each_once_a_day(made, owner_db):
    done = nudged(made, "M1", "周五前请更新")
    assert (done.count, done.left) == (2, 0)
    assert (nudged(made, "M1").count, nudged(made, "HA1").left) == (0, 2)
    silent = next(line for line in queries.board(made.actor("M1"), made.cycle.pk, Wanted(), FIRST).lines)
    assert silent.nudge is not None
    assert (silent.nudge.sentence, silent.asked_today) == ("周五前请更新", True)
    seen_by_colleague = queries.board(made.actor("B1"), made.cycle.pk, Wanted(), FIRST).lines
    assert all(line.nudge is None for line in seen_by_colleague)
    texts = [notice.text for notice in notices.notices(made.actor("A1"))]
    assert sorted(text for text in texts if "周五前请更新" in text) == sorted(texts)
    assert len(texts) == 2
    kr = made.goals["silent"].key_results.get()
    assert f"/goals/key-results/{kr.pk}/update/" in {notice.url for notice in notices.notices(made.actor("A1"))}
    with owner_db():
        line = Entry.objects.get(act="goals.nudge")
        assert (line.details["count"], len(line.details["digest"])) == (2, 64)
    with clock.frozen(NOON + timedelta(days=1)):
        restated(made, owner_db)
        assert nudged(made, "M1").count == 2
    with owner_db():
        assert Nudge.objects.count() == 4


@pytest.mark.req("GOAL-12")
def test_what_needs_no_word_gets_none(made):
    ids = [made.goals["on track"].pk, made.goals["silent"].pk]
    done = rules.nudge(made.actor("M1"), made.cycle.pk, Wanted(), "", goal_ids=ids)
    assert (done.count, done.left) == (1, 1)
    with pytest.raises(errors.SentenceTooLong):
        nudged(made, "M1", "很" * 161)
    with pytest.raises(NotFound):
        rules.nudge(made.actor("M1"), made.cycle.pk, Wanted(), "", goal_ids=[10**9])
    put_in_phase("C07")
    with pytest.raises(WrongPhase):
        nudged(made, "M1")


@pytest.mark.req("GOAL-12", "GOAL-11")
def test_someone_who_moves_takes_the_goals_to_the_other_unit(made, owner_db):
    with owner_db():
        person = made.company.people["A1"]
        person.unit = made.company.units["U2"]
        person.save(update_fields=["unit"])
    rollup.follow_owner(system("goals.follow_owner", "test"), made.company.id("A1"))
    rollup.drain(DRAINS, made.cycle.pk)
    with owner_db():
        assert set(GoalStat.objects.filter(goal__owner=person).values_list("unit_id", flat=True)) == {person.unit_id}


@pytest.mark.req("GOAL-12", "STRAT-03")
def test_the_matrix_is_the_weighted_mean_of_the_goals_behind_it(made, owner_db):
    from beichen.strategy.models import Priority, StrategyMap

    with owner_db():
        page = StrategyMap.objects.create(horizon="2026", published=1)
        first = Priority.objects.create(map=page, key="P1", name="留存")
        Priority.objects.create(map=page, key="P2", name="盈利", position=1)
        for title, weight in (("silent", 3000), ("behind", 1000), ("finished", 0)):
            Goal.objects.filter(title=title).update(priority=first, weight=weight)
        goal(made, "hidden", "A1", priority=first, visibility="restricted")
    restated(made, owner_db)
    found = queries.matrix(made.actor("E1"), made.cycle.pk)
    assert found is not None
    line, empty = found.lines
    assert (line.whole.count, line.whole.measured, line.whole.attainment) == (3, 3, 162_500)
    assert (empty.whole.count, empty.whole.attainment) == (0, None)
    by_unit = {column.unit.code: cell for column, cell in zip(found.columns, line.cells, strict=True)}
    assert (by_unit["U1"].count, by_unit["U1"].attainment) == (2, 162_500)
    assert sum(cell.count for cell in line.cells) == line.whole.count
    assert all(cell.attainment == 1_000_000 for code, cell in by_unit.items() if code != "U1" and cell.count)
    drill = Wanted(priority_id=first.pk, unit_id=made.company.units["U1"].pk, is_open=True)
    assert set(titles(made, made.actor("E1"), drill)) == {"silent", "behind"}
    for number in ("A1", "M1", "CA1"):
        with pytest.raises(Forbidden):
            queries.matrix(made.actor(number), made.cycle.pk)
