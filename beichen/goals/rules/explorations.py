"""Explorations: setting bounds before, concluding with what was learned."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date

from django.db import connection

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, GoalState, Measure, Outcome
from beichen.goals.events import GoalsClosed, KeyResultUpdated
from beichen.goals.formulas.trials import answers
from beichen.goals.models import Exploration, Goal, KeyResult, KeyResultStat
from beichen.goals.queries.explorations import exploration_to_change, tracks_at_once, trial_of
from beichen.goals.queries.season import PROGRESS, season
from beichen.goals.rules import errors, reports, rollup, versions
from beichen.goals.rules.drafts import open_to_write, permission_to_write
from beichen.goals.rules.learnings import tell_learning
from beichen.goals.rules.reports import REPORTING, ReportInput
from beichen.people.queries import CycleCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, gettext_noop
from beichen.platform.kit.words import BadValue

ANSWER, ANSWER_EN = "问题有了可信的答案", "The question has a sound answer"
FULL = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ExplorationInput:
    """What is set before a trial; all of it is needed. `until` lies inside the goal's days."""

    hypothesis: str
    evidence: str
    stop_rule: str
    budget: str
    until: date
    unharmed: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConclusionInput:
    """How a trial ended: what was found, what was learned, and whether it stayed inside its bounds."""

    outcome: str
    found: str = ""
    learning: str = ""
    over_budget: bool = False
    harmed: bool = False


@rule
def describe_exploration(actor: Actor, goal_id: int, entered: ExplorationInput, version: int) -> int:
    """Make a goal an exploration, or change its bounds while it is a draft; gives the new version of the goal.

    Once it runs, its manager alone changes them. It is counted by one key result, made here: whether the question has
    a sound answer; those it had stay without weight. Errors: NotFound, Forbidden, Changed, NotDraft, ChangePending,
    Locked, Invalid, BadValue. Cost: about twelve statements.
    """
    goal = queries.goal_to_change(actor, goal_id)
    open_to_write(actor, goal)
    if goal.version != version:
        raise Changed(goal)
    row = Exploration.objects.filter(pk=goal_id).first()
    _check(goal, entered)
    if row is None and goal.state != GoalState.DRAFT:
        raise errors.NotDraft(goal)
    if row is None:
        row = Exploration(goal=goal, answer=_answer(goal))
    for one in fields(entered):
        value = getattr(entered, one.name)
        setattr(row, one.name, value.strip() if isinstance(value, str) else value)
    row.version += 1
    row.save()
    goal.last_editor_id, goal.version = actor.person_id, goal.version + 1
    goal.save(update_fields=["last_editor", "version"])
    audit.record(
        actor, permission_to_write(goal), goal, subjects=[goal.owner_id], details={"hypothesis": row.hypothesis}
    )
    rollup.mark([goal.pk], [goal.cycle_id])
    return goal.version


def _check(goal: Goal, entered: ExplorationInput) -> None:
    missing = {
        one.name: gettext_noop("Say it in a sentence before you begin.")
        for one in fields(entered)
        if one.name != "until" and not getattr(entered, one.name).strip()
    }
    if missing:
        raise Invalid(fields=missing)
    if not goal.start <= entered.until <= goal.due:
        raise BadValue("until", entered.until, words.BETWEEN, low=goal.start, high=goal.due)


def _answer(goal: Goal) -> KeyResult:
    """The key result that counts it alone; those that are there stay as evidence, without weight."""
    goal.key_results.update(weight=0)
    made = KeyResult.objects.create(
        goal=goal, title=ANSWER, title_en=ANSWER_EN, measure=Measure.YES_NO, start=goal.start, due=goal.due,
        weight=FULL, position=goal.key_results.count(),
    )  # fmt: skip
    KeyResultStat.objects.create(key_result=made, progress=0, score=0)
    return made


@rule
def conclude_exploration(actor: Actor, goal_id: int, entered: ConclusionInput, version: int) -> int:
    """Close a running exploration as confirmed, refuted or stopped, with its learning; gives the new version.

    Its goal closes with it: nothing is left to report, and the unit may begin another. An answer from a sound trial
    counts in full, whichever it is; a careless trial counts nothing; one that was stopped inside its bounds is left
    out. Those whom the learning may help get a quiet notice. Errors: NotFound, Forbidden, Changed, NotRunning,
    Concluded, Locked, Invalid, BadValue, WrongPhase. Cost: about twenty-six statements.
    """
    goal, row = exploration_to_change(actor, goal_id)
    if row.outcome == entered.outcome and row.ended_by_id == actor.person_id:
        return row.version
    if row.outcome:
        raise errors.Concluded(goal)
    require(actor, access.CONCLUDE, goal)
    if goal.state not in RUNNING:
        raise errors.NotRunning(goal)
    if row.version != version:
        raise Changed(row)
    if entered.outcome not in Outcome.values:
        raise BadValue("outcome", entered.outcome, words.ONE_OF, choices=", ".join(Outcome.values))
    if not entered.learning.strip():
        raise Invalid(fields={"learning": gettext_noop("Say what was learned: that is what an exploration is for.")})
    versions.open_for(goal, PROGRESS)
    cycle = open_cycle(actor, goal.cycle_id, *REPORTING)
    for one in fields(entered):
        value = getattr(entered, one.name)
        setattr(row, one.name, value.strip() if isinstance(value, str) else value)
    row.ended_on, row.ended_by_id, row.version = clock.today(), actor.person_id, row.version + 1
    row.save()
    _count(actor, row, cycle)
    goal.state, goal.closed_at, goal.version = GoalState.CLOSED, clock.now(), goal.version + 1
    goal.save(update_fields=["state", "closed_at", "version"])
    publish(GoalsClosed(cycle_id=goal.cycle_id, goal_ids=(goal.pk,)))
    audit.record(
        actor, access.CONCLUDE, goal, subjects=[goal.owner_id],
        details={"outcome": row.outcome, "over_budget": row.over_budget, "harmed": row.harmed},
    )  # fmt: skip
    tell_learning(actor, goal)
    rollup.mark([goal.pk], [goal.cycle_id])
    return row.version


def _count(actor: Actor, row: Exploration, cycle: CycleCard) -> None:
    """Report what the conclusion counts on the key result that holds it."""
    sound = answers(trial_of(row), clock.today())
    kr = KeyResult.objects.select_related("goal").get(pk=row.answer_id)
    if sound is None:
        kr.is_dropped, kr.version = True, kr.version + 1
        kr.save(update_fields=["is_dropped", "version"])
    else:
        update = reports.append(actor, kr, ReportInput(answer=sound, text=row.learning), cycle)
        publish(KeyResultUpdated(kr.pk, kr.goal_id, kr.goal.owner_id, update.pk))


def hold_tracks(goal: Goal, cycle: CycleCard) -> None:
    """Refuse a further exploration where the unit runs as many as it may. Called before a goal begins to run.

    Two of a unit that begin at once wait for each other. Cost: one statement, and two more for an exploration.
    """
    if not Exploration.objects.filter(pk=goal.pk).exists():
        return
    most = season(cycle.settings).tracks
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('goals_tracks'), hashtext((%s)::text))", [goal.cycle_id])
    if tracks_at_once(goal) >= most:
        raise errors.TooManyTracks(goal, most=most)
