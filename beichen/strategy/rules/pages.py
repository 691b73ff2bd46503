"""Every write of the strategy: draft, editors, publication, import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType, SimpleNamespace
from typing import Any

from django.db import connection
from django.utils.translation import gettext, gettext_noop

from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused
from beichen.strategy import access, queries
from beichen.strategy.choices import TradeOff, VersionState
from beichen.strategy.events import StrategyPublished
from beichen.strategy.models import Exclusion, Priority, StrategyMap, StrategyVersion
from beichen.strategy.queries import PageCard
from beichen.strategy.rules import targets
from beichen.strategy.rules.targets import TargetInput

MOST = 12
"""More priorities than this are none."""


class NothingToPublish(Refused):
    """There is no draft."""

    code = "nothing_to_publish"
    text = gettext_noop("There is no draft to publish. Edit the page first.")


class EditedByYou(Refused):
    """Whoever edited last does not publish."""

    code = "strategy_edited_by_you"
    status = 403
    text = gettext_noop("You edited this draft last, so another executive has to publish it.")


class TooManyPriorities(Refused):
    """A year has few priorities."""

    code = "too_many_priorities"
    text = gettext_noop(
        "This page has %(n)s priorities; the limit is %(limit)s a year. Remove some, or move "
        "them to “What we will not do”."
    )


class KeyTwice(Invalid):
    """Two priorities share a key."""

    code = "priority_key_twice"
    text = gettext_noop("Two priorities have the number “%(key)s”. Give each its own.")


class IncompletePage(Invalid):
    """A priority needs a name."""

    code = "priority_without_name"
    text = gettext_noop("Priority “%(key)s” needs a name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PriorityInput:
    """One priority as entered."""

    key: str
    name: str
    name_en: str = ""
    owner_id: int | None = None
    targets: Sequence[TargetInput] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PageInput:
    """The whole page as entered; `boxes` by key of `choices.Box`, `tradeoffs` of `choices.TradeOff` and "why"."""

    horizon: str
    period: str = ""
    boxes: Mapping[str, str]
    priorities: Sequence[PriorityInput]
    exclusions: Sequence[str] = ()
    tradeoffs: Mapping[str, str] = field(default_factory=dict)
    note: str = ""


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('strategy'))")


def _to_change(map_id: int | None) -> StrategyMap | None:
    if map_id is None:
        return None
    found = StrategyMap.objects.filter(pk=map_id).first()
    if found is None:
        raise NotFound
    return found


@rule
def save_draft(actor: Actor, map_id: int | None, entered: PageInput, version: int) -> PageCard:
    """Write the draft of the page; `version` is that of the draft it was drawn from, 0 where there was none.

    A page without a draft gets one with the next number. Cost: about ten statements.
    """
    _lock()
    page = _to_change(map_id)
    editors = queries.editors_of(page.pk) if page else frozenset()
    require(actor, access.EDIT, SimpleNamespace(editor_ids=editors))
    _check(actor, entered)
    if page is None:
        page, _ = StrategyMap.objects.get_or_create(horizon=entered.horizon)
    elif page.horizon != entered.horizon:
        page.horizon = entered.horizon
        page.save(update_fields=["horizon"])
    draft = StrategyVersion.objects.select_for_update().filter(map=page, state=VersionState.DRAFT).first()
    if (draft.version if draft else 0) != version:
        raise Changed(draft)
    if draft is None:
        draft = StrategyVersion(map=page, number=page.published + 1, version=0)
    made = targets.write(
        actor, page, {row.key: row.owner_id for row in entered.priorities},
        {row.key: row.targets for row in entered.priorities},
    )  # fmt: skip
    draft.content, draft.note, draft.edited_at = _content(entered, made), entered.note, clock.now()
    draft.last_editor_id, draft.version = actor.person_id, draft.version + 1
    draft.save()
    audit.record(actor, access.EDIT, draft, details={"number": draft.number, "content": draft.content})
    return queries.page(actor, page.pk, draft.number)


@rule
def restore(actor: Actor, map_id: int, number: int, version: int) -> PageCard:
    """Take the wording of an earlier version into the draft; it is published as any other. Errors as `save_draft`."""
    old = queries.page(actor, map_id, number)
    entered = PageInput(
        horizon=old.horizon, period=old.period, boxes=dict(old.boxes), exclusions=old.exclusions,
        priorities=[
            PriorityInput(
                key=p.key, name=p.name, name_en=p.name_en, owner_id=p.owner_id,
                targets=[
                    TargetInput(metric_id=t.metric_id, baseline=t.baseline, target=t.target, due=t.due)
                    for t in p.targets
                ],
            )
            for p in old.priorities
        ],
        tradeoffs=dict(old.tradeoffs),
        note=gettext("Wording of version %(n)s") % {"n": number},
    )  # fmt: skip
    return save_draft(actor, map_id, entered, version)


@rule
def publish_page(actor: Actor, map_id: int, version: int) -> PageCard:
    """Put the draft into force: the old version stays readable, priorities keep their identity by key."""
    _lock()
    page = _to_change(map_id)
    draft = StrategyVersion.objects.select_for_update(of=("self",)).filter(map=page, state=VersionState.DRAFT).first()
    if draft is None:
        done = StrategyVersion.objects.filter(map=page, published_by_id=actor.person_id).order_by("-number").first()
        if done is not None and page is not None and done.number == page.published:
            return queries.page(actor, map_id, done.number)
        require(actor, access.PUBLISH)
        raise NothingToPublish(page)
    if draft.last_editor_id == actor.person_id:
        require(actor, access.NAME_EDITORS)
        raise EditedByYou(draft)
    require(actor, access.PUBLISH, draft)
    if draft.version != version:
        raise Changed(draft)
    named, limit = len(draft.content["priorities"]), queries.limit_of(page)
    if named > limit:
        raise TooManyPriorities(draft, n=named, limit=limit)
    _enforce(draft, actor.person_id)
    audit.record(actor, access.PUBLISH, draft, details={"number": draft.number})
    publish(StrategyPublished(map_id=map_id, number=draft.number))
    card = queries.page(actor, map_id, draft.number)
    targets.ask(actor, card)
    return card


@rule
def set_limit(actor: Actor, map_id: int, limit: int, version: int) -> None:
    """Say how many priorities may be in force at once; `version` as in `name_editors`. What is in force stays.

    Errors: NotFound, Forbidden, Invalid, Changed. Cost: about five statements.
    """
    _lock()
    page = _to_change(map_id)
    require(actor, access.SET_LIMIT)
    if page is None or not 1 <= limit <= MOST:
        raise Invalid(field="limit")
    if queries.limit_of(page) == limit:
        return
    if page.version != version:
        raise Changed(page)
    before, page.limit, page.version = queries.limit_of(page), limit, page.version + 1
    page.save(update_fields=["limit", "version"])
    audit.record(actor, access.SET_LIMIT, page, details={"before": before, "after": limit})


@rule
def name_editors(actor: Actor, map_id: int, person_ids: Sequence[int], version: int) -> None:
    """Say who may edit the page besides the executive seat; `version` counts the namings the actor looked at.

    Who is named already is no error. Errors: NotFound, Forbidden, Invalid for somebody unknown, Changed.
    """
    _lock()
    page = _to_change(map_id)
    require(actor, access.NAME_EDITORS)
    known = people.persons(actor, person_ids)
    if page is None or len(known) != len(set(person_ids)):
        raise Invalid(field="editors")
    if queries.editors_of(page.pk) == frozenset(known):
        return
    if page.version != version:
        raise Changed(page)
    page.editors.set(known)
    page.version += 1
    page.save(update_fields=["version"])
    audit.record(actor, access.NAME_EDITORS, page, subjects=list(known))


@rule
def put_priorities(actor: Actor, horizon: str, rows: Sequence[PriorityInput]) -> int:
    """Priorities of a confirmed import: a new published version where anything differs; returns how many changed.

    The importer has asked for the right to import; this rule is reached by no door.
    """
    _lock()
    page, _ = StrategyMap.objects.get_or_create(horizon=horizon)
    last = StrategyVersion.objects.filter(map=page, state=VersionState.PUBLISHED).order_by("-number").first()
    before: dict[str, Any] = last.content if last else _content(PageInput(horizon=horizon, boxes={}, priorities=()))
    known = {p["key"]: p for p in before["priorities"]}
    wanted = {row.key: _kept(row, known.get(row.key)) for row in rows}
    changed = [key for key, value in wanted.items() if {"targets": [], **known.get(key, {})} != value]
    if not changed:
        return 0
    number = page.published + 1
    StrategyVersion.objects.filter(map=page, state=VersionState.DRAFT).update(number=number + 1)
    version = StrategyVersion.objects.create(
        map=page,
        number=number,
        edited_at=clock.now(),
        content={**before, "priorities": [*({**known, **wanted}).values()]},
    )
    _enforce(version, None)
    audit.record(actor, "strategy.put_priorities", version, details={"keys": changed})
    publish(StrategyPublished(map_id=page.pk, number=version.number))
    return len(changed)


def _enforce(draft: StrategyVersion, publisher_id: int | None) -> None:
    draft.state, draft.published_by_id, draft.published_at = VersionState.PUBLISHED, publisher_id, clock.now()
    draft.version += 1
    draft.save()
    StrategyMap.objects.filter(pk=draft.map_id).update(published=draft.number)
    Priority.objects.filter(map_id=draft.map_id).update(is_current=False)
    for position, row in enumerate(draft.content["priorities"]):
        Priority.objects.update_or_create(
            map_id=draft.map_id, key=row["key"],
            defaults={"name": row["name"], "name_en": row["name_en"], "owner_id": row["owner_id"],
                      "position": position, "is_current": True},
        )  # fmt: skip
    Exclusion.objects.filter(map_id=draft.map_id).delete()
    Exclusion.objects.bulk_create(
        [Exclusion(map_id=draft.map_id, text=text, position=n) for n, text in enumerate(draft.content["exclusions"])]
    )


def _check(actor: Actor, entered: PageInput) -> None:
    seen: set[str] = set()
    for row in entered.priorities:
        if not row.name.strip():
            raise IncompletePage(field="priorities", key=row.key)
        if row.key in seen:
            raise KeyTwice(field="priorities", key=row.key)
        seen.add(row.key)
    owners = {row.owner_id for row in entered.priorities if row.owner_id}
    if len(people.persons(actor, owners)) != len(owners):
        raise Invalid(field="priorities")


def _priority(row: PriorityInput, made: Sequence[int] = ()) -> dict[str, Any]:
    return {
        "key": row.key, "name": row.name, "name_en": row.name_en, "owner_id": row.owner_id, "targets": list(made)
    }  # fmt: skip


def _kept(row: PriorityInput, known: dict[str, Any] | None) -> dict[str, Any]:
    """A priority as a workbook has it; its targets stay as long as its owner does."""
    stays = known is not None and known["owner_id"] == row.owner_id
    return _priority(row, known.get("targets", ()) if known and stays else ())


def _content(entered: PageInput, made: Mapping[str, Sequence[int]] = MappingProxyType({})) -> dict[str, Any]:
    return {
        "period": entered.period,
        "boxes": dict(entered.boxes),
        "priorities": [_priority(row, made.get(row.key, ())) for row in entered.priorities],
        "exclusions": [text for text in entered.exclusions if text.strip()],
        "tradeoffs": {key: entered.tradeoffs.get(key, "") for key in (*TradeOff.values, "why")},
    }
