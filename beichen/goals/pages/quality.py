"""Hints on wording, while a goal is typed and while it waits to be agreed. Made on this server, of rules alone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.http import HttpResponse
from django.utils.translation import gettext as _

from beichen.goals import access, queries
from beichen.goals.choices import LINEAR, GoalKind, Measure
from beichen.goals.formulas.quality import Finding
from beichen.goals.queries import Wording
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

SENTENCES = {
    "no_number": lambda words: _("No number yet: how much, from where to where?"),
    "no_date": lambda words: _("No date yet: by when?"),
    "activity": lambda words: _("“%(word)s” says what is done. What will be different?") % {"word": words[0]},
    "several": lambda words: _("Several goals in one? Each on its own is easier to measure."),
    "empty": lambda words: _("“%(word)s” says little without a measure. How would one see it?") % {"word": words[0]},
    "finer": lambda words: _("Smaller than its cycle: this may be a key task of a goal."),
    "coarser": lambda words: _("Larger than its cycle: what of it can be reached by the end?"),
    "only_number": lambda words: _("The same as in %(period)s but for the number: “%(title)s”. What is new?")
    % {"title": words[0], "period": words[1]},
    "duplicate": lambda words: _("%(name)s has nearly the same goal: “%(title)s”. Align with it or share it?")
    % {"title": words[0], "name": words[1]},
    "overload": lambda words: _("Your plan says %(stated)s working days; this cycle has %(available)s.")
    % {"stated": words[0], "available": words[1]},
    "overcommitted": lambda words: _(
        "Your plan says %(stated)s working days; of the %(whole)s of this cycle, part time and projects leave %(left)s."
    )
    % {"stated": words[0], "left": words[1], "whole": words[2]},
}  # fmt: skip


def told(findings: Iterable[Finding]) -> list[str]:
    """Findings as sentences in the reader's language."""
    return [SENTENCES[one.code](one.words) for one in findings]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


@door(access.HINTS, methods=("POST",))
def hints(request: PageRequest) -> HttpResponse:
    """What to think about in the words that are being typed; nothing is kept."""
    typed, actor = request.POST, request.actor
    goal_id = as_number(request.GET.get("goal"))
    goal = queries.goal(actor, goal_id) if goal_id else None
    cycle_id = goal.cycle_id if goal else as_number(request.GET.get("cycle"))
    if cycle_id is None:
        return page(request, "goals/quality.html", sentences=[])
    kind, _colon, chosen = str(typed.get("owner", "")).partition(":")
    owner = goal.owner_id if goal else (as_number(chosen) if kind == "person" else None) or actor.person_id or 0
    of_goal = request.GET.get("of") != "key_result"
    measured = not of_goal and typed.get("measure") in (*LINEAR, Measure.BAND)
    wording = Wording(
        title=str(typed.get("title", ""))[:160], owner_id=owner, cycle_id=cycle_id, goal_id=goal_id,
        unit_id=goal.unit_id if goal else as_number(chosen) if kind == "unit" else None, measured=measured,
        due=_day(typed.get("due")), effort_days=as_number(typed.get("effort_days")) if of_goal else None,
    )  # fmt: skip
    found = queries.findings(actor, wording)
    if of_goal and typed.get("kind") == GoalKind.OBJECTIVE:  # its numbers stand in its key results, which come next
        found = [one for one in found if one.code != "no_number"]
    return page(request, "goals/quality.html", sentences=told(found))


@door(access.VIEW)
def wording(request: PageRequest, goal_id: int) -> HttpResponse:
    """The same of a goal that is written down, for whoever agrees to it."""
    card = queries.goal(request.actor, goal_id)
    parts = queries.key_results(request.actor, [card]).get(goal_id, [])
    whole = Wording(
        title=card.shown_title, owner_id=card.owner_id, cycle_id=card.cycle_id, goal_id=goal_id, unit_id=card.unit_id,
        measured=any(part.measure in (*LINEAR, Measure.BAND, Measure.WITHIN) for part in parts), due=card.due,
        start=card.start, effort_days=card.effort_days,
    )  # fmt: skip
    return page(request, "goals/quality.html", sentences=told(queries.findings(request.actor, whole)))
