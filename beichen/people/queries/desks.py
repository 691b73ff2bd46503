"""A cycle before those who move it: the next step, what it would take, who has agreed and whose turn it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext, ngettext, pgettext

from beichen.people import access
from beichen.people.choices import ALWAYS, Phase
from beichen.people.models import Cycle
from beichen.people.queries.acting import Readiness, Seated, StepCover, seated
from beichen.people.queries.cycles import CycleCard, cycles
from beichen.people.queries.persons import persons
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.access.two_person import Asked, waiting
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import Hold, PhaseWork, holds, works


@dataclass(frozen=True, slots=True)
class Turn:
    """One of the agreements a step takes: the seat, who has given it, else who may."""

    seat: str
    by: int | None
    may: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """A cycle and its next step. `jumps`: phases behind empty ones; `back`: whether it may go back to the managers.

    `asked_to`: the phase somebody asked for, "" when nobody did; `turns`: the agreements of that step, or of the next.
    `part`: the seat in which the viewer's agreement is still open for it ("" when it is not). `holds`: what is to be
    set right before it leaves its phase, for those who move cycles.
    """

    cycle: CycleCard
    next: str
    jumps: tuple[str, ...]
    back: bool
    now: tuple[PhaseWork, ...]
    then: tuple[PhaseWork, ...]
    asked_to: str
    reason: str
    turns: tuple[Turn, ...]
    part: str
    holds: tuple[Hold, ...] = ()


def between(now: str, to: str) -> list[str]:
    """The phases that a jump forward would pass over."""
    return [phase for phase in Phase.values if now < phase < to]


@query
def desks(actor: Actor, cycle_id: int | None = None) -> list[Desk]:
    """Every cycle (or the one) with its next step, newest first. Cost: four statements, those of the work and holds."""
    found = [card for card in cycles(actor) if cycle_id in (None, card.id)]
    phases = {card.id: card.phase for card in found}
    made = _desks(actor, found, works(actor, phases))
    if not access.moves_cycles(actor):
        return made
    kept = [line for line in holds(actor, phases) if line.phase == phases[line.cycle_id]]
    return [replace(desk, holds=tuple(line for line in kept if line.cycle_id == desk.cycle.id)) for desk in made]


@query
def releases_to_agree(actor: Actor) -> list[Desk]:
    """Cycles whose release somebody asked for and the actor has still to agree to, without the work in them.

    What waits for a second HR administrator is not among them: that is in `second_person`. Cost: that of `cycles`, and
    three statements while a release is asked for.
    """
    found = [card for card in cycles(actor) if card.asked_to == Phase.RELEASE > card.phase]
    desks_ = _desks(actor, found, ()) if found else []
    return [desk for desk in desks_ if desk.part and desk.asked_to and not _is_second(desk)]


@query
def never_begun(actor: Actor) -> list[CycleCard]:
    """Cycles whose period has passed in set-up, before those who set them up. Cost: that of `cycles`; one for each."""
    return [card for card in cycles(actor) if card.is_overdue and may(actor, access.SET_STEPS, card)]


def _is_second(desk: Desk) -> bool:
    first, second, *_agreer = desk.turns
    return desk.part == "HA" and first.by is not None and second.by is None


def _desks(actor: Actor, found: Sequence[CycleCard], work: Sequence[PhaseWork]) -> list[Desk]:
    ids = [card.id for card in found]
    held = seated({card.scope_id for card in found})
    asked = waiting(access.MOVE_CYCLE, [f"cycle:{pk}" for pk in ids])
    said = {line.pop("id"): line for line in Cycle.objects.filter(pk__in=ids).values("id", *_SAID)}
    return [
        _desk(actor, card, held[card.scope_id], asked.get(f"cycle:{card.id}"), said[card.id],
              [line for line in work if line.cycle_id == card.id])
        for card in found
    ]  # fmt: skip


_SAID = ("asked_to", "release_first", "release_second", "release_executive")


def _desk(
    actor: Actor, card: CycleCard, held: Seated, asked: Asked | None, said: dict[str, Any], work: Sequence[PhaseWork]
) -> Desk:
    later = [phase for phase in Phase.values if phase > card.phase]
    following = later[0] if later else ""
    if card.phase >= Phase.RELEASE:
        said = dict.fromkeys(_SAID, None) | {"asked_to": said["asked_to"]}
    jumps = tuple(phase for phase in later[1:] if not _stops(between(card.phase, phase), work))
    is_open = asked is not None or said["release_second"] or said["release_executive"]
    asked_to = said["asked_to"] if is_open else ""
    turns = _turns(asked_to or following, held, asked, said) if following else ()
    return Desk(
        cycle=card, next=following, jumps=jumps, back=card.phase == Phase.CALIBRATION,
        now=tuple(line for line in work if line.phase == card.phase),
        then=tuple(line for line in work if line.phase == following),
        asked_to=asked_to, reason=asked.reason if asked else "", turns=turns, part=_part(actor, turns),
    )  # fmt: skip


def _stops(phases: Iterable[str], work: Iterable[PhaseWork]) -> bool:
    busy = {line.phase for line in work}
    return any(phase in ALWAYS or phase in busy for phase in phases)


def _turns(to: str, held: Seated, asked: Asked | None, said: dict[str, Any]) -> tuple[Turn, ...]:
    """The first, the second, and for a release whoever agrees beside them."""
    first = said["release_first"] or (asked.asked_by if asked else None)
    second = said["release_second"]
    left = tuple(sorted(held.of("HA") - {first, second}))
    found = [Turn("HA", first, left), Turn("HA", second, left)]
    if to != Phase.RELEASE:
        return tuple(found)
    if held.agreeing != "HA":
        found = [Turn(t.seat, t.by, tuple(p for p in t.may if p not in held.agreers)) for t in found]
    agreers = tuple(sorted(held.agreers - {first, second}))
    return (*found, Turn(held.agreeing, said["release_executive"], agreers))


def _part(actor: Actor, turns: Sequence[Turn]) -> str:
    """The viewer's open part: each person gives one agreement."""
    if any(turn.by == actor.person_id for turn in turns):
        return ""
    return next((turn.seat for turn in turns if turn.by is None and actor.person_id in turn.may), "")


