"""The terms of a goal as they were agreed, what a change does to them, and how long each version was in force.

Weights in hundredths. Terms are kept as JSON with decimals as text; `read` and `written` are each other's inverse.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from beichen.goals.formulas import measures as m

NUMBERS = ("baseline", "target", "low", "high", "tolerance")
OF_RESULT = ("title", "measure", *NUMBERS, "unit", "weight", "due", "is_dropped")
OF_GOAL = ("title", "ambition", "weight", "due", "is_dropped")


@dataclass(frozen=True, slots=True)
class Step:
    """A milestone as it was agreed."""

    id: int
    name: str
    weight: int
    due: date


@dataclass(frozen=True, slots=True)
class ResultTerms:
    """A key result as it was agreed."""

    id: int
    title: str
    measure: str
    baseline: Decimal | None
    target: Decimal | None
    low: Decimal | None
    high: Decimal | None
    tolerance: Decimal | None
    unit: str
    weight: int
    due: date
    band_id: int | None
    by_metric: bool
    is_dropped: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed about a goal: everything a score depends on, besides what was reached."""

    title: str
    ambition: str
    weight: int
    due: date
    is_dropped: bool = False
    results: tuple[ResultTerms, ...] = ()

    def result(self, result_id: int) -> ResultTerms | None:
        """A key result by its id."""
        return next((one for one in self.results if one.id == result_id), None)


def written(terms: Terms) -> dict[str, Any]:
    """As JSON keeps it."""
    return {key: plain(value) for key, value in asdict(terms).items()}


def plain(value: Any) -> Any:
    """A term as JSON keeps it."""
    if isinstance(value, ResultTerms | Step):
        return plain(asdict(value))
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return value.isoformat() if isinstance(value, date) else value


def read(kept: Mapping[str, Any]) -> Terms:
    """Terms from what JSON kept."""
    return Terms(
        **{name: kept[name] for name in ("title", "ambition", "weight", "is_dropped")},
        due=date.fromisoformat(kept["due"]), results=tuple(_read_result(one) for one in kept["results"]),
    )  # fmt: skip


def _read_result(kept: Mapping[str, Any]) -> ResultTerms:
    values: dict[str, Any] = {
        name: kept[name] for name in ("id", "title", "measure", "unit", "weight", "band_id", "by_metric", "is_dropped")
    }
    values |= {name: None if kept[name] is None else Decimal(kept[name]) for name in NUMBERS}
    steps = tuple(Step(s["id"], s["name"], s["weight"], date.fromisoformat(s["due"])) for s in kept["steps"])
    return ResultTerms(**values, due=date.fromisoformat(kept["due"]), steps=steps)


@dataclass(frozen=True, slots=True)
class Difference:
    """One term that differs: of the goal (`result_id` 0) or of a key result; `name` is "added" for a new one."""

    result_id: int
    result: str
    name: str
    before: Any
    after: Any


def differences(before: Terms, after: Terms) -> list[Difference]:
    """What a change does, term by term: the goal first, then its key results in their order."""
    found = [
        Difference(0, "", name, getattr(before, name), getattr(after, name))
        for name in OF_GOAL
        if getattr(before, name) != getattr(after, name)
    ]
    for now in after.results:
        found += _of_result(before.result(now.id), now)
    return found


def _of_result(was: ResultTerms | None, now: ResultTerms) -> Iterator[Difference]:
    if was is None:
        yield Difference(now.id, now.title, "added", None, now)
        return
    for name in OF_RESULT:
        if getattr(was, name) != getattr(now, name):
            yield Difference(now.id, now.title, name, getattr(was, name), getattr(now, name))
    if was.steps != now.steps:
        yield Difference(now.id, now.title, "steps", was.steps, now.steps)


@dataclass(frozen=True, slots=True)
class FreeRange:
    """How far an owner may move terms alone, counted from what somebody agreed to; all zero: nothing.

    `target`: share of the agreed way from baseline to target; `weight` in hundredths; `days` the due day moves.
    """

    target: Fraction = Fraction(0)
    weight: int = 0
    days: int = 0

    @property
    def is_open(self) -> bool:
        """Whether anything may change without a decision."""
        return bool(self.target or self.weight or self.days)


def is_within(agreed: Terms, wanted: Terms, free: FreeRange) -> bool:
    """Whether all that differs from the agreed terms lies inside the range; new and dropped parts never do."""
    return free.is_open and all(_is_small(agreed, change, free) for change in differences(agreed, wanted))


def _is_small(agreed: Terms, change: Difference, free: FreeRange) -> bool:
    if change.name == "weight":
        return bool(abs(change.after - change.before) <= free.weight)
    if change.name == "due":
        return bool(abs((change.after - change.before).days) <= free.days)
    was = agreed.result(change.result_id)
    if change.name != "target" or was is None or None in (was.baseline, was.target):
        return False
    way = abs(Fraction(was.target) - Fraction(was.baseline))  # type: ignore[arg-type]
    return abs(Fraction(change.after) - Fraction(change.before)) <= free.target * way


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when a version was in force, both days included; `days` of them lie in the cycle."""

    first: date
    last: date
    days: int


def spans(starts: Sequence[date], first: date, last: date, ends: date | None = None) -> list[Span]:
    """How long each version counts in a cycle: until the day before the next, the newest until the end.

    Two versions of one day: the later one has the day. `ends`: the first day the goal does not count any more.
    """
    stop = min(last, ends - timedelta(days=1)) if ends else last
    found = []
    for n, begins in enumerate(starts):
        until = min(starts[n + 1] - timedelta(days=1), stop) if n + 1 < len(starts) else stop
        since = max(begins, first)
        found.append(Span(since, until, max(0, (until - since).days + 1)))
    return found


@dataclass(frozen=True, slots=True)
class Reached:
    """What was reported of a key result: a value, an answer, or the ids of finished milestones."""

    value: Decimal | None = None
    answer: bool | None = None
    finished: frozenset[int] = field(default_factory=frozenset)


def measure(terms: ResultTerms, reached: Reached, band: Fraction | None = None) -> m.Measure:
    """A key result under these terms; `band`: the score of its band table for the value."""
    if terms.measure == "within":
        return m.KeepWithin(terms.low, terms.high, terms.tolerance or Decimal(0), reached.value)
    if terms.measure == "yes_no":
        return m.YesNo(reached.answer)
    if terms.measure == "band":
        return m.Band(band)
    if terms.measure == "milestones":
        return m.Milestones(tuple(m.Milestone(s.weight, s.due, s.id in reached.finished) for s in terms.steps))
    return m.Linear(terms.baseline or Decimal(0), terms.target or Decimal(0), reached.value)
