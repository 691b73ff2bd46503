"""What others may hear of talks: that they happened, never what was said."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckInSent:
    """A person sent a check-in to the manager of that day."""

    check_in_id: int
    person_id: int
    manager_id: int


@dataclass(frozen=True, slots=True)
class CheckInReplied:
    """The manager answered or reacted."""

    check_in_id: int
    person_id: int
    manager_id: int
