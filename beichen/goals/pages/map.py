"""The goal map: drawn, opened further, and taken along as a picture or a table."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, pgettext

from beichen.goals import access, queries
from beichen.goals.forms import MapForm
from beichen.goals.pages import picture
from beichen.goals.pages.plans import cycle_of, frame
from beichen.goals.queries import GoalCard, GoalMap, Looked, MapNode, MapTop
from beichen.people.queries import CycleCard, UnitCard
from beichen.platform.kit.cells import as_text
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui import figures, words
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import queries as strategy

STATES = ("attention", "off_track", "at_risk", "not_updated", "on_track", "ahead", "done")


@dataclass(frozen=True, slots=True)
class Shown:
    """A priority of the map with its name."""

    top: MapTop
    title: str
    at: str


class _Asked:
    """The map as an address asks for it."""

    def __init__(self, request: PageRequest) -> None:
        self.cycle, self.cycles = cycle_of(request)
        self.priorities = {p.id: f"{p.key} {p.title}" for p in strategy.priorities(request.actor)}
        self.form = MapForm(request.GET, priorities=[(str(pk), title) for pk, title in self.priorities.items()])
        found = self.form.cleaned_data if self.form.is_valid() else {}
        self.unit: UnitCard | None = None
        self.is_known = True
        try:
            self.unit = queries.named(request.actor, found.get("unit", ""), "").unit
        except NotFound:
            self.is_known = False
        state, goal = request.GET.get("state", ""), request.GET.get("goal", "")
        self.looked = Looked(
            state=state if state in STATES else "", text=found.get("q", ""),
            unit_id=self.unit.id if self.unit else None, priority_id=int(found.get("priority") or 0) or None,
            goal_id=as_number(goal),
        )  # fmt: skip

    def drawn(self, request: PageRequest) -> GoalMap | None:
        """The map, or None without a cycle or with an unknown code."""
        if self.cycle is None or not self.is_known:
            return None
        return queries.goal_map(request.actor, self.cycle.id, self.looked)


@door(access.VIEW)
def goal_map(request: PageRequest) -> HttpResponse:
    """From the priorities down to people; narrowed by state, words, unit, priority or one goal."""
    asked = _Asked(request)
    found = asked.drawn(request)
    return page(
        request, "goals/map.html", found=found, tops=_shown(asked, found), form=asked.form, unit=asked.unit,
        cycle=asked.cycle, cycles=asked.cycles, looked=asked.looked, states=STATES, address=request.GET.urlencode(),
        fold=not (asked.looked.searches or asked.looked.goal_id),
        **frame(request, "map"),
    )  # fmt: skip


def _shown(asked: _Asked, found: GoalMap | None) -> list[Shown]:
    """In the order of the strategy page, also those nothing serves; goals that name no priority come last."""
    tops = {top.priority_id: top for top in found.tops} if found and asked.cycle else {}
    order = [*(pk for pk in asked.priorities if pk in tops), *(pk for pk in tops if pk not in asked.priorities)]
    return [
        Shown(tops[pk], _called(asked, pk), _rest(asked.cycle, pk)) for pk in sorted(order, key=lambda k: k is None)
    ]


def _called(asked: _Asked, priority_id: int | None) -> str:
    if priority_id is None:
        return gettext("Linked to no priority")
    return asked.priorities.get(priority_id) or gettext("A former priority")


def _rest(cycle: CycleCard | None, priority_id: int | None) -> str:
    return f"{reverse('goals:map_tops')}?cycle={cycle.id if cycle else 0}&priority={priority_id or 0}"


@door(access.VIEW)
def below(request: PageRequest, goal_id: int) -> HttpResponse:
    """What supports a goal, for a node that is opened further."""
    cycle, _every = cycle_of(request)
    part = queries.map_below(request.actor, cycle.id if cycle else 0, goal_id, _after(request))
    at = f"{reverse('goals:map_below', args=[goal_id])}?cycle={cycle.id if cycle else 0}"
    return page(request, "goals/map_nodes.html", nodes=part.nodes, left=part.left, last=part.last, at=at, cycle=cycle)


@door(access.VIEW)
def tops(request: PageRequest) -> HttpResponse:
    """More goals at the top of a priority."""
    cycle, _every = cycle_of(request)
    asked = request.GET.get("priority", "")
    priority_id = as_number(asked) or None
    part = queries.map_tops(request.actor, cycle.id if cycle else 0, priority_id, _after(request))
    at = _rest(cycle, priority_id)
    return page(request, "goals/map_nodes.html", nodes=part.nodes, left=part.left, last=part.last, at=at, cycle=cycle)


def _after(request: PageRequest) -> int | None:
    asked = request.GET.get("after", "")
    return as_number(asked)


@door(access.VIEW)
def map_file(request: PageRequest, kind: str) -> HttpResponse:
    """What the map shows, as a picture (svg) or a table (csv)."""
    asked = _Asked(request)
    found = asked.drawn(request)
    if found is None:
        raise NotFound
    shown = _shown(asked, found)
    name = f"goal-map-{asked.cycle.period_key if asked.cycle else ''}"
    if kind == "svg":
        content, mime = picture.svg([_branch(one) for one in shown]), "image/svg+xml"
    else:
        content, mime = _table(shown), "text/csv"
    answer = HttpResponse(content, content_type=f"{mime}; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    answer["Cache-Control"] = "no-store"
    return answer


def _branch(one: Shown) -> picture.Box:
    return picture.Box(one.title, "", "", [_box(node) for node in one.top.nodes])


def _box(node: MapNode) -> picture.Box:
    facts = " · ".join(filter(None, [node.goal.holder, *_stands(node.goal)]))
    return picture.Box(node.goal.shown_title, facts, node.goal.health, [_box(child) for child in node.children])


def _stands(goal: GoalCard) -> list[str]:
    """State and progress in words."""
    if goal.numbers_hidden:
        return [gettext("Not shown to you")]
    health = words.HEALTH.get(goal.health)
    return [str(health.word) if health else "", figures.percent(goal.shown_progress)]


def _table(shown: list[Shown]) -> bytes:
    text = StringIO()
    table = csv.writer(text)
    table.writerow([
        gettext("Level"), gettext("Priority"), pgettext("of the map", "Goal"), gettext("Whose"), gettext("State"),
        gettext("Progress"), gettext("Supports"), gettext("Counts"),
    ])  # fmt: skip
    for one in shown:
        for node in one.top.nodes:
            for line in _lines(node, 1, "", one.title):
                table.writerow([as_text(cell) for cell in line])
    return text.getvalue().encode("utf-8-sig")


def _lines(node: MapNode, level: int, above: str, priority: str) -> Iterator[list[str]]:
    title = node.goal.shown_title
    facts = [node.goal.holder, *_stands(node.goal)]
    counts = (gettext("yes") if node.counts else gettext("no")) if above else ""
    yield [str(level), priority, title, *facts, above, counts]
    for child in node.children:
        yield from _lines(child, level + 1, title, priority)
