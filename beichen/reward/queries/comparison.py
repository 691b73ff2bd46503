"""Two policies side by side: pools by unit, who gains and who loses, how evenly each spreads the money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import BigIntegerField, Count, Max, Q, Sum
from django.db.models.functions import Cast, Coalesce

from beichen.people import queries as people
from beichen.people.queries import PersonCard, UnitCard
from beichen.platform import audit
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.reward import access
from beichen.reward.formulas import lorenz
from beichen.reward.models import BonusAward, BonusEntry, BonusPool
from beichen.reward.queries.plans import ScenarioCard

GROUPS = 20
NAMED = 8


@dataclass(frozen=True, slots=True)
class PoolPair:
    """One unit's pool under both policies; None where a policy has none. Money in the smallest unit."""

    unit: UnitCard
    people: int
    a: int | None
    b: int | None
    unallocated: tuple[int, int]
    pool_ids: tuple[int | None, int | None]

    @property
    def difference(self) -> int:
        """B less A."""
        return (self.b or 0) - (self.a or 0)


@dataclass(frozen=True, slots=True)
class PoolPairs:
    """Some of the pools in tree order. `sums`: all that the reader may read, under A and B; `following`: the place
    after which the next ones begin, None at the end.
    """

    lines: tuple[PoolPair, ...]
    sums: tuple[int, int]
    following: int | None


@dataclass(frozen=True, slots=True)
class Mover:
    """Somebody whose amount differs between the policies."""

    person: PersonCard
    a: int
    b: int

    @property
    def difference(self) -> int:
        return self.b - self.a


@dataclass(frozen=True, slots=True)
class Curve:
    """A Lorenz curve: `path` on a square of 100, `rows` of (share of people, share of money), `gini` on 0 … 1."""

    path: str
    rows: tuple[tuple[float, float], ...]
    gini: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """`counts`: people who gain, lose, stay the same under B; `sums`: their gains and losses. Empty lists and no
    curves for readers of sums alone; `hidden`: people whose amounts the reader may not see.
    """

    pools: PoolPairs
    counts: tuple[int, int, int]
    sums: tuple[int, int]
    gains: tuple[Mover, ...]
    losses: tuple[Mover, ...]
    curves: tuple[Curve, Curve] | None
    hidden: int


@query
def comparison(
    actor: Actor, plan_id: int, pair: Sequence[ScenarioCard], after: int = 0, limit: int | None = None
) -> Comparison:
    """The comparison as far as the actor may read it, with all pools or with `limit` of them after a place.

    Cost: six statements, one of them the audit's.
    """
    a, b = (scenario.id for scenario in pair)
    pools = _pools(actor, a, b, after, limit)
    lines = _once(plan_id, a, b)
    up, down, same, gain, loss = lines["n"][0]
    seen = up + down + same
    faces = people.persons(actor, [line[0] for line in lines["m"]])
    movers = [Mover(faces[line[0]], line[1], line[2]) for line in lines["m"] if line[0] in faces]
    audit.record_read(actor, "reward.comparison", [m.person.id for m in movers], {"plan": plan_id, "people": seen})
    return Comparison(
        pools=pools, counts=(up, down, same), sums=(gain, loss),
        gains=tuple(sorted((m for m in movers if m.difference > 0), key=lambda m: -m.difference)),
        losses=tuple(sorted((m for m in movers if m.difference < 0), key=lambda m: m.difference)),
        curves=(_curve(lines["a"]), _curve(lines["b"])) if seen else None,
        hidden=max(0, int(pair[0].facts.get("people", 0)) - seen),
    )  # fmt: skip


def _pools(actor: Actor, a: int, b: int, after: int, limit: int | None) -> PoolPairs:
    """Cost: three statements; only what is asked for leaves the database."""
    readable = BonusPool.objects.filter(access.readable_pools(), scenario_id__in=[a, b])
    sums = readable.aggregate(a=_sum("value", a), b=_sum("value", b))
    lines = list(
        readable.filter(unit__place__gt=after)
        .values("unit_id", "unit__place")
        .annotate(
            most=Max("people"), a=_one("value", a), b=_one("value", b), left_a=_sum("unallocated", a),
            left_b=_sum("unallocated", b), id_a=_one("id", a), id_b=_one("id", b),
        )
        .order_by("unit__place")[: limit and limit + 1]
    )  # fmt: skip
    units = people.units(actor, [line["unit_id"] for line in lines])
    return PoolPairs(
        lines=tuple(
            PoolPair(
                unit=units[line["unit_id"]], people=line["most"], a=line["a"], b=line["b"],
                unallocated=(line["left_a"], line["left_b"]), pool_ids=(line["id_a"], line["id_b"]),
            )
            for line in lines[:limit]
        ),
        sums=(sums["a"], sums["b"]),
        following=lines[limit - 1]["unit__place"] if limit and len(lines) > limit else None,
    )  # fmt: skip