# ── in words ────────────────────────────────────────────────────────────────────────────────────────────────────


def said(work: PhaseWork) -> str:
    """A line of work as a sentence speaks of it: "self reviews (3 of 12)"."""
    if not work.whole:
        return str(work.label)
    return gettext("%(what)s (%(done)s of %(whole)s)") % {
        "what": work.label, "done": work.done, "whole": work.whole,
    }  # fmt: skip


def gaps(actor: Actor, ready: Readiness) -> list[str]:
    """Why a cycle cannot begin, with the remedies. Cost: one statement when somebody is without, else none."""
    missing = {act.lacks for act in ready.acts if act.must and act.lacks}
    found = []
    if "HA" in missing:
        found.append(
            gettext("It takes two HR administrators whose seats cover the whole unit: have a second seat granted.")
        )
    if "EX" in missing:
        found.append(gettext("Nobody else can agree to the release: have an executive seat granted."))
    without = [step for step in ready.steps if step.nobody]
    faces = persons(actor, [pk for step in without for pk in step.examples]) if without else {}
    found += [_gap(step, [faces[pk].name for pk in step.examples if pk in faces]) for step in without]
    if without:
        found.append(
            gettext(
                "Grant the HRBP seat to somebody outside their unit and not below them, or add an "
                "external person: a board member, an accountant or an elected employee representative."
            )
        )
    return found


def _gap(step: StepCover, names: Sequence[str]) -> str:
    who = pgettext("between names", ", ").join(names) + ("…" if step.nobody > len(names) else "")
    text = {
        "LM": ngettext(
            "Nobody can approve goals or decide a grade for %(count)s person (%(who)s).",
            "Nobody can approve goals or decide a grade for %(count)s people (%(who)s).", step.nobody,
        ),
        "SK": ngettext(
            "Nobody can do the second check for %(count)s person (%(who)s).",
            "Nobody can do the second check for %(count)s people (%(who)s).", step.nobody,
        ),
        "BP": ngettext(
            "Nobody can act as HRBP for %(count)s person (%(who)s).",
            "Nobody can act as HRBP for %(count)s people (%(who)s).", step.nobody,
        ),
    }[step.step]  # fmt: skip
    return text % {"count": step.nobody, "who": who}
