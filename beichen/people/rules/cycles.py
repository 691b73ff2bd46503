"""Cycles: opened for a period and a population, moved phase by phase by two people."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from beichen.people import access, queries
from beichen.people.choices import ALWAYS, RELEASE_ASKED, Phase
from beichen.people.events import CycleMoved
from beichen.people.models import Cycle, Period
from beichen.people.queries import CycleCard, Seated
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import TokensCannot, two_person, waiting
from beichen.platform.events.bus import publish
from beichen.platform.kit import periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, NotFound, Refused, gettext_noop
from beichen.platform.notify import rules as notify
from beichen.platform.registry import holds, openings, works

ORDER = [phase.value for phase in Phase]
REASON_LEAST = 10


class CycleExists(Refused):
    """This period already has a cycle for this part of the company."""

    code = "cycle_exists"
    text = gettext_noop("There is already a cycle for %(period)s here.")


class NoSuchStep(Refused):
    """A cycle goes forward phase by phase; only calibration may be sent back to managers."""

    code = "no_such_step"
    text = gettext_noop("A cycle in phase %(now)s cannot move to %(to)s.")


class WrongPhase(Refused):
    """The act belongs to another phase of the cycle."""

    code = "wrong_phase"
    text = gettext_noop("This is only possible in the phase “%(wanted)s”; the cycle is in “%(now)s”.")


class PhaseHasWork(Refused):
    """Only phases in which nothing is to be done are passed over."""

    code = "phase_has_work"
    text = gettext_noop("“%(phase)s” cannot be skipped: %(work)s. Move to that phase first.")


class NeedsReason(Invalid):
    code = "needs_reason"
    text = gettext_noop("Say why the cycle goes back to manager reviews, in at least %(least)s characters.")


class NobodyActs(Refused):
    """A cycle begins only when somebody can act for everybody (G21)."""

    code = "nobody_acts"
    text = gettext_noop("The cycle cannot start: %(gap)s")


class WaitsForSecond(Refused):
    """The act was asked for; a second person must confirm it."""

    code = "waits_for_second"
    status = 202
    text = gettext_noop("Requested. A second person must now do the same.")


@rule
def start_cycle(actor: Actor, period_key: str, scope_id: int) -> CycleCard:
    """Set up a cycle with today's settings of the company. Errors: BadValue, CycleExists."""
    require(actor, access.SET_CYCLE)
    span = periods.parse(period_key)
    period, _ = Period.objects.get_or_create(
        key=span.key, defaults={"kind": span.kind.value, "starts_on": span.start, "ends_on": span.end}
    )
    try:
        with transaction.atomic():
            made = Cycle.objects.create(period=period, scope_id=scope_id, settings=queries.company_settings())
    except IntegrityError:
        raise CycleExists(period=span.key) from None
    audit.record(actor, access.SET_CYCLE, made)
    return queries.cycle(actor, made.pk)


@rule
def move_cycle(actor: Actor, cycle_id: int, to: str, version: int, reason: str = "") -> CycleCard:
    """Move a cycle to its next phase, over phases without work, or from calibration back to the managers.

    Two HR administrators do the same; into the release an executive agrees as well, in any order. Errors: NotFound,
    Forbidden, Changed, NoSuchStep, PhaseHasWork, NobodyActs, NeedsReason, and what holds the cycle (`registry.hold`).
    Cost: about ten statements, and those of the holds.
    """
    _in_line(_CLOSED, cycle_id)
    rows = Cycle.objects.select_for_update(of=("self",), no_key=True).select_related("period")
    found = rows.filter(pk=cycle_id).first()
    if found is None:
        raise NotFound
    if found.phase == to:
        return queries.cycle(actor, cycle_id)
    held = queries.seated([found.scope_id])[found.scope_id]
    agrees = _agrees(actor, found, to, held)
    _require(actor, held, agrees=agrees)
    if found.version != version:
        raise Changed(found)
    _possible(actor, found, to)
    if not (_executive_agrees(actor, found) if agrees else _administrator_agrees(actor, found, to, reason.strip())):
        return queries.cycle(actor, cycle_id)
    return _walk(actor, found, to)


def _agrees(actor: Actor, cycle: Cycle, to: str, held: Seated) -> bool:
    """Whether this is the executive's part of a release. Where a third HR administrator gives it: once two asked."""
    if to != Phase.RELEASE or actor.person_id not in held.agreers:
        return False
    pair = (cycle.release_first, cycle.release_second)
    return held.agreeing != "HA" or (cycle.release_second is not None and actor.person_id not in pair)


def _require(actor: Actor, held: Seated, *, agrees: bool) -> None:
    if actor.scopes is not None:
        raise TokensCannot
    permission = access.AGREE_RELEASE if agrees else access.MOVE_CYCLE
    require(actor, permission, held)
    if not agrees and actor.person_id not in held.of("HA"):
        raise Forbidden(act=str(permission.label))


