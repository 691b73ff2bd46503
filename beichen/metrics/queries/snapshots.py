"""The figures cycles were scored with, and beside them what became of each since."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext

from beichen.metrics.choices import Subject
from beichen.metrics.models import PersonSnapshot, PersonValue, UnitSnapshot, UnitValue
from beichen.metrics.queries.cards import plain
from beichen.metrics.queries.library import MetricCard
from beichen.metrics.queries.values import PAGE, visible_values
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class FrozenLine:
    """A figure a cycle was scored with. `now` is the current one, with its reason and writer where it was corrected."""

    id: int
    value_id: int
    metric_id: int
    code: str
    name: str
    name_en: str
    unit: str
    period: str
    subject_id: int
    subject: str
    subject_en: str
    value: Decimal
    frozen_at: datetime
    now_id: int
    now: Decimal
    reason: str
    author: str
    corrected_at: datetime | None

    @property
    def title(self) -> str:
        """The metric in the reader's language."""
        return for_reader(self.name, self.name_en)

    @property
    def about(self) -> str:
        """The subject in the reader's language."""
        return for_reader(self.subject, self.subject_en)

    @property
    def is_corrected(self) -> bool:
        """Whether another figure stands there today; the cycle keeps this one."""
        return self.now != self.value

    @property
    def shown(self) -> str:
        """What the cycle was scored with."""
        return plain(self.value)

    @property
    def now_shown(self) -> str:
        """What stands there today."""
        return plain(self.now)

    @property
    def why(self) -> str:
        """The reason of the correction, in the reader's language where the product says it."""
        return gettext(self.reason) if self.is_corrected else ""


def _table(subject: str) -> type[PersonSnapshot] | type[UnitSnapshot]:
    return PersonSnapshot if subject == Subject.PERSON else UnitSnapshot


def _visible(actor: Actor, subject: str) -> QuerySet[Any]:
    found: QuerySet[Any] = _table(subject).objects.all()
    return found if actor.person_id is None else found.filter(value__in=visible_values(actor, subject))


def _beside(found: QuerySet[Any], subject: str) -> QuerySet[Any]:
    """With the current figure of the same metric, period and subject."""
    who = "person" if subject == Subject.PERSON else "unit"
    same = {name: OuterRef(f"value__{name}") for name in ("metric_id", "period", f"{who}_id")}
    current = _figures(subject).filter(is_current=True, **same)
    beside: QuerySet[Any] = found.annotate(
        now_id=Coalesce(Subquery(current.values("id")[:1]), F("value_id")),
        now=Coalesce(Subquery(current.values("value")[:1]), F("value__value")),
    )
    return beside


def _figures(subject: str) -> QuerySet[Any]:
    return PersonValue.objects.all() if subject == Subject.PERSON else UnitValue.objects.all()


def _lines(found: QuerySet[Any], subject: str) -> list[FrozenLine]:
    who = "person" if subject == Subject.PERSON else "unit"
    same = _figures(subject).filter(pk=OuterRef("now_id"))
    told = _beside(found, subject).annotate(
        why=Subquery(same.values("reason")[:1]), at_now=Subquery(same.values("at")[:1]),
        author=Coalesce(Subquery(same.values("author__name")[:1]), Value("")),
    )  # fmt: skip
    fields = (
        "id", "value_id", "value__metric_id", "value__metric__code", "value__metric__name", "value__metric__name_en",
        "value__metric__unit", "value__period", f"value__{who}_id", f"value__{who}__name", f"value__{who}__name_en",
        "value__value", "at", "now_id", "now", "why", "author", "at_now",
    )  # fmt: skip
    return [FrozenLine(*line) for line in told.values_list(*fields)]


@query
def frozen(
    actor: Actor, cycle_id: int, subject: str = Subject.UNIT, *, corrected: bool = False, after: int = 0
) -> list[FrozenLine]:
    """Figures of units (or people) a cycle was scored with that the actor may read; `corrected`: only those that were
    corrected since. `after` is the id of the last line before; 51 at most. Cost: one statement.
    """
    found = _visible(actor, subject).filter(cycle_id=cycle_id, pk__gt=after).order_by("pk")
    if corrected:
        found = _beside(found, subject).exclude(now=F("value__value"))
    return _lines(found[: PAGE + 1], subject)


@query
def frozen_counts(actor: Actor, cycle_id: int) -> dict[str, tuple[int, int]]:
    """By whose figures they are: how many the actor reads, and how many were corrected since. Cost: two statements."""
    counts = {}
    for subject in Subject.values:
        found = _beside(_visible(actor, subject).filter(cycle_id=cycle_id), subject)
        told = found.aggregate(all=Count("id"), corrected=Count("id", filter=~Q(now=F("value__value"))))
        counts[subject] = told["all"], told["corrected"]
    return counts


@query
def frozen_by_value(actor: Actor, cycle_id: int, subject: str, value_ids: Iterable[int]) -> dict[int, FrozenLine]:
    """The same by the ids of figures, those the actor may read. Cost: one statement."""
    found = _visible(actor, subject).filter(cycle_id=cycle_id, value_id__in=set(value_ids))
    return {line.value_id: line for line in _lines(found, subject)}


@query
def scored_with(actor: Actor, card: MetricCard, value_ids: Iterable[int]) -> dict[int, list[str]]:
    """The keys of the cycles that were scored with these figures, by figure. Cost: one statement."""
    found: QuerySet[Any] = _visible(actor, card.subject).filter(value_id__in=set(value_ids))
    scored: dict[int, list[str]] = {}
    for value_id, key in found.order_by("cycle__period__key").values_list("value_id", "cycle__period__key"):
        scored.setdefault(value_id, []).append(key)
    return scored


@query
def scored_cycles(actor: Actor, card: MetricCard | None = None, period: str = "") -> list[tuple[int, str]]:
    """Cycles that were scored with figures (of a metric and period): id and key, the newest first.

    Cost: one statement.
    """
    kinds = [card.subject] if card else list(Subject.values)
    only = {"value__metric_id": card.id, "value__period": period} if card else {}
    first, *others = (
        _visible(actor, subject).filter(**only).order_by()
        .values_list("cycle__period__starts_on", "cycle_id", "cycle__period__key").distinct()
        for subject in kinds
    )  # fmt: skip
    found = first.union(*others) if others else first
    return [(pk, key) for _starts, pk, key in sorted(found, reverse=True)]
