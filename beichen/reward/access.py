"""Who sees and who may, for bonuses: the rows 11a–11d, 11f–11i and 12a of the table.

An award's row of the table follows from its plan: no plan chose its scenario (11h), proposed or consolidated (11a),
locked (11b), and 11c once the letter of this person is out. Plans hold nothing confidential and are not locked, so the
filters may ask them; locks of awards and pools ask nothing else and so never turn in a circle.
"""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from beichen.people.choices import Phase
from beichen.platform.access.filters import filters
from beichen.platform.access.locks import JobGrant, Lock, StateGuard
from beichen.platform.access.permissions import Permission, relations_to
from beichen.platform.access.policy import CONTENT
from beichen.platform.access.relations import (
    ActorId,
    Case,
    InPeople,
    InRanges,
    IsFormerPair,
    IsOneOf,
    cases,
    knows,
    oneself,
    rows,
    sees,
    writes,
)
from beichen.platform.kit.actor import Actor
from beichen.reward.choices import PlanState
from beichen.reward.models import BonusAward, BonusPlan, BonusPool

WITH_MANAGERS = (PlanState.PROPOSED, PlanState.CONSOLIDATED)
OUT = (PlanState.RELEASED, PlanState.EXPORTED)
DECIDED = (*WITH_MANAGERS, PlanState.LOCKED, *OUT)


def _chosen(*states: str) -> Q:
    """In the scenario that a plan in one of these states goes by."""
    plans = BonusPlan.objects.filter(state__in=states, chosen__isnull=False)
    return Q(IsOneOf("scenario_id", plans.values("chosen_id")))


_FORMER = Q(IsFormerPair("subject_id", "plan_id", "plans"))


def _awards(codes: frozenset[str], *states: str) -> Q:
    """Awards whose cell, in one of these states of the plan, holds a code."""
    by_row = {
        "11h": ~_chosen(*DECIDED),
        "11a": _chosen(*WITH_MANAGERS),
        "11b": _chosen(PlanState.LOCKED) | (_chosen(*OUT) & Q(released_at__isnull=True)),
        "11c": _chosen(*OUT) & Q(released_at__isnull=False),
    }
    how: dict[str, Any] = {"place": "subject_place", "former": _FORMER}
    return cases([Case(row_id, when=by_row[row_id], **how) for row_id in states or by_row], codes)


_POOL_SEATS: dict[str, Any] = {seat: Q(InRanges("place", "seat_ranges", seat)) for seat in ("BP", "CA", "EX", "AU")}
_POOL: dict[str, Any] = {
    **_POOL_SEATS,
    "LM": Q(manager_id=ActorId()),
    "SK": Q(manager_id__isnull=False) & Q(InRanges("place", "branch_ranges")),
}


def _covered(seat: str) -> Q:
    """Records of plans whose whole population lies in the seat's scope (G20): what speaks of all is theirs alone."""
    plans = BonusPlan.objects.filter(InPeople("cycle__scope_id", "seat_units", seat), pk=OuterRef("plan_id"))
    return Q(Exists(plans))


_COVERED: dict[str, Any] = {seat: _covered(seat) for seat in ("BP", "CA", "EX", "AU")}
_TOUCHED: dict[str, Any] = {
    seat: Q(InPeople("cycle__scope_id", "touched_units", seat)) for seat in ("BP", "HA", "CA", "EX", "AU")
}


def _pools(codes: frozenset[str]) -> Q:
    """A pool is nobody's file: LM is the head of its unit, SK whoever leads that head, seats go by their scope."""
    chosen = _chosen(*DECIDED)
    return cases(
        [
            Case("11d", when=chosen, subject="manager_id", **_POOL),
            Case("11i", when=~chosen, subject="manager_id", **_POOL_SEATS),
        ],
        codes,
    )


# ── what may be read ────────────────────────────────────────────────────────────────────────────────────────────


@filters("reward.BonusAward")
def readable_awards() -> Q:
    """Amounts and their terms."""
    return _awards(CONTENT)


@filters("reward.BonusPool")
def readable_pools() -> Q:
    """Sums of units."""
    return _pools(CONTENT)


