"""Who acts: a person at a page, a person by token, or a named system job."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """The first argument of every rule and query.

    `person_id` is None for a system actor, which then carries `job` and `reason`;
    `scopes` is None for a person at a page and a set for somebody acting by token.
    """

    person_id: int | None
    account_id: int | None = None
    job: str | None = None
    reason: str = ""
    scopes: frozenset[str] | None = None
    locale: str = "zh-hans"

    def __post_init__(self) -> None:
        if (self.person_id is None) == (self.job is None):
            raise ValueError("An actor is either a person or a system job: exactly one of person_id and job is given.")

    @property
    def name(self) -> str:
        """`person:12` or `system:seal_audit`: the value the database and the audit see."""
        return f"system:{self.job}" if self.person_id is None else f"person:{self.person_id}"


def system(job: str, reason: str) -> Actor:
    """The actor of a job; the policy lists what each job may touch, the audit keeps the reason."""
    return Actor(person_id=None, job=job, reason=reason)
