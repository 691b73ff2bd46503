"""Where metrics are used: the goals that count one, on its page, and all metrics in the goals of a cycle."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from beichen.goals import access, queries
from beichen.goals.pages.plans import cycle_of
from beichen.goals.queries import MetricUse
from beichen.platform.access.permissions import require
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW)
def used_by(request: PageRequest, metric_id: int) -> HttpResponse:
    """The goals that count a metric, as a part of its page."""
    found = queries.goals_by_metric(request.actor, metric_id)
    return page(request, "goals/used_by.html", found=found)


@door(access.METRIC_USE)
def usage(request: PageRequest) -> HttpResponse:
    """All metrics in the goals of a cycle: use, spread, what nobody tracks, what changed nothing."""
    require(request.actor, access.METRIC_USE)
    cycle, cycles = cycle_of(request)
    found = queries.usage(request.actor, cycle.id) if cycle else None
    return page(
        request, "goals/usage.html", found=found, cycle=cycle, cycles=cycles,
        lines=[_row(line) for line in found.lines] if found else [],
    )  # fmt: skip


def _row(line: MetricUse) -> dict[str, Any]:
    spread = line.scores
    return {"line": line, "spread": (spread.least, spread.middle, spread.most) if spread else None}
