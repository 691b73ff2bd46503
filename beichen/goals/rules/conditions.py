"""Confirming that the condition of a band is met, with evidence, and taking it back (METRIC-03)."""

from __future__ import annotations

from beichen.goals import access, queries
from beichen.goals.choices import RUNNING, Measure
from beichen.goals.models import BandConfirmation, KeyResult
from beichen.goals.queries.season import PROGRESS
from beichen.goals.queries.standing import Bands
from beichen.goals.rules import errors, rollup, versions
from beichen.goals.rules.measuring import restat
from beichen.goals.rules.reports import REPORTING
from beichen.people.queries import CycleCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, gettext_noop

EVIDENCE_LEAST = 10


@rule
def confirm_condition(actor: Actor, key_result_id: int, position: int, evidence: str) -> None:
    """Say, with evidence, that the condition of a point the value has reached is met; its score counts from now on.

    The owner's line manager, while the goal runs. The same said again changes nothing. Errors: NotFound, Forbidden,
    NotRunning, Locked, WrongPhase, NoCondition, ConditionNotReached, Invalid. Cost: about sixteen statements.
    """
    kr, cycle, bands = _held(actor, key_result_id, position)
    said = evidence.strip()
    before = BandConfirmation.objects.filter(key_result=kr, table_id=kr.band_id, position=position).first()
    if before is not None and (before.by_id, before.evidence) == (actor.person_id, said):
        return
    stat = queries.stat_of(kr.pk)
    reached = None if stat.current is None else bands.reached(stat.current)
    if reached is None or position > reached:
        raise errors.ConditionNotReached(kr)
    if len(said) < EVIDENCE_LEAST:
        few = gettext_noop("Say in a sentence what shows it: at least 10 characters.")
        raise Invalid(fields={"evidence": few})
    row = before or BandConfirmation(key_result=kr, table_id=kr.band_id or 0, position=position)
    row.evidence, row.by_id, row.at = said[:500], actor.person_id or 0, clock.now()
    row.save()
    _measured(actor, kr, cycle, {"point": position, "condition": bands.table.points[position].condition,
                                 "evidence": row.evidence})  # fmt: skip


@rule
def take_back_condition(actor: Actor, key_result_id: int, position: int) -> None:
    """Let the condition of a point count as not confirmed again. A second click changes nothing.

    Errors: NotFound, Forbidden, NotRunning, Locked, WrongPhase, NoCondition. Cost: about fourteen statements.
    """
    kr, cycle, bands = _held(actor, key_result_id, position)
    row = BandConfirmation.objects.filter(key_result=kr, table_id=kr.band_id, position=position).first()
    if row is None:
        return
    row.delete()
    _measured(actor, kr, cycle, {"point": position, "condition": bands.table.points[position].condition,
                                 "taken_back": row.evidence})  # fmt: skip


def _held(actor: Actor, key_result_id: int, position: int) -> tuple[KeyResult, CycleCard, Bands]:
    kr = queries.key_result_to_change(actor, key_result_id)
    require(actor, access.CONFIRM_CONDITION, kr.goal)
    if kr.goal.state not in RUNNING:
        raise errors.NotRunning(kr)
    if kr.is_dropped:
        raise errors.Dropped(kr)
    versions.open_for(kr.goal, PROGRESS)
    cycle = open_cycle(actor, kr.goal.cycle_id, *REPORTING)
    bands = queries.bands_of(actor, [kr]).get(kr.pk) if kr.measure == Measure.BAND else None
    points = bands.table.points if bands else ()
    if bands is None or not 0 < position < len(points) or not points[position].condition:
        raise errors.NoCondition(kr)
    return kr, cycle, bands


def _measured(actor: Actor, kr: KeyResult, cycle: CycleCard, what: dict[str, object]) -> None:
    """Measure the key result anew, audit it, and let its goal follow."""
    before = queries.stat_of(kr.pk).score
    restat(actor, kr, kr.goal, cycle.settings)
    score = queries.stat_of(kr.pk).score
    audit.record(
        actor, access.CONFIRM_CONDITION, kr, subjects=[kr.goal.owner_id], details={**what, "score": [before, score]}
    )
    rollup.mark([kr.goal_id], [kr.goal.cycle_id])
