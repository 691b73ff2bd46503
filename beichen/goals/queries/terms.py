"""The terms of goals as rows hold them today, and the scores that other terms would give."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch, QuerySet

from beichen.goals.choices import AlignmentState, Measure
from beichen.goals.formulas import measures as m
from beichen.goals.formulas import versions as v
from beichen.goals.formulas.rollup import Item, score_of
from beichen.goals.models import Alignment, Goal, GoalVersion, KeyResult, Milestone, Update
from beichen.goals.queries.conditions import confirmed_points
from beichen.goals.queries.standing import Bands, cap_of
from beichen.metrics import queries as metrics
from beichen.metrics.queries import Table
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


def terms_of(goal: Goal, key_results: Iterable[KeyResult]) -> v.Terms:
    """The terms in force, from rows that are loaded. Cost: none."""
    return v.Terms(
        goal.title, goal.ambition, goal.weight, goal.due, goal.is_dropped,
        tuple(_result(kr) for kr in key_results),
    )  # fmt: skip


def _result(kr: KeyResult) -> v.ResultTerms:
    steps = kr.milestones.all() if kr.measure == Measure.MILESTONES else ()
    return v.ResultTerms(
        kr.pk, kr.title, kr.measure, kr.baseline, kr.target, kr.low, kr.high, kr.tolerance, kr.unit, kr.weight, kr.due,
        kr.band_id, kr.by_metric, kr.is_dropped, tuple(v.Step(s.pk, s.name, s.weight, s.due) for s in steps),
    )  # fmt: skip


def with_parts(found: QuerySet[Goal]) -> QuerySet[Goal]:
    """Goals with all that their terms and scores are made of. Cost: four statements more."""
    return found.prefetch_related(
        Prefetch("key_results", queryset=KeyResult.objects.select_related("stat")),
        Prefetch("key_results__milestones", queryset=Milestone.objects.order_by("position", "id")),
        Prefetch("children", queryset=Alignment.objects.filter(
            state=AlignmentState.ACCEPTED, is_rollup=True).select_related("child__stat")),
        Prefetch("versions", queryset=GoalVersion.objects.select_related("change", "by").order_by("number")),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scored:
    """A version, how long it counts, and its score in hundredths on what stood at its last day."""

    number: int
    terms: v.Terms
    span: v.Span
    score: int | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """What a goal scores: as it was first agreed and as it stands now, both on today's values; and per version."""

    as_set: int | None
    as_restated: int | None
    versions: tuple[Scored, ...]

    @property
    def differs(self) -> bool:
        """Whether the changes move the score."""
        return self.as_set != self.as_restated

    @property
    def by(self) -> int | None:
        """How far the changes move the score, in hundredths; None where either is not measured."""
        if self.as_set is None or self.as_restated is None:
            return None
        return self.as_restated - self.as_set


def ledgers(
    actor: Actor, goals: Sequence[Goal], settings: Mapping[str, Any], first: date, last: date
) -> dict[int, Ledger]:
    """Scores of goals loaded by `with_parts`, by goal. Cost: three statements, however many goals."""
    tables = metrics.band_tables(actor, {kr.band_id for goal in goals for kr in goal.key_results.all() if kr.band_id})
    book = _Book(
        dict(settings),
        {pk: card.table for pk, card in tables.items()},
        confirmed_points({kr.pk for goal in goals for kr in goal.key_results.all()}) if tables else {},
        _reports([goal for goal in goals if goal.versions.all()]),
    )
    return {goal.pk: _ledger(goal, book, first, last) for goal in goals}


@dataclass(frozen=True, slots=True)
class _Book:
    settings: dict[str, Any]
    tables: dict[int, Table]
    confirmed: dict[tuple[int, int], frozenset[int]]
    reports: dict[int, list[Update]]


def _reports(goals: Sequence[Goal]) -> dict[int, list[Update]]:
    """Every report on goals that have versions, oldest first, by key result."""
    found: dict[int, list[Update]] = defaultdict(list)
    if goals:
        rows = Update.objects.filter(key_result__goal__in=[goal.pk for goal in goals])
        for row in rows.only("key_result_id", "day", "value", "answer", "finished").order_by("day", "id"):
            found[row.key_result_id].append(row)
    return found


def _ledger(goal: Goal, book: _Book, first: date, last: date) -> Ledger:
    now = terms_of(goal, goal.key_results.all())
    kept = list(goal.versions.all())
    stands = {kr.pk: _now(kr) for kr in goal.key_results.all()}
    restated = _score(goal, now, stands, book)
    if not kept:
        span = v.spans([goal.start], first, last)[0]
        return Ledger(restated, restated, (Scored(1, now, span, restated),))
    ends = clock.local(goal.closed_at).date() if goal.is_dropped and goal.closed_at else None
    spans = v.spans([version.since for version in kept], first, last, ends)
    lines = []
    for n, (version, span) in enumerate(zip(kept, spans, strict=True)):
        at = stands if n == len(kept) - 1 else _at(goal, book, span.last)
        terms = v.read(version.terms)
        lines.append(Scored(version.number, terms, span, _score(goal, terms, at, book)))
    return Ledger(_score(goal, lines[0].terms, stands, book), restated, tuple(lines))


def _now(kr: KeyResult) -> v.Reached:
    stat = getattr(kr, "stat", None)
    steps = kr.milestones.all() if kr.measure == Measure.MILESTONES else ()
    return v.Reached(
        stat.current if stat else None, stat.answer if stat else None,
        frozenset(step.pk for step in steps if step.finished_on),
    )  # fmt: skip


def _at(goal: Goal, book: _Book, day: date) -> dict[int, v.Reached]:
    """What stood at the end of a day."""
    found = {}
    for kr in goal.key_results.all():
        last = next((row for row in reversed(book.reports.get(kr.pk, [])) if row.day <= day), None)
        found[kr.pk] = v.Reached(last.value, last.answer, frozenset(last.finished or ())) if last else v.Reached()
    return found


def _score(goal: Goal, terms: v.Terms, at: Mapping[int, v.Reached], book: _Book) -> int | None:
    """The score of a goal under these terms; child goals count with the score they are stored with."""
    cap = cap_of(book.settings, terms.ambition)
    items = [
        Item(str(one.id), one.weight, None, _reached(one, at.get(one.id, v.Reached()), book, cap))
        for one in terms.results
        if not one.is_dropped
    ]
    for line in goal.children.all():
        stat = getattr(line.child, "stat", None)
        counts = line.child.state in ("active", "changing") or (
            line.child.state == "closed" and not line.child.is_dropped
        )
        items.append(Item(f"goal:{line.child_id}", line.weight, None, stat.score if stat else None, counts))
    return score_of(items).value


def _reached(terms: v.ResultTerms, reached: v.Reached, book: _Book, cap: Any) -> int | None:
    table = book.tables.get(terms.band_id or 0)
    band = None
    if table is not None and reached.value is not None:
        confirmed = book.confirmed.get((terms.id, terms.band_id or 0), frozenset())
        band = Bands(table, confirmed).score(reached.value)
    if terms.measure == "milestones" and not terms.steps:
        return None
    return m.attainment(v.measure(terms, reached, band), cap, by_metric=terms.by_metric).score