def _one(field: str, scenario: int) -> Max:
    """The value under one policy: a unit has at most one pool there."""
    return Max(field, filter=Q(scenario_id=scenario))


def _sum(field: str, scenario: int) -> Coalesce:
    return Coalesce(Sum(field, filter=Q(scenario_id=scenario)), 0)


def _cents(scenario: int) -> Cast:
    """What somebody gets under one policy; PostgreSQL's sum of whole numbers is a numeric, four times as slow."""
    return Cast(_sum("amount", scenario), BigIntegerField())


def _amounts(plan_id: int, a: int, b: int) -> tuple[str, tuple[Any, ...]]:
    """The statement for each person's amount under A and B, of those the actor may read under both."""
    found = (
        BonusAward.objects.filter(access.readable_awards(), plan_id=plan_id, scenario_id__in=[a, b])
        .values("subject_id")
        .annotate(a=_cents(a), b=_cents(b))
    )
    both = found.annotate(under_a=Count("pk", filter=Q(scenario_id=a)), under_b=Count("pk", filter=Q(scenario_id=b)))
    both = both.filter(under_a__gt=0, under_b__gt=0)
    sql, params = both.order_by().query.sql_with_params()
    return str(sql), tuple(params)


# One pass over the amounts: who gains, loses and stays with the sums (n); the people who gain and lose most (m); sums
# of equal groups, the smallest amounts first, with the Gini coefficient's numerator (a, b).
_ONCE = """
WITH mine AS MATERIALIZED ({mine}), one AS (
    SELECT 'a' AS policy, a AS amount FROM mine UNION ALL SELECT 'b', b FROM mine
), line AS (
    SELECT policy, amount, row_number() OVER (PARTITION BY policy ORDER BY amount) AS place, n
    FROM one, (SELECT count(*) AS n FROM mine) whole
)
SELECT 'n', count(*) FILTER (WHERE b > a), count(*) FILTER (WHERE b < a), count(*) FILTER (WHERE b = a),
       coalesce(sum(b - a) FILTER (WHERE b > a), 0), coalesce(sum(b - a) FILTER (WHERE b < a), 0)
FROM mine
UNION ALL
(SELECT 'm', subject_id, a, b, 0, 0 FROM mine WHERE b > a ORDER BY b - a DESC, subject_id LIMIT {named})
UNION ALL
(SELECT 'm', subject_id, a, b, 0, 0 FROM mine WHERE b < a ORDER BY b - a, subject_id LIMIT {named})
UNION ALL
(SELECT policy, (place * least(n, {groups}) + n - 1) / n, sum(amount),
        sum((2 * place - n - 1) * amount), max(n), 0
 FROM line GROUP BY 1, 2 ORDER BY 1, 2)
"""


def _once(plan_id: int, a: int, b: int) -> dict[str, list[list[int]]]:
    mine, params = _amounts(plan_id, a, b)
    found: dict[str, list[list[int]]] = {"n": [], "m": [], "a": [], "b": []}
    with connection.cursor() as cursor:
        cursor.execute(_ONCE.format(mine=mine, groups=GROUPS, named=NAMED), list(params))
        for kind, *numbers in cursor.fetchall():
            found[kind].append([int(number) for number in numbers])
    return found


def _curve(lines: Sequence[Sequence[int]]) -> Curve:
    lines = sorted(lines, key=lambda line: line[0])
    whole, spread = sum(line[1] for line in lines), sum(line[2] for line in lines)
    points = lorenz.curve([line[1] for line in lines])
    gini = spread / (lines[0][3] * whole) if whole else 0.0
    return Curve(lorenz.path(points), tuple(points), gini)


@query
def out_of_plan(actor: Actor, plan_id: int) -> list[tuple[PersonCard, str]]:
    """People who are in neither base nor share, with the reason, in number order. Cost: two statements."""
    found: Mapping[int, str] = dict(
        BonusEntry.objects.filter(access.readable_entries(), plan_id=plan_id, coefficient__isnull=True)
        .order_by("number")
        .values_list("person_id", "out")
    )
    faces = people.persons(actor, found)
    return [(faces[person], out) for person, out in found.items() if person in faces]
