"""The one page: a version, its history, what differs, who may do what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may, require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader
from beichen.strategy import access
from beichen.strategy.choices import Box, TradeOff, VersionState
from beichen.strategy.models import Priority, StrategyMap, StrategyVersion
from beichen.strategy.queries import targets
from beichen.strategy.queries.targets import TargetCard


@dataclass(frozen=True, slots=True)
class PriorityCard:
    """One priority; `id` is 0 in a version that is not the one in force."""

    id: int
    key: str
    name: str
    name_en: str
    owner_id: int | None
    owner_name: str
    targets: tuple[TargetCard, ...] = ()

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class PageCard:
    """One version of the page. `boxes` by key of `choices.Box`; `editor_ids` are those of the page.

    `tradeoffs` by key of `choices.TradeOff` and "why"; `limit`: how many priorities a year may have.

    `editors_version` counts how often they were named.
    """

    map_id: int
    number: int
    state: str
    horizon: str
    period: str
    boxes: Mapping[str, str]
    priorities: tuple[PriorityCard, ...]
    exclusions: tuple[str, ...]
    tradeoffs: Mapping[str, str]
    limit: int
    note: str
    last_editor_id: int | None
    editor_name: str
    edited_at: datetime
    publisher_name: str
    published_at: datetime | None
    version: int
    editor_ids: frozenset[int]
    editors_version: int
    published: int

    @property
    def is_current(self) -> bool:
        """Whether this is the version in force."""
        return self.number == self.published


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions: `what` names the part, texts are what stood and what stands."""

    what: str
    before: str
    after: str


def _versions(actor: Actor) -> QuerySet[StrategyVersion]:
    found = StrategyVersion.objects.select_related("map", "last_editor", "published_by")
    return found if actor.person_id is None else found.filter(access.visible_versions()).distinct()


def _cards(actor: Actor, found: Iterable[StrategyVersion]) -> list[PageCard]:
    """Versions of one page. Cost: seven statements, however many they are."""
    versions = list(found)
    if not versions:
        return []
    map_id = versions[0].map_id
    live = {p.key: p.pk for p in Priority.objects.filter(map_id=map_id, is_current=True)}
    owners = people.persons(actor, [p.get("owner_id") for one in versions for p in one.content.get("priorities", ())])
    measured = targets.targets(actor, {pk for one in versions for pk in one.target_ids})
    editors = editors_of(map_id)
    return [_card(one, live, owners, measured, editors) for one in versions]


def _card(
    version: StrategyVersion, live: Mapping[str, int], owners: Mapping[int, people.PersonCard],
    measured: Mapping[int, TargetCard], editors: frozenset[int],
) -> PageCard:  # fmt: skip
    content: dict[str, Any] = version.content
    current = version.number == version.map.published
    return PageCard(
        map_id=version.map_id, number=version.number, state=version.state,
        horizon=version.map.horizon, period=content.get("period", ""),
        boxes={box: content.get("boxes", {}).get(box, "") for box in Box.values},
        priorities=tuple(
            PriorityCard(
                live.get(p["key"], 0) if current else 0, p["key"], p["name"], p.get("name_en", ""), p.get("owner_id"),
                owners[p["owner_id"]].name if p.get("owner_id") in owners else "",
                tuple(measured[pk] for pk in p.get("targets", ()) if pk in measured),
            )
            for p in content.get("priorities", ())
        ),
        exclusions=tuple(content.get("exclusions", ())), limit=limit_of(version.map),
        tradeoffs={key: content.get("tradeoffs", {}).get(key, "") for key in (*TradeOff.values, "why")},
        note=version.note, last_editor_id=version.last_editor_id,
        editor_name=version.last_editor.name if version.last_editor else "", edited_at=version.edited_at,
        publisher_name=version.published_by.name if version.published_by else "", published_at=version.published_at,
        version=version.version, editor_ids=editors, editors_version=version.map.version,
        published=version.map.published,
    )  # fmt: skip


def limit_of(page: StrategyMap | None) -> int:
    """How many priorities may be in force at once. Cost: none."""
    usual: int = people.company_settings()["strategy"]["priorities_max"]
    return usual if page is None or page.limit is None else page.limit


@query
def limit_in_force(actor: Actor) -> int:
    """The same for the page of the newest horizon. Cost: one statement."""
    return limit_of(StrategyMap.objects.order_by("-pk").first())


def editors_of(map_id: int) -> frozenset[int]:
    """Ids of the named editors. Cost: one statement."""
    return frozenset(
        StrategyMap.editors.through.objects.filter(strategymap_id=map_id).values_list("person_id", flat=True)
    )


@dataclass(frozen=True, slots=True)
class EditorsCard:
    """Who may edit a page besides the executive seat; `version` counts the namings."""

    person_ids: tuple[int, ...]
    version: int


