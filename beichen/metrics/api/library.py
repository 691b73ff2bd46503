"""The metric library and its versions by program: everything the pages do."""

from __future__ import annotations

from ninja import Router, Status

from beichen.metrics import access, queries, rules
from beichen.metrics.queries import MetricCard, VersionCard
from beichen.metrics.rules import MetricInput
from beichen.metrics.schemas import MetricIn, MetricOut, MetricVersionOut, RetireIn, StarterOut, VersionIn
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest

router = Router()


@router.get("", response=list[MetricOut], operation_id="metrics_list")
@door(access.VIEW)
def metrics(request: ApiRequest, text: str = "", kind: str = "") -> list[MetricCard]:
    """The library by code."""
    return queries.metrics(request.actor, text, kind=kind)


@router.post("", response={201: MetricOut}, operation_id="metrics_create")
@door(access.EDIT)
def create(request: ApiRequest, body: MetricIn) -> Status[MetricCard]:
    """Add a draft."""
    return Status(201, rules.create_metric(request.actor, _entered(body)))


def _entered(body: MetricIn) -> MetricInput:
    said = body.dict(exclude={"version"})
    return MetricInput(**{**said, "also_named": tuple(said["also_named"]), "roles": tuple(said["roles"])})


@router.post("/starter-set", response=StarterOut, operation_id="metrics_take_starter_set")
@door(access.TAKE_STARTERS)
def starters(request: ApiRequest) -> dict[str, int]:
    """Write the metrics of the starter set that are not there yet; how many."""
    return {"count": rules.take_starter_set(request.actor)}


@router.post("/enact-drafts", response=StarterOut, operation_id="metrics_enact_drafts")
@door(access.ENACT)
def enact_drafts(request: ApiRequest) -> dict[str, int]:
    """Activate every draft that somebody else edited last; how many."""
    return {"count": rules.enact_drafts(request.actor)}


@router.get("/{int:metric_id}", response=MetricOut, operation_id="metrics_get")
@door(access.VIEW)
def metric(request: ApiRequest, metric_id: int) -> MetricCard:
    """One metric."""
    return queries.metric(request.actor, metric_id)


@router.put("/{int:metric_id}", response=MetricOut, operation_id="metrics_update")
@door(access.EDIT)
def edit(request: ApiRequest, metric_id: int, body: MetricIn) -> MetricCard:
    """Change a draft, or propose a new version of an active metric."""
    return rules.edit_metric(request.actor, metric_id, _entered(body), request.version)


@router.get("/{int:metric_id}/versions", response=list[MetricVersionOut], operation_id="metrics_versions")
@door(access.VIEW)
def versions(request: ApiRequest, metric_id: int) -> list[VersionCard]:
    """The definitions of a metric, the newest first."""
    return queries.versions(request.actor, metric_id)


@router.post("/{int:metric_id}/enact", response=MetricOut, operation_id="metrics_enact")
@door(access.ENACT)
def enact(request: ApiRequest, metric_id: int, body: VersionIn) -> MetricCard:
    """Put a metric, or its proposed version, into force."""
    return rules.enact_metric(request.actor, metric_id, request.version)


@router.post("/{int:metric_id}/retire", response=MetricOut, operation_id="metrics_retire")
@door(access.RETIRE)
def retire(request: ApiRequest, metric_id: int, body: RetireIn) -> MetricCard:
    """Take a metric out of use."""
    return rules.retire_metric(request.actor, metric_id, body.reason, request.version)
