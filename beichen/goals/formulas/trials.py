"""Explorations: what makes a trial sound. A refuted hypothesis of a sound trial is no failure; a careless trial is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

CONFIRMED, REFUTED, STOPPED = "confirmed", "refuted", "stopped"
DECIDED = (CONFIRMED, REFUTED)


@dataclass(frozen=True, slots=True)
class Trial:
    """A trial as far as it has come: `until` is its bound in time, `ended` the day it was concluded."""

    until: date
    outcome: str = ""
    found: str = ""
    over_budget: bool = False
    harmed: bool = False
    ended: date | None = None


def faults(trial: Trial, today: date) -> list[str]:
    """What is careless about it: no_evidence, over_budget, over_time, harmed; in this order."""
    told = (
        ("no_evidence", trial.outcome in DECIDED and not trial.found.strip()),
        ("over_budget", trial.over_budget),
        ("over_time", (trial.ended or today) > trial.until),
        ("harmed", trial.harmed),
    )
    return [code for code, holds in told if holds]


def answers(trial: Trial, today: date) -> bool | None:
    """What the conclusion counts: True for an answer from a sound trial, whichever it is; False for a careless one;
    None for one that its stop rule ended inside its bounds, which is left out.
    """
    if faults(trial, today):
        return False
    return True if trial.outcome in DECIDED else None
