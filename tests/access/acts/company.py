"""Things without a person: the strategy page, metrics, band tables."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID

from beichen.platform.events.tests.makers import make_failed
from beichen.platform.kit import clock
from tests.access import oracle
from tests.access.acts.base import Act, version_of
from tests.access.worlds import World

EDITOR = "E007"
OWN = UUID("00000000-0000-4000-8000-00000000000a")
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
    yield from _statements(world)
    yield Act("strategy_changes", {**page, "number": 91}, query={"against": 91})
    yield Act("audit_verify", row="18c", code="t")
    yield from _metrics(world)
    parked = make_failed()
    yield Act("jobs_retry", {"job_id": parked}, row="18g", code="t")
    yield Act("jobs_retry_all", body={"name": "notify.mail"}, row="18g", code="t")
    yield from _own(world)


def _own(world: World) -> Iterator[Act]:
    """What somebody asked for or was told: nobody else's, so that no row of the table speaks of it."""
    person = world.golden.id("E015")
    yield Act("files_ask", body={"kind": "people.company"})
    for operation in ("files_get", "files_content"):
        yield Act(operation, {"file_id": OWN}, stage=lambda: ready_file(person))
    yield Act("notices_read_one", {"notice_id": OWN}, stage=lambda: _notice(person))
    yield Act("second_person_withdraw", {"pending_id": OWN}, stage=lambda: _asked(person))


def ready_file(person_id: int) -> None:
    """A file that is ready, with one piece."""
    from beichen.platform.files.models import ExportFile, ExportPiece

    made = ExportFile.objects.create(
        pk=OWN, person_id=person_id, kind="people.company", name="company.xlsx", media="application/octet-stream",
        state="ready", seats=sorted({"CO", *oracle.seats("E015")}), size=1, asked_at=clock.now(), ready_at=clock.now(),
    )  # fmt: skip
    ExportPiece.objects.create(file=made, person_id=person_id, number=0, content=b"x")


def _notice(person_id: int) -> None:
    """A message that nobody has read."""
    from beichen.platform.notify.models import Notice

    Notice.objects.create(
        pk=OWN, addressee_id=person_id, template="People talk", url="/talks/", created_at=clock.now()
    )  # fmt: skip


def _asked(person_id: int) -> None:
    """An act that waits for a second person."""
    from beichen.platform.access.models import PendingAct

    PendingAct.objects.create(
        pk=OWN, act="people.import", object_key="import:1", digest="0" * 64, asked_by=person_id, asked_at=clock.now(),
        expires_at=clock.now() + timedelta(days=1),
    )  # fmt: skip


def _statements(world: World) -> Iterator[Act]:
    """Everything that is done about the principles, whose draft E007 writes and signs."""
    kind: dict[str, Any] = {"kind": "principles"}
    named: dict[str, Any] = {"row": "22c", "special": {"SE": {EDITOR}}}
    line = {"group": "principle", "key": "k2", "title": "结果与过程"}
    yield Act("statements_save", kind, {"items": [line], "version": 1}, **named)
    yield Act("statements_remark", kind, {"text": "很好"}, **named)
    members = {"remark": [world.golden.id("E008")], "version": 1}
    yield Act("statements_members", kind, members, row="22c", only={"HA", "EX"})
    yield Act("statements_forward", kind, {"version": 1}, row="22d")
    yield Act("statements_sign", kind, {"version": 1}, only={"SE"}, stage=lambda: _forward(world), **named)
    yield Act(
        "statements_publish", kind, {"version": 1}, row="22d", code="t", stage=lambda: _forward(world, signed=True)
    )
    yield Act("statements_remind", kind, row="22e", code="x", only={"HA"})


def _forward(world: World, *, signed: bool = False) -> None:
    """The draft was put forward by E007, who is to sign it or has."""
    from beichen.strategy.models import Signature, StatementMember, StatementVersion

    draft = StatementVersion.objects.get(statement__kind="principles", state="draft")
    StatementMember.objects.get_or_create(statement=draft.statement, person_id=world.golden.id(EDITOR), part="sign")
    draft.asked_by_id, draft.asked_at = world.golden.id(EDITOR), clock.now()
    draft.save(update_fields=["asked_by", "asked_at"])
    if signed:
        Signature.objects.create(version=draft, person_id=world.golden.id(EDITOR), at=clock.now())


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
    yield Act("metrics_retire", metric, {"reason": "不再使用", "version": 1}, row="26a")
    yield Act("metrics_take_starter_set", row="26a")
    yield Act("metrics_enact_drafts", row="26a")
    yield from _figures(world)
    line = {"metric_id": metric["metric_id"], "weight": 100}
    profile = {"profile_id": world.ids["24a", "U0"]}
    yield Act("recommended_set", profile, {"lines": [line], "version": 0}, row="24a")
    band = {"table_id": world.ids["26b", "U0"]}
    yield Act("bands_create", body={**BAND, "key": "K9"}, row="26b")
    yield Act("bands_update", band, {**BAND, "version": 1}, row="26b")
    yield Act("bands_freeze", band, {"version": 1}, row="26b")
    yield Act("bands_score", band, query={"value": "1"}, stage=lambda: _points(band["table_id"]))


def _figures(world: World) -> Iterator[Act]:
    unit, person = world.ids["26e", "U0"], world.ids["26d", "E006"]
    january = {"metric_id": unit, "period": "2026-01"}
    figure = {"value": "5", "unit_id": world.units["U0"].pk, "reason": "补录"}
    yield Act("figures_enter", january, figure, row="26e")
    mine = {"metric_id": person, "period": "2026-01"}
    figure = {"value": "5", "person_id": world.golden.id("E006"), "reason": "补录"}
    yield Act("figures_enter", mine, figure, row="26d", subject="E006")
    yield Act("figures_compute", {**january, "metric_id": world.ids["26e.formula", "U0"]}, row="26e")
    yield Act("figures_sign", mine, {"note": "", "version": 1}, row="26e")
    held = {"held_id": world.ids["26f", "U0"]}
    yield Act("figures_snapshot", {"cycle_id": world.cycles["2026G1"].pk})
    yield Act("figures_decide", held, {"let_through": False, "reason": "录错", "version": 1}, row="26f")


def _points(table_id: int) -> None:
    from beichen.metrics.models import BandPoint

    for position, score in enumerate((0, 10_000)):
        BandPoint.objects.create(table_id=table_id, position=position, value=10 * position, score=score)
