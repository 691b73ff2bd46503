"""Writing goals and their key results, while they are drafts and, by the manager, while they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import CHANGED_BY_MANAGER, LINEAR, RUNNING, VALUED, WRITING, GoalState, Measure, Visibility
from beichen.goals.events import GoalChanged
from beichen.goals.formulas import measures as m
from beichen.goals.models import Exploration, Goal, KeyResult, KeyResultStat, Milestone, SharedResult
from beichen.goals.queries import GoalCard
from beichen.goals.queries.season import TERMS
from beichen.goals.queries.standing import cap_of, measure_of
from beichen.goals.rules import errors, rollup, versions
from beichen.metrics import queries as metrics
from beichen.metrics.queries import Table
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import Permission, require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop
from beichen.platform.kit.words import BadValue
from beichen.platform.notify import rules as notify
from beichen.strategy import queries as strategy

FULL = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalInput:
    """What is entered for a goal; `weight` in hundredths; without dates the cycle's hold."""

    title: str
    title_en: str = ""
    kind: str = "objective"
    ambition: str = "committed"
    weight: int = 0
    priority_id: int | None = None
    visibility: str = Visibility.PUBLIC
    start: date | None = None
    due: date | None = None
    verification: str = ""
    effort_days: int | None = None
    template_id: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneInput:
    """One step; `weight` in hundredths; `id` of the step it replaces, 0 for a new one."""

    name: str
    due: date
    weight: int = 0
    id: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyResultInput:
    """What is entered for a key result; which numbers are needed depends on `measure` (formulas §1)."""

    title: str
    title_en: str = ""
    measure: str
    baseline: Decimal | None = None
    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    tolerance: Decimal | None = None
    unit: str = ""
    weight: int = 0
    start: date | None = None
    due: date | None = None
    band_id: int | None = None
    metric_id: int | None = None
    by_metric: bool = False
    milestones: Sequence[MilestoneInput] = ()


@rule
def create_goal(
    actor: Actor, cycle_id: int, entered: GoalInput, *, owner_id: int | None = None, unit_id: int | None = None
) -> GoalCard:
    """Begin a draft: for oneself, for a unit one heads, or (as a manager) for a report. Cost: about eight statements.

    The same person sending the same draft again within the cycle gets the first one.
    """
    cycle = open_cycle(actor, cycle_id, *WRITING)
    goal = Goal(cycle_id=cycle_id, author_id=actor.person_id, last_editor_id=actor.person_id, state=GoalState.DRAFT)
    unit = people.unit(actor, unit_id) if unit_id else None
    owner = people.person(actor, (unit.head_id if unit else owner_id or actor.person_id) or 0)
    goal.owner_id, goal.owner_place, goal.unit_id = owner.id, owner.place, unit_id
    same = Goal.objects.filter(
        author_id=actor.person_id, owner_id=owner.id, unit_id=unit_id, cycle_id=cycle_id, title=entered.title,
        state=GoalState.DRAFT, version=1,
    ).first()  # fmt: skip
    if same is not None:
        return queries.goal(actor, same.pk)
    require(actor, access.WRITE, goal)
    goal.template_id = queries.template(actor, entered.template_id).id if entered.template_id else None
    _fill(actor, goal, entered, cycle, unit_id or owner.unit_id)
    goal.save()
    audit.record(actor, access.WRITE, goal, subjects=[owner.id], details={"title": goal.title})
    rollup.mark([goal.pk], [cycle_id])
    return queries.goal(actor, goal.pk)


@rule
def edit_goal(actor: Actor, goal_id: int, entered: GoalInput, version: int) -> GoalCard:
    """Change a draft; a running goal's terms are changed by the manager. Cost: about eight statements."""
    goal = queries.goal_to_change(actor, goal_id)
    open_to_write(actor, goal)
    if goal.version != version:
        raise Changed(goal)
    cycle = open_cycle(actor, goal.cycle_id, *WRITING)
    before = {name: getattr(goal, name) for name in _GOAL_FIELDS}
    _fill(actor, goal, entered, cycle, goal.unit_id or _unit_of(actor, goal))
    if goal.visibility != before["visibility"] and SharedResult.objects.filter(pk=goal.pk).exists():
        raise errors.SharedStaysOpen(goal, field="visibility")
    _saved(actor, goal)
    for kr in goal.key_results.select_related("stat"):
        restat(actor, kr, goal, cycle.settings)
    after = {name: getattr(goal, name) for name in _GOAL_FIELDS}
    _note(actor, goal, {n: [before[n], after[n]] for n in after if before[n] != after[n]})
    return queries.goal(actor, goal_id)


