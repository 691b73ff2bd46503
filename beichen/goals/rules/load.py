"""Many goals at once with their key results and every report, written as they stand; used by the demo.

What the product computes is computed by the product: progress and score of each report by `measured`, health on the
day of the report, rolled-up numbers by `restate`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from beichen.goals import access
from beichen.goals.choices import AlignmentState, GoalState, Measure, Source
from beichen.goals.formulas.health import BEHIND, HealthRules
from beichen.goals.models import Alignment, Goal, KeyResult, KeyResultStat, Milestone, Update, UpdateText
from beichen.goals.queries.standing import cap_of, health_rules, stand_on
from beichen.goals.rules.measuring import measured
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.many import write_many
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class StepRow:
    """A milestone; `weight` in hundredths."""

    name: str
    weight: int
    due: date


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report. `value` is the count of finished milestones, or 1 and 0 for yes and no, where it is no number."""

    at: datetime
    day: date
    value: Decimal
    confidence: str
    text: str
    problem: str
    next_action: str
    support: str
    risk: str


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One key result with its reports, the oldest first."""

    title: str
    title_en: str
    measure: str
    unit: str
    weight: int
    baseline: Decimal | None
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal | None
    steps: tuple[StepRow, ...]
    reports: tuple[ReportRow, ...]
    metric_id: int | None = None


@dataclass(frozen=True, slots=True)
class GoalRow:
    """One goal; ids of persons, unit, cycle and priority; `parent` is the key of the goal it serves."""

    key: str
    title: str
    title_en: str
    kind: str
    ambition: str
    owner_id: int
    owner_place: int
    unit_id: int | None
    cycle_id: int
    weight: int
    priority_id: int | None
    state: str
    visibility: str
    start: date
    due: date
    author_id: int
    approver_id: int | None
    proposed_at: datetime | None
    approved_at: datetime | None
    closed_at: datetime | None
    comment: str
    parent: str
    parent_weight: int
    is_linked: bool
    results: tuple[ResultRow, ...]


@rule
def load_goals(actor: Actor, rows: Sequence[GoalRow]) -> dict[str, int]:
    """Write the goals; ids by key. The numbers of goals follow with `restate`. Cost: twelve statements per 5,000 rows.

    What is proposed comes as a draft: its people propose and agree to it through the rules.
    """
    require(actor, access.IMPORT)
    goals = [_goal(row) for row in rows]
    write_many(goals)
    ids = {row.key: goal.pk for row, goal in zip(rows, goals, strict=True)}
    settings = {card.id: card.settings for card in people.cycles(actor)}
    pairs = [(row, kr, result) for row, goal in zip(rows, goals, strict=True) for kr, result in _key_results(row, goal)]
    write_many(kr for _, kr, _ in pairs)
    steps = _steps(pairs)
    _reports(pairs, steps, settings)
    _align(rows, ids)
    audit.record_bulk(actor, access.IMPORT, "goals.goal", list(ids.values()))
    return ids


def _goal(row: GoalRow) -> Goal:
    agreed = row.approved_at is not None
    return Goal(
        title=row.title,
        title_en=row.title_en,
        kind=row.kind,
        ambition=row.ambition,
        owner_id=row.owner_id,
        owner_place=row.owner_place,
        unit_id=row.unit_id,
        cycle_id=row.cycle_id,
        weight=row.weight,
        priority_id=row.priority_id,
        state=GoalState.DRAFT if row.state == GoalState.PROPOSED else row.state,
        visibility=row.visibility,
        start=row.start,
        due=row.due,
        author_id=row.author_id,
        last_editor_id=row.author_id,
        proposed_at=row.proposed_at if agreed else None,
        approved_by_id=row.approver_id if agreed else None,
        approved_at=row.approved_at,
        closed_at=row.closed_at,
        comment=row.comment,
        version=3 if agreed else 1,
    )


def _key_results(row: GoalRow, goal: Goal) -> Iterable[tuple[KeyResult, ResultRow]]:
    for n, result in enumerate(row.results):
        yield (
            KeyResult(
                goal=goal,
                title=result.title,
                title_en=result.title_en,
                measure=result.measure,
                baseline=result.baseline,
                target=result.target,
                low=result.low,
                high=result.high,
                tolerance=result.tolerance,
                unit=result.unit,
                weight=result.weight,
                metric_id=result.metric_id,
                start=row.start,
                due=row.due,
                position=n,
            ),
            result,
        )


Pairs = Sequence[tuple[GoalRow, KeyResult, ResultRow]]


def _steps(pairs: Pairs) -> dict[int, list[Milestone]]:
    """Milestones by key result, finished on the day of the first report that counts them."""
    steps: dict[int, list[Milestone]] = {}
    for _, kr, result in pairs:
        if result.steps:
            steps[kr.pk] = [
                Milestone(
                    key_result=kr,
                    name=step.name,
                    weight=step.weight,
                    due=step.due,
                    position=n,
                    finished_on=next((r.day for r in result.reports if r.value > n), None),
                )
                for n, step in enumerate(result.steps)
            ]
    write_many(step for found in steps.values() for step in found)
    return steps


def _reports(pairs: Pairs, steps: dict[int, list[Milestone]], settings: dict[int, dict[str, Any]]) -> None:
    rules = {cycle: health_rules(given) for cycle, given in settings.items()}
    stats: list[KeyResultStat] = []
    updates: list[Update] = []
    words: list[tuple[Update, ReportRow]] = []
    for row, kr, result in pairs:
        cap = cap_of(settings[row.cycle_id], row.ambition)
        stat = _first(kr, steps.get(kr.pk, []), cap)
        line = _Line(row.owner_id, kr, stat, steps.get(kr.pk, []), cap, rules[row.cycle_id], {})
        for report in result.reports:
            update = _report(line, report)
            updates.append(update)
            if report.problem or report.next_action or report.support or report.risk:
                words.append((update, report))
        stats.append(stat)
    write_many(updates)
    risky = {id(update) for update, report in words if report.risk}
    by_key_result = {stat.key_result_id: stat for stat in stats}
    for update in updates:
        by_key_result[update.key_result_id].risk_update = update.pk if id(update) in risky else None
    write_many(stats)
    write_many(
        UpdateText(
            update=update,
            problem=report.problem,
            next_action=report.next_action,
            support=report.support,
            risk=report.risk,
        )
        for update, report in words
    )


def _first(kr: KeyResult, steps: list[Milestone], cap: Decimal) -> KeyResultStat:
    """The narrow row before any report."""
    stat = KeyResultStat(key_result=kr)
    measured(kr, stat, [_as_of(step, None) for step in steps], None, cap)
    kr.stat = stat
    return stat


def _as_of(step: Milestone, day: date | None) -> Milestone:
    """The milestone as it stood on a day."""
    done = step.finished_on if day and step.finished_on and step.finished_on <= day else None
    return Milestone(
        pk=step.pk, name=step.name, weight=step.weight, due=step.due, finished_on=done, position=step.position
    )


def _report(line: _Line, report: ReportRow) -> Update:
    kr, stat = line.kr, line.stat
    then = line.as_of(report.day)
    value = answer = None
    if kr.measure == Measure.YES_NO:
        stat.answer = answer = bool(report.value)
    elif kr.measure != Measure.MILESTONES:
        stat.current = value = report.value
    stat.updated_on, stat.confidence = report.day, report.confidence
    measured(kr, stat, then, None, line.cap)
    vars(kr)["_prefetched_objects_cache"] = {"milestones": then}
    health = stand_on(kr, report.day, line.rules)[0].health
    stat.behind = stat.behind + 1 if health in BEHIND else 0
    return Update(
        key_result=kr,
        author_id=line.owner_id,
        at=report.at,
        day=report.day,
        source=Source.BY_HAND,
        value=value,
        answer=answer,
        finished=[step.pk for step in then if step.finished_on] if line.steps else None,
        confidence=report.confidence,
        text=report.text,
        progress=stat.progress,
        health=health.value,
    )


@dataclass(frozen=True, slots=True)
class _Line:
    """A key result that is being reported on."""

    owner_id: int
    kr: KeyResult
    stat: KeyResultStat
    steps: list[Milestone]
    cap: Decimal
    rules: HealthRules
    known: dict[int, _Held]

    def as_of(self, day: date) -> _Held:
        """Its milestones as they stood on a day, by how many were finished."""
        done = sum(1 for step in self.steps if step.finished_on and step.finished_on <= day)
        if done not in self.known:
            self.known[done] = _Held(_as_of(step, day) for step in self.steps)
        return self.known[done]


class _Held(list[Milestone]):
    """Milestones that are already here, where the formulas ask for `all()`."""

    def all(self) -> _Held:
        """All of them."""
        return self


def _align(rows: Sequence[GoalRow], ids: dict[str, int]) -> None:
    owners = {row.key: row for row in rows}
    write_many(
        Alignment(
            child_id=ids[row.key],
            parent_id=ids[row.parent],
            weight=row.parent_weight,
            proposed_by_id=row.owner_id,
            state=AlignmentState.ACCEPTED if row.is_linked else AlignmentState.PROPOSED,
            decided_by_id=_other(owners[row.parent].owner_id, row.owner_id) if row.is_linked else None,
            decided_at=row.approved_at if row.is_linked else None,
        )
        for row in rows
        if row.parent in ids and row.state != GoalState.DRAFT
    )


def _other(parent_owner: int, owner: int) -> int | None:
    """Nobody accepts a link of their own."""
    return parent_owner if parent_owner != owner else None
