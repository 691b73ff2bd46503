"""Many people at once for an act about each of them: whoever works here, fits, and is the actor's to act on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beichen.people import access
from beichen.people.models import Employment, OrgUnit, Person, RolePosition
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Which people; what is left empty narrows nothing. `person_ids`: of those only these."""

    unit_id: int | None = None
    profile_id: int | None = None
    level: str = ""
    person_ids: Sequence[int] | None = None


@query
def in_reach(actor: Actor, row_id: str, scope_id: int, wanted: Reach) -> list[tuple[int, int]]:
    """Id and place of active people in a unit (the scope of a cycle) about whom the actor holds `w` in a row of the
    table, by unit and name; never the actor. Cost: two to three statements, however many people. Errors: NotFound.

    Levels narrow only where the actor reads them (20d).
    """
    found = Person.objects.filter(access.persons_to_act_on(row_id), is_active=True).exclude(pk=actor.person_id or 0)
    for unit_id in {scope_id, wanted.unit_id or scope_id}:
        place, end = _range(unit_id)
        found = found.filter(unit__place__gte=place, unit__place__lte=end)
    if wanted.profile_id is not None:
        found = found.filter(position__in=RolePosition.objects.filter(profile_id=wanted.profile_id).values("position"))
    if wanted.level:
        of_level = Employment.objects.filter(access.visible_employments(), level=wanted.level)
        found = found.filter(pk__in=of_level.values("pk"))
    if wanted.person_ids is not None:
        found = found.filter(pk__in=list(wanted.person_ids))
    return list(found.order_by("unit__place", "sort_key", "pk").values_list("pk", "place"))


def _range(unit_id: int) -> tuple[int, int]:
    found = OrgUnit.objects.filter(pk=unit_id).values_list("place", "place_end").first()
    if found is None:
        raise NotFound
    return found