@filters("reward.Scenario")
def readable_scenarios() -> Q:
    """Policies and what they cost (11g), for seats that hold over everybody they speak of."""
    return sees("11g", subject=None, **_COVERED)


@filters("reward.BonusEntry")
def readable_entries() -> Q:
    """Inputs of the computation (11h)."""
    return sees("11h", subject="person_id", place="subject_place")


def visible_plans() -> Q:
    """That there is a plan and how far it is (11f): seats that hold over somebody in it, the heads of its pools, and
    who has a letter.
    """
    pools = Exists(BonusPool.objects.filter(readable_pools(), plan_id=OuterRef("pk")))
    own = Exists(BonusAward.objects.filter(readable_awards(), oneself("subject_id"), plan_id=OuterRef("pk")))
    return knows("11f", subject=None, **_TOUCHED) | Q(pools) | Q(own)


@filters("reward.BonusBasis")
def readable_bases() -> Q:
    """Targets of readable awards (12a): the person, the HRBP and compensation; M5 opens them to the line manager in C8,
    for own reports, where the cycle says so.
    """
    award = Q(Exists(BonusAward.objects.filter(readable_awards(), pk=OuterRef("award_id"))))
    return award & (
        sees("12a", place="subject_place") | (Q(InPeople("subject_id", "reports")) & Q(Exists(_open_pay())))
    )


def _open_pay() -> QuerySet[BonusPlan]:
    """The plan of a record, where its cycle is in compensation and lets managers see exact pay (M5)."""
    setting = {"cycle__settings__reward__managers_see_targets": True}
    return BonusPlan.objects.filter(pk=OuterRef("plan_id"), cycle__phase=Phase.COMPENSATION, **setting)


@filters("reward.Adjustment")
def readable_adjustments() -> Q:
    """Adjustments are read with their award."""
    return Q(Exists(BonusAward.objects.filter(readable_awards(), pk=OuterRef("award_id"))))


@filters("reward.BonusAward")
def adjustable() -> Q:
    """Awards the viewer may add an adjustment to (11a w): own reports; the compensation administrator."""
    return _awards(frozenset("w"), "11a") & ~Q(subject_id=ActorId())


def _consents(condition: Q) -> Q:
    return Q(Exists(BonusPool.objects.filter(condition, pk=OuterRef("pool_id"))))


@filters("reward.Consent")
def readable_consents() -> Q:
    """That a pool was passed on: for its readers, and for whoever leads people in it."""
    return _consents(readable_pools()) | Q(
        Exists(BonusAward.objects.filter(readable_awards(), pool_id=OuterRef("pool_id")))
    )


@filters("reward.BonusPool")
def passable_pools() -> Q:
    """Pools the viewer may pass on (11a t): whoever leads the head of the pool, and the compensation administrator."""
    special: dict[str, Any] = {column: test for column, test in _POOL.items() if column in ("SK", "CA")}
    found = rows("11a", frozenset("t"), subject="manager_id", **special)
    return _chosen(PlanState.PROPOSED) & found & ~Q(manager_id=ActorId())


# ── who may do what ─────────────────────────────────────────────────────────────────────────────────────────────


def _unit(obj: Any) -> int | None:
    """The unit a plan or a cycle is for: a seat counts where its scope holds it (G20)."""
    found: int = obj.scope_id if hasattr(obj, "scope_id") else obj.cycle.scope_id
    return found


def _leads_head(actor: Actor, pool: BonusPool) -> bool:
    return pool.manager_id is not None and bool(relations_to(actor, pool.manager_id) & {"LM", "UP"})


