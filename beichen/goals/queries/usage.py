"""What goals make of metrics: where each is used, what it tells apart, what nobody tracks, what changed no decision."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import Coalesce

from beichen.goals import access
from beichen.goals.choices import AGREED
from beichen.goals.models import Goal, KeyResult
from beichen.goals.queries.plans import visible
from beichen.metrics import queries as metrics
from beichen.metrics.queries import Spread
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.language import for_reader

NAMED = 10

# The goals of a cycle that count a metric, by metric and unit: how many goals and key results, how many of these were
# never given a value, their scores, and in how many goals leaving the metric out would move the score by a point.
# Sums are those of formulas §2: counted items by weight, equal weights where all are 0. The score moves where nothing
# else is measured; else |S/W − S'/W'| ≥ 1 point, compared without a division.
USED = """
WITH counted AS (
    SELECT g.id, g.home_id AS unit
    FROM goals_goal g
    WHERE g.cycle_id = %(cycle)s AND g.state = ANY (%(agreed)s) AND NOT g.is_dropped AND g.visibility <> 'restricted'
      AND coalesce(g.home_id, 0) NOT IN (SELECT access.preset_units('numbers', 'team', 'restricted'))
), results AS (
    SELECT c.id AS goal, c.unit, COALESCE(k.metric_id, b.metric_id) AS metric, k.weight, s.score,
           s.updated_on IS NULL AS untracked
    FROM counted c
    JOIN goals_keyresult k ON k.goal_id = c.id AND NOT k.is_dropped
    LEFT JOIN goals_keyresultstat s ON s.key_result_id = k.id
    LEFT JOIN metrics_bandtable b ON b.id = k.band_id
), items AS (
    SELECT goal, metric, weight::numeric, score::numeric FROM results WHERE score IS NOT NULL
    UNION ALL
    SELECT c.id, NULL, a.weight, s.score
    FROM counted c
    JOIN goals_alignment a ON a.parent_id = c.id AND a.is_rollup AND a.state = 'accepted'
    JOIN goals_goal below ON below.id = a.child_id AND below.state = ANY (%(agreed)s) AND NOT below.is_dropped
    JOIN goals_goalstat s ON s.goal_id = below.id AND s.score IS NOT NULL
), whole AS (
    SELECT goal, count(*) AS n, sum(weight) AS w, sum(weight * score) AS s, sum(score) AS plain FROM items GROUP BY goal
), part AS (
    SELECT goal, metric, count(*) AS n, sum(weight) AS w, sum(weight * score) AS s, sum(score) AS plain
    FROM items WHERE metric IS NOT NULL GROUP BY goal, metric
), sums AS (
    SELECT part.goal, part.metric, whole.n = part.n AS alone,
           CASE WHEN whole.w = 0 THEN whole.n ELSE whole.w END AS w,
           CASE WHEN whole.w = 0 THEN whole.plain ELSE whole.s END AS s,
           CASE WHEN whole.w = part.w THEN whole.n - part.n ELSE whole.w - part.w END AS rest_w,
           CASE WHEN whole.w = part.w THEN whole.plain - part.plain ELSE whole.s - part.s END AS rest_s
    FROM part JOIN whole USING (goal)
), moved AS (
    SELECT goal, metric, alone OR abs(s * rest_w - rest_s * w) >= 100 * w * rest_w AS moves FROM sums
)
SELECT r.metric, r.unit, count(DISTINCT r.goal), count(*), count(*) FILTER (WHERE r.untracked),
       array_agg(r.score) FILTER (WHERE r.score IS NOT NULL AND NOT r.untracked),
       count(DISTINCT r.goal) FILTER (WHERE m.moves AND NOT r.untracked)
