"""Letters: what a person is paid and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery

from beichen.people.queries import PersonCard
from beichen.platform import audit
from beichen.platform.access.current import query
from beichen.platform.access.relations import oneself
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.reward import access
from beichen.reward.models import BonusAward, BonusPlan
from beichen.reward.queries.plans import PLAN, PlanCard, cards
from beichen.reward.queries.pools import AwardLine, lines_of


@dataclass(frozen=True, slots=True)
class LetterCard:
    """A letter that is out: of which plan, since when."""

    plan: PlanCard
    released_at: datetime


@dataclass(frozen=True, slots=True)
class Share:
    """A person's award from one pool, with the terms a person may know of it."""

    line: AwardLine
    c_company: int
    c_unit: int
    flattening: int
    cycle_days: int
    mode: str


@dataclass(frozen=True, slots=True)
class LetterSheet:
    """One person's letter: one share for each unit that pays."""

    plan: PlanCard
    person: PersonCard
    shares: tuple[Share, ...]
    released_at: datetime | None

    @property
    def total(self) -> int:
        """What is paid in all."""
        return sum(share.line.final for share in self.shares)


@query
def letters(actor: Actor, person_id: int) -> list[LetterCard]:
    """A person's letters that the actor may read, newest first; no amount. Cost: one statement."""
    out = BonusAward.objects.filter(access.readable_awards(), subject_id=person_id, released_at__isnull=False)
    found = BonusPlan.objects.annotate(letter=Subquery(out.filter(plan_id=OuterRef("pk")).values("released_at")[:1]))
    lines = found.filter(letter__isnull=False).order_by("-id").values_list(*PLAN, "letter")
    return [LetterCard(PlanCard(*line[:-1]), line[-1]) for line in lines]


@query
def plans_and_letters(actor: Actor) -> list[tuple[PlanCard, datetime | None]]:
    """Plans the actor may know of, newest first, each with the moment the own letter went out. Cost: one statement."""
    mine = BonusAward.objects.filter(
        access.readable_awards(), oneself("subject_id"), plan_id=OuterRef("pk"), released_at__isnull=False
    )
    found = BonusPlan.objects.filter(access.visible_plans()).annotate(letter=Subquery(mine.values("released_at")[:1]))
    lines = found.order_by("-id").values_list(*PLAN, "letter")
    return [(PlanCard(*line[:-1]), line[-1]) for line in lines]


@query
def letter(actor: Actor, plan_id: int, person_id: int) -> LetterSheet:
    """One person's letter once it is out, for those who may read it. Cost: five statements, one the audit's.

    Errors: NotFound.
    """
    found = BonusAward.objects.filter(
        access.readable_awards(), plan_id=plan_id, subject_id=person_id, released_at__isnull=False
    )
    return _sheet(actor, list(found.order_by("-amount", "pk")), "reward.letter")


@query
def of_review(actor: Actor, review_id: int) -> LetterSheet:
    """The bonus that a review's result led to, as far as the actor may read it (11a, 11b, 11c). Cost: as `letter`.

    Errors: NotFound.
    """
    chosen = BonusPlan.objects.filter(state__in=access.DECIDED).values("chosen_id")
    found = BonusAward.objects.filter(access.readable_awards(), review_id=review_id, scenario_id__in=chosen)
    awards = list(found.order_by("-plan_id", "-amount", "pk"))
    return _sheet(actor, [award for award in awards if award.plan_id == awards[0].plan_id], "reward.of_review")


@query
def has_bonus(actor: Actor, review_id: int) -> bool:
    """Whether `of_review` has something for the actor. Cost: one statement."""
    chosen = BonusPlan.objects.filter(state__in=access.DECIDED).values("chosen_id")
    return BonusAward.objects.filter(access.readable_awards(), review_id=review_id, scenario_id__in=chosen).exists()


def _sheet(actor: Actor, awards: list[BonusAward], kind: str) -> LetterSheet:
    if not awards:
        raise NotFound
    lines, _names = lines_of(actor, awards)
    plan = cards(BonusPlan.objects.filter(pk=awards[0].plan_id))[0]
    audit.record_read(actor, kind, [awards[0].subject_id], {"plan": plan.id})
    return LetterSheet(
        plan=plan, person=lines[0].person, released_at=awards[0].released_at,
        shares=tuple(_share(award, line) for award, line in zip(awards, lines, strict=True)),
    )  # fmt: skip


def _share(award: BonusAward, line: AwardLine) -> Share:
    terms = award.terms
    return Share(line, terms["c_company"], terms["c_unit"], terms["flattening"], terms["cycle_days"], terms["mode"])
