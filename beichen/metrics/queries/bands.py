"""Band tables, and what a value earns by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from beichen.metrics import access
from beichen.metrics.choices import BandMode
from beichen.metrics.formulas import BandScore, Point, Table, band_score
from beichen.metrics.models import BandTable
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


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


def _visible_bands(actor: Actor) -> QuerySet[BandTable]:
    return BandTable.objects.all() if actor.person_id is None else BandTable.objects.filter(access.visible_bands())


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
