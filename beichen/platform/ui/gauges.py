"""What Prometheus reads at `/metrics`: requests of this process, its pool, and what the database says of the queue.

Each web process is a target of its own and answers for itself, so that nothing has to be added up between processes;
what is read from the database is the same on each. Labels are names of doors and jobs, never paths or people.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import DatabaseError, connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from beichen.launch import environment
from beichen.platform.events import queries as jobs
from beichen.platform.kit import clock

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
SECONDS = (0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3, 6, 15)

disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "beichen_requests",
    "Requests answered, by door, method and status.",
    ["door", "method", "status"],
    registry=REGISTRY,
)
DURATION = Histogram(
    "beichen_request_seconds", "Time until the answer began, by door.", ["door"], buckets=SECONDS, registry=REGISTRY
)
STATEMENTS = Counter(
    "beichen_request_statements", "Statements sent to the database, by door.", ["door"], registry=REGISTRY
)
POOL = {
    "pool_size": ("beichen_pool_connections", "Connections this process holds."),
    "pool_available": ("beichen_pool_idle", "Connections of the pool that nobody uses now."),
    "requests_waiting": ("beichen_pool_waiting", "Requests that wait for a connection now."),
    "pool_max": ("beichen_pool_limit", "The most connections this process takes."),
}
AUDIT = """
SELECT (SELECT count(*) FROM audit_pending), (SELECT id FROM audit_pending ORDER BY id LIMIT 1),
       (SELECT extract(epoch FROM clock_timestamp() - sealed_at) FROM audit_seal ORDER BY n DESC LIMIT 1),
       (SELECT extract(epoch FROM clock_timestamp() - at) FROM audit_anchor ORDER BY n DESC LIMIT 1)
"""
QUEUES = {"events": "beichen_events_unsent", "mail": "beichen_mail_unsent"}


class MeasuringMiddleware:
    """Counts what is answered; not there at all unless the operator asked for metrics."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        if not settings.METRICS_TOKEN:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        sent, began = Statements(), time.perf_counter()
        with connection.execute_wrapper(sent):
            response = self.get_response(request)
        door = door_of(request)
        method = request.method if request.method in METHODS else "other"
        REQUESTS.labels(door, method, str(response.status_code)).inc()
        DURATION.labels(door).observe(time.perf_counter() - began)
        STATEMENTS.labels(door).inc(sent.count)
        return response


class Statements:
    """How many statements went to the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *words: Any) -> Any:
        self.count += 1
        return execute(*words)


def door_of(request: HttpRequest) -> str:
    """The name of the address in the URL map; what none of them takes is one word, whatever was typed."""
    match = request.resolver_match
    if match is not None:
        return match.view_name or "unnamed"
    return "static" if request.path.startswith(settings.STATIC_URL) else "unknown"


def allowed(header: str) -> bool:
    """Whether the header shows the token; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(header.encode(), f"Bearer {settings.METRICS_TOKEN}".encode())


@cache
def registry() -> CollectorRegistry:
    """All that is told, with the figures of the process itself."""
    ProcessCollector(registry=REGISTRY)
    PlatformCollector(registry=REGISTRY)
    GCCollector(registry=REGISTRY)
    REGISTRY.register(Figures())
    return REGISTRY


def text() -> bytes:
    """The figures in Prometheus's text format. Cost: three statements."""
    return generate_latest(registry())


def _gauge(name: str, said: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, said, value=value)


class Figures(Collector):
    """What is asked at each scrape. With the database away the rest still answers, and says so."""

    def describe(self) -> list[Metric]:
        """Nothing: registering must not ask the database."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Version, pool, and the database's own figures."""
        version = GaugeMetricFamily("beichen_release", "The version that runs.", labels=["version"])
        version.add_metric([environment.version()], 1)
        yield version
        yield from _pool()
        try:
            found = [*_jobs(), *_workers(), *_audit()]
        except DatabaseError:
            found = []
        yield _gauge("beichen_database_up", "1 when the database answered this scrape.", float(bool(found)))
        yield from found


def _pool() -> Iterator[Metric]:
    pool = getattr(connection, "pool", None)
    figures = pool.get_stats() if pool is not None else {}
    for key, (name, said) in POOL.items():
        if key in figures:
            yield _gauge(name, said, figures[key])


def _jobs() -> Iterator[Metric]:
    """Jobs by name and state, since when the oldest due one waits, and what is unsent of mail and events."""
    found, now = jobs.kinds(), clock.now()
    count = GaugeMetricFamily("beichen_jobs", "Jobs by name and state.", labels=["job", "state"])
    oldest = GaugeMetricFamily("beichen_job_oldest_seconds", "Since when the oldest due job waits.", labels=["job"])
    for kind in found:
        for state in ("waiting", "later", "running", "failed"):
            count.add_metric([kind.name, state], getattr(kind, state))
        oldest.add_metric([kind.name], (now - kind.since).total_seconds() if kind.since else 0)
    yield from (count, oldest)
    for queue, name in QUEUES.items():
        unsent = sum(kind.waiting + kind.later + kind.running for kind in found if kind.queue == queue)
        yield _gauge(name, f"Jobs in the queue {queue} that are not done.", unsent)


def _workers() -> Iterator[Metric]:
    found, now = jobs.workers(), clock.now()
    yield _gauge("beichen_workers", "Workers that beat their heart within a minute.", sum(one.lives for one in found))
    if found:
        last = max(one.at for one in found)
        yield _gauge("beichen_worker_heartbeat_age_seconds", "Age of the last beat.", (now - last).total_seconds())


def _audit() -> Iterator[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(AUDIT)
        waiting, oldest, sealed, signed = cursor.fetchone()
    born = (oldest.int >> 80) / 1000 if oldest else None  # a UUIDv7 begins with its milliseconds
    yield _gauge("beichen_audit_unsealed", "Rows of the audit that no seal holds yet.", waiting)
    said = "How long the oldest row of the audit waits for its seal."
    yield _gauge("beichen_audit_unsealed_oldest_seconds", said, max(0, clock.now().timestamp() - born) if born else 0)
    for name, age in (("seal", sealed), ("signature", signed)):
        if age is not None:
            yield _gauge(f"beichen_audit_{name}_age_seconds", f"Age of the last {name} of the audit.", float(age))
