"""Every write of metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import BandMode, BandState, MetricState
from beichen.metrics.events import BandTableFrozen, MetricEnacted
from beichen.metrics.formulas import Point, Table
from beichen.metrics.models import BandPoint, BandTable, Metric, RecommendedMetric, RecommendedSet
from beichen.metrics.queries import BandCard, MetricCard, RecommendedCard
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused

MOST_RECOMMENDED = 8


class CodeTaken(Invalid):
    """The code or key belongs to another entry."""

    code = "code_taken"
    text = gettext_noop("“%(key)s” is already in use. Choose another, or edit the entry that has it.")


class Frozen(Refused):
    """A frozen table never changes."""

    code = "band_table_frozen"
    text = gettext_noop(
        "This band table is frozen so that results scored with it can always be explained. Create a new one instead."
    )


class NotDraft(Refused):
    """The metric has left this state already."""

    code = "metric_not_draft"
    text = gettext_noop("This metric is no longer a draft, so it cannot be activated again.")


class EditedByYou(Refused):
    """Two people put a metric into force."""

    code = "metric_edited_by_you"
    text = gettext_noop("You edited this metric last, so somebody else has to activate it.")


class NotInForce(Invalid):
    """Only a metric whose definition two people agreed to is recommended."""

    code = "metric_not_in_force"
    text = gettext_noop("%(name)s is not active, so it cannot be recommended. Activate it first.")


class TwiceRecommended(Invalid):
    code = "metric_twice"
    text = gettext_noop("%(name)s appears twice in this set. List each metric once.")


class TooManyMetrics(Invalid):
    code = "too_many_metrics"
    text = gettext_noop("A role has at most %(most)s recommended metrics; this set has %(count)s.")


class BadWeights(Invalid):
    code = "bad_weights"
    text = gettext_noop(
        "Give weights to all metrics or to none. Each is from 1 to 100, and together they must "
        "be 100%%; these add up to %(total)s%%."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """One metric of a recommended set as entered."""

    metric_id: int
    weight: int | None = None
    note: str = ""
    note_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricInput:
    """What is entered for a metric."""

    code: str
    name: str
    name_en: str = ""
    unit: str = ""
    direction: str = "higher"
    owner_id: int | None = None
    definition: str = ""


@rule
def create_metric(actor: Actor, entered: MetricInput) -> MetricCard:
    """Add a draft to the library; the same person adding the same code again gets the first one."""
    known = Metric.objects.filter(code=entered.code).first()
    if known is not None and known.last_editor_id == actor.person_id and known.name == entered.name:
        return queries.metric(actor, known.pk)
    require(actor, access.EDIT)
    if known is not None:
        raise CodeTaken(field="code", key=entered.code)
    metric = Metric.objects.create(last_editor_id=actor.person_id, **_fields(entered))
    audit.record(actor, access.EDIT, metric, details={"to": _fields(entered)})
    return queries.metric(actor, metric.pk)


@rule
def edit_metric(actor: Actor, metric_id: int, entered: MetricInput, version: int) -> MetricCard:
    """Change an entry; what it was stays in the audit."""
    metric = queries.metric_to_change(actor, metric_id)
    require(actor, access.EDIT, metric)
    if metric.version != version:
        raise Changed(metric)
    if Metric.objects.filter(code=entered.code).exclude(pk=metric.pk).exists():
        raise CodeTaken(field="code", key=entered.code)
    before = {name: getattr(metric, name) for name in _fields(entered)}
    for name, value in _fields(entered).items():
        setattr(metric, name, value)
    metric.last_editor_id, metric.version = actor.person_id, metric.version + 1
    metric.save()
    audit.record(actor, access.EDIT, metric, details={"from": before, "to": _fields(entered)})
    return queries.metric(actor, metric.pk)


@rule
def enact_metric(actor: Actor, metric_id: int, version: int) -> MetricCard:
    """Put a draft into force: somebody else than its last editor does it."""
    metric = queries.metric_to_change(actor, metric_id)
    if metric.state == MetricState.IN_FORCE:
        return queries.metric(actor, metric_id)
    require(actor, access.EDIT, metric)
    if metric.last_editor_id == actor.person_id:
        raise EditedByYou(metric)
    if metric.version != version:
        raise Changed(metric)
    if metric.state != MetricState.DRAFT:
        raise NotDraft(metric)
    metric.state, metric.version = MetricState.IN_FORCE, metric.version + 1
    metric.save(update_fields=["state", "version"])
    audit.record(actor, access.ENACT, metric)
    publish(MetricEnacted(metric_id=metric.pk))
    return queries.metric(actor, metric_id)


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


@rule
def set_recommended(actor: Actor, profile_id: int, lines: Sequence[Recommended], version: int) -> RecommendedCard:
    """Say which metrics a role is followed by, the most telling first; no lines take the recommendation back.

    Errors: NotFound, Forbidden, Changed, NotInForce, TwiceRecommended, TooManyMetrics, BadWeights.
    Cost: about twelve statements.
    """
    people.role_profile(actor, profile_id)
    require(actor, access.RECOMMEND)
    RecommendedSet.objects.get_or_create(profile_id=profile_id)
    found = RecommendedSet.objects.select_for_update(of=("self",)).get(profile_id=profile_id)
    before = [Recommended(**line) for line in found.lines.values(*Recommended.__dataclass_fields__)]
    if found.last_editor_id == actor.person_id and before == list(lines):
        return queries.recommended(actor, profile_id)
    if found.version != version:
        raise Changed(found)
    _check_recommended(actor, lines)
    found.last_editor_id, found.version = actor.person_id, found.version + 1
    found.save(update_fields=["last_editor", "version"])
    found.lines.all().delete()
    RecommendedMetric.objects.bulk_create(
        [RecommendedMetric(set=found, position=n, **asdict(line)) for n, line in enumerate(lines)]
    )
    audit.record(
        actor, access.RECOMMEND, found,
        details={"profile": profile_id, "from": [asdict(one) for one in before], "to": [asdict(one) for one in lines]},
    )  # fmt: skip
    return queries.recommended(actor, profile_id)


def _check_recommended(actor: Actor, lines: Sequence[Recommended]) -> None:
    library = {metric.id: metric for metric in queries.metrics(actor)}
    if len(lines) > MOST_RECOMMENDED:
        raise TooManyMetrics(field="lines", most=MOST_RECOMMENDED, count=len(lines))
    seen: set[int] = set()
    for line in lines:
        metric = library.get(line.metric_id)
        if metric is None:
            raise NotFound
        if metric.state != MetricState.IN_FORCE:
            raise NotInForce(field="lines", name=metric.title)
        if metric.id in seen:
            raise TwiceRecommended(field="lines", name=metric.title)
        seen.add(metric.id)
    weights = [line.weight for line in lines if line.weight is not None]
    whole = len(weights) == len(lines) and sum(weights) == 100 and all(weight >= 1 for weight in weights)
    if weights and not whole:
        raise BadWeights(field="lines", total=sum(weights))


def _fields(entered: MetricInput) -> dict[str, Any]:
    return {name: getattr(entered, name) for name in MetricInput.__dataclass_fields__}


def _rows(table: BandTable, points: Sequence[Point]) -> list[BandPoint]:
    return [
        BandPoint(table=table, position=n, value=p.value, score=p.score, condition=p.condition)
        for n, p in enumerate(points)
    ]


def _write_points(table: BandTable, points: Sequence[Point]) -> None:
    BandPoint.objects.bulk_create(_rows(table, points))


def _plain(points: Sequence[Point]) -> list[list[str]]:
    return [[str(p.value), str(p.score), p.condition] for p in points]
