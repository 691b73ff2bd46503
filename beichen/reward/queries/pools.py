"""Pools: all of a plan, one with its awards, and those that wait for the actor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from beichen.people import queries as people
from beichen.people.queries import PersonCard, UnitCard
from beichen.platform import audit
from beichen.platform.access.current import query
from beichen.platform.access.relations import InPeople
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.rounding import COEFFICIENT
from beichen.reward import access
from beichen.reward.choices import PlanState
from beichen.reward.formulas.explain import FTE, Explanation, Inputs, explain
from beichen.reward.formulas.shares import version_of
from beichen.reward.models import Adjustment, BonusAward, BonusBasis, BonusPlan, BonusPool, Consent
from beichen.reward.queries.plans import PlanCard, cards

PARTS = (0, 0, 10_000)


@dataclass(frozen=True, slots=True)
class PoolCard:
    """One pool. `base` exact; `mean` is k̄ in ten-thousandths or None; `passed_by` and `passed_at`: the consent."""

    id: int
    plan_id: int
    scenario_id: int
    unit: UnitCard
    manager_id: int | None
    mode: str
    currency: str
    people: int
    base: Fraction
    c_company: int
    c_unit: int
    flattening: int
    mean: Fraction | None
    value: int
    reserve: int
    unallocated: int
    passed_by: int | None
    passed_at: datetime | None

    @property
    def to_share(self) -> int:
        """The pool without its reserve."""
        return self.value - self.reserve


@dataclass(frozen=True, slots=True)
class AwardLine:
    """One person in a pool; `final` is what is paid. `target` and `story` are None where 12a closes the target."""

    id: int
    person: PersonCard
    target: int | None
    days: int
    grade: str
    coefficient: int
    amount: int
    delta: int
    reason: str
    adjusted_by: int | None
    at_limit: str
    by_remainder: bool
    released_at: datetime | None
    may_adjust: bool
    story: Explanation | None
    flattened: Fraction

    @property
    def final(self) -> int:
        """The amount after the adjustment."""
        return self.amount + self.delta


@dataclass(frozen=True, slots=True)
class PoolSheet:
    """A pool's page. `pool` None for somebody who leads people in it but not its unit; `hidden`: awards not shown.

    `version` is that of the adjustments the actor may set.
    """

    pool_id: int
    plan: PlanCard
    pool: PoolCard | None
    lines: tuple[AwardLine, ...]
    hidden: int
    may_adjust: bool
    may_pass_on: bool
    version: int
    names: Mapping[int, PersonCard]


def _card(pool: BonusPool, unit: UnitCard, consent: tuple[int, datetime] | None) -> PoolCard:
    mean = None if pool.mean_n is None or not pool.mean_d else Fraction(int(pool.mean_n), int(pool.mean_d))
    return PoolCard(
        id=pool.pk, plan_id=pool.plan_id, scenario_id=pool.scenario_id, unit=unit, manager_id=pool.manager_id,
        mode=pool.mode, currency=pool.currency, people=pool.people,
        base=Fraction(int(pool.base_n), FTE * pool.cycle_days), c_company=pool.c_company, c_unit=pool.c_unit,
        flattening=pool.flattening, mean=mean, value=pool.value, reserve=pool.reserve, unallocated=pool.unallocated,
        passed_by=consent[0] if consent else None, passed_at=consent[1] if consent else None,
    )  # fmt: skip


def _consents(lines: Sequence[BonusPool]) -> QuerySet[Consent]:
    """Who reads a pool reads that it was passed on; these pools went through their filter."""
    return Consent.objects.filter(pool_id__in=[pool.pk for pool in lines])


def _cards(actor: Actor, found: Iterable[BonusPool]) -> list[PoolCard]:
    lines = list(found)
    units = people.units(actor, [pool.unit_id for pool in lines]) if lines else {}
    consents = {
        pool: (by, at)
        for pool, by, at in _consents(lines).values_list("pool_id", "by_id", "at")
    } if lines else {}  # fmt: skip
    order = {unit: n for n, unit in enumerate(units)}
    ordered = sorted(lines, key=lambda pool: (-pool.plan_id, order[pool.unit_id]))
    return [_card(pool, units[pool.unit_id], consents.get(pool.pk)) for pool in ordered]


@dataclass(frozen=True, slots=True)
class PoolList:
    """Some of a plan's pools in tree order. `whole`: the money of all, `open`: how many are not passed on.

    `following`: the place after which the next ones begin, None at the end.
    """

    lines: tuple[PoolCard, ...]
    whole: int
    open: int
    following: int | None


@query
def pools(actor: Actor, plan: PlanCard, after: int = 0, limit: int | None = None) -> PoolList:
    """The pools of the chosen policy that the actor may read: all, or `limit` after a place.

    Cost: five statements, one the audit's; one when no policy was chosen.
    """
    readable = BonusPool.objects.filter(access.readable_pools(), scenario_id=plan.chosen_id or 0)
    passed = Exists(Consent.objects.filter(pool_id=OuterRef("pk")))
    told = readable.aggregate(whole=Coalesce(Sum("value"), 0), open=Count("pk", filter=~passed))
    found = list(
        readable.filter(unit__place__gt=after).select_related("unit").order_by("unit__place")[: limit and limit + 1]
    )
    lines = _cards(actor, found[:limit])
    if lines:
        audit.record_read(actor, "reward.bonuspool", [], {"plan": plan.id, "pools": [pool.id for pool in lines]})
    following = found[limit - 1].unit.place if limit and len(found) > limit else None
    return PoolList(tuple(lines), told["whole"], told["open"], following)


@dataclass(frozen=True, slots=True)
class PoolLink:
    """A pool on a list of what waits: no amount."""

    id: int
    unit: UnitCard
    plan: PlanCard
    passed_at: datetime | None


def _links(actor: Actor, found: QuerySet[BonusPool]) -> list[PoolLink]:
    at = Subquery(Consent.objects.filter(pool_id=OuterRef("pk")).values("at")[:1])
    lines = list(
        found.annotate(passed=at).order_by("-plan_id", "unit_code").values_list("pk", "unit_id", "plan_id", "passed")
    )
    if not lines:
        return []
    units = people.units(actor, [line[1] for line in lines])
    plans = {plan.id: plan for plan in cards(BonusPlan.objects.filter(pk__in={line[2] for line in lines}))}
    return [PoolLink(pk, units[unit], plans[plan], passed) for pk, unit, plan, passed in lines]


@query
def my_pools(actor: Actor) -> list[PoolLink]:
    """Pools of units the actor heads, newest plan first. Cost: three statements, one when there is none."""
    chosen = BonusPlan.objects.filter(pk=OuterRef("plan_id"), chosen_id=OuterRef("scenario_id"))
    return _links(actor, BonusPool.objects.filter(access.readable_pools(), Exists(chosen), manager_id=actor.person_id))


@query
def to_pass_on(actor: Actor) -> list[PoolLink]:
    """Pools that wait for the actor as the next manager. Cost: three statements, one when there is none."""
    found = BonusPool.objects.filter(
        access.readable_pools(), access.passable_pools(), InPeople("manager_id", "reports")
    )
    return _links(actor, found.exclude(Exists(Consent.objects.filter(pool_id=OuterRef("pk")))))


@query
def pool_sheet(actor: Actor, pool_id: int) -> PoolSheet:
    """One pool with the awards the actor may read, largest first. Cost: eight statements, one of them the audit's.

    Errors: NotFound for somebody who may read neither the pool nor anybody in it.
    """
    pool = (
        BonusPool.objects.filter(access.readable_pools(), pk=pool_id)
        .annotate(passable=Exists(BonusPool.objects.filter(access.passable_pools(), pk=OuterRef("pk"))))
        .first()
    )
    awards = list(
        BonusAward.objects.filter(access.readable_awards(), pool_id=pool_id)
        .annotate(mine=Exists(BonusAward.objects.filter(access.adjustable(), pk=OuterRef("pk"))))
        .order_by("-amount", "number")
    )
    if pool is None and not awards:
        raise NotFound
    plan = cards(BonusPlan.objects.filter(pk=pool.plan_id if pool else awards[0].plan_id))[0]
    card = _cards(actor, [pool])[0] if pool else None
    lines, names = lines_of(actor, awards, [card.manager_id, card.passed_by] if card else [])
    audit.record_read(actor, "reward.bonuspool", [line.person.id for line in lines], {"pool": pool_id})
    open_now = plan.state == PlanState.PROPOSED and (card is None or card.passed_at is None)
    return PoolSheet(
        pool_id=pool_id, plan=plan, pool=card, lines=lines, hidden=card.people - len(lines) if card else 0,
        may_adjust=open_now and any(line.may_adjust for line in lines),
        may_pass_on=open_now and bool(getattr(pool, "passable", False)),
        version=version_of((line.id, line.delta, line.reason) for line in lines if line.may_adjust), names=names,
    )  # fmt: skip


def lines_of(
    actor: Actor, awards: Sequence[BonusAward], also: Sequence[int | None] = ()
) -> tuple[tuple[AwardLine, ...], Mapping[int, PersonCard]]:
    """Awards with their people and adjustments, and the cards of everybody named. Cost: three statements."""
    bases = {
        basis.pk: basis
        for basis in BonusBasis.objects.filter(access.readable_bases(), award_id__in=[a.pk for a in awards])
    }
    changes = {
        change.pk: change
        for change in Adjustment.objects.filter(access.readable_adjustments(), award_id__in=[a.pk for a in awards])
    }
    named = [award.subject_id for award in awards] + [change.by_id for change in changes.values()]
    faces = people.persons(actor, [*named, *also])
    return tuple(_line(a, bases.get(a.pk), faces[a.subject_id], changes.get(a.pk)) for a in awards), faces


def _line(award: BonusAward, basis: BonusBasis | None, person: PersonCard, change: Adjustment | None) -> AwardLine:
    return AwardLine(
        id=award.pk, person=person, target=basis.target if basis else None, days=award.days, grade=award.grade,
        coefficient=award.coefficient, amount=award.amount, delta=change.delta if change else 0,
        reason=change.reason if change else "", adjusted_by=change.by_id if change else None,
        at_limit=award.at_limit, by_remainder=award.by_remainder, released_at=award.released_at,
        may_adjust=bool(getattr(award, "mine", False)),
        story=story_of(award, basis, change.delta if change else 0) if basis else None,
        flattened=Fraction(int(award.flat_n), int(award.flat_d) * COEFFICIENT),
    )  # fmt: skip


def story_of(award: BonusAward, basis: BonusBasis, delta: int) -> Explanation:
    """How the amount came about, from what is stored with it."""
    terms = award.terms
    return explain(
        Inputs(
            mode=terms["mode"], target_days=int(basis.target_days), cycle_days=terms["cycle_days"],
            coefficient=award.coefficient, flat_n=int(award.flat_n), flat_d=int(award.flat_d),
            c_company=terms["c_company"], c_unit=terms["c_unit"], weight=int(basis.weight),
            rate=(int(basis.rate_n), int(basis.rate_d)) if basis.rate_n is not None and basis.rate_d else None,
            amount=award.amount, adjustment=delta,
            parts=tuple(terms.get("parts") or PARTS),
        )
    )  # fmt: skip
