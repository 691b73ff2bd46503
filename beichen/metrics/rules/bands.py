"""Band tables: made, changed, frozen, brought by an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import BandMode, BandState
from beichen.metrics.events import BandTableFrozen
from beichen.metrics.formulas import Point, Table
from beichen.metrics.models import BandPoint, BandTable
from beichen.metrics.queries import BandCard
from beichen.metrics.rules.library import CodeTaken
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Refused


class Frozen(Refused):
    """A frozen table never changes."""

    code = "band_table_frozen"
    text = gettext_noop(
        "This band table is frozen so that results scored with it can always be explained. Create a new one instead."
    )


@rule
def create_band_table(
    actor: Actor, key: str, name: str, mode: str, points: Sequence[Point], *, metric_id: int | None = None
) -> BandCard:
    """Add a draft table. A bad one is refused with the field, the value and what is allowed (formulas §4)."""
    require(actor, access.EDIT_BAND)
    Table(tuple(points), stepped=mode == BandMode.STEPPED)
    if BandTable.objects.filter(key=key).exists():
        raise CodeTaken(field="key", key=key)
    table = BandTable.objects.create(key=key, name=name, mode=mode, metric_id=metric_id, last_editor_id=actor.person_id)
    _write_points(table, points)
    audit.record(actor, access.EDIT_BAND, table, details={"points": _plain(points), "mode": mode})
    return queries.band_table(actor, table.pk)


@rule
def edit_band_table(
    actor: Actor, table_id: int, name: str, mode: str, points: Sequence[Point], *, version: int
) -> BandCard:
    """Change a draft table."""
    table = queries.band_to_change(actor, table_id)
    require(actor, access.EDIT_BAND, table)
    if table.version != version:
        raise Changed(table)
    if table.state == BandState.FROZEN:
        raise Frozen(table)
    Table(tuple(points), stepped=mode == BandMode.STEPPED)
    table.name, table.mode, table.version = name, mode, table.version + 1
    table.last_editor_id = actor.person_id
    table.save()
    table.points.all().delete()
    _write_points(table, points)
    audit.record(actor, access.EDIT_BAND, table, details={"points": _plain(points), "mode": mode})
    return queries.band_table(actor, table_id)


@rule
def freeze_band_table(actor: Actor, table_id: int, version: int) -> BandCard:
    """From now on the table scores, and never changes."""
    table = queries.band_to_change(actor, table_id)
    if table.state == BandState.FROZEN:
        return queries.band_table(actor, table_id)
    require(actor, access.FREEZE_BAND, table)
    if table.version != version:
        raise Changed(table)
    table.state, table.version = BandState.FROZEN, table.version + 1
    table.save(update_fields=["state", "version"])
    audit.record(actor, access.FREEZE_BAND, table)
    publish(BandTableFrozen(table_id=table.pk))
    return queries.band_table(actor, table_id)


@rule
def put_bands(actor: Actor, tables: Mapping[str, Sequence[Point]]) -> dict[str, int]:
    """Frozen tables by key, as a confirmed import brings them; a key that is known must hold the same points.

    The importer has asked for the right to import; this rule is reached by no door. Cost: five statements.
    """
    known = queries.bands_by_key(actor, tables)
    for key, points in tables.items():
        Table(tuple(points))
        if key in known and known[key].points != tuple(points):
            raise CodeTaken(field="key", key=key)
    new = BandTable.objects.bulk_create(
        [BandTable(key=key, name=key, state=BandState.FROZEN) for key in tables if key not in known]
    )
    BandPoint.objects.bulk_create([point for table in new for point in _rows(table, tables[table.key])])
    if new:
        audit.record_bulk(actor, "metrics.put_bands", "metrics.bandtable", [table.pk for table in new])
    return {key: card.id for key, card in known.items()} | {table.key: table.pk for table in new}


def _rows(table: BandTable, points: Sequence[Point]) -> list[BandPoint]:
    return [
        BandPoint(table=table, position=n, value=p.value, score=p.score, condition=p.condition)
        for n, p in enumerate(points)
    ]


def _write_points(table: BandTable, points: Sequence[Point]) -> None:
    BandPoint.objects.bulk_create(_rows(table, points))


def _plain(points: Sequence[Point]) -> list[list[str]]:
    return [[str(p.value), str(p.score), p.condition] for p in points]
