"""The metric library: its entries, their versions, and what changed between two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from beichen.metrics import access
from beichen.metrics.choices import Direction, MetricKind, MetricState, OnZero, Subject, VersionState
from beichen.metrics.models import Metric, MetricVersion
from beichen.people.choices import PeriodKind
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class MetricCard:
    """One metric of the library; `formula` in its one spelling, empty where values are collected."""

    id: int
    code: str
    name: str
    name_en: str
    also_named: list[str]
    kind: str
    unit: str
    direction: str
    owner_id: int | None
    owner_name: str
    definition: str
    definition_en: str
    calculation: str
    calculation_en: str
    rhythm: str
    subject: str
    source: str
    source_en: str
    roles: list[str]
    scenes: str
    scenes_en: str
    is_general: bool
    formula: str
    on_zero: str
    least: Decimal | None
    most: Decimal | None
    jump_percent: int | None
    due_days: int
    state: str
    last_editor_id: int | None
    version: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)

    @property
    def meaning(self) -> str:
        """The definition in the reader's language."""
        return for_reader(self.definition, self.definition_en)

    @property
    def how(self) -> str:
        """How it is calculated, in words."""
        return for_reader(self.calculation, self.calculation_en)

    @property
    def origin(self) -> str:
        """Where the figure comes from."""
        return for_reader(self.source, self.source_en)

    @property
    def used_for(self) -> str:
        """The scenes it fits."""
        return for_reader(self.scenes, self.scenes_en)

    @property
    def least_shown(self) -> str:
        """The lower edge of its range."""
        return "" if self.least is None else f"{self.least.normalize():,f}"

    @property
    def most_shown(self) -> str:
        """The upper edge of its range."""
        return "" if self.most is None else f"{self.most.normalize():,f}"

    @property
    def kind_label(self) -> str:
        """The kind in words."""
        return str(MetricKind(self.kind).label)

    @property
    def direction_label(self) -> str:
        """Which way is better, in words."""
        return str(Direction(self.direction).label)

    @property
    def state_label(self) -> str:
        """The state in words."""
        return str(MetricState(self.state).label)

    @property
    def rhythm_label(self) -> str:
        """How often, in words."""
        return str(PeriodKind(self.rhythm).label)

    @property
    def subject_label(self) -> str:
        """Whose figure it is, in words."""
        return str(Subject(self.subject).label)

    @property
    def on_zero_label(self) -> str:
        """What a division by zero gives, in words."""
        return str(OnZero(self.on_zero).label)


@dataclass(frozen=True, slots=True)
class VersionCard:
    """A definition as agreed or proposed; `content` holds the fields of `rules.MetricInput`."""

    number: int
    state: str
    content: Mapping[str, Any]
    edited_by_id: int | None
    editor: str
    edited_at: datetime
    agreed_by_id: int | None
    agreer: str
    agreed_at: datetime | None

    @property
    def is_proposed(self) -> bool:
        """Whether somebody else still has to agree."""
        return self.state == VersionState.PROPOSED


@dataclass(frozen=True, slots=True)
class Change:
    """One field that differs between two versions, as it was and as it is."""

    field: str
    before: Any
    after: Any


_FIELDS = tuple(MetricCard.__dataclass_fields__)


def _cards(found: QuerySet[Metric]) -> list[MetricCard]:
    named = found.annotate(owner_name=Coalesce("owner__name", Value("")))
    return [MetricCard(*line) for line in named.order_by("code").values_list(*_FIELDS)]


def _visible_metrics(actor: Actor) -> QuerySet[Metric]:
    return Metric.objects.all() if actor.person_id is None else Metric.objects.filter(access.visible_metrics())


@query
def metrics(actor: Actor, text: str = "", *, kind: str = "") -> list[MetricCard]:
    """The library by code, narrowed to names and codes that hold `text`, and to a kind. Cost: one statement."""
    found = _visible_metrics(actor)
    if text.strip():
        found = found.filter(name__icontains=text.strip()) | found.filter(code__icontains=text.strip())
    if kind:
        found = found.filter(kind=kind)
    return _cards(found)


@query
def metric(actor: Actor, metric_id: int) -> MetricCard:
    """One metric, or NotFound. Cost: one statement."""
    found = _cards(_visible_metrics(actor).filter(pk=metric_id))
    if not found:
        raise NotFound
    return found[0]


def metric_to_change(actor: Actor, metric_id: int) -> Metric:
    """The row, locked, or NotFound. For rules."""
    found = _visible_metrics(actor).select_for_update(of=("self",)).filter(pk=metric_id).first()
    if found is None:
        raise NotFound
    return found


_VERSION = ("number", "state", "content", "edited_by_id", "editor", "edited_at", "agreed_by_id", "agreer", "agreed_at")


@query
def versions(actor: Actor, metric_id: int) -> list[VersionCard]:
    """The definitions of a metric, the newest first. NotFound where the metric is. Cost: two statements."""
    metric(actor, metric_id)
    found = MetricVersion.objects.filter(Q(metric_id=metric_id)).annotate(
        editor=Coalesce("edited_by__name", Value("")), agreer=Coalesce("agreed_by__name", Value(""))
    )
    return [VersionCard(*line) for line in found.order_by("-number").values_list(*_VERSION)]


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """What differs between the contents of two versions, in the order of the fields. No statement."""
    return [
        Change(name, before.get(name), after.get(name)) for name in after if before.get(name) != after.get(name)
    ]  # fmt: skip
