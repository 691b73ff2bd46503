"""Changing running goals: asking, deciding, versions side by side, the ledger, going through goals, a cycle's rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals import access, queries, rules
from beichen.goals.forms import ChangeForm, CheckForm, CorrectForm, SeasonForm
from beichen.goals.formulas.versions import Terms
from beichen.goals.pages import terms
from beichen.goals.pages.differences import WORDS, day_of, result_line, shown, told
from beichen.goals.pages.plans import cycle_of, frame
from beichen.goals.queries import VersionsView
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.kit.errors import Forbidden
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui import figures
from beichen.platform.ui.answers import came_from, page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.ASK_CHANGE, methods=("GET", "POST"))
def change_goal(request: PageRequest, goal_id: int) -> HttpResponse:
    """Ask to change a running goal."""
    view = queries.goal_view(request.actor, goal_id)
    how: dict[str, Any] = {"goal": view.goal, "results": view.key_results}
    if request.method == "POST":
        asked = rules.ask_change(request.actor, goal_id, ChangeForm(request.POST, **how).entered(), request.version)
        at_once = asked.state == "at_once"
        tell(request, _("In effect: it lies within the free range, and your manager was told.") if at_once
             else _("Sent for approval. The terms agreed before stay in force until then."))  # fmt: skip
        return see(reverse("goals:change", args=[asked.pk]))
    if not view.may_ask:
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    form = (
        ChangeForm(request.POST, **how)
        if typed
        else ChangeForm(initial=ChangeForm.initial_of(view.goal, view.key_results), **how)
    )
    free = queries.season(view.settings).free
    return page(
        request, "goals/change_form.html", form=form, goal=view.goal, free=free if free.is_open else None,
        free_target=figures.percent(free.target), free_weight=terms.weight(free.weight),
    )  # fmt: skip


@door(access.ASK_CHANGE, methods=("POST",))
def drop_goal(request: PageRequest, goal_id: int) -> HttpResponse:
    """Ask to drop a running goal."""
    entered = rules.ChangeInput(reason=request.POST.get("reason", ""), drop=True)
    asked = rules.ask_change(request.actor, goal_id, entered, request.version)
    tell(request, _("Sent for approval. The terms agreed before stay in force until then."))
    return see(reverse("goals:change", args=[asked.pk]))


@door(access.VIEW)
def change(request: PageRequest, change_id: int) -> HttpResponse:
    """One request: before and after side by side, the reason, whose turn it is."""
    view = queries.change_view(request.actor, change_id)
    return page(
        request, "goals/change.html", view=view, change=view.change, found=view,
        lines=[told(one) for one in view.change.differences],
    )  # fmt: skip


@door(access.DECIDE_CHANGE, methods=("POST",))
def approve_change(request: PageRequest, change_id: int) -> HttpResponse:
    """Agree to a change."""
    done = rules.approve_change(request.actor, change_id, request.version)
    tell(request, _("Approved: the new terms are in force.") if done.state == "agreed"
         else _("Approved. The change moves to the next step."))  # fmt: skip
    return see(came_from(request, reverse("goals:inbox")))


@door(access.DECIDE_CHANGE, methods=("POST",))
def refuse_change(request: PageRequest, change_id: int) -> HttpResponse:
    """Send a change back with words."""
    rules.refuse_change(request.actor, change_id, request.POST.get("reason", ""), request.version)
    tell(request, _("Sent back. The terms agreed before stay in force."))
    return see(reverse("goals:inbox"))


@door(access.WITHDRAW_CHANGE, methods=("POST",))
def withdraw_change(request: PageRequest, change_id: int) -> HttpResponse:
    """Take one's own request back."""
    done = rules.withdraw_change(request.actor, change_id, request.version)
    tell(request, _("Withdrawn. The terms agreed before stay in force."))
    return see(reverse("goals:goal", args=[done.goal_id]))


@door(access.VIEW, leavers=True)
def versions(request: PageRequest, goal_id: int) -> HttpResponse:
    """Every version of a goal side by side, and what the changes did to its score."""
    view = queries.versions(request.actor, goal_id)
    return page(
        request, "goals/versions.html", view=view, goal=view.goal, rows=_rows(view),
        by=_by(view.ledger.by), changes=[(one, [told(d) for d in one.differences]) for one in view.changes],
    )  # fmt: skip


def _by(moved: int | None) -> str:
    return "" if not moved else f"{'+' if moved > 0 else '−'}{figures.score(abs(moved))}"


def _rows(view: VersionsView) -> list[tuple[str, list[tuple[str, bool]]]]:
    """The terms as rows, a cell for each version; what differs from the version before is marked."""
    every = [one.terms for one in view.versions]
    rows = [
        (WORDS["weight"](), [terms.weight(one.weight) for one in every]),
        (WORDS["due"](), [day_of(one.due) for one in every]),
    ]
    named: dict[int, str] = {one.id: one.title for found in every for one in found.results}
    rows += [(title, [_at(found, pk) for found in every]) for pk, title in named.items()]
    if any(one.is_dropped for one in every):
        rows.append((WORDS["is_dropped"](), [shown("is_dropped", one.is_dropped) for one in every]))
    return [(name, list(_marked(cells))) for name, cells in rows]


