"""Role profiles: written, looked through once a year, taken from the starter set (24a)."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse

from beichen.people import access
from beichen.people.choices import PROFILE_DUE, GoalTool, JobFamily, RoleType
from beichen.people.models import RolePosition, RoleProfile, RoleProfileVersion, Seat
from beichen.people.queries.profiles import Duty, Scenario
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop

STARTERS = Path(__file__).parents[1] / "starter_profiles.toml"
LEAST_SCENES, MOST_SCENES = 2, 3
KEEPERS = ("BP", "HA")
"""Whose seats may write a profile, and so keep one up to date."""


class ProfileCodeTaken(Invalid):
    code = "profile_code_taken"
    text = gettext_noop("There is already a role profile with the code %(code)s.")


class BadScenes(Invalid):
    code = "bad_scenes"
    text = gettext_noop(
        "A role profile has %(least)s to %(most)s contribution scenes, each with a heading and a "
        "description; this one has %(count)s."
    )


class BadTools(Invalid):
    code = "bad_tools"
    text = gettext_noop("The mix of goal tools must add up to 100%%; it is %(total)s%% now.")


class NoDuty(Invalid):
    code = "no_responsibility"
    text = gettext_noop("Enter at least one result this role is accountable for.")


class CannotKeep(Invalid):
    code = "cannot_keep_profile"
    text = gettext_noop("The maintainer must be able to edit role profiles: an HRBP or HR administrator.")


class PositionTaken(Invalid):
    code = "position_taken"
    text = gettext_noop("The position %(position)s already has the role profile %(name)s.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileFields:
    """A role profile as it should be."""

    code: str
    family: str
    name: str
    name_en: str = ""
    role_type: str
    is_key: bool = False
    is_bottleneck: bool = False
    scenarios: tuple[Scenario, ...]
    responsibilities: tuple[Duty, ...]
    tools: dict[str, int]
    owner_id: int | None = None
    positions: tuple[str, ...] = ()


@rule
def save_profile(actor: Actor, profile_id: int | None, fields: ProfileFields, version: int = 0) -> int:
    """Write a role profile; its id. An edit counts as its yearly look, and the version before stays readable.

    Errors: NotFound, Forbidden, Changed, ProfileCodeTaken, BadScenes, BadTools, NoDuty, CannotKeep, PositionTaken.
    """
    profile = RoleProfile(version=0) if profile_id is None else _locked(profile_id)
    require(actor, access.EDIT_ROLE_PROFILE)
    if profile.version != version:
        raise Changed(profile)
    _check(actor, fields)
    return _written(actor, profile, fields).pk


def _locked(profile_id: int) -> RoleProfile:
    found = RoleProfile.objects.select_for_update().filter(access.visible_profiles(), pk=profile_id).first()
    if found is None:
        raise NotFound
    return found


def _check(actor: Actor, fields: ProfileFields) -> None:
    scenes = fields.scenarios
    whole = all(one.title.strip() and one.text.strip() for one in scenes)
    if not (LEAST_SCENES <= len(scenes) <= MOST_SCENES and whole):
        raise BadScenes(field="scenarios", least=LEAST_SCENES, most=MOST_SCENES, count=len(scenes))
    if not any(one.text.strip() for one in fields.responsibilities):
        raise NoDuty(field="responsibilities")
    total = sum(fields.tools.values())
    if total != 100 or set(fields.tools) - set(GoalTool.values) or min(fields.tools.values()) < 0:
        raise BadTools(field="tools", total=total)
    if fields.family not in JobFamily.values or fields.role_type not in RoleType.values:
        raise NotFound
    keeps = Seat.objects.filter(
        person_id=fields.owner_id or 0,
        seat__in=KEEPERS,
        granted_at__isnull=False,
        revoked_at=None,
        person__is_active=True,
    )
    if fields.owner_id is not None and not keeps.exists():
        raise CannotKeep(field="owner")


def _written(actor: Actor, profile: RoleProfile, fields: ProfileFields) -> RoleProfile:
    content = asdict(fields)
    for name in ("code", "family", "name", "name_en", "role_type", "is_key", "is_bottleneck", "owner_id"):
        setattr(profile, name, content[name])
    profile.scenarios = list(content["scenarios"])
    profile.responsibilities = [line for line in content["responsibilities"] if line["text"].strip()]
    profile.tools = {tool: fields.tools.get(tool, 0) for tool in GoalTool.values}
    profile.review_on, profile.version = _in_a_year(clock.today()), profile.version + 1
    try:
        with transaction.atomic():
            profile.save()
    except IntegrityError:
        raise ProfileCodeTaken(field="code", code=fields.code) from None
    _name_positions(profile, fields.positions)
    RoleProfileVersion.objects.create(
        profile=profile, number=profile.version, edited_by=actor.person_id, edited_at=clock.now(),
        content=content | {"positions": list(fields.positions)},
    )  # fmt: skip
    audit.record(actor, access.EDIT_ROLE_PROFILE, profile, details={"code": profile.code, "version": profile.version})
    return profile


def _name_positions(profile: RoleProfile, positions: Sequence[str]) -> None:
    wanted = list(dict.fromkeys(position.strip() for position in positions if position.strip()))
    taken = RolePosition.objects.select_related("profile").filter(position__in=wanted).exclude(profile=profile).first()
    if taken is not None:
        raise PositionTaken(profile, field="positions", position=taken.position, name=taken.profile.name)
    RolePosition.objects.filter(profile=profile).exclude(position__in=wanted).delete()
    RolePosition.objects.bulk_create(
        [RolePosition(profile=profile, position=position) for position in wanted], ignore_conflicts=True
    )


def _in_a_year(day: date) -> date:
    return day.replace(year=day.year + 1, day=28) if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


@rule
def look_through(actor: Actor, profile_id: int, version: int) -> None:
    """The yearly look: it still holds as it is; due again in a year. Errors: NotFound, Forbidden, Changed."""
    profile = _locked(profile_id)
    require(actor, access.EDIT_ROLE_PROFILE)
    if profile.review_on == _in_a_year(clock.today()):
        return
    if profile.version != version:
        raise Changed(profile)
    profile.review_on = _in_a_year(clock.today())
    profile.save(update_fields=["review_on"])
    audit.record(actor, access.LOOK_THROUGH, profile, details={"review_on": profile.review_on})


@rule
def take_starter_set(actor: Actor, owner_id: int | None = None) -> int:
    """Write the profiles of the starter set that are not there yet; how many. A second time adds nothing.

    The actor keeps them up to date unless another is named. Positions that have a profile keep it.
    Errors: Forbidden, CannotKeep.
    """
    require(actor, access.TAKE_STARTERS)
    known = set(RoleProfile.objects.values_list("code", flat=True))
    named = set(RolePosition.objects.values_list("position", flat=True))
    made = []
    for line in starters():
        if line["code"] not in known:
            free = tuple(position for position in line["positions"] if position not in named)
            fields = ProfileFields(**line | {"positions": free}, owner_id=owner_id or actor.person_id)
            _check(actor, fields)
            made.append(_written(actor, RoleProfile(version=0), fields).pk)
    if made:
        audit.record_bulk(actor, access.TAKE_STARTERS, "people.roleprofile", made)
    return len(made)


def starters() -> list[dict[str, Any]]:
    """The starter set as the fields of profiles."""
    with STARTERS.open("rb") as file:
        return [_starter(line) for line in tomllib.load(file)["profile"]]


def _starter(line: dict[str, Any]) -> dict[str, Any]:
    name, name_en = line["name"].split("|")
    scenes = [scene.split("|") for scene in line["scenarios"]]
    duties = [duty.split("|") for duty in line["responsibilities"]]
    return line | {
        "name": name, "name_en": name_en, "positions": tuple(line["positions"]),
        "scenarios": tuple(Scenario(title, text, title_en, text_en) for title, title_en, text, text_en in scenes),
        "responsibilities": tuple(Duty(text, text_en) for text, text_en in duties),
    }  # fmt: skip


@rule
def remind_reviews(actor: Actor, day: date) -> int:
    """Tell the keepers of profiles whose yearly look is due, once for each look; how many. Cost: two statements."""
    due = RoleProfile.objects.filter(review_on__lte=day, owner__isnull=False, owner__is_active=True)
    letters = [
        notify.Letter(
            one.owner_id or 0, PROFILE_DUE, reverse("people:profile", args=[one.pk]), {"profile": one.name},
            f"profile:{one.pk}:{one.review_on}",
        )
        for one in due.order_by("pk")
    ]  # fmt: skip
    notify.send_many(actor, letters)
    return len(letters)