FROM results r LEFT JOIN moved m ON m.goal = r.goal AND m.metric = r.metric
WHERE r.metric IS NOT NULL
GROUP BY r.metric, r.unit
ORDER BY r.metric, r.unit
"""


@dataclass(frozen=True, slots=True)
class MetricUse:
    """A metric in the goals of a cycle. `scores`: how the scores of its key results are spread, None without any;
    `moved`: goals whose score leaving it out would move by a point or more.
    """

    metric_id: int
    code: str
    title: str
    goals: int
    key_results: int
    untracked: int
    units: int
    scores: Spread | None
    moved: int

    @property
    def is_untracked(self) -> bool:
        """Whether it was planned and never given a value."""
        return self.untracked == self.key_results

    @property
    def is_idle(self) -> bool:
        """Whether it has values and moved the score of no goal, so that it changed no decision."""
        return not self.is_untracked and not self.moved

    @property
    def can_go(self) -> bool:
        """Whether it stands on the list for removal."""
        return self.is_untracked or self.is_idle


@dataclass(frozen=True, slots=True)
class UnitUse:
    """The key results on metrics of one unit, and how many of them were never given a value."""

    unit_id: int
    name: str
    planned: int
    untracked: int

    @property
    def percent(self) -> int:
        """The untracked share in whole percent."""
        return percent(self.untracked, self.planned)


@dataclass(frozen=True, slots=True)
class Usage:
    """The metrics in the goals of a cycle, and the units that plan with them, the least tracked first."""

    lines: tuple[MetricUse, ...]
    units: tuple[UnitUse, ...]

    @property
    def planned(self) -> int:
        """Key results that count a metric."""
        return sum(line.key_results for line in self.lines)

    @property
    def untracked(self) -> int:
        """Those of them that were never given a value."""
        return sum(line.untracked for line in self.lines)

    @property
    def percent(self) -> int | None:
        """The untracked share in whole percent; None where nothing is planned."""
        return percent(self.untracked, self.planned) if self.planned else None

    @property
    def removals(self) -> tuple[MetricUse, ...]:
        """What can go: never tracked, or without effect on any score."""
        return tuple(line for line in self.lines if line.can_go)


def percent(part: int, whole: int) -> int:
    """A share in whole percent, rounded half to even."""
    return round(Fraction(100 * part, whole))


@query
def usage(actor: Actor, cycle_id: int) -> Usage:
    """Every metric that agreed goals of a cycle count, the most used first; the same for all who open it, so goals that
    are restricted, or whose numbers a preset narrows, are left out. Cost: three statements, however many goals.
    """
    require(actor, access.METRIC_USE)
    with connection.cursor() as cursor:
        cursor.execute(USED, {"cycle": cycle_id, "agreed": [state.value for state in AGREED]})
        rows = cursor.fetchall()
    library = {card.id: card for card in metrics.metrics(actor)}
    by_metric: dict[int, list[tuple[int | None, int, int, int, list[int] | None, int]]] = defaultdict(list)
    by_unit: dict[int, tuple[int, int]] = {}
    for metric_id, unit_id, *numbers in rows:
        by_metric[metric_id].append((unit_id, *numbers))
        planned, untracked = by_unit.get(unit_id or 0, (0, 0))
        by_unit[unit_id or 0] = planned + numbers[1], untracked + numbers[2]
    lines = [_use(library[pk], found) for pk, found in by_metric.items() if pk in library]
    units = people.units(actor, list(by_unit))
    named = [
        UnitUse(pk, units[pk].title, planned, untracked)
        for pk, (planned, untracked) in by_unit.items()
        if pk in units
    ]  # fmt: skip
    return Usage(
        tuple(sorted(lines, key=lambda line: (-line.key_results, line.code))),
        tuple(sorted(named, key=lambda one: (-one.percent, -one.planned, one.name))),
    )


def _use(
    card: metrics.MetricCard, found: Sequence[tuple[int | None, int, int, int, list[int] | None, int]]
) -> MetricUse:
    scores = [Decimal(score) / 100 for line in found for score in line[4] or ()]
    return MetricUse(
        card.id, card.code, card.title, sum(line[1] for line in found), sum(line[2] for line in found),
        sum(line[3] for line in found), len({line[0] for line in found}), metrics.spread(scores),
        sum(line[5] for line in found),
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UsedBy:
    """A goal that counts a metric."""

    goal_id: int
    title: str
    holder: str
    unit: str


@dataclass(frozen=True, slots=True)
class MetricGoals:
    """Where a metric is used: goals by cycle (key, how many, the newest first), and some of the newest cycle's."""

    metric_id: int
    cycles: tuple[tuple[str, int], ...]
    goals: tuple[UsedBy, ...] = ()
    more: int = 0


@query
def goals_by_metric(actor: Actor, metric_id: int) -> MetricGoals:
    """The agreed goals that count a metric, as far as the actor reads them. NotFound as the metric.

    Cost: four statements at most.
    """
    card = metrics.metric(actor, metric_id)
    used = (
        KeyResult.objects.filter(is_dropped=False)
        .annotate(counts=Coalesce("metric_id", "band__metric_id"))
        .filter(counts=card.id)
    )
    found = visible(actor).filter(
        Q(pk__in=used.values("goal_id")), state__in=[state.value for state in AGREED], is_dropped=False
    )
    counted = (
        found.order_by().values_list("cycle_id", "cycle__period__key", "cycle__period__starts_on")
        .annotate(n=Count("id")).order_by("-cycle__period__starts_on", "-cycle_id")
    )  # fmt: skip
    cycles = [(pk, key, n) for pk, key, _starts, n in counted]
    if not cycles:
        return MetricGoals(card.id, ())
    rows = Goal.objects.filter(pk__in=found.filter(cycle_id=cycles[0][0]).order_by().values("pk"))
    named = [
        UsedBy(pk, for_reader(title, english), for_reader(owner, owner_en), for_reader(unit or "", unit_en or ""))
        for pk, title, english, owner, owner_en, unit, unit_en in rows.order_by("-weight", "id").values_list(
            "id", "title", "title_en", "owner__name", "owner__name_en", "owner__unit__name", "owner__unit__name_en"
        )[:NAMED]
    ]
    made = MetricGoals(card.id, tuple((key, n) for _pk, key, n in cycles), tuple(named))
    return replace(made, more=cycles[0][2] - len(named))
