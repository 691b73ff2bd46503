"""The chapter of goals and reports."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from beichen.demo.formulas.banks import bank, lines
from beichen.demo.formulas.goals import goals as told
from beichen.demo.formulas.story import Aim, Report, Result
from beichen.demo.rules.moments import moment
from beichen.demo.rules.reviews import ADMINISTRATORS
from beichen.demo.rules.season import change_goals
from beichen.goals import queries, rules
from beichen.goals.rules import load
from beichen.goals.rules.rollup import drain, restate
from beichen.metrics import queries as metrics
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.strategy import queries as strategy

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place

Counted = Sequence[tuple[str, int]]


def load_goals(actor: Actor, place: Place) -> list[Aim]:
    """Write every goal and roll it up: quarters behind as of their last day, the running one as of today."""
    aims = told(place.story, place.seed)
    priorities = {card.key: card.id for card in strategy.priorities(actor)}
    counted = _counted(place)
    ids = load.load_goals(actor, [_row(aim, place, priorities, counted) for aim in aims])
    for quarter in (*place.story.earlier, place.story.behind, place.story.running):
        restate(actor, place.cycles[quarter.key], min(quarter.last, place.story.day))
    here = {human.number for human in place.story.people if human.left is None}
    for n, aim in enumerate(aim for aim in aims if aim.state == "proposed" and aim.owner in here):
        _agree(place, aim, ids[aim.key], n)
    change_goals(place, aims, ids)
    drain(actor, place.cycles[place.story.running.key])
    return aims


def _agree(place: Place, aim: Aim, goal_id: int, n: int) -> None:
    """A goal that waits: proposed in these days; of seven, two are a step further, one is handed on, one came back."""
    at, day = _late(place.story.day, place.story.day, aim), place.story.day
    with clock.frozen(at):
        card = rules.propose_goal(place.person(aim.author), goal_id, 1)
    if aim.owner == "C012":
        rules.doubt_goal(place.person(aim.owner), goal_id)
    approver = Actor(card.approver_id or 0)
    with clock.frozen(at + timedelta(hours=2)):
        if n % 7 in (2, 5):
            rules.approve_goal(approver, goal_id, card.version)
        elif n % 7 == 3:
            _, people = queries.stand_ins(approver, goal_id)
            if people:
                rules.hand_on(approver, goal_id, people[0].id, day + timedelta(days=9), card.version)
        elif n % 7 == 6:
            rules.return_goal(approver, goal_id, "方向认同。请补上现在的基线，不然季度末说不清走了多远。", card.version)


def _counted(place: Place) -> list[tuple[str, int]]:
    """Words in the title of a key result, and the metric of the library that it counts."""
    library = {card.code: card.id for card in metrics.metrics(place.person(ADMINISTRATORS[0]))}
    return [(word, library[code]) for word, code in lines(bank("bands")["counted"])]


def _row(aim: Aim, place: Place, priorities: dict[str, int], counted: Counted) -> load.GoalRow:
    ids, day = place.loaded.persons, place.story.day
    proposed = min(aim.start + timedelta(days=4), day - timedelta(days=2))
    agreed = min(aim.start + timedelta(days=6), day - timedelta(days=1))
    known, running = aim.state != "draft", aim.state in ("active", "closed")
    return load.GoalRow(
        aim.key,
        aim.title,
        aim.title_en,
        aim.kind,
        aim.ambition,
        ids[aim.owner],
        place.loaded.places[aim.owner],
        place.loaded.units[aim.unit] if aim.unit else None,
        place.cycles[aim.period],
        aim.weight,
        priorities.get(aim.priority),
        aim.state,
        aim.visibility,
        aim.start,
        aim.due,
        ids[aim.author],
        ids.get(aim.approver),
        _late(proposed, day, aim) if known else None,
        moment(agreed, aim.key, "agreed") if running else None,
        moment(aim.due + timedelta(days=3), "closed") if aim.state == "closed" else None,
        aim.comment,
        aim.parent,
        aim.parent_weight,
        aim.link == "accepted" and running,
        tuple(_result(result, aim, counted) for result in aim.results),
    )


def _late(proposed: date, day: date, aim: Aim) -> datetime:
    """Goals that still wait were proposed in these days."""
    at = day - timedelta(days=1 + len(aim.title) % 5) if aim.state == "proposed" else proposed
    return moment(max(at, aim.start), aim.key, "proposed")


def _result(result: Result, aim: Aim, counted: Counted) -> load.ResultRow:
    return load.ResultRow(
        result.title,
        result.title_en,
        result.measure,
        result.unit,
        result.weight,
        result.baseline,
        result.target,
        result.low,
        result.high,
        result.tolerance,
        tuple(load.StepRow(s.name, s.weight, s.due) for s in result.steps),
        tuple(_report(report, aim, result) for report in result.reports),
        next((metric_id for word, metric_id in counted if word in result.title), None),
    )


def _report(report: Report, aim: Aim, result: Result) -> load.ReportRow:
    return load.ReportRow(
        moment(report.day, aim.key, result.title, report.day),
        report.day,
        report.value,
        report.confidence,
        report.text,
        report.problem,
        report.next_action,
        report.support,
        report.risk,
    )
