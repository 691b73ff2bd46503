"""From calibration to release: whole plans move at once, as two people asked; grades are never written here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import Case, Count, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse

from beichen.people.choices import Phase
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person
from beichen.platform.audit import rules as audit
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access, queries
from beichen.reviews.choices import RESULT_READY, PartRole, PartState, RatingState, ReviewState
from beichen.reviews.events import ResultLocked, ResultReleased, StepAgreed
from beichen.reviews.formulas.results import plan_rules
from beichen.reviews.models import Part, Rating, Review, ReviewPlan
from beichen.reviews.rules.errors import NothingToDo, SomeReleased, Undecided
from beichen.reviews.rules.sessions import all_closed, open_sessions

BATCH = 1_000
LOCK, UNLOCK, RELEASE = "lock", "unlock", "release"
STEPS = {
    LOCK: (access.LOCK, Phase.LOCK),
    UNLOCK: (access.UNLOCK, Phase.LOCK),
    RELEASE: (access.RELEASE, Phase.RELEASE),
}


@rule
def lock_results(actor: Actor, plan_id: int, version: int) -> bool:
    """Lock every decided result of a plan, once a second HR administrator does the same; False: asked for.

    Errors: NotFound, Forbidden, WrongPhase, Changed, Undecided, SessionOpen, NothingToDo. Cost: ten, then a job.
    """
    ratings = _ratings(plan_id)
    return _agree(actor, LOCK, plan_id, version, lambda: _may_lock(plan_id, ratings))


@rule
def unlock_results(actor: Actor, plan_id: int, version: int) -> bool:
    """Open locked results for calibration again, before any release; two people. The cycle stays where it is."""
    ratings = _ratings(plan_id)
    return _agree(actor, UNLOCK, plan_id, version, lambda: _may_unlock(ratings))


@rule
def release_results(actor: Actor, plan_id: int, version: int, unit_id: int | None = None) -> bool:
    """Release the locked results of a plan, or of one unit of it; two people. The persons get a notice without content.

    Errors: NotFound, Forbidden, WrongPhase, Changed, NothingToDo. Cost: eight statements, then a job.
    """
    ratings = _ratings(plan_id, unit_id)
    check = _need(ratings.filter(state=RatingState.LOCKED))
    return _agree(actor, RELEASE, plan_id, version, check, unit_id=unit_id)


def _ratings(plan_id: int, unit_id: int | None = None) -> Any:
    found = Rating.objects.filter(access.visible_ratings(), plan_id=plan_id)
    return found if unit_id is None else found.filter(review__unit_id=unit_id)


def _may_lock(plan_id: int, ratings: Any) -> None:
    undecided = ratings.filter(state=RatingState.PROPOSED).count()
    if undecided:
        raise Undecided(count=undecided)
    all_closed(plan_id)
    _need(ratings.filter(state=RatingState.CALIBRATION))()


def _may_unlock(ratings: Any) -> None:
    if ratings.filter(state__in=[RatingState.RELEASED, RatingState.ARCHIVED]).exists():
        raise SomeReleased
    _need(ratings.filter(state=RatingState.LOCKED))()


def _need(ratings: Any) -> Callable[[], None]:
    def check() -> None:
        if not ratings.exists():
            raise NothingToDo

    return check


def _agree(
    actor: Actor, step: str, plan_id: int, version: int, check: Callable[[], None], *, unit_id: int | None = None
) -> bool:
    """Ask for a step, or let it happen when somebody else asked for the very same."""
    permission, phase = STEPS[step]
    plan = ReviewPlan.objects.select_for_update().filter(access.visible_plans(), pk=plan_id).first()
    if plan is None:
        raise NotFound
    require(actor, permission, plan)
    if plan.version != version:
        raise Changed(plan)
    open_cycle(actor, plan.cycle_id, phase)
    check()
    key = queries.plan_key(plan_id)
    what = {"step": step, "version": version, "unit": unit_id}
    agreed = two_person(actor, permission, key, what, about=plan.name)
    if agreed is None:
        audit.record(actor, f"reviews.ask_{step}", plan, details={"unit": unit_id})
        return False
    first = agreed.first or 0
    plan.version += 1
    plan.save(update_fields=["version"])
    audit.record(actor, permission, plan, details={"asked_by": first, "unit": unit_id})
    publish(StepAgreed(plan_id, step, first, actor.person_id or 0, unit_id))
    return True


# ── the jobs ────────────────────────────────────────────────────────────────────────────────────────────────────


@rule
def take_step(actor: Actor, agreed: StepAgreed) -> int:
    """Do what two people agreed on, for every result of the plan; again: nothing is left to do.

    Nobody locks or releases the own result: on the rows of one of the two, the other is noted. Cost: four statements
    and one more for each 1,000 people.
    """
    source = {LOCK: RatingState.CALIBRATION, UNLOCK: RatingState.LOCKED, RELEASE: RatingState.LOCKED}[agreed.step]
    found = Rating.objects.select_for_update(of=("self",)).filter(plan_id=agreed.plan_id, state=source)
    if agreed.unit_id is not None:
        found = found.filter(review__unit_id=agreed.unit_id)
    lines = list(found.order_by("pk").values_list("pk", "cycle_id", "subject_id"))
    ids = [pk for pk, _, _ in lines]
    {LOCK: _lock, UNLOCK: _unlock, RELEASE: _release}[agreed.step](agreed, ids)
    audit.record_bulk(actor, f"reviews.{agreed.step}", "reviews.rating", ids, {"plan": agreed.plan_id})
    _tell(actor, agreed.step, lines)
    return len(ids)


def _by(agreed: StepAgreed) -> Case:
    return Case(When(subject_id=agreed.second, then=Value(agreed.first)), default=Value(agreed.second))


def _lock(agreed: StepAgreed, ids: Sequence[int]) -> None:
    Rating.objects.filter(pk__in=ids).update(
        state=RatingState.LOCKED, locked_by_id=_by(agreed), locked_at=clock.now(), version=F("version") + 1
    )
    Part.objects.filter(review_id__in=ids, state=PartState.SUBMITTED).update(state=PartState.LOCKED)
    Review.objects.filter(pk__in=ids).update(state=ReviewState.LOCKED, version=F("version") + 1)


def _unlock(agreed: StepAgreed, ids: Sequence[int]) -> None:
    Rating.objects.filter(pk__in=ids).update(
        state=RatingState.CALIBRATION, locked_by=None, locked_at=None, version=F("version") + 1
    )
    Part.objects.filter(review_id__in=ids, state=PartState.LOCKED).update(state=PartState.SUBMITTED)
    Review.objects.filter(pk__in=ids).update(state=ReviewState.CALIBRATION, version=F("version") + 1)


def _release(agreed: StepAgreed, ids: Sequence[int]) -> None:
    now = clock.now()
    Rating.objects.filter(pk__in=ids).update(
        state=RatingState.RELEASED, released_by_id=_by(agreed), released_at=now, version=F("version") + 1
    )
    Part.objects.filter(review_id__in=ids, state=PartState.LOCKED).update(state=PartState.RELEASED)
    plan = ReviewPlan.objects.select_related("form").get(pk=agreed.plan_id)
    needed = plan_rules(plan.settings, plan.form.form.weights()).peers_needed
    peers = (
        Part.objects.filter(review_id=OuterRef("pk"), role=PartRole.PEER, state=PartState.RELEASED)
        .values("review_id").annotate(n=Count("id")).values("n")
    )  # fmt: skip
    enough = Case(When(Q(answers__gte=needed), then=Value(True)), default=Value(False))  # noqa: FBT003
    Review.objects.filter(pk__in=ids).annotate(answers=Coalesce(Subquery(peers), Value(0))).update(
        state=ReviewState.RELEASED, released_at=now, peers_shown=enough, version=F("version") + 1
    )


def _tell(actor: Actor, step: str, lines: Sequence[tuple[int, int, int]]) -> None:
    """Events in batches; to the persons a notice that says only that there is something to read."""
    for start in range(0, len(lines), BATCH):
        part = lines[start : start + BATCH]
        ids = tuple(pk for pk, _, _ in part)
        if step == LOCK:
            publish(ResultLocked(cycle_id=part[0][1], review_ids=ids))
        if step == RELEASE:
            publish(ResultReleased(part[0][1], ids, tuple(subject for _, _, subject in part)))
            notify.send_many(
                actor,
                [
                    notify.Letter(subject, RESULT_READY, reverse("reviews:result", args=[pk]), dedupe=f"result:{pk}")
                    for pk, _, subject in part
                ],
            )


@rule
def follow_cycle(actor: Actor, cycle_id: int, phase: str) -> int:
    """Open the calibration with what managers decided, or send it back to them, as the cycle moved.

    What nobody decided stays with its manager and stops the lock. Cost: four statements, and those of opening the
    calibration of each plan.
    """
    if phase == Phase.CALIBRATION:
        before, after, state = RatingState.PROPOSED, RatingState.CALIBRATION, ReviewState.CALIBRATION
    elif phase == Phase.MANAGER:
        before, after, state = RatingState.CALIBRATION, RatingState.PROPOSED, ReviewState.OPEN
    elif phase == Phase.LOCK:
        before, after, state = RatingState.PROPOSED, RatingState.CALIBRATION, ReviewState.CALIBRATION
    else:
        return 0
    found = Rating.objects.select_for_update().filter(cycle_id=cycle_id, state=before, decided_by__isnull=False)
    ids = list(found.values_list("pk", flat=True))
    Rating.objects.filter(pk__in=ids).update(state=after, version=F("version") + 1)
    Review.objects.filter(pk__in=ids).update(state=state, version=F("version") + 1)
    if after == RatingState.CALIBRATION:
        open_sessions(actor, ids, anew=phase == Phase.CALIBRATION)
    audit.record_bulk(actor, "reviews.follow_cycle", "reviews.rating", ids, {"cycle": cycle_id, "phase": phase})
    return len(ids)
