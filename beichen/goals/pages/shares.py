"""Shared results: the parts on the page of their goal, and in drawers saying, answering and deciding them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import AnswerForm, PartsForm, ShareForm, trimmed
from beichen.goals.pages import terms
from beichen.goals.queries import Shares, percent_of
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

FEW = 5


def _at(goal_id: int) -> str:
    return reverse("goals:goal", args=[goal_id])


@door(access.VIEW)
def shares(request: PageRequest, goal_id: int) -> HttpResponse:
    """Who stands for which part of a goal, as a part of its page."""
    goal, found = queries.goal(request.actor, goal_id), queries.shares(request.actor, goal_id)
    rows = [_row(line, found.in_force) for line in found.lines] if found else []
    return page(
        request, "goals/shares.html", goal=goal, found=found, rows=rows,
        may_share=queries.may_share(request.actor, goal), far=[row for row in rows if row["line"].far],
        settles=found is not None and may(request.actor, access.SETTLE_SHARES, found),
    )  # fmt: skip


def _row(line: queries.ShareLine, counts: bool) -> dict[str, Any]:  # noqa: FBT001
    return {
        "line": line, "share": percent_of(line.share), "weight": terms.weight(line.weight),
        "counts": terms.weight(line.counts) if counts else "",
        "by_tasks": percent_of(line.by_tasks) if line.by_tasks is not None else "",
        "by_lead": percent_of(line.by_lead) if line.by_lead is not None else "",
    }  # fmt: skip


def _found(request: PageRequest, goal_id: int) -> Shares:
    found = queries.shares(request.actor, goal_id)
    if found is None:
        raise NotFound
    return found


@door(access.SHARE, methods=("GET", "POST"))
def share(request: PageRequest, goal_id: int) -> HttpResponse:
    """Say who stands for which part of a goal."""
    goal, found = queries.goal(request.actor, goal_id), queries.shares(request.actor, goal_id)
    rows = max(FEW, len(found.lines) + 1 if found else 0)
    if request.method == "POST":
        form = ShareForm(request.POST, rows=rows)
        numbers = form.numbers
        known = people.by_number(request.actor, [one for one in numbers if one])
        parties, lead = form.entered(goal.owner_id, {number: card.id for number, card in known.items()})
        rules.share_result(request.actor, goal_id, parties, lead, request.version)
        tell(request, _("Saved. Everybody named is asked whether the part is right."))
        return see(_at(goal_id))
    require(request.actor, access.SHARE, goal)
    typed = request.drawn.refusal is not None and request.POST
    form = ShareForm(request.POST, rows=rows) if typed else ShareForm(initial=_first(request, found), rows=rows)
    return page(request, "goals/share_form.html", form=form, goal=goal, version=found.version if found else 0)


def _first(request: PageRequest, found: Shares | None) -> dict[str, Any]:
    if found is None:
        return {}
    goal = queries.goal(request.actor, found.goal_id)
    cards = people.persons(request.actor, [found.lead_id, *(line.person_id for line in found.lines)])
    named = {pk: f"{card.number} {card.name}" for pk, card in cards.items()}
    return ShareForm.initial_of(found, goal.owner_id, named)


@door(access.ANSWER_SHARE, methods=("GET", "POST"))
def answer_share(request: PageRequest, goal_id: int) -> HttpResponse:
    """Agree to my part of a shared result, or say what would be right."""
    if request.method == "POST":
        agrees, reason, weight = AnswerForm(request.POST).entered()
        rules.answer_share(request.actor, goal_id, request.version, agrees=agrees, reason=reason, weight=weight)
        tell(request, _("Agreed.") if agrees else _("Said. Whoever is named for it decides within seven days."))
        return see(_at(goal_id))
    goal, found = queries.goal(request.actor, goal_id), _found(request, goal_id)
    mine = next((line for line in found.lines if line.person_id == request.actor.person_id), None)
    if mine is None:
        raise NotFound
    typed = request.drawn.refusal is not None and request.POST
    first = {"agrees": "yes", "weight": trimmed(Decimal(mine.weight) / 100)}
    form = AnswerForm(request.POST) if typed else AnswerForm(initial=first)
    return page(
        request, "goals/share_answer.html", form=form, goal=goal, found=found, mine=_row(mine, True),  # noqa: FBT003
        is_owner=mine.person_id == goal.owner_id, rows=[_row(line, False) for line in found.lines],  # noqa: FBT003
    )  # fmt: skip


@door(access.SETTLE_SHARES, methods=("GET", "POST"))
def settle_shares(request: PageRequest, goal_id: int) -> HttpResponse:
    """Decide the parts where somebody disagrees."""
    return _parts(request, goal_id, seen=False)


@door(access.SETTLE_SHARES, methods=("GET", "POST"))
def seen_shares(request: PageRequest, goal_id: int) -> HttpResponse:
    """Say which part of the work each did, as the lead saw it."""
    return _parts(request, goal_id, seen=True)


def _parts(request: PageRequest, goal_id: int, *, seen: bool) -> HttpResponse:
    found = _found(request, goal_id)
    lines = [(line.person_id, line.name) for line in found.lines]
    if request.method == "POST":
        parts, reason = PartsForm(request.POST, lines=lines, seen=seen).entered()
        if seen:
            rules.say_seen(request.actor, goal_id, parts, request.version)
            tell(request, _("Saved. It stands beside the agreed parts and changes no score."))
        else:
            rules.settle_shares(request.actor, goal_id, parts, reason, request.version)
            tell(request, _("Decided. The parts count from now on, and everybody is told."))
        return see(_at(goal_id))
    goal = queries.goal(request.actor, goal_id)
    require(request.actor, access.SETTLE_SHARES, found)
    typed = request.drawn.refusal is not None and request.POST
    first = {f"part_{line.person_id}": line.part for line in found.lines}
    form = PartsForm(request.POST if typed else None, lines=lines, seen=seen, initial=first)
    said = [line for line in found.lines if line.reason]
    return page(request, "goals/share_parts.html", form=form, goal=goal, found=found, seen=seen, said=said)
