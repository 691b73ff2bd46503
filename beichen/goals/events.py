"""What others may hear of goals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GoalProposed:
    """A draft waits for somebody to agree."""

    goal_id: int
    owner_id: int
    approver_id: int


@dataclass(frozen=True, slots=True)
class GoalApproved:
    """A goal is in force: from now on it counts towards the score."""

    goal_id: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class GoalReturned:
    """A proposed goal went back to its owner with a comment, or was withdrawn."""

    goal_id: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class GoalChanged:
    """The terms of a running goal changed: weights, targets, a dropped key result, another parent."""

    goal_id: int
    owner_id: int


@dataclass(frozen=True, slots=True)
class KeyResultUpdated:
    """Somebody reported on a key result."""

    key_result_id: int
    goal_id: int
    owner_id: int
    update_id: int


@dataclass(frozen=True, slots=True)
class AlignmentAsked:
    """A goal wants to serve another one, whose owner decides."""

    alignment_id: int
    parent_owner_id: int


@dataclass(frozen=True, slots=True)
class AlignmentDecided:
    """An alignment was accepted or declined."""

    alignment_id: int
    accepted: bool


@dataclass(frozen=True, slots=True)
class GoalsClosed:
    """Goals of a cycle are closed and scored; at most 1,000 ids per event."""

    cycle_id: int
    goal_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GoalsImported:
    """Goals came in with a workbook; at most 1,000 ids per event."""

    goal_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RollupLeft:
    """Goals of a cycle wait to be recomputed: the request that touched them could not."""

    cycle_id: int
