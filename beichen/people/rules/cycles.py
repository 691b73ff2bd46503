"""Cycles: opened for a period and a population, moved phase by phase by two people."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction

from beichen.people import access, queries
from beichen.people.choices import Phase
from beichen.people.events import CycleMoved
from beichen.people.models import Cycle, Period
from beichen.people.queries import CycleCard
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person
from beichen.platform.events.bus import publish
from beichen.platform.kit import periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound, Refused, gettext_noop

ORDER = [phase.value for phase in Phase]


class CycleExists(Refused):
    """This period already has a cycle for this part of the company."""

    code = "cycle_exists"
    text = gettext_noop("There is already a cycle for %(period)s here.")


class NoSuchStep(Refused):
    """A cycle goes forward phase by phase; only calibration may be sent back to managers, before release."""

    code = "no_such_step"
    text = gettext_noop("A cycle in phase %(now)s cannot go to %(to)s.")


class WrongPhase(Refused):
    """The act belongs to another phase of the cycle."""

    code = "wrong_phase"
    text = gettext_noop("This is open only in the phase “%(wanted)s”; the cycle is in “%(now)s”.")


class WaitsForSecond(Refused):
    """The act was asked for; a second person must confirm it."""

    code = "waits_for_second"
    status = 202
    text = gettext_noop("Asked for. A second person must now do the same.")


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


def _is_step(now: str, to: str) -> bool:
    if (now, to) == (Phase.CALIBRATION, Phase.MANAGER):
        return True
    return ORDER.index(to) > ORDER.index(now)


@rule
def move_cycle(actor: Actor, cycle_id: int, to: str, version: int) -> CycleCard:
    """Move a cycle to a later phase; two people do it, phases without work are skipped. Cost: five statements."""
    found = Cycle.objects.select_for_update(of=("self",)).select_related("period").filter(pk=cycle_id).first()
    if found is None:
        raise NotFound
    if found.phase == to:
        return queries.cycle(actor, cycle_id)
    require(actor, access.MOVE_CYCLE)
    if found.version != version:
        raise Changed(found)
    if to not in ORDER or not _is_step(found.phase, to):
        raise NoSuchStep(now=found.phase, to=to)
    key, step = f"cycle:{cycle_id}", {"from": found.phase, "to": to}
    if not two_person(actor, access.MOVE_CYCLE, key, step, about=found.period.key):
        audit.record(actor, "people.ask_move_cycle", found, details={"to": to})
        return queries.cycle(actor, cycle_id)
    before, found.phase, found.version = found.phase, to, found.version + 1
    found.save(update_fields=["phase", "version"])
    audit.record(actor, access.MOVE_CYCLE, found, details={"from": before, "to": to})
    publish(CycleMoved(cycle_id=cycle_id, phase=to))
    return queries.cycle(actor, cycle_id)


def open_cycle(actor: Actor, cycle_id: int, *phases: str) -> CycleCard:
    """The cycle, its row held against a move, when it is in one of the phases; else WrongPhase.

    Every write that belongs to a window calls this first: a share lock here, a row lock in `move_cycle`,
    so that "in time" means committed before the phase ended. Cost: two statements.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT phase FROM people_cycle WHERE id = %s FOR SHARE", [cycle_id])
        line = cursor.fetchone()
    locked = line[0] if line else None
    if locked is None:
        raise NotFound
    if phases and locked not in phases:
        raise WrongPhase(wanted=" / ".join(str(Phase(p).label) for p in phases), now=str(Phase(locked).label))
    return queries.cycle(actor, cycle_id)