def _at(found: Terms, result_id: int) -> str:
    one = found.result(result_id)
    return result_line(one) if one else figures.NONE


def _marked(cells: list[str]) -> Iterable[tuple[str, bool]]:
    return ((cell, n > 0 and cell != cells[n - 1]) for n, cell in enumerate(cells))


@door(access.VIEW)
def restated(request: PageRequest) -> HttpResponse:
    """The ledger of goals whose terms changed: scores as set and as restated, and how often which level changed."""
    cycle, every = cycle_of(request)
    after = as_number(request.GET.get("after")) or 0
    found = queries.restated(request.actor, cycle, after) if cycle else None
    return page(
        request, "goals/restated.html", fragment="rows" if after else None, found=found, cycle=cycle, cycles=every,
        lines=[(line, _by(line.ledger.by)) for line in found.lines] if found else [], **frame(request, "restated"),
    )  # fmt: skip


@door(access.CHECK, methods=("GET", "POST"))
def review(request: PageRequest) -> HttpResponse:
    """My running goals in one list: keep, adjust or drop."""
    cycle, every = cycle_of(request)
    found = queries.goal_review(request.actor, cycle) if cycle else None
    ids = [line.goal.id for line in found.lines if not line.waits] if found else []
    if request.method == "POST":
        said = CheckForm(request.POST, ids=ids).entered()
        n = rules.check_goals(request.actor, said)
        tell(request, ngettext("%(n)s goal gone through.", "%(n)s goals gone through.", n) % {"n": n})
        adjust = next((pk for pk, (verdict, _why) in said.items() if verdict == "adjust"), None)
        return see(reverse("goals:change_goal", args=[adjust]) if adjust else reverse("goals:review"))
    typed = request.drawn.refusal is not None and request.POST
    first = {f"verdict_{line.goal.id}": line.verdict for line in found.lines} if found else {}
    form = CheckForm(request.POST, ids=ids) if typed else CheckForm(initial=first, ids=ids)
    lines = [
        (
            line,
            terms.weight(line.goal.weight),
            *((form[f"verdict_{pk}"], form[f"reason_{pk}"]) if pk in ids else (None, None)),
        )
        for line in (found.lines if found else ())
        for pk in [line.goal.id]
    ]
    return page(
        request, "goals/review.html", found=found, lines=lines, cycle=cycle, cycles=every, **frame(request, "plan")
    )


@door(access.CORRECT, methods=("GET", "POST"))
def correct(request: PageRequest, goal_id: int) -> HttpResponse:
    """Set the progress of a goal by hand."""
    if request.method == "POST":
        progress, reason = CorrectForm(request.POST).entered()
        rules.set_progress(request.actor, goal_id, progress, reason, request.version)
        tell(request, _("Set. The calculated progress stays beside it."))
        return see(reverse("goals:goal", args=[goal_id]))
    view = queries.goal_view(request.actor, goal_id)
    if not view.may_correct:
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    form = CorrectForm(request.POST) if typed else CorrectForm(initial={"reason": view.goal.manual_reason})
    return page(request, "goals/correct.html", form=form, goal=view.goal)


@door(access.CORRECT, methods=("POST",))
def take_back(request: PageRequest, goal_id: int) -> HttpResponse:
    """Let the calculated progress count again."""
    rules.take_back_progress(request.actor, goal_id, request.version)
    tell(request, _("The calculated progress counts again."))
    return see(reverse("goals:goal", args=[goal_id]))


@door(access.READ_SEASON, methods=("GET", "POST"))
def season(request: PageRequest, cycle_id: int) -> HttpResponse:
    """What a cycle lets happen to its goals, while it is being set up."""
    card = people.cycle(request.actor, cycle_id)
    profiles = [(str(one.id), one.title) for one in people.profiles(request.actor)]
    how: dict[str, Any] = {"profiles": profiles, "initial": SeasonForm.initial_of(queries.season(card.settings))}
    if request.method == "POST":
        rules.set_season(request.actor, cycle_id, SeasonForm(request.POST, **how).entered(), request.version)
        tell(request, _("Saved."))
        return see(reverse("people:cycles"))
    require(request.actor, access.READ_SEASON, card)
    typed = request.drawn.refusal is not None and request.POST
    form = SeasonForm(request.POST, **how) if typed else SeasonForm(**how)
    return page(
        request,
        "goals/season.html",
        form=form,
        cycle=card,
        is_open=card.phase == "C00" and may(request.actor, access.SEASON, card),
    )
