"""Band tables, and what a value earns by one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from beichen.metrics import access
from beichen.metrics.choices import BandMode, BandState
from beichen.metrics.formulas import BandScore, Point, Table, band_score
from beichen.metrics.models import BandTable
from beichen.metrics.queries.cards import plain
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
    cycle_id: int | None = None
    role: str = ""
    level: str = ""
    unit_id: int | None = None
    reason: str = ""
    last_editor_id: int | None = None

    @property
    def spans(self) -> tuple[tuple[str, str, int, str], ...]:
        """The half-open ranges the points make, worst first: from, below, score from there, condition.

        A range begins with its point and ends just before the next better one, so none overlap and none is left out.
        """
        edges = [plain(point.value) for point in self.points]
        return tuple(
            (edges[n], edges[n + 1] if n + 1 < len(edges) else "", point.score, point.condition)
            for n, point in enumerate(self.points)
        )

    @property
    def table(self) -> Table:
        """The table as the formulas take it."""
        return Table(self.points, stepped=self.mode == BandMode.STEPPED)

    @property
    def floor(self) -> int:
        """The least score it gives; 0 as long as it has too few points to give one."""
        return self.table.floor if len(self.points) > 1 else 0


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
            tuple(Point(p.value, p.score, p.condition) for p in table.points.all()), table.cycle_id, table.role,
            table.level, table.unit_id, table.reason, table.last_editor_id,
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
def band_for(
    actor: Actor, metric_id: int, cycle_id: int, *, role: str = "", level: str = "", unit_path: Sequence[int] = ()
) -> BandCard | None:
    """The frozen table of a cycle that fits best: by role, then by level, then by the nearest unit above.

    `unit_path` are the units from the subject's own upwards. Cost: two statements.
    """
    found = [card for card in band_tables(actor, metric_id=metric_id).values() if card.cycle_id == cycle_id]
    fits = [
        card for card in found
        if card.state == BandState.FROZEN and card.role in ("", role) and card.level in ("", level)
        and (card.unit_id is None or card.unit_id in unit_path)
    ]  # fmt: skip

    def near(card: BandCard) -> tuple[bool, bool, int]:
        place = -unit_path.index(card.unit_id) if card.unit_id is not None else -len(unit_path) - 1
        return bool(card.role), bool(card.level), place

    return max(fits, key=near, default=None)


@query
def score(actor: Actor, table_id: int, value: Decimal) -> BandScore:
    """What a value earns by a table. Cost: two statements."""
    return band_score(band_table(actor, table_id).table, value)
