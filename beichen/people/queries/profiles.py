"""Role profiles: what a role contributes, who keeps it up to date, for whom it holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from beichen.people import access
from beichen.people.choices import GoalTool, JobFamily, RoleType
from beichen.people.formulas.tasklist import Sign, signs
from beichen.people.models import Person, RolePosition, RoleProfile, RoleProfileVersion
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scene in which the contribution shows."""

    title: str
    text: str
    title_en: str = ""
    text_en: str = ""

    @property
    def heading(self) -> str:
        """In the reader's language."""
        return for_reader(self.title, self.title_en)

    @property
    def told(self) -> str:
        """In the reader's language."""
        return for_reader(self.text, self.text_en)


@dataclass(frozen=True, slots=True)
class Duty:
    """What the role answers for."""

    text: str
    text_en: str = ""

    @property
    def told(self) -> str:
        """In the reader's language."""
        return for_reader(self.text, self.text_en)


@dataclass(frozen=True, slots=True)
class ProfileCard:
    """A role profile. `review_on`: the day of the next yearly look; `tools`: the mix of goal tools in percent."""

    id: int
    code: str
    family: str
    name: str
    name_en: str
    role_type: str
    is_key: bool
    is_bottleneck: bool
    scenarios: tuple[Scenario, ...]
    responsibilities: tuple[Duty, ...]
    tools: dict[str, int]
    owner_id: int | None
    review_on: date
    version: int
    positions: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)

    @property
    def family_label(self) -> str:
        """The job family in words."""
        return str(JobFamily(self.family).label)

    @property
    def role_type_label(self) -> str:
        """How the work behaves, in words."""
        return str(RoleType(self.role_type).label)

    @property
    def is_due(self) -> bool:
        """Whether the yearly look is due."""
        return self.review_on <= clock.today()

    @property
    def signs(self) -> list[Sign]:
        """Why its texts read like a list of tasks."""
        return signs([self._all("zh"), self._all("en")])

    def _all(self, language: str) -> str:
        english = language == "en"
        duties = "\n".join(one.text_en if english else one.text for one in self.responsibilities)
        return "\n".join([duties, *(one.text_en if english else one.text for one in self.scenarios)])


@dataclass(frozen=True, slots=True)
class ProfileVersion:
    """A role profile as it stood after an edit."""

    number: int
    edited_by: int | None
    edited_at: datetime
    content: dict[str, Any]


def _cards(found: QuerySet[RoleProfile]) -> list[ProfileCard]:
    return [_card(one) for one in found]


def _card(one: RoleProfile) -> ProfileCard:
    return ProfileCard(
        one.pk, one.code, one.family, one.name, one.name_en, one.role_type, one.is_key, one.is_bottleneck,
        tuple(Scenario(**line) for line in one.scenarios), tuple(Duty(**line) for line in one.responsibilities),
        {tool: one.tools.get(tool, 0) for tool in GoalTool.values}, one.owner_id, one.review_on, one.version,
    )  # fmt: skip


def _visible(actor: Actor) -> QuerySet[RoleProfile]:
    found = RoleProfile.objects.all()
    return found if actor.person_id is None else found.filter(access.visible_profiles())


@query
def profiles(actor: Actor, family: str = "") -> list[ProfileCard]:
    """Every role profile by family and name; a company has some dozens. Cost: one statement."""
    found = _visible(actor)
    order = {value: n for n, value in enumerate(JobFamily.values)}
    cards = _cards((found.filter(family=family) if family else found).order_by("name", "pk"))
    return sorted(cards, key=lambda card: order[card.family])


@query
def profile(actor: Actor, profile_id: int) -> ProfileCard:
    """One role profile with its positions, or NotFound. Cost: two statements."""
    found = _cards(_visible(actor).filter(pk=profile_id))
    if not found:
        raise NotFound
    named = RolePosition.objects.filter(profile_id=profile_id).order_by("pk").values_list("position", flat=True)
    return replace(found[0], positions=tuple(named))


@query
def profile_of_position(actor: Actor, position: str) -> ProfileCard | None:
    """The role profile that an assignment's position names, if any. Cost: one statement."""
    found = _cards(_visible(actor).filter(positions__position=position)) if position else []
    return found[0] if found else None


@query
def holders(actor: Actor, positions: Iterable[str], limit: int = 8) -> tuple[list[int], int]:
    """The first of those who work in these positions, and how many they are. Cost: two statements."""
    found = Person.objects.filter(access.visible_persons(), position__in=list(positions), is_active=True)
    return list(found.order_by("sort_key", "pk").values_list("pk", flat=True)[:limit]), found.count()


@query
def profile_history(actor: Actor, profile_id: int) -> list[ProfileVersion]:
    """Every version of a role profile, newest first, or NotFound. Cost: two statements."""
    if not _visible(actor).filter(pk=profile_id).exists():
        raise NotFound
    found = RoleProfileVersion.objects.filter(profile_id=profile_id).order_by("-number")
    return [ProfileVersion(one.number, one.edited_by, one.edited_at, one.content) for one in found]
