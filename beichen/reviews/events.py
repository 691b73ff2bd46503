"""What others may hear of reviews; ids only, bulk events in batches of 1,000."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanLaunched:
    """Every review of a plan has been made."""

    plan_id: int
    cycle_id: int


@dataclass(frozen=True, slots=True)
class ReviewsMade:
    """A launch made these reviews; those concerned may be told."""

    plan_id: int
    review_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResultLocked:
    """Grades are final for bonus and pay, and still hidden from the people concerned."""

    cycle_id: int
    review_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ResultReleased:
    """The people concerned may read their results."""

    cycle_id: int
    review_ids: tuple[int, ...]
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LaunchAgreed:
    """Two people agreed to launch a plan; its reviews are made by the job that hears this."""

    plan_id: int


@dataclass(frozen=True, slots=True)
class StepAgreed:
    """Two people agreed to lock, unlock or release the results of a plan; `unit_id` narrows a release."""

    plan_id: int
    step: str
    first: int
    second: int
    unit_id: int | None = None
