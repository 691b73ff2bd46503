"""The targets of priorities: their terms, who confirmed them, and who is to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import QuerySet

from beichen.people import queries as people
from beichen.people.queries import Chair
from beichen.platform.access.current import query
from beichen.platform.access.permissions import know_relations, may
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader
from beichen.strategy import access
from beichen.strategy.choices import Part, VersionState
from beichen.strategy.models import StrategyVersion, Target


@dataclass(frozen=True, slots=True)
class Word:
    """Somebody confirmed a target."""

    person_id: int
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class TargetCard:
    """A key metric of a priority: from where to where until when; agreed once both have confirmed it."""

    id: int
    metric_id: int
    code: str
    name: str
    unit: str
    baseline: Decimal
    target: Decimal
    due: date
    owner_id: int
    proposed_by_id: int
    proposed_by_name: str
    head_word: Word | None
    hrbp_word: Word | None

    @property
    def is_agreed(self) -> bool:
        """Whether the business head and the HR partner have both confirmed it."""
        return self.head_word is not None and self.hrbp_word is not None

    @property
    def baseline_shown(self) -> str:
        """From where, without zeros at the end."""
        return _plain(self.baseline)

    @property
    def target_shown(self) -> str:
        """To where, with the unit."""
        unit = self.unit if self.unit in ("", "%", "‰") else f" {self.unit}"
        return f"{_plain(self.target)}{unit}"

    @property
    def said(self) -> str:
        """The terms in one line."""
        return f"{self.name} {self.baseline_shown} → {self.target_shown} · {self.due:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Agreement:
    """Who is to confirm a target, and whether it is the reader's turn. Without a head an executive stands in (G21)."""

    target: TargetCard
    head: Chair | None
    hrbp: Chair | None
    may_confirm: bool

    @property
    def owner_id(self) -> int:
        """Whose priority it is."""
        return self.target.owner_id

    @property
    def proposed_by_id(self) -> int:
        """Who wrote it."""
        return self.target.proposed_by_id

    @property
    def head_id(self) -> int | None:
        """The business head."""
        return self.head.id if self.head else None

    @property
    def hrbp_id(self) -> int | None:
        """The HR partner, or whoever stands in."""
        return self.hrbp.id if self.hrbp else None


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _loaded(ids: Iterable[int]) -> QuerySet[Target]:
    return (
        Target.objects.filter(pk__in=list(ids))
        .select_related("metric", "proposed_by")
        .prefetch_related("words__person")
    )


def targets(_actor: Actor, ids: Iterable[int]) -> dict[int, TargetCard]:
    """Targets by id, in a transaction of the caller's. Cost: three statements, none without ids."""
    wanted = list(ids)
    return {row.pk: _card(row) for row in _loaded(wanted)} if wanted else {}


def _card(row: Target) -> TargetCard:
    words = {word.part: Word(word.person_id, word.person.name, word.at) for word in row.words.all()}
    return TargetCard(
        row.pk, row.metric_id, row.metric.code, for_reader(row.metric.name, row.metric.name_en), row.metric.unit,
        row.baseline, row.target, row.due, row.owner_id, row.proposed_by_id, row.proposed_by.name,
        words.get(Part.HEAD), words.get(Part.HRBP),
    )  # fmt: skip


@query
def agreements(actor: Actor, cards: Sequence[TargetCard]) -> dict[int, Agreement]:
    """Who confirms these targets, and which of them the actor may. Cost: two statements, none without targets."""
    if not cards:
        return {}
    chairs = people.chairs_above(actor, [card.owner_id for card in cards])
    if actor.person_id is not None:
        know_relations(actor, [card.owner_id for card in cards])
    return {card.id: _agreement(actor, card, *chairs.get(card.owner_id, ((), ()))) for card in cards}


def _agreement(actor: Actor, card: TargetCard, heads: Sequence[Chair], hrbps: Sequence[Chair]) -> Agreement:
    barred = {card.owner_id, card.proposed_by_id}
    head = next((chair for chair in heads if chair.id not in barred), None)
    hrbp = next((chair for chair in hrbps if chair.id not in barred | ({head.id} if head else set())), None)
    bare = Agreement(card, head, hrbp, may_confirm=False)
    return Agreement(card, head, hrbp, may_confirm=part_of(actor, bare) is not None)


def part_of(actor: Actor, found: Agreement) -> Part | None:
    """In which part the actor may confirm; None where it is not theirs, or was done. Cost: one statement at most."""
    card = found.target
    if actor.person_id in {word.person_id for word in (card.head_word, card.hrbp_word) if word}:
        return None
    if card.head_word is None and may(actor, access.CONFIRM_AS_HEAD, found):
        return Part.HEAD
    if card.hrbp_word is None and may(actor, access.CONFIRM_AS_HRBP, found):
        return Part.HRBP
    return None


def target_to_confirm(actor: Actor, target_id: int) -> Agreement:
    """A target of a page in force with whoever confirms it, its row locked, or NotFound. For rules."""
    row = Target.objects.select_for_update(of=("self",)).select_related("map").filter(pk=target_id).first()
    if row is None:
        raise NotFound
    found = StrategyVersion.objects.filter(map_id=row.map_id, number=row.map.published, state=VersionState.PUBLISHED)
    version = found.filter(access.visible_versions()).first()
    if version is None or target_id not in version.target_ids:
        raise NotFound
    return agreements(actor, [targets(actor, [target_id])[target_id]])[target_id]
