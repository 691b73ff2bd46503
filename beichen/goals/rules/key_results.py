"""Writing the key results of goals, while they are drafts and, by the manager, while they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext

from beichen.goals import queries
from beichen.goals.choices import LINEAR, RUNNING, VALUED, WRITING, GoalState, Measure
from beichen.goals.models import Exploration, Goal, KeyResult, Milestone
from beichen.goals.queries.standing import measure_of
from beichen.goals.rules import errors
from beichen.goals.rules.drafts import note, open_to_write, saved, weight_of
from beichen.goals.rules.measuring import restat
from beichen.metrics import queries as metrics
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.kit import words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, gettext_noop
from beichen.platform.kit.words import BadValue

_FIELDS = (
    "title", "title_en", "measure", "baseline", "target", "low", "high", "tolerance", "unit", "weight", "start", "due",
    "band_id", "metric_id", "by_metric",
)  # fmt: skip


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
    saved(actor, goal)
    note(actor, goal, {"added": kr.title})
    return kr.pk


@rule
def edit_key_result(actor: Actor, key_result_id: int, entered: KeyResultInput, version: int) -> int:
    """Change a key result; what was reached is measured anew against the new terms. `version` is the key result's."""
    kr = queries.key_result_to_change(actor, key_result_id)
    open_to_write(actor, kr.goal)
    if kr.version != version:
        raise Changed(kr)
    cycle = open_cycle(actor, kr.goal.cycle_id, *WRITING)
    before = {name: getattr(kr, name) for name in _FIELDS}
    _fill_key_result(actor, kr, entered, kr.goal)
    if kr.measure != Measure.YES_NO and Exploration.objects.filter(answer=kr).exists():
        raise errors.AnswerStays(kr, field="measure")
    kr.version += 1
    kr.save()
    if kr.measure == Measure.MILESTONES:
        _write_milestones(kr, entered.milestones)
    restat(actor, kr, kr.goal, cycle.settings)
    saved(actor, kr.goal)
    after = {name: getattr(kr, name) for name in _FIELDS}
    note(actor, kr.goal, {f"{kr.pk}.{n}": [before[n], after[n]] for n in after if before[n] != after[n]})
    return kr.pk


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
    note(actor, kr.goal, {f"{kr.pk}.weight": [before, weight]})
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
    note(actor, kr.goal, {"dropped": kr.title})


def _fill_key_result(actor: Actor, kr: KeyResult, entered: KeyResultInput, goal: Goal) -> None:
    if not entered.title.strip():
        raise Invalid(fields={"title": gettext_noop("A key result needs a title.")})
    for name in _FIELDS:
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


def hold_metrics(actor: Actor, goal: Goal) -> None:
    """Refuse a goal on a metric that nobody agreed on. Cost: two statements, one where it counts none."""
    counted = goal.key_results.filter(is_dropped=False).values_list("metric_id", "band__metric_id")
    _hold(actor, goal, *(pk for pair in counted for pk in pair))


def _hold(actor: Actor, goal: Goal, *metric_ids: int | None) -> None:
    lacking = metrics.unagreed(actor, {pk for pk in metric_ids if pk is not None})
    if lacking:
        raise errors.OnUnagreedMetric(goal, metrics=gettext("; ").join(one.said() for one in lacking.values()))


def _check_metric(actor: Actor, kr: KeyResult) -> None:
    """A key result fed by a metric takes an active one, in its unit, and a measure that takes numbers.

    Of a running goal it counts no metric at all that nobody agreed on.
    """
    if kr.goal.state in RUNNING:
        _hold(actor, kr.goal, kr.metric_id, kr.band.metric_id if kr.band is not None else None)
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
