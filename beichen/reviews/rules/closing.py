"""From calibration to release: whole plans move at once, as two people asked; grades are never written here."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.urls import reverse

from beichen.people.choices import Phase
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person
from beichen.platform.audit import rules as audit
from beichen.platform.events import progress
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access, queries
from beichen.reviews.choices import RESULT_READY, PartState, RatingState, ReviewState
from beichen.reviews.events import ResultLocked, ResultReleased, StepAgreed
from beichen.reviews.formulas.results import plan_rules
from beichen.reviews.models import Rating, ReviewPlan
from beichen.reviews.rules.errors import NothingToDo, SomeReleased, Undecided
from beichen.reviews.rules.sessions import all_closed, open_sessions

BATCH = 1_000
SQL = Path(__file__).resolve().parents[1] / "sql"
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
    total = _ratings(plan_id, unit_id).filter(state=STATES[step][0]).count()
    progress.begin(actor, queries.work_key(plan_id), total)
    publish(StepAgreed(plan_id, step, first, actor.person_id or 0, unit_id))
    return True


# ── the jobs ────────────────────────────────────────────────────────────────────────────────────────────────────


STATES = {
    LOCK: (RatingState.CALIBRATION, RatingState.LOCKED, PartState.SUBMITTED, PartState.LOCKED, ReviewState.LOCKED),
    UNLOCK: (
        RatingState.LOCKED, RatingState.CALIBRATION, PartState.LOCKED, PartState.SUBMITTED, ReviewState.CALIBRATION,
    ),
    RELEASE: (RatingState.LOCKED, RatingState.RELEASED, PartState.LOCKED, PartState.RELEASED, ReviewState.RELEASED),
}  # fmt: skip
"""Of a step: the rating before and after, its parts before and after, its head after."""
BY = "CASE WHEN t.subject_id = %(second)s THEN %(first)s ELSE %(second)s END"
COLUMNS = {
    LOCK: (f"locked_by_id = {BY}, locked_at = %(now)s,", ""),
    UNLOCK: ("locked_by_id = NULL, locked_at = NULL,", ""),
    RELEASE: (
        f"released_by_id = {BY}, released_at = %(now)s,",
        """released_at = %(now)s, peers_shown = %(needed)s <= (
            SELECT count(*) FROM reviews_part q
            WHERE q.review_id = r.id AND q.role = 'peer' AND q.state IN ('locked', 'released')),""",
    ),
}
"""What a step writes beside the states: into the rating, into the head."""


@rule
def take_step(actor: Actor, agreed: StepAgreed) -> int:
    """Do what two people agreed on, for every result of the plan; again: nothing is left to do.

    Nobody locks or releases the own result: on the rows of one of the two, the other is noted. One transaction, so that
    a release that was cut off is seen by nobody. Cost: two statements, and four more for each 1,000 people.
    """
    lines = _moved(agreed)
    ids = [pk for pk, _ in lines]
    audit.record_bulk(actor, f"reviews.{agreed.step}", "reviews.rating", ids, {"plan": agreed.plan_id})
    _tell(actor, agreed, lines)
    return len(ids)


def _moved(agreed: StepAgreed) -> list[tuple[int, int]]:
    """Let one statement move them all; gives review and person."""
    source, rating, part_source, part, review = STATES[agreed.step]
    given = {
        "plan": agreed.plan_id, "unit": agreed.unit_id, "source": source, "rating": rating, "part_source": part_source,
        "part": part, "review": review, "first": agreed.first, "second": agreed.second, "now": clock.now(),
        "needed": _peers_needed(agreed.plan_id) if agreed.step == RELEASE else 0,
    }  # fmt: skip
    columns, head = COLUMNS[agreed.step]
    with connection.cursor() as cursor:
        cursor.execute(_statement("step").format(columns=columns, head=head), given)
        return [(review, person) for review, person in cursor.fetchall()]


def _peers_needed(plan_id: int) -> int:
    plan = ReviewPlan.objects.select_related("form").get(pk=plan_id)
    return plan_rules(plan.settings, plan.form.form.weights()).peers_needed


@cache
def _statement(name: str) -> str:
    return (SQL / f"{name}.sql").read_text(encoding="utf-8")


def _tell(actor: Actor, agreed: StepAgreed, lines: Sequence[tuple[int, int]]) -> None:
    """Events in batches; to the persons a notice that says only that there is something to read."""
    cycle_id, period = ReviewPlan.objects.values_list("cycle_id", "cycle__period__key").get(pk=agreed.plan_id)
    parts = [lines[start : start + BATCH] for start in range(0, len(lines), BATCH)]
    if agreed.step == LOCK:
        publish(*(ResultLocked(cycle_id, tuple(pk for pk, _ in part)) for part in parts))
    if agreed.step == RELEASE:
        publish(*(ResultReleased(cycle_id, tuple(pk for pk, _ in p), tuple(who for _, who in p)) for p in parts))
        about = [(subject, pk) for pk, subject in lines]
        url = reverse("reviews:result", args=[0])
        notify.send_about(actor, RESULT_READY, about, url=url, dedupe="result", params={"period": period})


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
    given: dict[str, Any] = {"cycle": cycle_id, "before": before, "after": after, "review": state}
    with connection.cursor() as cursor:
        cursor.execute(_statement("follow").format(), given)
        ids, leads = cursor.fetchone()
    if after == RatingState.CALIBRATION:
        managers = {int(plan): set(found) for plan, found in json.loads(leads).items()}
        open_sessions(actor, managers, anew=phase == Phase.CALIBRATION)
    audit.record_bulk(actor, "reviews.follow_cycle", "reviews.rating", ids, {"cycle": cycle_id, "phase": phase})
    return len(ids)
