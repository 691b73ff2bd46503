"""Check-ins by program: the same rules as the pages. Class C5 is never open to a token, only to a signed-in session."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any

from ninja import Router, Status

from beichen.conversations import access, queries, rules
from beichen.conversations.queries import CheckInCard, CheckInView, Rates
from beichen.conversations.schemas import (
    AllRatesOut,
    CheckInAnswersIn,
    CheckInOut,
    CheckInViewOut,
    ReplyIn,
    TalkLineOut,
)
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit.actor import Actor

router = Router()


def _head(card: CheckInCard) -> dict[str, Any]:
    return {**asdict(card), "is_late": card.is_late}


def _view(view: CheckInView) -> dict[str, Any]:
    reply = asdict(view.reply) if view.reply else None
    return {**_head(view.card), "answers": dict(view.answers), "reply": reply, "strained": view.strained}


def _written(actor: Actor, check_in_id: int) -> dict[str, Any]:
    return _head(queries.card(actor, check_in_id))


def _rates(rates: Rates | None) -> dict[str, Any] | None:
    if rates is None:
        return None
    seconds = round(rates.median.total_seconds()) if rates.median is not None else None
    return {**asdict(rates), "median_seconds": seconds}


@router.get("/check-ins", response=list[CheckInOut], operation_id="talks_check_ins")
@door(access.SEE, leavers=True)
def check_ins(request: ApiRequest, person_id: int | None = None, before: date | None = None) -> list[dict[str, Any]]:
    """Sent check-ins of a person (oneself by default), newest first, twenty at a time, without content."""
    person = person_id if person_id is not None else request.actor.person_id or 0
    return [_head(card) for card in queries.history(request.actor, person, before)]


@router.post("/check-ins", response={201: CheckInOut}, operation_id="talks_begin")
@door(access.OPEN)
def begin(request: ApiRequest) -> Status[dict[str, Any]]:
    """Begin a check-in today, or give the one that is open."""
    made = rules.open_check_in(request.actor, request.actor.person_id or 0)
    return Status(201, _written(request.actor, made.pk))


@router.get("/check-ins/open", response=CheckInOut | None, operation_id="talks_open")
@door(access.SEE)
def open_(request: ApiRequest) -> dict[str, Any] | None:
    """My check-in that is not sent yet, if any."""
    found = queries.my_open(request.actor)
    return _head(found) if found else None


@router.get("/check-ins/{check_in_id}", response=CheckInViewOut, operation_id="talks_check_in")
@door(access.READ, leavers=True)
def check_in(request: ApiRequest, check_in_id: int) -> dict[str, Any]:
    """One check-in with what I may read of it. Reading somebody else's is noted."""
    return _view(queries.view(request.actor, check_in_id))


@router.get("/check-ins/{check_in_id}/draft", response=dict[str, Any], operation_id="talks_draft")
@door(access.SAVE, reads="C5")
def draft(request: ApiRequest, check_in_id: int) -> dict[str, Any]:
    """What I typed and have not sent; 404 once it is sent, and for everybody else."""
    return queries.own_draft(request.actor, check_in_id)


@router.put("/check-ins/{check_in_id}/draft", response=CheckInOut, operation_id="talks_save")
@door(access.SAVE, reads="C5")
def save(request: ApiRequest, check_in_id: int, typed: CheckInAnswersIn) -> dict[str, Any]:
    """Keep what was typed so far."""
    rules.save_draft(request.actor, check_in_id, typed.answers, request.version)
    return _written(request.actor, check_in_id)


@router.post("/check-ins/{check_in_id}/send", response=CheckInOut, operation_id="talks_send")
@door(access.SEND)
def send(request: ApiRequest, check_in_id: int, typed: CheckInAnswersIn) -> dict[str, Any]:
    """Send it to today's manager."""
    rules.send_check_in(request.actor, check_in_id, typed.answers, request.version)
    return _written(request.actor, check_in_id)


@router.post("/check-ins/{check_in_id}/reply", response=CheckInOut, operation_id="talks_reply")
@door(access.REPLY)
def reply(request: ApiRequest, check_in_id: int, answer: ReplyIn) -> dict[str, Any]:
    """Answer it with a reaction, a line, or both."""
    rules.reply(request.actor, check_in_id, answer.text, answer.reaction or "", request.version)
    return _written(request.actor, check_in_id)


@router.get("/to-answer", response=list[CheckInViewOut], operation_id="talks_to_answer")
@door(access.READ)
def to_answer(request: ApiRequest) -> list[dict[str, Any]]:
    """Check-ins that wait for my answer, strained people first."""
    return [_view(view) for view in queries.to_answer(request.actor)]


@router.get("/team", response=list[TalkLineOut], operation_id="talks_team")
@door(access.READ)
def team(request: ApiRequest) -> list[dict[str, Any]]:
    """My direct reports and where their check-ins are."""
    return [
        {
            "person_id": line.person.id, "person_name": line.person.name, "strained": line.strained,
            "last": _head(line.last) if line.last else None, "next": _head(line.next) if line.next else None,
        }
        for line in queries.team(request.actor)
    ]  # fmt: skip


@router.get("/rates", response=AllRatesOut, operation_id="talks_rates")
@door(access.RATES)
def rates(request: ApiRequest) -> dict[str, Any]:
    """How I answer, and how the group answers of which I may see figures."""
    return {"own": _rates(queries.my_rates(request.actor)), "group": _rates(queries.group_rates(request.actor))}
