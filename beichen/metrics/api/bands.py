"""Band tables and recommended sets by program."""

from __future__ import annotations

from decimal import Decimal

from ninja import Status

from beichen.metrics import access, queries, rules
from beichen.metrics.api.library import router
from beichen.metrics.formulas import Point
from beichen.metrics.queries import BandCard, RecommendedCard
from beichen.metrics.rules import Recommended
from beichen.metrics.schemas import BandIn, BandOut, RecommendedIn, RecommendedOut, ScoreOut, VersionIn
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.get("/bands", response=list[BandOut], operation_id="bands_list")
@door(access.VIEW)
def bands(request: ApiRequest) -> list[BandCard]:
    """Band tables by key."""
    return list(queries.band_tables(request.actor).values())


def _points(body: BandIn) -> list[Point]:
    return [Point(point.value, point.score, point.condition) for point in body.points]


@router.post("/bands", response={201: BandOut}, operation_id="bands_create")
@door(access.EDIT_BAND)
def create_band(request: ApiRequest, body: BandIn) -> Status[BandCard]:
    """Add a draft table."""
    return Status(
        201, rules.create_band_table(request.actor, body.key, body.name, body.mode, _points(body), _whom(body))
    )


def _whom(body: BandIn) -> rules.ForWhom:
    return rules.ForWhom(
        metric_id=body.metric_id, cycle_id=body.cycle_id, role=body.role, level=body.level, unit_id=body.unit_id,
        reason=body.reason,
    )  # fmt: skip


@router.get("/bands/{int:table_id}", response=BandOut, operation_id="bands_get")
@door(access.VIEW)
def band(request: ApiRequest, table_id: int) -> BandCard:
    """One band table."""
    return queries.band_table(request.actor, table_id)


@router.get("/bands/{int:table_id}/score", response=ScoreOut, operation_id="bands_score")
@door(access.VIEW)
def score(request: ApiRequest, table_id: int, value: Decimal) -> dict[str, Decimal | int]:
    """What a value earns by this table."""
    return {"value": value, "score": queries.score(request.actor, table_id, value).stored}


@router.put("/bands/{int:table_id}", response=BandOut, operation_id="bands_update")
@door(access.EDIT_BAND)
def edit_band(request: ApiRequest, table_id: int, body: BandIn) -> BandCard:
    """Change a draft table."""
    return rules.edit_band_table(
        request.actor, table_id, body.name, body.mode, _points(body), version=request.version, whom=_whom(body)
    )


@router.post("/bands/{int:table_id}/freeze", response=BandOut, operation_id="bands_freeze")
@door(access.FREEZE_BAND)
def freeze(request: ApiRequest, table_id: int, body: VersionIn) -> BandCard:
    """Freeze a table, so that goals can be scored with it."""
    return rules.freeze_band_table(request.actor, table_id, request.version)


@router.get("/roles/{int:profile_id}", response=RecommendedOut, operation_id="recommended_get")
@door(access.VIEW_RECOMMENDED)
def recommended(request: ApiRequest, profile_id: int) -> RecommendedCard:
    """The metrics recommended to a role."""
    return queries.recommended(request.actor, profile_id)


@router.put("/roles/{int:profile_id}", response=RecommendedOut, operation_id="recommended_set")
@door(access.RECOMMEND)
def set_recommended(request: ApiRequest, profile_id: int, body: RecommendedIn) -> RecommendedCard:
    """Say which metrics a role is followed by."""
    lines = [Recommended(**line.dict()) for line in body.lines]
    return rules.set_recommended(request.actor, profile_id, lines, request.version)
