"""The board of progress with requests for a word, and how far the priorities have come unit by unit."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals import access, queries, rules
from beichen.goals.choices import GoalKind
from beichen.goals.forms import BoardForm
from beichen.goals.pages import terms
from beichen.goals.pages.plans import cycle_of, frame
from beichen.goals.queries import Cell, Wanted
from beichen.people.queries import CycleCard
from beichen.platform.access.permissions import may
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.errors import NotFound
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui import figures
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import queries as strategy

STATES = ("off_track", "at_risk", "not_updated", "on_track", "ahead", "done", "early", "not_measured")
ACROSS = ("attention", "behind", "risks")
"""Tabs that hold goals of several states."""
KEPT = ("cycle", "state", "unit", "alone", "owner", "scope", "kind", "priority", "project", "open")
"""What an address of the board may hold."""
CODES = ("unit", "owner", "project")
"""What of it names something by a code, in the order of `queries.named`."""


class _Asked:
    """The board as an address asks for it: form, filter, cycle, and whether a code in it is unknown."""

    def __init__(self, request: PageRequest, given: QueryDict) -> None:
        self.cycle, self.cycles = cycle_of(request, given)
        priorities = [(str(p.id), f"{p.key} {p.title}") for p in strategy.priorities(request.actor)]
        self.form = BoardForm(given, priorities=priorities)
        found = self.form.cleaned_data if self.form.is_valid() else {}
        self.state = given.get("state", "")
        self.is_known = True
        try:
            self.named = queries.named(request.actor, *(found.get(name, "") for name in CODES))
        except NotFound:
            self.named, self.is_known = queries.Named(), False
        self.wanted = Wanted(
            state=self.state if self.state in (*STATES, *ACROSS) else "", scope=found.get("scope", ""),
            kind=found.get("kind", ""), unit_id=self.named.unit.id if self.named.unit else None,
            owner_id=self.named.owner.id if self.named.owner else None,
            priority_id=int(found.get("priority") or 0) or None, is_alone=bool(given.get("alone")),
            is_open=bool(given.get("open")), project_id=self.named.project.id if self.named.project else None,
        )  # fmt: skip
        kept = [(name, given[name]) for name in KEPT if given.get(name)]
        self.address = urlencode(kept)
        self.elsewhere = urlencode([(name, value) for name, value in kept if name != "state"])


@door(access.VIEW)
def board(request: PageRequest) -> HttpResponse:
    """Agreed goals that are open to me, the furthest behind first; the exact counts by state come after them."""
    asked, after = _Asked(request, request.GET), request.GET.get("after", "")
    found = None
    if asked.cycle and asked.is_known:
        first = PageIn(limit=50, cursor=after)
        found = queries.board(request.actor, asked.cycle.id, asked.wanted, first, counted=False)
    return page(
        request, "goals/board.html", fragment="rows" if after else None, found=found, form=asked.form,
        named=asked.named, cycle=asked.cycle, cycles=asked.cycles, state=asked.wanted.state, wanted=asked.wanted,
        kinds=dict(GoalKind.choices), asks=any(line.may_nudge for line in found.lines) if found else False,
        may_see_matrix=may(request.actor, access.MATRIX), **_states(asked, {}), **frame(request, "board"),
    )  # fmt: skip


@door(access.VIEW)
def board_counts(request: PageRequest) -> HttpResponse:
    """How many goals of the board stand where, as a part of its page: in a large company that takes longer."""
    asked = _Asked(request, request.GET)
    if asked.cycle is None or not asked.is_known:
        raise NotFound
    found = queries.board_counts(request.actor, asked.cycle.id, asked.wanted)
    return page(
        request, "goals/board_counts.html", found=found, state=asked.wanted.state, **_states(asked, found.counts)
    )


def _states(asked: _Asked, counts: Mapping[str, int]) -> dict[str, Any]:
    """The states with their addresses; without counts those across states alone."""
    return {
        "address": asked.address, "elsewhere": asked.elsewhere,
        "states": [(key, counts[key]) for key in STATES if counts.get(key)],
        "across": [(key, label, counts.get(key, 0) if counts else None) for key, label in _across()],
    }  # fmt: skip


def _across() -> list[tuple[str, str]]:
    return [
        ("attention", _("Overdue or behind")), ("behind", _("Behind for several updates")), ("risks", _("Open risks")),
    ]  # fmt: skip


@door(access.NUDGE, methods=("GET", "POST"))
def nudge(request: PageRequest) -> HttpResponse:
    """Ask for a word: on the goals chosen on the board, or on all that it holds."""
    given = QueryDict(request.POST["address"]) if "address" in request.POST else request.GET
    asked = _Asked(request, given)
    if request.method == "POST":
        return _ask(request, asked)
    goals, people = (0, 0)
    if asked.cycle and asked.is_known and queries.may_nudge(request.actor):
        goals, people = queries.how_many_to_nudge(request.actor, asked.cycle.id, asked.wanted)
    return page(
        request, "goals/nudge.html", goals=goals, people=people, address=asked.address, longest=rules.LONGEST,
        sentence=request.POST.get("sentence", ""),
    )  # fmt: skip


def _ask(request: PageRequest, asked: _Asked) -> HttpResponse:
    if asked.cycle is None or not asked.is_known:
        raise NotFound
    chosen = [pk for text in request.POST.getlist("goal") if (pk := as_number(text)) is not None]
    done = rules.nudge(
        request.actor, asked.cycle.id, asked.wanted, request.POST.get("sentence", ""),
        goal_ids=None if request.POST.get("all") else chosen,
    )  # fmt: skip
    said = ngettext("Update requested on %(n)s goal.", "Updates requested on %(n)s goals.", done.count)
    more = ngettext(
        "%(n)s was skipped: already requested today, or not overdue.",
        "%(n)s were skipped: already requested today, or not overdue.",
        done.left,
    )
    tell(request, (said % {"n": done.count}) + (" " + more % {"n": done.left} if done.left else ""))
    return see(f"{reverse('goals:board')}?{asked.address}")


@door(access.MATRIX)
def matrix(request: PageRequest) -> HttpResponse:
    """Attainment of the year's priorities by unit."""
    cycle, cycles = cycle_of(request)
    code = request.GET.get("unit", "")
    unit = queries.named(request.actor, code, "").unit
    found = queries.matrix(request.actor, cycle.id, unit.id if unit else None) if cycle else None
    return page(
        request, "goals/matrix.html", found=found, cycle=cycle, cycles=cycles,
        lines=_drawn(found, cycle) if found and cycle else (), **frame(request, "matrix"),
    )  # fmt: skip