@rule
def discard_draft(actor: Actor, goal_id: int, version: int) -> None:
    """Throw a draft away; nothing that was ever agreed is deleted."""
    goal = queries.goal_to_change(actor, goal_id)
    require(actor, access.WRITE, goal)
    if goal.version != version:
        raise Changed(goal)
    if goal.state != GoalState.DRAFT:
        raise errors.NotDraft(goal)
    audit.record(actor, "goals.discard", goal, subjects=[goal.owner_id], details={"title": goal.title})
    goal.delete()


@rule
def add_key_result(actor: Actor, goal_id: int, entered: KeyResultInput, version: int) -> int:
    """Add a key result to a draft, or (as the manager) to a running goal; gives its id. `version` is the goal's."""
    goal = queries.goal_to_change(actor, goal_id)
    open_to_write(actor, goal)
    if goal.version != version:
        raise Changed(goal)
    cycle = open_cycle(actor, goal.cycle_id, *WRITING)
    kr = KeyResult(goal=goal, position=goal.key_results.count())
    _fill_key_result(actor, kr, entered, goal)
    kr.save()
    _write_milestones(kr, entered.milestones)
    restat(actor, kr, goal, cycle.settings)
    _saved(actor, goal)
    _note(actor, goal, {"added": kr.title})
    return kr.pk


@rule
def edit_key_result(actor: Actor, key_result_id: int, entered: KeyResultInput, version: int) -> int:
    """Change a key result; what was reached is measured anew against the new terms. `version` is the key result's."""
    kr = queries.key_result_to_change(actor, key_result_id)
    open_to_write(actor, kr.goal)
    if kr.version != version:
        raise Changed(kr)
    cycle = open_cycle(actor, kr.goal.cycle_id, *WRITING)
    before = {name: getattr(kr, name) for name in _KEY_RESULT_FIELDS}
    _fill_key_result(actor, kr, entered, kr.goal)
    if kr.measure != Measure.YES_NO and Exploration.objects.filter(answer=kr).exists():
        raise errors.AnswerStays(kr, field="measure")
    kr.version += 1
    kr.save()
    if kr.measure == Measure.MILESTONES:
        _write_milestones(kr, entered.milestones)
    restat(actor, kr, kr.goal, cycle.settings)
    _saved(actor, kr.goal)
    after = {name: getattr(kr, name) for name in _KEY_RESULT_FIELDS}
    _note(actor, kr.goal, {f"{kr.pk}.{n}": [before[n], after[n]] for n in after if before[n] != after[n]})
    return kr.pk


@rule
def reweigh_goal(actor: Actor, goal_id: int, weight: int, version: int) -> int:
    """Change the share of a goal in its plan; gives the new version. `weight` in hundredths."""
    goal = queries.goal_to_change(actor, goal_id)
    if goal.weight == weight:
        return goal.version
    open_to_write(actor, goal)
    if goal.version != version:
        raise Changed(goal)
    open_cycle(actor, goal.cycle_id, *WRITING)
    before, goal.weight = goal.weight, weight_of(weight)
    _saved(actor, goal)
    _note(actor, goal, {"weight": [before, weight]})
    return goal.version


@rule
def reweigh_key_result(actor: Actor, key_result_id: int, weight: int, version: int) -> int:
    """Change the share of a key result in its goal; gives the new version. `weight` in hundredths."""
    kr = queries.key_result_to_change(actor, key_result_id)
    if kr.weight == weight:
        return kr.version
    open_to_write(actor, kr.goal)
    if kr.version != version:
        raise Changed(kr)
    open_cycle(actor, kr.goal.cycle_id, *WRITING)
    hold_alone(kr.goal, kr.pk, weight)
    before, kr.weight, kr.version = kr.weight, weight_of(weight), kr.version + 1
    kr.save(update_fields=["weight", "version"])
    _note(actor, kr.goal, {f"{kr.pk}.weight": [before, weight]})
    return kr.version


