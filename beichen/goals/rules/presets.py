"""Choosing how far the goals of a unit are open (01m)."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from beichen.goals import access
from beichen.goals.choices import Preset
from beichen.goals.models import VisibilityPreset
from beichen.goals.rules import errors
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed
from beichen.platform.kit.words import BadValue

INHERITED = ""
"""No preset of its own: what the unit above it chose holds."""
LONGEST = VisibilityPreset._meta.get_field("reason").max_length or 0


@rule
def choose_preset(actor: Actor, unit_id: int, preset: str, reason: str, version: int) -> int:
    """Choose how far the goals of a unit and all below it are open, or `INHERITED`; holds from the next request on.

    Gives the version of the choice, 0 where the unit has none. The same choice twice changes nothing. Errors: NotFound,
    Forbidden, Changed, BadValue, PresetNeedsReason. Cost: about five statements, however many goals.
    """
    unit = people.unit(actor, unit_id)
    row = VisibilityPreset.objects.select_for_update().filter(pk=unit.id).first()
    before = row.preset if row else INHERITED
    require(actor, access.CHOOSE_PRESET, unit)
    if preset == before:
        return row.version if row else 0
    if (row.version if row else 0) != version:
        raise Changed(row)
    if preset not in (INHERITED, *Preset.values):
        raise BadValue("preset", preset, words.ONE_OF, choices=", ".join(Preset.values))
    said = reason.strip()[:LONGEST]
    if not said:
        raise errors.PresetNeedsReason(field="reason")
    kept = row or VisibilityPreset(pk=unit.id, version=0)
    kept.version += 1
    audit.record(actor, access.CHOOSE_PRESET, kept, details={"before": before, "after": preset, "reason": said})
    if preset == INHERITED:
        kept.delete()
        return 0
    kept.preset, kept.reason, kept.by_id, kept.at = preset, said, actor.person_id, clock.now()
    try:
        with transaction.atomic():
            kept.save(force_insert=row is None)
    except IntegrityError as error:
        raise Changed(None) from error
    return kept.version