SEE_PLANS = Permission(key="reward.see_plans", label=_("See bonus plans"), row="11f", code="x", subject=None)
EDIT_PLAN = Permission(
    key="reward.edit_plan", label=_("Set up a bonus plan"), row="11f", code="w", subject=None, unit=_unit
)
SEE_POLICIES = Permission(
    key="reward.see_policies", label=_("See and compare policies"), row="11g", subject=None, unit=_unit
)
SIMULATE = Permission(key="reward.simulate", label=_("Simulate a bonus"), row="11h", code="w", subject=None, unit=_unit)
PROPOSE = Permission(
    key="reward.propose", label=_("Choose a policy"), row="11a", code="t", subject=None,
    only=frozenset({"CA"}), unit=_unit,
)  # fmt: skip
SEE_POOL = Permission(key="reward.see_pool", label=_("See a pool"), row="11d", subject=lambda pool: pool.manager_id)
ADJUST = Permission(
    key="reward.adjust", label=_("Adjust awards"), row="11a", code="w", banned=("subject_id",),
    only=frozenset({"LM", "CA"}),
)  # fmt: skip
PASS_ON = Permission(
    key="reward.pass_on", label=_("Pass a pool on"), row="11a", code="t", subject=lambda pool: pool.manager_id,
    special=(("SK", _leads_head),), only=frozenset({"SK", "CA"}),
)  # fmt: skip
CONSOLIDATE = Permission(
    key="reward.consolidate", label=_("Consolidate a bonus plan"), row="11a", code="t", subject=None,
    only=frozenset({"CA"}), unit=_unit,
)  # fmt: skip
APPROVE = Permission(
    key="reward.approve", label=_("Approve a bonus"), row="11b", code="t", subject=None,
    only=frozenset({"CA", "EX"}), unit=_unit,
)  # fmt: skip
UNLOCK = Permission(
    key="reward.unlock", label=_("Reopen a locked bonus"), row="11b", code="t", subject=None,
    only=frozenset({"CA", "EX"}), unit=_unit,
)  # fmt: skip
RELEASE = Permission(
    key="reward.release", label=_("Send bonus letters"), row="11f", code="t", subject=None,
    only=frozenset({"HA"}), unit=_unit,
)  # fmt: skip
READ_LETTER = Permission(key="reward.read_letter", label=_("Read a bonus letter"), row="11c")

# ── lock two ────────────────────────────────────────────────────────────────────────────────────────────────────

_ADJUSTABLE = Q(Exists(BonusAward.objects.filter(adjustable(), pk=OuterRef("award_id"))))

LOCKS = [
    Lock(
        model="reward.Scenario", select=readable_scenarios(), insert=writes("11g", subject=None, **_COVERED),
        update=writes("11g", subject=None, **_COVERED),
    ),
    Lock(model="reward.BonusEntry", select=readable_entries()),
    Lock(model="reward.BonusPool", select=readable_pools()),
    Lock(model="reward.BonusAward", select=readable_awards()),
    Lock(model="reward.BonusBasis", select=readable_bases()),
    Lock(
        model="reward.Adjustment", select=readable_adjustments(), insert=_ADJUSTABLE & Q(by_id=ActorId()),
        update=_ADJUSTABLE & Q(by_id=ActorId()), delete=_ADJUSTABLE,
    ),
    Lock(
        model="reward.Consent", select=readable_consents(),
        insert=_consents(passable_pools()) & Q(by_id=ActorId()), delete=_consents(passable_pools()),
    ),
]  # fmt: skip

GUARDS = [
    StateGuard(
        "reward.BonusPlan",
        frozenset({
            ("draft", "simulated"), ("simulated", "proposed"), ("proposed", "consolidated"), ("consolidated", "locked"),
            ("locked", "proposed"), ("locked", "released"), ("released", "exported"),
        }),
    ),
]  # fmt: skip

_COMPUTES = "computes the bonus of a whole company, its own administrator included"
_SENDS = "opens the letters of those whose rating is released, as two HR administrators asked who read no amounts"
_RESULTS = ("reviews.Rating", "reviews.RatingContent")
JOB_GRANTS = [
    *(JobGrant("reward.simulate", model, "r", _COMPUTES) for model in ("people.TargetBonus", *_RESULTS)),
    *(
        JobGrant("reward.simulate", f"reward.{name}", "rw", _COMPUTES)
        for name in ("Scenario", "BonusEntry", "BonusPool", "BonusAward", "BonusBasis")
    ),
    *(JobGrant("reward.send_letters", model, "r", _SENDS) for model in ("reward.BonusPool", *_RESULTS)),
    JobGrant("reward.send_letters", "reward.BonusAward", "rw", _SENDS),
]