def _possible(actor: Actor, cycle: Cycle, to: str) -> None:
    """The edge exists, and nothing is passed over that is to be done."""
    if (cycle.phase, to) == (Phase.CALIBRATION, Phase.MANAGER):
        return
    if to not in ORDER or to < cycle.phase:
        raise NoSuchStep(now=Phase(cycle.phase).label, to=Phase(to).label if to in ORDER else to)
    skipped = queries.between(cycle.phase, to)
    if any(phase in ALWAYS for phase in skipped):
        phase = next(phase for phase in skipped if phase in ALWAYS)
        raise PhaseHasWork(phase=Phase(phase).label, work=gettext_noop("every cycle goes through it"))
    stops = [line for line in works(actor, {cycle.pk: cycle.phase}) if line.phase in skipped] if skipped else []
    if stops:
        raise PhaseHasWork(phase=Phase(stops[0].phase).label, work=queries.said(stops[0]))
    held = [line for line in holds(actor, {cycle.pk: cycle.phase}) if line.phase in (cycle.phase, *skipped)]
    if held:
        raise held[0].refusal
    if cycle.phase == Phase.SETUP:
        ready = queries.readiness(actor, cycle.scope_id)
        if ready.gaps:
            raise NobodyActs(gap=" ".join(queries.gaps(actor, ready)))


def _administrator_agrees(actor: Actor, cycle: Cycle, to: str, reason: str) -> bool:
    """One of the two HR administrators; whether the cycle may now move."""
    if to == Phase.RELEASE and cycle.release_second is not None:
        return False
    key = f"cycle:{cycle.pk}"
    asked = waiting(access.MOVE_CYCLE, [key]).get(key)
    step = {"from": cycle.phase, "to": to}
    if to < cycle.phase and len(reason) < REASON_LEAST and not (asked and asked.reason):
        raise NeedsReason(field="reason", least=REASON_LEAST)
    if not two_person(actor, access.MOVE_CYCLE, key, step, about=cycle.period.key, reason=reason):
        cycle.asked_to = to
        cycle.save(update_fields=["asked_to"])
        audit.record(actor, "people.ask_move_cycle", cycle, details={**step, "reason": reason})
        _ask_executive(actor, cycle, to)
        return False
    audit.record(actor, "people.agree_move_cycle", cycle, details={**step, "reason": asked.reason if asked else reason})
    if to != Phase.RELEASE:
        return True
    cycle.release_first, cycle.release_second = asked.asked_by if asked else None, actor.person_id
    cycle.save(update_fields=["release_first", "release_second"])
    return cycle.release_executive is not None


def _executive_agrees(actor: Actor, cycle: Cycle) -> bool:
    """The executive's part, once; whether the cycle may now move."""
    if cycle.release_executive is None:
        cycle.asked_to, cycle.release_executive = Phase.RELEASE, actor.person_id
        cycle.save(update_fields=["asked_to", "release_executive"])
        audit.record(actor, access.AGREE_RELEASE, cycle, details={"from": cycle.phase})
    return cycle.release_second is not None


def _ask_executive(actor: Actor, cycle: Cycle, to: str) -> None:
    """Tell those whose agreement a release takes."""
    if to == Phase.RELEASE and cycle.release_executive is None:
        agreers = queries.seated([cycle.scope_id])[cycle.scope_id].agreers
        notify.send_many(
            actor,
            [
                notify.Letter(
                    person, RELEASE_ASKED, reverse("people:cycles"), {"period": cycle.period.key},
                    dedupe=f"release:{cycle.pk}:{cycle.version}:{person}",
                )
                for person in sorted(agreers - {actor.person_id})
            ],
        )  # fmt: skip


def _walk(actor: Actor, cycle: Cycle, to: str) -> CycleCard:
    """Through every phase on the way, so that the database sees single edges; heard of once."""
    before = cycle.phase
    details: dict[str, object] = {"from": before, "to": to}
    if to == Phase.RELEASE:
        details["agreed"] = [cycle.release_first, cycle.release_second, cycle.release_executive]
    else:
        cycle.release_first = cycle.release_second = cycle.release_executive = None
    if before == Phase.SETUP:
        details |= openings(actor, cycle.pk)
    cycle.asked_to, cycle.version = "", cycle.version + 1
    for phase in [to] if to < before else [*queries.between(before, to), to]:
        cycle.phase = phase
        cycle.save()
    audit.record(actor, access.MOVE_CYCLE, cycle, details=details)
    publish(CycleMoved(cycle_id=cycle.pk, phase=to))
    return queries.cycle(actor, cycle.pk)


_OPEN = "SELECT pg_advisory_xact_lock_shared(hashtext('people.cycle'), hashtext((%s)::text))"
_CLOSED = "SELECT pg_advisory_xact_lock(hashtext('people.cycle'), hashtext((%s)::text))"


def _in_line(lock: str, cycle_id: int) -> None:
    """Wait for the cycle: writers side by side, a move alone. First come, first served: a row lock would let ever new
    writers past a move that waits, and in the last minute a window could not be closed."""
    with connection.cursor() as cursor:
        cursor.execute(lock, [cycle_id])


def open_cycle(actor: Actor, cycle_id: int, *phases: str) -> CycleCard:
    """The cycle, held against a move, when it is in one of the phases; else WrongPhase.

    Every write that belongs to a window calls this first: a shared lock here, an exclusive one in `move_cycle`,
    so that "in time" means committed before the phase ended. Cost: two statements.
    """
    _in_line(_OPEN, cycle_id)
    card = queries.cycle(actor, cycle_id)
    if phases and card.phase not in phases:
        raise WrongPhase(wanted=" / ".join(str(Phase(p).label) for p in phases), now=str(Phase(card.phase).label))
    return card