def _drawn(found: queries.Matrix, cycle: CycleCard) -> list[dict[str, Any]]:
    """Each line with its cells as a template needs them: figure, terms, the address of the goals behind it."""

    def cell(made: Cell, priority_id: int, unit: str, **more: int) -> dict[str, Any]:
        asked = {"cycle": cycle.id, "priority": priority_id, "unit": unit, "open": 1, **more}
        return {
            "cell": made, "url": f"{reverse('goals:board')}?{urlencode(asked)}", "terms": cell_terms(made),
            "healths": [(key, made.healths[key]) for key in STATES if made.healths.get(key)],
        }  # fmt: skip

    return [
        {
            "priority": line.priority, "whole": cell(line.whole, line.priority.id, found.unit.code),
            "cells": [
                cell(made, line.priority.id, column.unit.code, **({"alone": 1} if column.is_alone else {}))
                for made, column in zip(line.cells, found.columns, strict=True)
            ],
        }
        for line in found.lines
    ]  # fmt: skip


def cell_terms(cell: Cell) -> list[tuple[str, str]]:
    """What the attainment of a cell is made of, in the order of its formula."""
    goals = [(_("Goals"), str(cell.count))]
    if cell.count != cell.measured:
        goals.append((_("of these, not measured and left out"), str(cell.count - cell.measured)))
    if cell.attainment is None:
        return [*goals, (_("Weighted average"), _("not measured"))]
    if not cell.weight:
        return [*goals, (_("All weights are 0, so goals count equally"), ""),
                (_("Weighted average"), figures.percent(cell.attainment, 2))]  # fmt: skip
    return [
        *goals, (_("Sum of the weights"), terms.weight(cell.weight)),
        (_("Sum of weight × progress"), f"{figures.trimmed(Fraction(cell.made, 10**8), 8)}%"),
        (_("Weighted average"), figures.percent(cell.attainment, 2)),
    ]  # fmt: skip
