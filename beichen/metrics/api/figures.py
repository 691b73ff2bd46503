"""Figures of metrics by program."""

from __future__ import annotations

from typing import Any

from beichen.metrics import access, queries, rules
from beichen.metrics.api.library import router
from beichen.metrics.queries import Explanation, HeldLine, PeriodCard, ValueLine
from beichen.metrics.schemas import (
    ComputedOut,
    DecideFigureIn,
    ExplanationOut,
    FigureIn,
    FiguresOut,
    HeldOut,
    PeriodOut,
    SignIn,
    TakenOut,
)
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit import periods


@router.get("/{int:metric_id}/figures", response=list[PeriodOut], operation_id="figures_periods")
@door(access.VIEW_VALUES)
def by_period(request: ApiRequest, metric_id: int) -> list[PeriodCard]:
    """The newest periods of a metric and where each stands."""
    return queries.period_cards(request.actor, queries.metric(request.actor, metric_id))


@router.get("/{int:metric_id}/figures/{str:period}", response=FiguresOut, operation_id="figures_list")
@door(access.VIEW_VALUES)
def figures(request: ApiRequest, metric_id: int, period: str, after: int = 0) -> dict[str, Any]:
    """A metric's figures for a period, those one may read; `after` is the `next` of the page before."""
    card = queries.metric(request.actor, metric_id)
    key = periods.parse(period).key
    lines: list[ValueLine] = queries.values(request.actor, card, key, after=after)
    more = lines[queries.PAGE - 1].subject_id if len(lines) > queries.PAGE else None
    return {"period": queries.period_card(request.actor, card, key), "items": lines[: queries.PAGE], "next": more}


@router.post("/{int:metric_id}/figures/{str:period}", response=TakenOut, operation_id="figures_enter")
@door(access.WRITE_VALUE)
def enter(request: ApiRequest, metric_id: int, period: str, body: FigureIn) -> dict[str, Any]:
    """Enter one figure, or correct one with a reason; one that fails a quality rule is held back."""
    done = rules.enter_value(request.actor, metric_id, rules.ValueInput(period=period, **body.dict()))
    return {
        "added": len(done.added), "corrected": len(done.corrected), "unchanged": len(done.unchanged),
        "held": next((one.rule for one in done.held.values()), ""),
    }  # fmt: skip


@router.post("/{int:metric_id}/figures/{str:period}/compute", response=ComputedOut, operation_id="figures_compute")
@door(access.WRITE_VALUES)
def compute(request: ApiRequest, metric_id: int, period: str) -> rules.Computed:
    """Compute a metric by its formula for all subjects, and first what it rests on."""
    return rules.compute(request.actor, metric_id, period)


@router.post("/{int:metric_id}/figures/{str:period}/sign", response=PeriodOut, operation_id="figures_sign")
@door(access.SIGN)
def sign(request: ApiRequest, metric_id: int, period: str, body: SignIn) -> PeriodCard:
    """Sign and publish a period's figures."""
    rules.sign(request.actor, metric_id, period, body.note, request.version)
    key = periods.parse(period).key
    return queries.period_card(request.actor, queries.metric(request.actor, metric_id), key)


@router.get("/{int:metric_id}/values/{int:value_id}", response=ExplanationOut, operation_id="figures_explain")
@door(access.VIEW_VALUES)
def explain(request: ApiRequest, metric_id: int, value_id: int) -> Explanation:
    """How one figure came about: the numbers that went in, where each came from, what stood there before."""
    return queries.explain(request.actor, queries.metric(request.actor, metric_id), value_id)


@router.get("/held", response=list[HeldOut], operation_id="figures_held")
@door(access.SEE_HELD)
def held(request: ApiRequest) -> list[HeldLine]:
    """What is held back and waits for a decision."""
    require(request.actor, access.SEE_HELD)
    return queries.held(request.actor)


@router.post("/held/{int:held_id}/decide", response={204: None}, operation_id="figures_decide")
@door(access.DECIDE_HELD)
def decide(request: ApiRequest, held_id: int, body: DecideFigureIn) -> None:
    """Let a held figure count, or throw it out."""
    rules.decide_held(request.actor, held_id, let_through=body.let_through, reason=body.reason, version=request.version)
