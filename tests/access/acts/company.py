"""Things without a person: the strategy page, metrics, band tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from beichen.platform.events.tests.makers import make_failed
from tests.access import oracle
from tests.access.acts.base import Act, version_of
from tests.access.worlds import World

EDITOR = "E007"
BAND = {"name": "留存", "points": [{"value": "0", "score": 0}, {"value": "10", "score": 10000}]}


def acts(world: World) -> Iterator[Act]:
    """Every operation of strategy and metrics."""
    page = {"map_id": world.ids["22a", "U0"]}
    editor: dict[str, Any] = {"special": {"SE": {EDITOR}}}
    wording = {"horizon": "2026", "boxes": {}, "priorities": [], "map_id": page["map_id"], "version": 1}
    yield Act("strategy_save_draft", body=wording, row="22a", **editor)
    yield Act("strategy_restore", {**page, "number": 91}, {"version": 1}, row="22a", **editor)
    yield Act("strategy_publish", page, {"version": 1}, row="22a", code="t")
    version = version_of(world, "strategy.StrategyMap", page["map_id"])
    named = {"person_ids": [world.golden.id("E008")], "version": version}
    yield Act("strategy_editors", page, named, row="22a", code="t")
    yield Act("strategy_editors_now", page, row="22a", code="t")
    version = version_of(world, "strategy.StrategyMap", page["map_id"])
    yield Act("strategy_limit", page, {"limit": 5, "version": version}, row="22a", code="t")
    yield from _targets(world, page["map_id"])
    yield Act("strategy_changes", {**page, "number": 91}, query={"against": 91})
    yield Act("audit_verify", row="18c", code="t")
    yield from _metrics(world)
    parked = make_failed()
    yield Act("jobs_retry", {"job_id": parked}, row="18g", code="t")
    yield Act("jobs_retry_all", body={"name": "notify.mail"}, row="18g", code="t")


def _targets(world: World, map_id: int) -> Iterator[Act]:
    """A target of E008's, written by E007: the head of the unit and every HR partner over it may confirm."""
    found = oracle.company()
    owner, at = "E008", found.unit["E008"]
    head = next(number for number in _heads(at) if number not in (owner, EDITOR))
    target = world.ids["22f", "U0"]
    yield Act(
        "strategy_confirm_target", {"target_id": target}, row="22f", code="t", subject=owner, only={"SE", "BP"},
        special={"SE": {head}}, barred={owner, EDITOR}, stage=lambda: _in_force(map_id, target),
    )  # fmt: skip


def _heads(unit: str) -> Iterator[str]:
    at: str | None = unit
    while at is not None:
        yield oracle.company().heads[at]
        at = oracle.company().parent[at]


def _in_force(map_id: int, target: int) -> None:
    """The page in force names the target."""
    from beichen.strategy.models import StrategyMap, StrategyVersion

    version = StrategyVersion.objects.get(map_id=map_id, number=StrategyMap.objects.get(pk=map_id).published)
    version.content["priorities"] = [{"key": "P1", "name": "留存", "owner_id": None, "targets": [target]}]
    version.save(update_fields=["content"])


def _metrics(world: World) -> Iterator[Act]:
    metric, draft = {"metric_id": world.ids["26a", "U0"]}, {"metric_id": world.ids["26a.draft", "U0"]}
    entry = {"code": "M9", "name": "活跃"}
    yield Act("metrics_create", body=entry, row="26a")
    yield Act("metrics_update", metric, {**entry, "version": 1}, row="26a")
    yield Act("metrics_enact", draft, {"version": 1}, row="26a")
    line = {"metric_id": metric["metric_id"], "weight": 100}
    profile = {"profile_id": world.ids["24a", "U0"]}
    yield Act("recommended_set", profile, {"lines": [line], "version": 0}, row="24a")
    band = {"table_id": world.ids["26b", "U0"]}
    yield Act("bands_create", body={**BAND, "key": "K9"}, row="26b")
    yield Act("bands_update", band, {**BAND, "version": 1}, row="26b")
    yield Act("bands_freeze", band, {"version": 1}, row="26b")
    yield Act("bands_score", band, query={"value": "1"}, stage=lambda: _points(band["table_id"]))


def _points(table_id: int) -> None:
    from beichen.metrics.models import BandPoint

    for position, score in enumerate((0, 10_000)):
        BandPoint.objects.create(table_id=table_id, position=position, value=10 * position, score=score)
