"""The chapter of changes: goals of the running quarter that were changed, sent back or corrected while they ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from beichen.demo.formulas.banks import bank, lines
from beichen.demo.formulas.story import Aim
from beichen.demo.rules.moments import moment
from beichen.demo.rules.reviews import ADMINISTRATORS
from beichen.goals import queries, rules
from beichen.goals.choices import CHANGE, GOAL, Preset
from beichen.goals.queries import KeyResultCard
from beichen.goals.rules.rollup import drain
from beichen.metrics import queries as metrics
from beichen.metrics import rules as metric_rules
from beichen.people import queries as people
from beichen.platform.approvals import queries as runs
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place


def change_goals(place: Place, aims: Sequence[Aim], ids: Mapping[str, int]) -> None:
    """Ask for each change on its day, and let those who are asked decide the next morning."""
    told = bank("changes")
    for (owner, title), parts in groupby(lines(told["told"]), key=lambda part: (part[0], part[1])):
        goal_id = _of(place, aims, ids, owner, title)
        if goal_id is not None:
            _change(place, owner, goal_id, list(parts))
    _tasks(place, aims, ids)
    _shares(place, aims, ids)
    _bands(place, aims, ids)
    for owner, title, percent, ago, why in lines(told["by_hand"]):
        goal_id = _of(place, aims, ids, owner, title)
        if goal_id is not None:
            with clock.frozen(moment(place.story.day - timedelta(days=int(ago)), owner, "by hand")):
                me = place.person(owner)
                card = queries.goal(me, goal_id)
                rules.set_progress(me, goal_id, int(percent) * 10_000, why, card.version)


def _tasks(place: Place, aims: Sequence[Aim], ids: Mapping[str, int]) -> None:
    """Key tasks of running goals: given out a fortnight before their day, some begun, some done."""
    for owner, title, task, away, who, state in lines(bank("tasks")["told"]):
        goal_id, due = _of(place, aims, ids, owner, title), place.story.day + timedelta(days=int(away))
        if goal_id is None:
            continue
        given = max(min(due, place.story.day) - timedelta(days=14), place.story.running.first + timedelta(days=1))
        with clock.frozen(moment(given, task, "given")):
            entered = rules.TaskInput(title=task, due=due, assignee_id=place.loaded.persons[who])
            pk = rules.add_task(place.person(owner), goal_id, entered)
        if state != "todo":
            with clock.frozen(moment(min(due, place.story.day) - timedelta(days=1), task, state)):
                rules.move_task(place.person(who), pk, state, 1)


def _shares(place: Place, aims: Sequence[Aim], ids: Mapping[str, int]) -> None:
    """Results several people stand for: agreed by all, still asked, and one somebody disagrees with."""
    for owner, title, told, ago, ends, who, why in lines(bank("shares")["told"]):
        goal_id, parts = _of(place, aims, ids, owner, title), [one.split() for one in told.split(",")]
        if goal_id is None or any(person not in place.loaded.persons for person, _part in parts):
            continue
        parties = [rules.PartyInput(person_id=place.loaded.persons[person], part=int(part)) for person, part in parts]
        day = max(place.story.day - timedelta(days=int(ago)), place.story.running.first + timedelta(days=1))
        with clock.frozen(moment(day, goal_id, "shared")):
            version = rules.share_result(place.person(owner), goal_id, parties, None, 0)
        with clock.frozen(moment(min(day + timedelta(days=1), place.story.day), goal_id, "answered")):
            for person, _part in parts[1:] if ends != "asked" else ():
                agrees = person != who
                version = rules.answer_share(
                    place.person(person), goal_id, version, agrees=agrees, reason="" if agrees else why, weight=2000
                )


def _bands(place: Place, aims: Sequence[Aim], ids: Mapping[str, int]) -> None:
    """KPIs by bands with conditions: one confirmed with evidence, one that waits for it, one not there yet."""
    told = bank("bands")
    written = [part for part in lines(told["told"]) if _of(place, aims, ids, part[0], part[1]) is not None]
    if not written:
        return
    first = place.story.running.first + timedelta(days=1)
    with clock.frozen(moment(first, "bands")):
        table = _table(place, told)
    for owner, title, name, english, value, ago, evidence in written:
        me, goal_id = place.person(owner), _of(place, aims, ids, owner, title) or 0
        boss = Actor(people.person(me, place.loaded.persons[owner]).manager_id)
        with clock.frozen(moment(first, goal_id, "bands")):
            entered = rules.KeyResultInput(
                title=name, title_en=english, measure="band", unit="%", weight=BAND_WEIGHT, band_id=table
            )
            _lighten(boss, goal_id)
            version = queries.goal(boss, goal_id).version
            result = rules.add_key_result(boss, goal_id, entered, version)
        day = max(place.story.day - timedelta(days=int(ago)), first)
        with clock.frozen(moment(day, goal_id, "on time")):
            rules.report(me, result, rules.ReportInput(value=Decimal(value)))
        if evidence:
            with clock.frozen(moment(min(day + timedelta(days=1), place.story.day), goal_id, "confirmed")):
                rules.confirm_condition(boss, result, 2, evidence)


BAND_WEIGHT = 2000


def _lighten(boss: Actor, goal_id: int) -> None:
    """The heaviest key result of a goal gives its weight to the new one."""
    card = queries.goal(boss, goal_id)
    results = [one for one in queries.key_results(boss, [card]).get(goal_id, []) if not one.is_dropped]
    heaviest = max(results, key=lambda one: one.weight)
    rules.reweigh_key_result(boss, heaviest.id, heaviest.weight - BAND_WEIGHT, heaviest.version)


def _table(place: Place, told: Mapping[str, str]) -> int:
    """The bands of releases on time, written by one administrator and frozen by the other; its id."""
    writer, second = (place.person(number) for number in ADMINISTRATORS)
    library = {card.code: card.id for card in metrics.metrics(writer)}
    points = [
        metrics.Point(Decimal(value), int(score) * 100, condition) for value, score, condition in lines(told["points"])
    ]
    whom = metric_rules.ForWhom(metric_id=library[told["metric"]])
    made = metric_rules.create_band_table(writer, told["key"], told["name"], "stepped", points, whom)
    return metric_rules.freeze_band_table(second, made.id, made.version).id


def _of(place: Place, aims: Sequence[Aim], ids: Mapping[str, int], owner: str, title: str) -> int | None:
    """The running goal of the story that begins so, where this company tells it."""
    running = place.story.running
    return next(
        (
            ids[aim.key]
            for aim in aims
            if (aim.owner, aim.period, aim.state) == (owner, running.key, "active") and aim.title.startswith(title)
        ),
        None,
    )


def _change(place: Place, owner: str, goal_id: int, parts: Sequence[Sequence[str]]) -> None:
    me, head = place.person(owner), parts[0]
    _owner, _title, _result, what, _value, ago, outcome, why, comment = head
    day = max(place.story.day - timedelta(days=int(ago)), place.story.running.first + timedelta(days=7))
    with clock.frozen(moment(day, goal_id, "asked")):
        card = queries.goal(me, goal_id)
        results = queries.key_results(me, [card]).get(goal_id, [])
        entered = rules.ChangeInput(reason=why, drop=what == "drop", results=_results(parts, results))
        if not (entered.drop or entered.results):
            return  # on some days the story begins with the very number it is to end with
        asked = rules.ask_change(me, goal_id, entered, card.version)
    if outcome == "waiting":
        return
    with clock.frozen(moment(min(day + timedelta(days=1), place.story.day), goal_id, "decided")):
        while asked.state == "proposed" and (step := runs.current_step(me, CHANGE, asked.pk)) is not None:
            who = Actor(step.approver_id)
            if outcome == "refused":
                asked = rules.refuse_change(who, asked.pk, comment, asked.version)
            else:
                asked = rules.approve_change(who, asked.pk, asked.version)


def _results(parts: Sequence[Sequence[str]], cards: Sequence[KeyResultCard]) -> dict[int, rules.ResultChange]:
    found: dict[int, dict[str, object]] = {}
    for _owner, _title, result, what, value, *_rest in parts:
        card = next((one for one in cards if result and one.title.startswith(result)), None)
        if card is not None:
            new = int(Decimal(value) * 100) if what == "weight" else Decimal(value)
            if new != getattr(card, what):
                found.setdefault(card.id, {})[what] = new
    return {pk: rules.ResultChange(**new) for pk, new in found.items()}  # type: ignore[arg-type]


def load_templates(place: Place, keeper: str) -> int:
    """Goals to begin from, written by the keeper of the role profiles; how many."""
    roles = {card.code: card.id for card in people.profiles(place.person(keeper))}
    made: list[tuple[list[str], list[list[str]]]] = []
    for line in lines(bank("templates")["told"]):
        if line[0] == "+":
            made[-1][1].append(line[1:])
        else:
            made.append((line, []))
    for head, parts in made:
        role, cycle, level, kind, ambition, title, english, why, why_en, verified = head
        entered = rules.TemplateInput(
            title=title, title_en=english, why=why, why_en=why_en, kind=kind, ambition=ambition, verification=verified,
            profile_id=roles.get(role), level=level, period_kind=cycle,
            results=[
                rules.ResultTemplateInput(title=name, title_en=in_english, measure=measure, unit=unit)
                for name, in_english, measure, unit in parts
            ],
        )  # fmt: skip
        with clock.frozen(moment(place.story.behind.first, title, "template")):
            rules.save_template(place.person(keeper), entered)
    return len(made)


GIVEN = "每月教会一位同事"
"""The title of the template that was given away begins so."""


def give_template(place: Place, keeper: str) -> None:
    """Two days ago the keeper gave a template to the first employee of the cast and a colleague of the same team."""
    with clock.frozen(moment(place.story.day - timedelta(days=2), "given")):
        giver = place.person(keeper)
        template = next(card for card in queries.templates(giver) if card.title.startswith(GIVEN))
        me = people.person(giver, place.loaded.persons[place.story.cast[0].person])
        team = [one.id for one in people.reports_of(giver, me.manager_id) if one.id != me.id][:1]
        cycle_id = place.cycles[place.story.running.key]
        rules.give_template(giver, template.id, cycle_id, people.Reach(person_ids=[me.id, *team]))


NUMBERS_KEPT = "FI"
WHY_KEPT = "季报披露之前，财务目标的数字只在财务条线和本团队内看。目标本身照常公开。"


def choose_preset(place: Place) -> None:
    """Since the quarter began, the numbers of the finance department are for its line and direct teams."""
    unit_id = place.loaded.units.get(NUMBERS_KEPT)
    if unit_id is not None:
        with clock.frozen(moment(place.story.running.first, "preset")):
            rules.choose_preset(place.person("C007"), unit_id, Preset.NUMBERS, WHY_KEPT, 0)


def explore(actor: Actor, place: Place) -> None:
    """Two questions nobody can answer beforehand: one was tried and refuted, the other is being tried.

    Early in a quarter they have just begun, or not yet.
    """
    story, cycle_id = place.story, place.cycles[place.story.running.key]
    for owner, title, english, *bounds, begun, ended, outcome, found, learned in lines(bank("trials")["told"]):
        hypothesis, evidence, stop_rule, budget, unharmed = bounds
        me, meant = place.person(owner), story.day - timedelta(days=int(begun))
        first = max(meant, story.running.first + timedelta(days=2))
        if first >= story.day:
            continue
        with clock.frozen(moment(first, title, "begun")):
            entered = rules.GoalInput(title=title, title_en=english, weight=TRIAL_WEIGHT, verification=evidence)
            card = rules.create_goal(me, cycle_id, entered)
            said = rules.ExplorationInput(
                hypothesis=hypothesis, evidence=evidence, stop_rule=stop_rule, budget=budget, unharmed=unharmed,
                until=min(first + timedelta(days=45), story.running.last),
            )  # fmt: skip
            version = rules.describe_exploration(me, card.id, said, card.version)
            version = rules.propose_goal(me, card.id, version).version
            while (step := runs.current_step(me, GOAL, card.id)) is not None:
                version = rules.approve_goal(Actor(step.approver_id), card.id, version).version
            _make_room(me, cycle_id)
        if outcome and first == meant:
            with clock.frozen(moment(story.day - timedelta(days=int(ended)), title, "ended")):
                trial = queries.exploration(me, card.id)
                told = rules.ConclusionInput(outcome=outcome, found=found, learning=learned)
                rules.conclude_exploration(me, card.id, told, trial.version if trial else 0)
    drain(actor, cycle_id)


TRIAL_WEIGHT = 500


def _make_room(me: Actor, cycle_id: int) -> None:
    """The manager takes the weight of the trial from the heaviest goal that runs."""
    person_id = me.person_id or 0
    boss = Actor(people.person(me, person_id).manager_id)
    runs_now = [line.goal for line in queries.plan(boss, person_id, cycle_id).lines if line.goal.state == "active"]
    heaviest = max(runs_now, key=lambda goal: goal.weight)
    rules.set_weights(boss, {heaviest.id: rules.Weights(heaviest.version, heaviest.weight - TRIAL_WEIGHT)})
