"""My plan, the plan of a colleague, the team, all goals, and what waits for me."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.goals import access, queries
from beichen.goals.choices import GoalKind
from beichen.goals.forms import FilterForm
from beichen.goals.pages import terms
from beichen.goals.pages.differences import told
from beichen.goals.queries import HIDDEN, Filter, Plan, PlanLine
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform.access.permissions import leads_people, may
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page, see
from beichen.platform.ui.doors import door
from beichen.platform.ui.frames import Tab
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import queries as strategy

DENSE = 12
"""More key results than this on one sheet are drawn smaller."""
WAYS = {
    "plan": _("My plan"), "team": _("My team"), "tasks": _("My tasks"), "inbox": _("To approve"), "desk": _("Desk"),
    "all": _("All goals"), "map": _("Goal map"), "board": _("Progress board"), "explorations": _("Explorations"),
    "restated": _("Restated"), "templates": _("Templates"),
}  # fmt: skip
"""What the ways through goals are called, by the names of their pages."""
HEALTHS = ("off_track", "at_risk", "on_track", "ahead", "done", "not_updated", "early", "not_measured", HIDDEN)


def cycle_of(request: PageRequest, given: QueryDict | None = None) -> tuple[CycleCard | None, list[CycleCard]]:
    """The cycle asked for in the address (or in `given`), else the one that runs today, else the newest.

    Cost: one statement.
    """
    every = people.cycles(request.actor)
    asked = (request.GET if given is None else given).get("cycle", "")
    if asked.isdigit():
        return next((c for c in every if c.id == as_number(asked)), None), every
    return running(every), every


def running(every: list[CycleCard]) -> CycleCard | None:
    """The cycle that holds today, the shortest first; else the newest."""
    today = clock.today()
    held = [c for c in every if c.first <= today <= c.last]
    return min(held, key=lambda c: c.days, default=next(iter(every), None))


def _ways(*names: str) -> list[Tab]:
    return [(name, WAYS[name], reverse(f"goals:{name}")) for name in names]


def tabs(*, leads: bool) -> list[Tab]:
    """The ways through goals that people take every week."""
    return _ways("plan", *(["team", "inbox"] if leads else ["tasks"]), "all", "map", "board")


def rarer(actor: Actor, *, leads: bool) -> list[Tab]:
    """The ways that few people take, or once a quarter; the desk only for those who lead and for HR."""
    desk = ["desk"] if may(actor, access.DESK, access) else []
    return _ways("tasks" if leads else "inbox", *desk, "explorations", "restated", "templates")


def frame(request: PageRequest, current: str) -> dict[str, Any]:
    """What every page of goals shows around itself. Cost: one statement."""
    leads = leads_people(request.actor)
    return {"tabs": tabs(leads=leads), "rest": rarer(request.actor, leads=leads), "tab": current, "leads": leads}


def _line(line: PlanLine) -> dict[str, Any]:
    return {
        "goal": line.goal, "results": terms.drawn([kr for kr in line.key_results if not kr.is_dropped]),
        "serves": line.serves, "serves_id": line.serves_id, "weight": terms.weight(line.goal.weight),
    }  # fmt: skip


@door(access.VIEW)
def plan(request: PageRequest) -> HttpResponse:
    """My goals of the cycle."""
    return _plan(request, request.actor.person_id or 0)


@door(access.VIEW, leavers=True)
def person_plan(request: PageRequest, person_id: int) -> HttpResponse:
    """A colleague's goals, as far as they are open to me."""
    return _plan(request, person_id)


def _plan(request: PageRequest, person_id: int) -> HttpResponse:
    cycle, every = cycle_of(request)
    own = person_id == request.actor.person_id
    if cycle is None:
        return page(request, "goals/plan.html", plan=None, cycles=every, **frame(request, "plan" if own else ""))
    found = queries.plan(request.actor, person_id, cycle.id, known=cycle)
    return page(
        request, "goals/plan.html", plan=found, cycles=every, own=own, weight=terms.weight(found.weight),
        lines=[_line(line) for line in found.lines], unit_lines=[_line(line) for line in found.unit_lines],
        may_report=own, weighs=_weighs(request, found, own=own),
        joint=[
            (line, terms.weight(line.weight), terms.weight(line.full))
            for line in queries.joint_lines(request.actor, person_id, cycle.id)
        ],
        goes_through=own and bool(queries.season(cycle.settings).rhythm),
        **frame(request, "plan" if own else ""),
    )  # fmt: skip


def _weighs(request: PageRequest, found: Plan, *, own: bool) -> bool:
    """Whether to offer all weights on one screen: to the owner and the manager; the rule decides. Cost: none."""
    lines = [line.goal for line in found.lines if line.goal.state in ("draft", "active")]
    return len(lines) > 1 and (own or found.person.manager_id == request.actor.person_id)


