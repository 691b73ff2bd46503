"""Cycles: where each one is, what comes next, whose turn it is, and who would act in one that is to begin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.choices import AGREES, CLOSES, OPENS, Phase, SeatKind
from beichen.people.forms import CycleForm, StepForm, chosen_steps, cleaned
from beichen.people.pages.changes import Head, draw, unit_id_of
from beichen.people.queries import CycleCard, Desk, PersonCard
from beichen.people.rules.cycles import WrongPhase
from beichen.people.rules.settings import MOST_STEPS
from beichen.platform.access.permissions import may, require
from beichen.platform.registry import openings_said
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

WHO: dict[str, Any] = {
    **AGREES, "EX": SeatKind.EXECUTIVE.label, "CA": SeatKind.COMPENSATION.label, "CF": SeatKind.FACILITATOR.label,
    "OUT": _("an external person"),
}  # fmt: skip
STEP: dict[str, Any] = {
    "LM": _("Approve goals, decide grades"), "SK": _("Second check, pass pools on"),
    "BP": _("Extend deadlines, return reviews, answer questions"),
}  # fmt: skip
ACT: dict[str, Any] = {
    "move": _("Move the cycle, launch and lock reviews"), "release": _("Release the results"),
    "calibration": _("Lead the calibration"), "bonus": _("Approve the bonus"),
}  # fmt: skip
SHOWN = 3


@door(access.SEE_CYCLE)
def cycles(request: PageRequest) -> HttpResponse:
    """Every cycle: its phase, its next step, and who has agreed to it. Cost: at most 15 statements."""
    actor = request.actor
    require(actor, access.SEE_CYCLE)
    found = queries.desks(actor)
    units = queries.units(actor, [desk.cycle.scope_id for desk in found])
    people = queries.persons(actor, _involved(found))
    moves = access.moves_cycles(actor) or any(desk.part for desk in found)
    return page(
        request, "people/cycles.html", lines=[_line(desk, people) | {"scope": units.get(desk.cycle.scope_id)}
                                              for desk in found],
        may_set=may(actor, access.SET_CYCLE), may_move=moves, path=[(p.value, p.label) for p in Phase],
        may_read=may(actor, access.READ_CYCLE),
    )  # fmt: skip


@door(access.SEE_CYCLE)
def step(request: PageRequest, cycle_id: int) -> HttpResponse:
    """The next step of one cycle, to agree to it in the drawer of the home page too. Cost: at most 15 statements."""
    require(request.actor, access.SEE_CYCLE)
    queries.cycle(request.actor, cycle_id)
    [desk] = queries.desks(request.actor, cycle_id)
    line = _line(desk, queries.persons(request.actor, _involved([desk])))
    return page(request, "people/cycle_step.html", line=line)


def _involved(desks: Iterable[Desk]) -> set[int | None]:
    return {one for desk in desks for turn in desk.turns for one in (turn.by, *turn.may[:SHOWN])}


def _line(desk: Desk, people: Mapping[int, PersonCard]) -> dict[str, Any]:
    """A cycle in words: the step that was asked for, else the next one."""
    to, now = desk.asked_to or desk.next, desk.cycle.phase
    return {
        "cycle": desk.cycle, "desk": desk, "to": to, "phase": Phase(now).label,
        "to_label": Phase(to).label if to else "", "is_back": bool(to) and to < now,
        "opens": OPENS.get(Phase(to), "") if to else "",
        "closes": CLOSES.get(Phase(now), "") if to > now else _("Managers can write and decide again."),
        "now": [queries.said(line) for line in desk.now], "idle": not desk.then and Phase.SELF <= to <= Phase.APPEAL,
        "holds": [(line.refusal.sentence(gettext), line.url) for line in desk.holds],
        "jumps": [(phase, Phase(phase).label) for phase in desk.jumps],
        "steps": [(AGREES.get(step.role, step.role), step.days) for step in desk.cycle.steps],
        "turns": [(WHO[turn.seat], people.get(turn.by or 0), _names(turn.may, people)) for turn in desk.turns],
    }  # fmt: skip


def _names(ids: tuple[int, ...], people: Mapping[int, PersonCard]) -> str:
    names = gettext(" or ").join(people[pk].name for pk in ids[:SHOWN] if pk in people)
    return names + ("…" if len(ids) > SHOWN else "")


@door(access.SET_CYCLE)
def ready(request: PageRequest, cycle_id: int) -> HttpResponse:
    """Who would act in a cycle: for every act of several people, and for every kind of step about its people."""
    actor = request.actor
    require(actor, access.SET_CYCLE)
    card = queries.cycle(actor, cycle_id)
    found = queries.readiness(actor, card.scope_id)
    people = queries.persons(actor, [pk for act in found.acts for _seat, ids in act.seats for pk in ids[:SHOWN]])
    return page(
        request, "people/cycle_ready.html", fragment="list", cycle=card,
        opens_with=openings_said(actor), gaps=queries.gaps(actor, found),
        acts=[(ACT[act.act], [(WHO[seat], _names(ids, people)) for seat, ids in act.seats], act) for act in found.acts],
        steps=[
            (STEP[step.step], [(WHO[who], count) for who, count in step.lines], step.nobody) for step in found.steps
        ],
    )  # fmt: skip


@door(access.SET_CYCLE, methods=("GET", "POST"))
def start(request: PageRequest) -> HttpResponse:
    """Set up a cycle."""
    if request.method != "POST":
        require(request.actor, access.SET_CYCLE)
        lead = gettext("The company’s settings of today are kept with the cycle; later changes do not affect it.")
        head = Head(gettext("Start a cycle"), reverse("people:cycles"), lead)
        return draw(request, CycleForm(request.POST or None), head)
    said = cleaned(CycleForm(request.POST))
    rules.start_cycle(request.actor, said["period"], unit_id_of(request.actor, said["scope"], "scope") or 0)
    tell(request, _("The cycle is set up. Move it on when goal setting can start."))
    return see(reverse("people:cycles"))


@door(access.SET_STEPS, methods=("GET", "POST"))
def steps(request: PageRequest, cycle_id: int) -> HttpResponse:
    """Who agrees to a goal in a cycle that is being set up."""
    card = queries.cycle(request.actor, cycle_id)
    if request.method == "POST":
        said = chosen_steps([StepForm(n + 1, request.POST) for n in range(MOST_STEPS)])
        rules.set_steps(request.actor, cycle_id, said, request.version)
        tell(request, _("Saved. Each goal in this cycle will go to them in this order."))
        return see(reverse("people:cycles"))
    require(request.actor, access.SET_STEPS, card)
    if card.phase != Phase.SETUP:
        raise WrongPhase(wanted=Phase.SETUP.label, now=Phase(card.phase).label)
    asked = queries.desks(request.actor, cycle_id)[0].asked_to
    return page(request, "people/cycle_steps.html", cycle=card, forms=_step_forms(request, card), asked=asked)


def _step_forms(request: PageRequest, card: CycleCard) -> list[StepForm]:
    typed = request.POST or None
    now = [{"role": one.role, "days": one.days} for one in card.steps]
    return [StepForm(n + 1, typed, initial=now[n] if n < len(now) else None) for n in range(MOST_STEPS)]


@door(access.MOVE_CYCLE, methods=("POST",))
def move_cycle(request: PageRequest, cycle_id: int) -> HttpResponse:
    """Agree to a step of a cycle; the last agreement it takes does it."""
    to = request.POST.get("to") or request.GET.get("to", "")
    reason = request.POST.get("reason", "") if to == Phase.MANAGER else ""  # only the way back asks for one
    done = rules.move_cycle(request.actor, cycle_id, to, request.version, reason)
    tell(
        request,
        _("The cycle has moved on.") if done.phase == to else _("Noted. It takes effect once the others agree."),
    )
    return see(reverse("people:cycles"))