@query
def editors(actor: Actor, map_id: int) -> EditorsCard:
    """Who may edit a page, for those who name them. Errors: Forbidden, NotFound. Cost: three statements."""
    require(actor, access.NAME_EDITORS)
    found = StrategyMap.objects.filter(pk=map_id).first()
    if found is None:
        raise NotFound
    return EditorsCard(tuple(sorted(editors_of(map_id))), found.version)


@query
def page(actor: Actor, map_id: int, number: int) -> PageCard:
    """One version, or NotFound. Cost: seven statements."""
    found = _cards(actor, _versions(actor).filter(map_id=map_id, number=number)[:1])
    if not found:
        raise NotFound
    return found[0]


@query
def current_page(actor: Actor) -> PageCard | None:
    """The published page of the newest horizon. Cost: seven statements."""
    found = _versions(actor).filter(state=VersionState.PUBLISHED).order_by("-map_id", "-number")[:1]
    return next(iter(_cards(actor, found)), None)


@query
def draft_page(actor: Actor) -> PageCard | None:
    """The draft the actor may work on, if there is one. Cost: one statement, seven where there is."""
    found = _versions(actor).filter(state=VersionState.DRAFT).order_by("-map_id")[:1]
    return next(iter(_cards(actor, found)), None)


@dataclass(frozen=True, slots=True)
class VersionCard:
    """One version in the history."""

    map_id: int
    number: int
    state: str
    note: str
    editor_name: str
    edited_at: datetime
    publisher_name: str
    published_at: datetime | None

    @property
    def is_draft(self) -> bool:
        """Whether it is not in force yet."""
        return self.state == VersionState.DRAFT


@query
def history(actor: Actor, map_id: int) -> list[VersionCard]:
    """Versions of a page, newest first; who, when and why. Cost: one statement."""
    return [
        VersionCard(
            v.map_id, v.number, v.state, v.note, v.last_editor.name if v.last_editor else "", v.edited_at,
            v.published_by.name if v.published_by else "", v.published_at,
        )
        for v in _versions(actor).filter(map_id=map_id).order_by("-number")
    ]  # fmt: skip


@query
def page_beside(actor: Actor, map_id: int, number: int, against: int | None = None) -> tuple[PageCard, list[Change]]:
    """A version and what differs in it from another one, by default the one before it; NotFound for what is not there.

    Cost: seven statements.
    """
    other = number - 1 if against is None else against
    found = {
        one.number: one for one in _cards(actor, _versions(actor).filter(map_id=map_id, number__in=[number, other]))
    }
    if number not in found or (other not in found and (other > 0 or against is not None)):
        raise NotFound
    return found[number], compared(found.get(other), found[number])


@query
def changes(actor: Actor, map_id: int, number: int, against: int | None = None) -> list[Change]:
    """The second part of `page_beside`."""
    return page_beside(actor, map_id, number, against)[1]


def compared(before: PageCard | None, after: PageCard) -> list[Change]:
    """The differences between two versions, part by part; every filled part when there is no earlier one."""
    old, new = _parts(before) if before else {}, _parts(after)
    return [
        Change(part, old.get(part, ""), new.get(part, ""))
        for part in dict.fromkeys([*new, *old])
        if old.get(part, "") != new.get(part, "")
    ]


def _parts(card: PageCard) -> dict[str, str]:
    parts = {"period": card.period, **{str(box): text for box, text in card.boxes.items()}}
    parts |= {f"tradeoff {key}": answer for key, answer in card.tradeoffs.items()}
    parts |= {f"priority {p.key}": _said(p) for p in card.priorities}
    return parts | {"exclusions": "\n".join(card.exclusions)}


def _said(line: PriorityCard) -> str:
    facts = " · ".join(filter(None, (line.name, line.name_en, line.owner_name)))
    return "\n".join((facts, *(target.said for target in line.targets)))


@query
def priorities(actor: Actor) -> list[PriorityCard]:
    """The priorities in force, in their order. Cost: one statement."""
    found = Priority.objects.filter(is_current=True).select_related("owner")
    return [PriorityCard(p.pk, p.key, p.name, p.name_en, p.owner_id, p.owner.name if p.owner else "") for p in found]


@query
def may_edit(actor: Actor, card: PageCard | None) -> bool:
    """Whether the actor may change the page (or begin one). Cost: one statement at most."""
    return may(actor, access.EDIT, card)


@query
def may_publish(actor: Actor, card: PageCard | None) -> bool:
    """Whether the actor may publish this draft. Cost: one statement at most."""
    return card is not None and card.state == VersionState.DRAFT and may(actor, access.PUBLISH, card)


@query
def may_name_editors(actor: Actor) -> bool:
    """Whether the actor says who edits the page. Cost: one statement at most."""
    return may(actor, access.NAME_EDITORS)
