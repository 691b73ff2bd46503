"""The calibration of a plan: opened with its phase, closed by a facilitator and the highest manager of the round."""

from __future__ import annotations

from collections.abc import Mapping

from django.urls import reverse

from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person, waiting
from beichen.platform.audit import rules as audit
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access, queries
from beichen.reviews.choices import CALIBRATING, SESSION_ASKED, SessionState
from beichen.reviews.models import CalibrationSession
from beichen.reviews.rules.errors import SameHat, SessionClosed, SessionOpen


@rule
def close_session(actor: Actor, plan_id: int) -> bool:
    """Close the calibration once the other of the two does the same; False: asked for. Closed already: nothing happens.

    One of them sits as facilitator over people of the round, the other is its highest manager (or acts for them).
    Errors: NotFound, Forbidden, WrongPhase, SameHat. Cost: at most 14 statements.
    """
    found = CalibrationSession.objects.select_for_update().filter(plan_id=plan_id).first()
    if found is None:
        raise NotFound
    seat = queries.hats(actor, found)
    if not seat:
        require(actor, access.CLOSE_SESSION, None)
        raise NotFound
    if found.state == SessionState.CLOSED:
        return True
    card = queries.plan(actor, plan_id)
    open_cycle(actor, card.cycle.id, *CALIBRATING)
    key = queries.session_key(plan_id)
    asked = waiting(access.CLOSE_SESSION, [key]).get(key)
    pair = _pair(actor, found, asked.asked_by if asked else None, seat)
    if not two_person(actor, access.CLOSE_SESSION, key, {"opened": found.opened_at.isoformat()}):
        audit.record(actor, "reviews.ask_close_session", found, details={"plan": plan_id})
        _tell_the_other(actor, found, plan_id)
        return False
    found.state, found.closed_at = SessionState.CLOSED, clock.now()
    found.facilitator_id, found.closed_with_id = pair
    found.save(update_fields=["state", "closed_at", "facilitator", "closed_with"])
    audit.record(actor, access.CLOSE_SESSION, found, details={"plan": plan_id, "asked_by": asked and asked.asked_by})
    return True


def _pair(actor: Actor, session: CalibrationSession, first: int | None, seat: frozenset[str]) -> tuple[int, int]:
    """Facilitator and highest manager, of the two who press; SameHat where both stand on one side."""
    me = actor.person_id or 0
    if first is None or first == me:
        return me, me
    first_is_highest = first == queries.acts_as_highest(actor, session)
    if "CF" in seat and first_is_highest:
        return me, first
    if "SK" in seat and not first_is_highest:
        return first, me
    raise SameHat


def _tell_the_other(actor: Actor, session: CalibrationSession, plan_id: int) -> None:
    highest = queries.acts_as_highest(actor, session)
    if highest is not None and highest != actor.person_id:
        url = reverse("reviews:board", args=[plan_id])
        notify.send(actor, highest, SESSION_ASKED, url, dedupe=f"session:{plan_id}:{clock.today()}")


def open_sessions(actor: Actor, leads: Mapping[int, set[int]], *, anew: bool) -> None:
    """Open the calibration of each plan (with the managers who decided); `anew`: those closed before are open again.

    Run by the job that follows the cycle. Cost: two statements and some ten for each plan.
    """
    there = set(CalibrationSession.objects.filter(plan_id__in=leads).values_list("plan_id", flat=True))
    for plan_id, managers in leads.items():
        values = {
            "state": SessionState.OPEN, "opened_at": clock.now(), "closed_at": None, "facilitator_id": None,
            "closed_with_id": None, "highest_id": _highest(actor, managers),
        }  # fmt: skip
        if plan_id not in there:
            CalibrationSession.objects.create(plan_id=plan_id, **values)
        elif anew:
            CalibrationSession.objects.filter(plan_id=plan_id).update(**values)


def _highest(actor: Actor, managers: set[int]) -> int | None:
    """The highest of those who lead the managers who decided; who stands in where nobody leads them (G21)."""
    above: dict[int, PersonCard] = {}
    wanted: set[int | None] = {*managers}
    while wanted:
        found = people.persons(actor, wanted)
        above |= found
        wanted = {card.manager_id for card in found.values() if card.manager_id not in (None, *above)}
    leading = {above[m].manager_id for m in managers if m in above and above[m].manager_id in above}
    tops = [lead for lead in leading if lead is not None and not _chain(above, lead) & leading]
    if tops:
        return min(tops, key=lambda lead: (above[lead].place, lead))
    return people.who_acts("SK", min(managers))


def _chain(cards: Mapping[int, PersonCard], person_id: int) -> set[int | None]:
    """Everybody above a person, as far as the cards reach."""
    found: set[int | None] = set()
    at = cards[person_id].manager_id
    while at is not None and at not in found:
        found.add(at)
        at = cards[at].manager_id if at in cards else None
    return found


def still_open(plan_id: int) -> None:
    """Hold the session open while a grade moves; SessionClosed where it is closed. Cost: one statement."""
    held = CalibrationSession.objects.select_for_update().filter(plan_id=plan_id).first()
    if held is not None and held.state == SessionState.CLOSED:
        raise SessionClosed


def all_closed(plan_id: int) -> None:
    """SessionOpen while the calibration of the plan is not closed. Cost: one statement."""
    if CalibrationSession.objects.filter(plan_id=plan_id, state=SessionState.OPEN).exists():
        raise SessionOpen