@door(access.VIEW)
def team(request: PageRequest) -> HttpResponse:
    """My reports and how their goals stand."""
    cycle, every = cycle_of(request)
    only = request.GET.get("only", "")
    lines = queries.team(request.actor, cycle.id, only) if cycle else []
    shown = [{"line": line, "weight": terms.weight(line.weight)} for line in lines]
    waiting = [goal for line in lines for goal in line.goals if goal.is_my_turn]
    return page(
        request,
        "goals/team.html",
        lines=shown,
        waiting=waiting,
        only=only,
        cycle=cycle,
        cycles=every,
        **frame(request, "team"),
    )


@door(access.VIEW)
def all_goals(request: PageRequest) -> HttpResponse:
    """Every goal that is open to me, narrowed and page by page."""
    cycle, every = cycle_of(request)
    priorities = strategy.priorities(request.actor)
    form = FilterForm(request.GET, priorities=[(str(p.id), f"{p.key} {p.title}") for p in priorities])
    asked = form.cleaned_data if form.is_valid() else {}
    after, health = as_number(request.GET.get("after")) or 0, request.GET.get("health", "")
    wanted = Filter(
        text=asked.get("q", ""), scope=asked.get("scope", ""), kind=asked.get("kind", ""),
        health=health if health in (*HEALTHS, "attention") else "",
        priority_id=int(asked.get("priority") or 0) or None, unit_id=as_number(request.GET.get("unit")),
    )  # fmt: skip
    found = queries.all_goals(request.actor, cycle.id, wanted, after) if cycle else None
    counts = [(key, found.by_health[key]) for key in HEALTHS if found and found.by_health.get(key)]
    return page(
        request, "goals/all.html", fragment="rows" if after else None, found=found, form=form, counts=counts,
        health=health, cycle=cycle, cycles=every, kinds=dict(GoalKind.choices), **frame(request, "all"),
    )  # fmt: skip


@door(access.VIEW)
def inbox(request: PageRequest) -> HttpResponse:
    """Goals that wait for my word, and goals that want to serve mine."""
    actor = request.actor
    waiting, asks = queries.waiting_goals(actor), queries.waiting_alignments(actor)
    changes = [(one, [told(each) for each in one.differences]) for one in queries.waiting_changes(actor)]
    results = queries.key_results(actor, waiting)
    lines = [
        {"goal": g, "results": terms.drawn(results.get(g.id, [])), "weight": terms.weight(g.weight)} for g in waiting
    ]
    return page(request, "goals/inbox.html", lines=lines, asks=asks, changes=changes, **frame(request, "inbox"))


@door(access.VIEW, leavers=True)
def person_panel(request: PageRequest, person_id: int) -> HttpResponse:
    """The goals of a person, on the person's page."""
    cycle = running(people.cycles(request.actor))
    found = queries.plan(request.actor, person_id, cycle.id, known=cycle) if cycle else None
    lines = [line.goal for line in found.lines if line.goal.runs or found.is_own] if found else []
    return page(request, "goals/panel.html", lines=lines, person_id=person_id, own=False)


@door(access.VIEW)
def home_panel(request: PageRequest) -> HttpResponse:
    """My goals with the pace they should have, on the home page."""
    me = request.actor.person_id or 0
    cycle = running(people.cycles(request.actor))
    found = queries.plan(request.actor, me, cycle.id, known=cycle) if cycle else None
    lines = [line.goal for line in (*found.lines, *found.unit_lines)] if found else []
    return page(request, "goals/panel.html", lines=lines, person_id=me, own=True, plan=found)


@door(access.VIEW)
def coverage(request: PageRequest) -> HttpResponse:
    """Attainment per priority, priorities nobody serves, goals that serve none: a part of the strategy page."""
    found = queries.coverage(request.actor)
    return page(request, "goals/coverage.html", coverage=found)


@door(access.VIEW)
def own_unit_sheet(request: PageRequest) -> HttpResponse:
    """The page of the unit the reader works in."""
    unit_id = people.me(request.actor).unit_id
    if unit_id is None:
        raise NotFound
    return see(reverse("goals:unit_sheet", args=[unit_id]))


@door(access.VIEW)
def unit_sheet(request: PageRequest, unit_id: int) -> HttpResponse:
    """A unit's quarter on one page: its three most important goals and their key results; prints on one A4 sheet."""
    cycle, every = cycle_of(request)
    if cycle is None:
        return page(request, "goals/sheet.html", sheet=None, cycles=every)
    found = queries.unit_sheet(request.actor, unit_id, cycle)
    lines = [(goal, terms.weight(goal.weight), terms.drawn(results)) for goal, results in found.lines]
    results = sum(len(drawn) for _goal, _weight, drawn in lines)
    return page(
        request, "goals/sheet.html", sheet=found, lines=lines, cycle=cycle, cycles=every, today=clock.today(),
        dense="dense" if results > DENSE else "",
    )  # fmt: skip
