"""Reporting on key results: the small form that is used every two weeks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from beichen.goals import access, queries
from beichen.goals.choices import CHANGING, LINEAR, RUNNING, VALUED, Measure, Source
from beichen.goals.events import KeyResultUpdated
from beichen.goals.formulas.health import BEHIND
from beichen.goals.models import Exploration, KeyResult, KeyResultStat, Milestone, Update, UpdateText
from beichen.goals.queries.season import PROGRESS
from beichen.goals.queries.standing import Bands, cap_of, health_rules, measure_of, stand_on
from beichen.goals.rules import errors, rollup, versions
from beichen.goals.rules.measuring import measured
from beichen.people.queries import CycleCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

REPORTING = CHANGING
AGAIN = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """One report. The value by the kind of measure: `value`, `answer`, or `finished` (ids of finished milestones).

    `problem`, `next_action`, `support` and `risk` are read by the line and partners, by all where `is_shared`.
    `day` is the day it speaks of (today); `figure` the row of the metric's figure that is taken.
    """

    value: Decimal | None = None
    answer: bool | None = None
    finished: Sequence[int] | None = None
    confidence: str = ""
    text: str = ""
    problem: str = ""
    next_action: str = ""
    support: str = ""
    risk: str = ""
    is_shared: bool = False
    day: date | None = None
    source: str = Source.BY_HAND
    figure: int | None = None

    @property
    def has_words(self) -> bool:
        """Whether it holds anything of row 02d."""
        return any(text.strip() for text in (self.problem, self.next_action, self.support, self.risk))


@rule
def report(actor: Actor, key_result_id: int, entered: ReportInput) -> int:
    """Add a report to a running key result and measure it; gives the report's id. Cost: about twelve statements.

    The same person sending the same report again within a minute gets the first one.
    """
    kr = queries.key_result_to_report(actor, key_result_id)
    twice = _sent_before(actor, kr, entered)
    if twice is not None:
        return twice
    require(actor, access.REPORT, kr.goal)
    if kr.goal.state not in RUNNING:
        raise errors.NotRunning(kr)
    if kr.is_dropped:
        raise errors.Dropped(kr)
    versions.open_for(kr.goal, PROGRESS)
    _corrects(kr, entered)
    _leaves_the_answer(kr, entered)
    cycle = open_cycle(actor, kr.goal.cycle_id, *REPORTING)
    update = append(actor, kr, entered, cycle)
    audit.record(
        actor, access.REPORT, kr, subjects=[kr.goal.owner_id],
        details={"update": update.pk, "value": update.value, "confidence": update.confidence, "source": update.source},
    )  # fmt: skip
    publish(KeyResultUpdated(key_result_id=kr.pk, goal_id=kr.goal_id, owner_id=kr.goal.owner_id, update_id=update.pk))
    rollup.mark([kr.goal_id], [kr.goal.cycle_id])
    return update.pk


def _corrects(kr: KeyResult, entered: ReportInput) -> None:
    """A value that a metric gave is changed by people only with a reason."""
    value = queries.stat_of(kr.pk).current if kr.by_metric and entered.value is not None else None
    if kr.by_metric and entered.value is not None and entered.value != value and not entered.text.strip():
        raise errors.CorrectionNeedsReason(kr, field="text")


def _leaves_the_answer(kr: KeyResult, entered: ReportInput) -> None:
    """The owner of an exploration tells how it goes; its answer comes with its conclusion alone."""
    if entered.answer and Exploration.objects.filter(answer=kr).exists():
        raise errors.AnsweredByConclusion(kr)


def _sent_before(actor: Actor, kr: KeyResult, entered: ReportInput) -> int | None:
    last = Update.objects.filter(key_result=kr).order_by("-pk").first()
    if last is None or last.author_id != actor.person_id or clock.now() - last.at > AGAIN:
        return None
    same = (last.value, last.answer, last.confidence, last.text) == (
        entered.value, entered.answer, entered.confidence, entered.text.strip()
    )  # fmt: skip
    steps = entered.finished is None or sorted(entered.finished) == sorted(last.finished or [])
    return last.pk if same and steps and not entered.has_words else None


def taken(
    actor: Actor, kr: KeyResult, stat: KeyResultStat, entered: ReportInput, cycle: CycleCard, bands: Bands | None
) -> Update:
    """What a report makes of a key result: the narrow row as it is to be, and the report. The caller writes both.

    Cost: one statement for the steps, none where they are loaded; one for each step finished.
    """
    today = clock.today()
    day = entered.day or today
    if not kr.start <= day <= max(today, kr.start):
        raise errors.WrongDay(kr, field="day", first=kr.start, last=today)
    steps = list(kr.milestones.all())
    finished = _take(kr, stat, steps, entered, day)
    measured(kr, stat, steps, bands, cap_of(cycle.settings, kr.goal.ambition))
    kr.stat = stat
    health = stand_on(kr, day, health_rules(cycle.settings))[0].health
    stat.behind = stat.behind + 1 if health in BEHIND else 0
    return Update(
        key_result=kr, author_id=actor.person_id, at=clock.now(), day=day, source=entered.source,
        value=stat.current if kr.measure in VALUED else None, answer=stat.answer, finished=finished,
        confidence=entered.confidence, text=entered.text.strip(), progress=stat.progress, health=health.value,
        figure=entered.figure,
    )  # fmt: skip


def append(actor: Actor, kr: KeyResult, entered: ReportInput, cycle: CycleCard) -> Update:
    """Write a report and measure the key result anew; the caller has asked for the right and marks the roll-up."""
    stat = queries.stat_of(kr.pk)
    update = taken(actor, kr, stat, entered, cycle, queries.bands_of(actor, [kr]).get(kr.pk))
    update.save(force_insert=True)
    _note_risk(stat, update.pk, entered)
    if entered.has_words:
        UpdateText.objects.create(
            update=update, problem=entered.problem.strip(), next_action=entered.next_action.strip(),
            support=entered.support.strip(), risk=entered.risk.strip(), is_shared=entered.is_shared,
        )  # fmt: skip
    return update


def _note_risk(stat: KeyResultStat, update_id: int, entered: ReportInput) -> None:
    """A risk stays open until a person reports without one; a program has no words."""
    if entered.risk.strip() or entered.source == Source.BY_HAND:
        stat.risk_update = update_id if entered.risk.strip() else None
        stat.risk_is_shared = bool(entered.risk.strip()) and entered.is_shared
    stat.save()


def _take(
    kr: KeyResult, stat: KeyResultStat, steps: list[Milestone], entered: ReportInput, day: date
) -> list[int] | None:
    """Set the reported value on the narrow row (and the milestones); gives the finished milestones."""
    stat.updated_on = max(day, stat.updated_on or day)
    stat.confidence = entered.confidence or stat.confidence
    if kr.measure in VALUED:
        if entered.value is not None or not kr.by_metric:
            stat.current = _given(kr, entered.value if entered.value is not None else stat.current, "value")
        if kr.measure in LINEAR or kr.measure == Measure.WITHIN:
            measure_of(kr, stat.current, None, ())
        return None
    if kr.measure == Measure.YES_NO:
        stat.answer = entered.answer if entered.answer is not None else bool(stat.answer)
        return None
    if entered.finished is not None:
        _finish(steps, set(entered.finished), day)
    return [step.pk for step in steps if step.finished_on]


def _given(kr: KeyResult, value: Decimal | None, field: str) -> Decimal:
    if value is None:
        raise errors.ValueMissing(kr, field=field)
    return value


def _finish(steps: list[Milestone], finished: set[int], day: date) -> None:
    for step in steps:
        done = step.pk in finished
        if done != (step.finished_on is not None):
            step.finished_on = day if done else None
            step.save(update_fields=["finished_on"])
