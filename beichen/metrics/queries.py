"""Every read of metrics. Cards are frozen; scores come from `formulas`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Value
from django.db.models.functions import Coalesce

from beichen.metrics import access
from beichen.metrics.choices import BandMode, Direction, MetricState
from beichen.metrics.formulas import BandScore, Point, Table, band_score
from beichen.metrics.models import BandTable, Metric, RecommendedMetric, RecommendedSet
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

__all__ = [
    "BandCard",
    "BandScore",
    "MetricCard",
    "Point",
    "RecommendedCard",
    "RecommendedLine",
    "Table",
    "band_score",
    "band_table",
    "band_tables",
    "bands_by_key",
    "metric",
    "metrics",
    "recommended",
    "score",
]


@dataclass(frozen=True, slots=True)
class MetricCard:
    """One metric of the library."""

    id: int
    code: str
    name: str
    name_en: str
    unit: str
    direction: str
    owner_id: int | None
    owner_name: str
    definition: str
    state: str
    version: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class BandCard:
    """A band table with its points, worst first; scores in hundredths."""

    id: int
    key: str
    name: str
    metric_id: int | None
    mode: str
    state: str
    version: int
    points: tuple[Point, ...]

    @property
    def table(self) -> Table:
        """The table as the formulas take it."""
        return Table(self.points, stepped=self.mode == BandMode.STEPPED)


@dataclass(frozen=True, slots=True)
class RecommendedLine:
    """A metric recommended to a role; `weight` in percent where the set weighs its metrics."""

    metric_id: int
    code: str
    name: str
    name_en: str
    unit: str
    direction: str
    state: str
    weight: int | None
    note: str
    note_en: str

    @property
    def title(self) -> str:
        """The metric in the reader's language, where there is a name."""
        return for_reader(self.name, self.name_en)

    @property
    def said(self) -> str:
        """Why this one, in the reader's language."""
        return for_reader(self.note, self.note_en)

    @property
    def direction_label(self) -> str:
        """Which way is better, in words."""
        return str(Direction(self.direction).label)

    @property
    def is_retired(self) -> bool:
        """Whether the library no longer offers it."""
        return self.state == MetricState.RETIRED


@dataclass(frozen=True, slots=True)
class RecommendedCard:
    """The recommended metric set of a role profile, the most telling first; version 0 while there is none."""

    profile_id: int
    version: int = 0
    lines: tuple[RecommendedLine, ...] = ()

    @property
    def weighs(self) -> bool:
        """Whether the metrics carry weights."""
        return any(line.weight is not None for line in self.lines)


_FIELDS = (
    "id", "code", "name", "name_en", "unit", "direction", "owner_id", "owner_name", "definition", "state", "version",
)  # fmt: skip


def _cards(found: QuerySet[Metric]) -> list[MetricCard]:
    named = found.annotate(owner_name=Coalesce("owner__name", Value("")))
    return [MetricCard(*line) for line in named.order_by("code").values_list(*_FIELDS)]


def _visible_metrics(actor: Actor) -> QuerySet[Metric]:
    return Metric.objects.all() if actor.person_id is None else Metric.objects.filter(access.visible_metrics())


def _visible_bands(actor: Actor) -> QuerySet[BandTable]:
    return BandTable.objects.all() if actor.person_id is None else BandTable.objects.filter(access.visible_bands())


@query
def metrics(actor: Actor, text: str = "") -> list[MetricCard]:
    """The library by code, narrowed to names and codes that hold `text`. Cost: one statement."""
    found = _visible_metrics(actor)
    if text.strip():
        found = found.filter(name__icontains=text.strip()) | found.filter(code__icontains=text.strip())
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


def band_to_change(actor: Actor, table_id: int) -> BandTable:
    """The row, locked, or NotFound. For rules."""
    found = _visible_bands(actor).select_for_update(of=("self",)).filter(pk=table_id).first()
    if found is None:
        raise NotFound
    return found


@query
def band_tables(
    actor: Actor, ids: Iterable[int | None] | None = None, *, metric_id: int | None = None
) -> dict[int, BandCard]:
    """Band tables by id, in the order of their keys; all visible ones without ids. Cost: two statements."""
    found = _visible_bands(actor)
    if ids is not None:
        found = found.filter(pk__in={i for i in ids if i is not None})
    if metric_id is not None:
        found = found.filter(metric_id=metric_id)
    return {
        table.pk: BandCard(
            table.pk, table.key, table.name, table.metric_id, table.mode, table.state, table.version,
            tuple(Point(p.value, p.score, p.condition) for p in table.points.all()),
        )
        for table in found.order_by("key").prefetch_related("points")
    }  # fmt: skip


@query
def band_table(actor: Actor, table_id: int) -> BandCard:
    """One band table, or NotFound. Cost: two statements."""
    found = band_tables(actor, [table_id])
    if table_id not in found:
        raise NotFound
    return found[table_id]


@query
def bands_by_key(actor: Actor, keys: Iterable[str]) -> dict[str, BandCard]:
    """Band tables by key. Cost: two statements."""
    ids = list(_visible_bands(actor).filter(key__in=set(keys)).values_list("id", flat=True))
    return {card.key: card for card in band_tables(actor, ids).values()}


@query
def score(actor: Actor, table_id: int, value: Decimal) -> BandScore:
    """What a value earns by a table. Cost: two statements."""
    return band_score(band_table(actor, table_id).table, value)


_LINE = ("metric_id", "metric__code", "metric__name", "metric__name_en", "metric__unit", "metric__direction",
         "metric__state", "weight", "note", "note_en")  # fmt: skip


@query
def recommended(actor: Actor, profile_id: int) -> RecommendedCard:
    """The metrics that a role profile recommends, or NotFound where there is no such profile. Cost: four statements."""
    people.role_profile(actor, profile_id)
    sets = RecommendedSet.objects.filter(profile_id=profile_id)
    if actor.person_id is not None:
        sets = sets.filter(access.visible_recommended())
    found = sets.values_list("pk", "version").first()
    if found is None:
        return RecommendedCard(profile_id)
    lines = RecommendedMetric.objects.filter(set_id=found[0]).values_list(*_LINE)
    return RecommendedCard(profile_id, found[1], tuple(RecommendedLine(*line) for line in lines))
