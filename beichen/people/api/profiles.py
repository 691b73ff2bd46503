"""Role profiles by program."""

from __future__ import annotations

from ninja import Status

from beichen.people import access, queries, rules
from beichen.people.api.organisation import router
from beichen.people.queries import Duty, ProfileCard, ProfileVersion, Scenario
from beichen.people.rules import ProfileFields
from beichen.people.schemas.profiles import (
    ProfileOut,
    ProfileVersionIn,
    ProfileVersionOut,
    RoleProfileChangeIn,
    RoleProfileIn,
)
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.get("/roles", response=list[ProfileOut], operation_id="roles_list")
@door(access.VIEW_PROFILES)
def profiles(request: ApiRequest, family: str = "") -> list[ProfileCard]:
    """Every role profile, or those of a job family."""
    require(request.actor, access.VIEW_PROFILES)
    return queries.profiles(request.actor, family)


@router.get("/roles/{int:profile_id}", response=ProfileOut, operation_id="roles_get")
@door(access.VIEW_PROFILES)
def profile(request: ApiRequest, profile_id: int) -> ProfileCard:
    """One role profile."""
    return queries.role_profile(request.actor, profile_id)


@router.get("/roles/{int:profile_id}/versions", response=list[ProfileVersionOut], operation_id="roles_versions")
@door(access.VIEW_PROFILES)
def versions(request: ApiRequest, profile_id: int) -> list[ProfileVersion]:
    """Every version of a role profile, newest first."""
    return queries.profile_history(request.actor, profile_id)


@router.post("/roles", response={201: ProfileOut}, operation_id="roles_create")
@door(access.EDIT_ROLE_PROFILE)
def create(request: ApiRequest, body: RoleProfileIn) -> Status[ProfileCard]:
    """Write a new role profile."""
    made = rules.profiles.save_profile(request.actor, None, _fields(body))
    return Status(201, queries.role_profile(request.actor, made))


@router.put("/roles/{int:profile_id}", response=ProfileOut, operation_id="roles_update")
@door(access.EDIT_ROLE_PROFILE)
def update(request: ApiRequest, profile_id: int, body: RoleProfileChangeIn) -> ProfileCard:
    """Write the next version of a role profile."""
    rules.profiles.save_profile(request.actor, profile_id, _fields(body), body.version)
    return queries.role_profile(request.actor, profile_id)


@router.post("/roles/{int:profile_id}/look", response=ProfileOut, operation_id="roles_look_through")
@door(access.LOOK_THROUGH)
def look(request: ApiRequest, profile_id: int, body: ProfileVersionIn) -> ProfileCard:
    """The yearly look: it holds as it is."""
    rules.profiles.look_through(request.actor, profile_id, body.version)
    return queries.role_profile(request.actor, profile_id)


@router.post("/roles/starter-set", response=dict[str, int], operation_id="roles_take_starter_set")
@door(access.TAKE_STARTERS)
def starters(request: ApiRequest) -> dict[str, int]:
    """Write the profiles of the starter set that are not there yet; how many."""
    return {"added": rules.profiles.take_starter_set(request.actor)}


def _fields(body: RoleProfileIn) -> ProfileFields:
    said = body.dict()
    said.pop("version", None)
    return ProfileFields(
        **said
        | {
            "scenarios": tuple(Scenario(**scene) for scene in said["scenarios"]),
            "responsibilities": tuple(Duty(**duty) for duty in said["responsibilities"]),
            "positions": tuple(said["positions"]),
        }
    )
