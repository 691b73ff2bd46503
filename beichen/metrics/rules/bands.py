"""Band tables: made, changed, frozen, brought by an import."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import BandMode, BandState, MetricState
from beichen.metrics.events import BandTableFrozen
from beichen.metrics.formulas import Point, Table
from beichen.metrics.models import BandPoint, BandTable
from beichen.metrics.queries import BandCard
from beichen.metrics.rules.library import CodeTaken
from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, Refused


class AgreedByAnother(Refused):
    """Bands of a cycle are agreed to by two people."""

    code = "bands_agreed_by_another"
    text = gettext_noop("You edited these bands last, so somebody else has to agree to them.")


class WrongWay(Invalid):
    """The points and the metric disagree about which way is better."""

    code = "bands_wrong_way"
    text = gettext_noop("These points run against “%(name)s”: begin with its worst value and end with its best.")


class NoActiveMetric(Invalid):
    """Bands of a cycle score an agreed metric."""

    code = "bands_without_metric"
    text = gettext_noop("Bands for a cycle need an active metric.")


class CycleRuns(Invalid):
    """Bands are agreed to before goals run."""

    code = "bands_after_the_start"
    text = gettext_noop("This cycle is already running: its bands were frozen when it began.")


class SameWhom(Invalid):
    """One table for the same people."""

    code = "bands_twice"
    text = gettext_noop("There are bands for this metric, cycle, role, level and unit already.")


class BesideAnother(Invalid):
    """Different bands for one metric stand side by side with their reason."""

    code = "bands_need_reason"
    text = gettext_noop("This metric has other bands in this cycle. Say why these differ.")


class Frozen(Refused):
    """A frozen table never changes."""

    code = "band_table_frozen"
    text = gettext_noop(
        "This band table is frozen so that results scored with it can always be explained. Create a new one instead."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ForWhom:
    """What a table is for: a metric, and in it a cycle, a role profile, a level, a unit; `reason` beside another."""

    metric_id: int | None = None
    cycle_id: int | None = None
    role: str = ""
    level: str = ""
    unit_id: int | None = None
    reason: str = ""


EVERYBODY = ForWhom()


@rule
def create_band_table(
    actor: Actor, key: str, name: str, mode: str, points: Sequence[Point], whom: ForWhom = EVERYBODY
) -> BandCard:
    """Add a draft table. A bad one is refused with the field, the value and what is allowed (formulas §4)."""
    require(actor, access.EDIT_BAND)
    Table(tuple(points), stepped=mode == BandMode.STEPPED)
    if BandTable.objects.filter(key=key).exists():
        raise CodeTaken(field="key", key=key)
    table = BandTable(key=key, name=name, mode=mode, last_editor_id=actor.person_id)
    _fit(actor, table, points, whom)
    table.save()
    _write_points(table, points)
    audit.record(actor, access.EDIT_BAND, table, details=_details(points, mode, whom))
    return queries.band_table(actor, table.pk)


@rule
def edit_band_table(
    actor: Actor, table_id: int, name: str, mode: str, points: Sequence[Point], *, version: int,
    whom: ForWhom | None = None,
) -> BandCard:  # fmt: skip
    """Change a draft table; `whom` None leaves for whom it is."""
    table = queries.band_to_change(actor, table_id)
    require(actor, access.EDIT_BAND, table)
    if table.version != version:
        raise Changed(table)
    if table.state == BandState.FROZEN:
        raise Frozen(table)
    Table(tuple(points), stepped=mode == BandMode.STEPPED)
    whom = whom or ForWhom(**{name: getattr(table, name) for name in ForWhom.__dataclass_fields__})
    _fit(actor, table, points, whom)
    table.name, table.mode, table.version = name, mode, table.version + 1
    table.last_editor_id = actor.person_id
    table.save()
    table.points.all().delete()
    _write_points(table, points)
    audit.record(actor, access.EDIT_BAND, table, details=_details(points, mode, whom))
    return queries.band_table(actor, table_id)


@rule
def freeze_band_table(actor: Actor, table_id: int, version: int) -> BandCard:
    """From now on the table scores, and never changes. One of a cycle is agreed to by somebody else than its editor."""
    table = queries.band_to_change(actor, table_id)
    if table.state == BandState.FROZEN:
        return queries.band_table(actor, table_id)
    require(actor, access.FREEZE_BAND, table)
    if table.cycle_id is not None and table.last_editor_id == actor.person_id:
        raise AgreedByAnother(table)
    if table.version != version:
        raise Changed(table)
    _froze(actor, table)
    return queries.band_table(actor, table_id)


def _froze(actor: Actor, table: BandTable) -> None:
    table.state, table.version = BandState.FROZEN, table.version + 1
    table.save(update_fields=["state", "version"])
    audit.record(actor, access.FREEZE_BAND, table)
    publish(BandTableFrozen(table_id=table.pk))


def _fit(actor: Actor, table: BandTable, points: Sequence[Point], whom: ForWhom) -> None:
    """Set for whom the table is; refuse what does not go together."""
    for name in ForWhom.__dataclass_fields__:
        setattr(table, name, getattr(whom, name))
    metric = queries.metric(actor, whom.metric_id) if whom.metric_id is not None else None
    falls = points[-1].value < points[0].value
    if metric is not None and metric.direction in ("higher", "lower") and falls != (metric.direction == "lower"):
        raise WrongWay(field="value_0", name=metric.title)
    if whom.cycle_id is None:
        return
    if metric is None or metric.state != MetricState.IN_FORCE:
        raise NoActiveMetric(field="metric")
    if people.cycle(actor, whom.cycle_id).phase not in (Phase.SETUP, Phase.GOALS):
        raise CycleRuns(field="cycle")
    others = BandTable.objects.filter(metric_id=metric.id, cycle_id=whom.cycle_id).exclude(pk=table.pk)
    if others.filter(role=whom.role, level=whom.level, unit_id=whom.unit_id).exists():
        raise SameWhom(field="metric")
    if others.exists() and not whom.reason.strip():
        raise BesideAnother(field="reason")


def _details(points: Sequence[Point], mode: str, whom: ForWhom) -> dict[str, Any]:
    return {"points": _plain(points), "mode": mode, "whom": asdict(whom)}


@rule
def freeze_of_cycle(actor: Actor, cycle_id: int) -> int:
    """Freeze every table of a cycle, as goals begin to run: nobody is scored by bands that move. Gives how many."""
    found = list(BandTable.objects.select_for_update().filter(cycle_id=cycle_id, state=BandState.DRAFT).order_by("pk"))
    for table in found:
        _froze(actor, table)
    return len(found)


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
