"""What bonuses show on other pages: the way in, what is owed, the bonus under a result."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beichen.people.choices import Phase
from beichen.platform.access.permissions import may
from beichen.platform.access.two_person import Asked, offer
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, Panel, TodoEntry, nav, phase_work, slot, todo
from beichen.reward import access, queries
from beichen.reward.choices import PlanState

for act, title in (
    (access.APPROVE, _("Approve a bonus")), (access.UNLOCK, _("Reopen a locked bonus")),
    (access.RELEASE, _("Send the bonus letters")),
):  # fmt: skip
    offer(act, title, lambda asked: reverse("reward:plan", args=[asked.object_id]), to=access.SEE_PLANS)

nav(NavEntry("reward", _("Bonus"), "reward:index", "coins", section="results", order=60))

phase_work(queries.phase_work)


@slot("reviews.result", order=10)
def on_result(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """The bonus that the result led to, once the reader may see it. Cost: one statement."""
    if not queries.has_bonus(actor, subject_id):
        return None
    return Panel(
        "bonus", _("From the grade to the bonus"), url=reverse("reward:of_review", args=[subject_id]), icon="coins"
    )


@slot("people.person", order=70)
def on_person(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """Bonus letters on the page of a person, for those who may read one. Cost: one statement."""
    if not queries.letters(actor, subject_id):
        return None
    return Panel("letters", _("Bonus letters"), url=reverse("reward:person_panel", args=[subject_id]), icon="coins")


@todo
def owed(actor: Actor, limit: int) -> list[TodoEntry]:
    """Pools to adjust and to pass on, plans that wait for a step of mine.

    Cost: two statements; six more in the weeks in which pools are with their managers.
    """
    if actor.person_id is None:
        return []
    found = queries.plans_and_letters(actor)
    plans = [plan for plan, _at in found]
    pools = _pools(actor) if any(plan.state == PlanState.PROPOSED for plan in plans) else []
    return [*pools, *_plans(actor, plans), *_letters(found)][:limit]


def _pools(actor: Actor) -> list[TodoEntry]:
    mine = [
        _pool("adjust", _("Check your unit’s bonus pool"), pool)
        for pool in queries.my_pools(actor)
        if pool.plan.state == PlanState.PROPOSED and pool.passed_at is None
    ]
    return [*mine, *(_pool("pass", _("Pass on a bonus pool"), pool) for pool in queries.to_pass_on(actor))]


def _pool(act: str, title: Promise, pool: queries.PoolLink) -> TodoEntry:
    return TodoEntry(
        f"bonus-{act}:{pool.id}", title, f"{pool.plan.title} · {pool.unit.title}",
        reverse("reward:pool", args=[pool.id]), pool.plan.adjust_until, "bonus_pool",
    )  # fmt: skip


def _plans(actor: Actor, found: list[queries.PlanCard]) -> list[TodoEntry]:
    if not found or not may(actor, access.SEE_PLANS):
        return []
    to_approve = [p.id for p in found if p.state == PlanState.CONSOLIDATED and may(actor, access.APPROVE, p)]
    to_send = [p.id for p in found if _has_letters_to_send(p) and may(actor, access.RELEASE, p)]
    asked = {
        **queries.waiting_for(actor, access.APPROVE, to_approve),
        **queries.waiting_for(actor, access.RELEASE, to_send),
    }
    entries = [(plan, _step(actor, plan, asked.get(plan.id))) for plan in found]
    return [
        TodoEntry(f"bonus:{plan.id}", title, plan.title, reverse("reward:plan", args=[plan.id]), None, "bonus_plan")
        for plan, title in entries
        if title
    ]


def _step(actor: Actor, plan: queries.PlanCard, asked: Asked | None) -> str | Promise:
    """What this plan waits for from the actor, in words; empty for nothing, and for what waits for a second person."""
    if asked is not None:
        return ""
    if plan.state == PlanState.SIMULATED and plan.phase == Phase.COMPENSATION and may(actor, access.PROPOSE, plan):
        return _("The simulation is ready: compare and choose")
    if plan.state == PlanState.CONSOLIDATED and may(actor, access.APPROVE, plan):
        return _("Approve a bonus")
    if _has_letters_to_send(plan) and may(actor, access.RELEASE, plan):
        return _("Send the bonus letters")
    return ""


def _has_letters_to_send(plan: queries.PlanCard) -> bool:
    sends = plan.state in (PlanState.LOCKED, PlanState.RELEASED) and plan.phase in (Phase.RELEASE, Phase.APPEAL)
    return sends and plan.letters_out < plan.letters_due


def _letters(found: list[tuple[queries.PlanCard, datetime | None]]) -> list[TodoEntry]:
    """A letter is news for two weeks."""
    since = clock.now() - timedelta(days=14)
    return [
        TodoEntry(
            f"bonus-letter:{plan.id}", _("Read your bonus letter"), plan.title,
            reverse("reward:letter", args=[plan.id]), None, "bonus_letter",
        )
        for plan, at in found
        if at is not None and at >= since
    ]  # fmt: skip