@rule
def drop_key_result(actor: Actor, key_result_id: int, version: int) -> None:
    """Drop a key result: of a draft it is deleted, of a running goal it stays readable and counts no more."""
    kr = queries.key_result_to_change(actor, key_result_id)
    if kr.is_dropped:
        return
    open_to_write(actor, kr.goal)
    if kr.version != version:
        raise Changed(kr)
    open_cycle(actor, kr.goal.cycle_id, *WRITING)
    if kr.goal.state == GoalState.DRAFT:
        kr.delete()  # with it goes what made the draft an exploration
    else:
        if Exploration.objects.filter(answer=kr).exists():
            raise errors.AnsweredByConclusion(kr)
        if not kr.goal.key_results.filter(is_dropped=False).exclude(pk=kr.pk).exists():
            raise errors.LastKeyResult(kr)
        kr.is_dropped, kr.version = True, kr.version + 1
        kr.save(update_fields=["is_dropped", "version"])
    _note(actor, kr.goal, {"dropped": kr.title})


_GOAL_FIELDS = (
    "title", "title_en", "kind", "ambition", "weight", "priority_id", "visibility", "start", "due", "verification",
    "effort_days",
)  # fmt: skip
_KEY_RESULT_FIELDS = (
    "title", "title_en", "measure", "baseline", "target", "low", "high", "tolerance", "unit", "weight", "start", "due",
    "band_id", "metric_id", "by_metric",
)  # fmt: skip


def permission_to_write(goal: Goal) -> Permission:
    """A draft is its writer's, the terms of a running goal are the manager's."""
    return access.ADJUST if goal.state in RUNNING else access.WRITE


def open_to_write(actor: Actor, goal: Goal) -> None:
    """Refuse where the terms of a goal may not be written; of a running one, what was agreed is kept before.

    Errors: NotDraft, Forbidden, ChangePending, Locked. Cost: none for a draft, one statement for a running goal.
    """
    if goal.state in (GoalState.PROPOSED, GoalState.CLOSED):
        raise errors.NotDraft(goal)
    require(actor, permission_to_write(goal), goal)
    if goal.state == GoalState.CHANGING:
        raise errors.ChangePending(goal)
    versions.open_for(goal, TERMS)
    if goal.state in RUNNING:
        versions.hold(goal)


def _saved(actor: Actor, goal: Goal) -> None:
    goal.last_editor_id, goal.version = actor.person_id, goal.version + 1
    goal.save()


def _note(actor: Actor, goal: Goal, changes: dict[str, Any]) -> None:
    audit.record(actor, permission_to_write(goal), goal, subjects=[goal.owner_id], details=changes)
    if goal.state in RUNNING:
        versions.keep(actor, goal)
        publish(GoalChanged(goal_id=goal.pk, owner_id=goal.owner_id))
        _tell_owner(actor, goal)
    rollup.mark([goal.pk], [goal.cycle_id])


def _tell_owner(actor: Actor, goal: Goal) -> None:
    by = people.persons(actor, [actor.person_id]).get(actor.person_id or 0)
    if by is not None:
        notify.send(
            actor, goal.owner_id, CHANGED_BY_MANAGER, reverse("goals:versions", args=[goal.pk]),
            {"name": by.name, "goal": goal.title}, dedupe=f"goals.terms:{goal.pk}:{clock.today()}",
        )  # fmt: skip


def weight_of(value: int) -> int:
    if not 0 <= value <= FULL:
        raise BadValue("weight", Decimal(value) / 100, words.BETWEEN, low=0, high=100)
    return value


def _unit_of(actor: Actor, goal: Goal) -> int | None:
    return people.person(actor, goal.owner_id).unit_id


def _fill(actor: Actor, goal: Goal, entered: GoalInput, cycle: CycleCard, unit_id: int | None) -> None:
    if not entered.title.strip():
        raise Invalid(fields={"title": gettext_noop("A goal needs a title.")})
    if entered.priority_id and entered.priority_id not in {p.id for p in strategy.priorities(actor)}:
        raise NotFound
    for name in ("title", "title_en", "kind", "ambition", "priority_id", "visibility", "verification", "effort_days"):
        setattr(goal, name, getattr(entered, name))
    goal.weight, goal.start, goal.due = (
        weight_of(entered.weight),
        entered.start or cycle.first,
        entered.due or cycle.last,
    )
    if goal.due <= goal.start:
        raise BadValue("due", goal.due, words.A_LATER_DAY, limit=goal.start)
    goal.shown_in_id = unit_id if entered.visibility == Visibility.UNIT else None


