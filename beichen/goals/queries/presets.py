"""How far the goals of units are open: what was chosen where, and what holds for one unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from beichen.goals import access
from beichen.goals.choices import Preset
from beichen.goals.models import VisibilityPreset
from beichen.people import queries as people
from beichen.people.queries import UnitCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class ChosenPreset:
    """What was chosen for a unit and all below it, by whom, since when and why."""

    unit: UnitCard
    preset: str
    reason: str
    by_name: str
    since: date
    version: int

    @property
    def label(self) -> str:
        """The preset in the reader's language."""
        return str(Preset(self.preset).label)


@dataclass(frozen=True, slots=True)
class UnitPreset:
    """What holds for the goals of a unit: its `own`, else what the nearest unit above chose, else all is public;
    `inherited`: what would hold without its own.

    `path` leads from the top of the company to it, `below` are the units directly below, each with what holds there;
    `elsewhere` are the presets chosen in the units below it.
    """

    unit: UnitCard
    path: tuple[UnitCard, ...]
    own: ChosenPreset | None
    holds: ChosenPreset | None
    inherited: str
    below: tuple[tuple[UnitCard, str], ...]
    elsewhere: tuple[ChosenPreset, ...]

    @property
    def preset(self) -> str:
        """What holds."""
        return self.holds.preset if self.holds else Preset.OPEN

    @property
    def label(self) -> str:
        """The same in the reader's language."""
        return str(Preset(self.preset).label)

    @property
    def version(self) -> int:
        """Of the unit's own choice; 0 where there is none."""
        return self.own.version if self.own else 0


@query
def unit_preset(actor: Actor, unit_id: int | None = None) -> UnitPreset | None:
    """What holds for the goals of a unit (None: the company). None without a unit, NotFound for one that is not there.

    Cost: three statements, four without a unit named.
    """
    require(actor, access.READ_PRESET)
    path = people.unit_path(actor, unit_id) if unit_id else people.children_of(actor, None)[:1]
    if not path:
        return None
    unit, chosen = path[-1], {one.unit.id: one for one in presets(actor)}
    over = _nearest([chosen[above.id] for above in path[:-1] if above.id in chosen])
    held = chosen.get(unit.id, over)
    below = tuple(
        (one, str(Preset(nearest.preset if (nearest := chosen.get(one.id, held)) else Preset.OPEN).label))
        for one in people.children_of(actor, unit.id)
    )
    inside = (one for one in chosen.values() if unit.place < one.unit.place <= unit.place_end)
    inherited = over.preset if over else Preset.OPEN
    return UnitPreset(unit, tuple(path), chosen.get(unit.id), held, inherited, below, tuple(inside))


def _nearest(found: Sequence[ChosenPreset]) -> ChosenPreset | None:
    return found[-1] if found else None


@query
def presets(actor: Actor) -> list[ChosenPreset]:
    """Every preset that was chosen, in the order of the units. Cost: two statements."""
    require(actor, access.READ_PRESET)
    rows = list(VisibilityPreset.objects.select_related("by").order_by("unit__place"))
    units = people.units(actor) if rows else {}
    return [
        ChosenPreset(
            units[row.unit_id], row.preset, row.reason, row.by.name if row.by else "", clock.local(row.at).date(),
            row.version,
        )
        for row in rows if row.unit_id in units
    ]  # fmt: skip
