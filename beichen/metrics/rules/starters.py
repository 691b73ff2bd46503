"""The starter set of metrics: written as drafts by one HR administrator, activated as a whole by another."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from beichen.metrics import access
from beichen.metrics.choices import MetricState, VersionState
from beichen.metrics.events import MetricEnacted
from beichen.metrics.models import Metric, MetricVersion
from beichen.metrics.rules.library import (
    EditedByYou,
    MetricInput,
    checked,
    content_of,
    fields_of,
    plain_name,
)
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid

STARTERS = Path(__file__).parents[1] / "starter_metrics.txt"
_COLUMNS = (
    "code", "name", "name_en", "kind", "unit", "direction", "rhythm", "subject", "definition", "definition_en",
    "calculation", "calculation_en", "source", "source_en", "roles", "is_general", "formula",
)  # fmt: skip


@cache
def starters() -> tuple[MetricInput, ...]:
    """The starter set as entered, what is collected before what is computed from it."""
    lines = [line for line in STARTERS.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    made = [_starter(dict(zip(_COLUMNS, line.split("|"), strict=True))) for line in lines]
    return tuple(sorted(made, key=lambda one: bool(one.formula)))


def _starter(line: dict[str, Any]) -> MetricInput:
    roles = tuple(role for role in line.pop("roles").split(",") if role)
    general = line.pop("is_general") == "*"
    return MetricInput(**line, roles=roles, is_general=general, **_held_to(line))


_COUNTED = ("人", "次", "单", "件", "个", "条", "篇")
_BELOW_ZERO = ("revenue_growth", "gross_margin")
_FEW = ("severe_incidents", "complaints", "resigned")


def _held_to(line: dict[str, Any]) -> dict[str, Any]:
    """What the figures are held to: shares lie from 0 to 100, counts do not treble from one period to the next."""
    if line["unit"] == "%" and line["code"] not in _BELOW_ZERO:
        return {"least": Decimal(0), "most": Decimal(100)}
    if line["unit"] in _COUNTED:
        return {"least": Decimal(0), "jump_percent": None if line["code"] in _FEW else 200}
    return {}


@rule
def take_starter_set(actor: Actor) -> int:
    """Write the metrics of the starter set that the library does not know yet, by code, name or another word for it.

    Each is a draft whose figure the actor owns, until somebody else is named. A second time adds nothing. A formula
    that does not fit the company's own metrics is left out: the figure is then collected. Gives how many were added.
    Cost: about two statements a metric.
    """
    require(actor, access.TAKE_STARTERS)
    made = []
    for starter in _unknown():
        entered = replace(starter, owner_id=actor.person_id)
        try:
            fit = checked(entered, None)
        except Invalid:
            fit = checked(replace(entered, formula=""), None)
        made.append(Metric.objects.create(last_editor_id=actor.person_id, **fields_of(fit)).pk)
    if made:
        audit.record_bulk(actor, access.TAKE_STARTERS, "metrics.metric", made)
    return len(made)


def _unknown() -> list[MetricInput]:
    known = list(Metric.objects.values_list("code", "name", "name_en", "also_named"))
    codes = {code for code, *_ in known}
    names = {plain_name(text) for _, name, english, also in known for text in (name, english, *also)}
    return [
        one for one in starters()
        if one.code not in codes and not names & {plain_name(one.name), plain_name(one.name_en)}
    ]  # fmt: skip


@rule
def enact_drafts(actor: Actor) -> int:
    """Activate every draft that somebody else edited last; how many. Cost: about six statements.

    Each was checked when it was entered. Errors: Forbidden, EditedByYou where all drafts are the actor's own.
    """
    require(actor, access.ENACT)
    drafts = list(Metric.objects.select_for_update().filter(state=MetricState.DRAFT).order_by("pk"))
    others = [one for one in drafts if one.last_editor_id != actor.person_id]
    if drafts and not others:
        raise EditedByYou(drafts[0])
    now = clock.now()
    MetricVersion.objects.bulk_create([
        MetricVersion(
            metric=one, number=1, state=VersionState.AGREED, content=content_of(one), edited_by_id=one.last_editor_id,
            edited_at=now, agreed_by_id=actor.person_id, agreed_at=now,
        )
        for one in others
    ])  # fmt: skip
    for one in others:
        one.state, one.version = MetricState.IN_FORCE, one.version + 1
    Metric.objects.bulk_update(others, ["state", "version"])
    if others:
        audit.record_bulk(actor, access.ENACT, "metrics.metric", [one.pk for one in others])
    for one in others:
        publish(MetricEnacted(metric_id=one.pk))
    return len(others)
