"""Who acts: the first argument of every query and every rule."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at a page, a person's token, or a named job of the system.

    `scopes` is None for a person at a page and a set when a token acts for the person.
    """

    person_id: int | None
    account_id: int | None = None
    job: str | None = None
    reason: str = ""
    scopes: frozenset[str] | None = None
    locale: str = "zh-hans"

    @property
    def name(self) -> str:
        """`person:12` or `system:seal_audit`, as the audit writes it."""
        return f"system:{self.job}" if self.job else f"person:{self.person_id}"


def system(job: str, reason: str) -> Actor:
    """The actor of a job; the reason is kept with everything it does."""
    return Actor(person_id=None, job=job, reason=reason)
