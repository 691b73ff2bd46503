"""What a step of a whole plan does to one review: the twin, review by review, of sql/step.sql."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

LOCK, UNLOCK, RELEASE = "lock", "unlock", "release"
CALIBRATION, LOCKED, RELEASED, SUBMITTED = "in_calibration", "locked", "released", "submitted"


@dataclass(frozen=True, slots=True)
class Stand:
    """One review: its head, its rating, and its parts as (role, state)."""

    subject: int
    head: str
    rating: str
    parts: tuple[tuple[str, str], ...]
    locked_by: int | None = None
    released_by: int | None = None
    peers_shown: bool = False


@dataclass(frozen=True, slots=True)
class Moves:
    """From which state to which: of the rating and its head, and of the parts."""

    before: str
    after: str
    part_before: str
    part_after: str


STEPS: Mapping[str, Moves] = {
    LOCK: Moves(CALIBRATION, LOCKED, SUBMITTED, LOCKED),
    UNLOCK: Moves(LOCKED, CALIBRATION, LOCKED, SUBMITTED),
    RELEASE: Moves(LOCKED, RELEASED, LOCKED, RELEASED),
}


def stepped(step: str, stand: Stand, first: int, second: int, peers_needed: int) -> Stand:
    """The review after the step; as it was where the step is not for it. Nobody locks or releases the own result."""
    moves = STEPS[step]
    if stand.rating != moves.before:
        return stand
    by = first if stand.subject == second else second
    parts = tuple((role, moves.part_after if state == moves.part_before else state) for role, state in stand.parts)
    moved = replace(stand, head=moves.after, rating=moves.after, parts=parts)
    if step == LOCK:
        return replace(moved, locked_by=by)
    if step == UNLOCK:
        return replace(moved, locked_by=None)
    peers = sum(role == "peer" and state in (LOCKED, RELEASED) for role, state in stand.parts)
    return replace(moved, released_by=by, peers_shown=peers >= peers_needed)
