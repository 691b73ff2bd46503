"""Where metrics are used, by program."""

from __future__ import annotations

from beichen.goals import access, queries
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import MetricGoals, Usage
from beichen.goals.schemas.usage import MetricGoalsOut, UsageOut
from beichen.people import queries as people
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Id


@router.get("/metrics", response=UsageOut, operation_id="goals_metric_use")
@door(access.METRIC_USE)
def usage(request: ApiRequest, cycle_id: Id) -> Usage:
    """All metrics that agreed goals of a cycle count, what nobody tracks by unit, and what could be removed."""
    require(request.actor, access.METRIC_USE)
    return queries.usage(request.actor, people.cycle(request.actor, cycle_id).id)


@router.get("/metrics/{int:metric_id}", response=MetricGoalsOut, operation_id="goals_by_metric")
@door(access.VIEW, reads=C3)
def used_by(request: ApiRequest, metric_id: int) -> MetricGoals:
    """The goals that count a metric, of those you read: how many by cycle, and some of the newest."""
    return queries.goals_by_metric(request.actor, metric_id)
