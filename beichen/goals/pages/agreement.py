"""Agreeing on goals: the steps, what stands beside the ambition, handing a step on, several at once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.goals import access, queries, rules
from beichen.goals.forms import HandOnForm, checked, chosen_goals
from beichen.goals.pages import terms
from beichen.goals.queries import Agreement, Attained, Same
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Forbidden
from beichen.platform.ui import figures
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


def questions(found: Attained) -> Iterator[str]:
    """What looks too safe or out of reach, as questions to talk about."""
    for line in found.same:
        if line.question:
            yield _of_measure(line, found.period)
    if found.question and found.question.code == "all_reached":
        yield _("Everything planned in %(period)s was fully achieved. Could this one go further?") % {
            "period": found.period
        }
    elif found.question:
        yield _("Less than half was achieved in %(period)s, and this is a stretch goal. Is it realistic?") % {
            "period": found.period
        }


def _of_measure(line: Same, period: str) -> str:
    past, question = line.past, line.question
    way = f"{terms.number(past.baseline)} → {terms.number(past.reached, line.card.unit)}"
    told = {
        "title": line.card.shown_title, "period": period, "way": way, "share": figures.percent(past.progress),
        "times": f"{(question.tenths if question else 0) / 10:g}",
    }  # fmt: skip
    sentences = {
        "reached": _("“%(title)s”: %(period)s already got to %(way)s, and this asks for no more. Too safe?"),
        "still": _("“%(title)s”: in %(period)s it did not move (%(way)s). What is different this time?"),
        "far": _(
            "“%(title)s”: %(period)s achieved %(share)s (%(way)s), and this asks for %(times)s times that. Realistic?"
        ),
        "safe": _(
            "“%(title)s”: %(period)s achieved %(share)s (%(way)s), and this asks for only %(times)s "
            "times that. Too safe?"
        ),
    }
    return sentences[question.code if question else "reached"] % told


def _drawn(found: Agreement) -> dict[str, Any]:
    return {
        "found": found, "goal": found.goal, "results": terms.drawn(found.key_results),
        "weight": terms.weight(found.goal.weight),
        "questions": list(questions(found.attained)) if found.attained else [],
    }  # fmt: skip


@door(access.VIEW)
def panel(request: PageRequest, goal_id: int) -> HttpResponse:
    """Steps and comparison on the page of a goal."""
    return page(request, "goals/agreement.html", **_drawn(queries.agreement(request.actor, goal_id)))


@door(access.VIEW)
def decide(request: PageRequest, goal_id: int) -> HttpResponse:
    """Everything an approver needs in one place, in the drawer of the home page too."""
    return page(request, "goals/decide.html", acts=True, **_drawn(queries.agreement(request.actor, goal_id)))


@door(access.HAND_ON, methods=("GET", "POST"))
def hand_on(request: PageRequest, goal_id: int) -> HttpResponse:
    """Let somebody decide in my place until a day."""
    card, people = queries.stand_ins(request.actor, goal_id)
    choices = [(str(p.id), f"{p.name} · {p.position or p.unit_title}") for p in people]
    if request.method == "POST":
        given = checked(HandOnForm(request.POST, people=choices))
        rules.hand_on(request.actor, goal_id, int(given["to"]), given["last_day"], request.version)
        tell(request, _("Delegated. You can still approve it yourself."))
        return see(reverse("goals:goal", args=[goal_id]))
    if not card.is_my_turn:
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    first = {"last_day": clock.today() + timedelta(days=7)}
    form = HandOnForm(request.POST, people=choices) if typed else HandOnForm(initial=first, people=choices)
    return page(request, "goals/hand_on.html", form=form, goal=card, people=people)


@door(access.DOUBT, methods=("POST",))
def doubt(request: PageRequest, goal_id: int) -> HttpResponse:
    """Ask whether my goal is too conservative."""
    card = rules.doubt_goal(request.actor, goal_id)
    sentence = _("Your question now shows on the goal.")
    tell(
        request,
        sentence if card.state == "proposed" else _("Noted. Your question is sent along when you submit the goal."),
    )
    return see(came_from(request, reverse("goals:goal", args=[goal_id])))


@door(access.DECIDE, methods=("POST",))
def approve_many(request: PageRequest) -> HttpResponse:
    """Agree to the chosen goals at once."""
    done = rules.approve_goals(request.actor, chosen_goals(request.POST.getlist("goal")))
    told = [f"“{title}”: {why.sentence(_)}" for title, why in done.refused]
    sentence = _("%(n)s goals approved.") % {"n": done.count}
    tell(request, " ".join([sentence, *told]))
    return see(came_from(request, reverse("goals:team")))