def _fill_key_result(actor: Actor, kr: KeyResult, entered: KeyResultInput, goal: Goal) -> None:
    if not entered.title.strip():
        raise Invalid(fields={"title": gettext_noop("A key result needs a title.")})
    for name in _KEY_RESULT_FIELDS:
        setattr(kr, name, getattr(entered, name))
    kr.weight, kr.start, kr.due = weight_of(entered.weight), entered.start or goal.start, entered.due or goal.due
    hold_alone(goal, kr.pk, kr.weight)
    if kr.due <= kr.start:
        raise BadValue("due", kr.due, words.A_LATER_DAY, limit=kr.start)
    if kr.measure in (Measure.PERCENT, Measure.COUNT) and kr.baseline is None:
        kr.baseline = Decimal(0)
    _check_measure(actor, kr, entered)
    _check_metric(actor, kr)


def hold_alone(goal: Goal, key_result_id: int | None, weight: int) -> None:
    """In an exploration the key result that counts it alone weighs; others are evidence. Cost: one statement."""
    answer = Exploration.objects.filter(pk=goal.pk).values_list("answer_id", flat=True).first()
    if answer is not None and (weight > 0) != (key_result_id == answer):
        raise errors.CountsAlone(goal, field="weight")


def _check_metric(actor: Actor, kr: KeyResult) -> None:
    """A key result fed by a metric takes an active one, in its unit, and a measure that takes numbers."""
    if not kr.by_metric:
        return
    if kr.measure not in VALUED:
        raise errors.NoFigures(field="metric")
    if kr.metric_id is None or metrics.metric(actor, kr.metric_id).state != "in_force":
        raise errors.MetricNotActive(field="metric")


def _check_measure(actor: Actor, kr: KeyResult, entered: KeyResultInput) -> None:
    """Refuse what the formulas could not measure, by the field at fault."""
    if kr.measure not in Measure.values:
        raise BadValue("measure", kr.measure, words.ONE_OF, choices=", ".join(Measure.values))
    needed = ("baseline", "target") if kr.measure in LINEAR else ("tolerance",) if kr.measure == Measure.WITHIN else ()
    for name in needed:
        if getattr(kr, name) is None:
            raise errors.NotThisMeasure(field=name, missing=words.field_name(name))
    if kr.measure == Measure.BAND:
        table = metrics.band_tables(actor, [kr.band_id]).get(kr.band_id or 0)
        if table is None or table.state != "frozen":
            raise errors.NotThisMeasure(field="band_id", missing=gettext_noop("a frozen band table"))
    if kr.measure == Measure.MILESTONES and not entered.milestones:
        raise BadValue("milestones", 0, words.ONE_OR_MORE)
    if kr.measure in LINEAR or kr.measure == Measure.WITHIN:
        measure_of(kr, None, None, ())
    _clear(kr)


def _clear(kr: KeyResult) -> None:
    """Numbers of another kind of measure do not stay behind."""
    if kr.measure not in LINEAR:
        kr.baseline = kr.target = None
    if kr.measure != Measure.WITHIN:
        kr.low = kr.high = kr.tolerance = None
    if kr.measure != Measure.BAND:
        kr.band_id = None


def _write_milestones(kr: KeyResult, entered: Sequence[MilestoneInput]) -> None:
    """Steps keep their row, and so their finish, when they are sent again by id."""
    known = {step.pk: step for step in kr.milestones.all()}
    kept = {step.id for step in entered if step.id in known}
    Milestone.objects.filter(pk__in=[pk for pk in known if pk not in kept]).delete()
    for position, step in enumerate(entered):
        row = known.get(step.id) or Milestone(key_result=kr)
        row.name, row.due, row.weight, row.position = step.name, step.due, weight_of(step.weight), position
        row.save()


def restat(actor: Actor, kr: KeyResult, goal: Goal, settings: dict[str, Any]) -> None:
    """Measure again what was reported, against the terms as they are now."""
    stat = queries.stat_of(kr.pk)
    table = metrics.band_table(actor, kr.band_id).table if kr.band_id else None
    measured(kr, stat, list(kr.milestones.all()), table, cap_of(settings, goal.ambition))
    stat.save()


def measured(
    kr: KeyResult, stat: KeyResultStat, milestones: Sequence[Milestone], table: Table | None, cap: Decimal
) -> None:
    """Set progress and score of the narrow row from its values."""
    measure = measure_of(kr, stat.current, stat.answer, milestones, table)
    reached = m.attainment(measure, cap, by_metric=kr.by_metric)
    stat.progress, stat.score = reached.progress, reached.score
