"""The job monitor by program."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Router, Schema, Status
from pydantic import Field

from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Strict
from beichen.platform.events import queries, rules
from beichen.platform.events.access import SEE, TRY_AGAIN

router = Router()
Number = Annotated[int, Field(ge=1, le=2**62)]


class KindOut(Schema):
    """The unfinished jobs of one name; `since` is when the oldest that is due could have run."""

    name: str
    label: str
    queue: str
    waiting: int
    later: int
    running: int
    failed: int
    since: datetime | None


class FailedOut(Schema):
    """A job that failed: its kind of fault and the place in the program, nothing of its contents."""

    id: int
    name: str
    label: str
    attempts: int
    parked: bool
    next_at: datetime | None
    since: datetime | None
    last_at: datetime | None
    sentence: str
    error: str
    place: str


class ClockedOut(Schema):
    """A job by the clock."""

    name: str
    label: str
    began_at: datetime | None
    seconds: int
    succeeded: bool
    next_at: datetime


class WorkerOut(Schema):
    """A worker process and its last sign of life."""

    host: str
    process: str
    at: datetime
    lives: bool


class MonitorOut(Schema):
    """What the system works on."""

    kinds: list[KindOut]
    failed: list[FailedOut]
    clocked: list[ClockedOut]
    workers: list[WorkerOut]
    parked: int
    lives: bool


class NameIn(Strict):
    """The name of a job, as `kinds` gives it."""

    name: str = Field(max_length=128)


class TriedOut(Schema):
    """How many jobs wait again."""

    tried: int


@router.get("", response=MonitorOut, operation_id="jobs")
@door(SEE)
def monitor(request: ApiRequest) -> queries.Monitor:
    """What runs, waits and failed; at most a hundred failures."""
    return queries.monitor(request.actor)


@router.post("/{job_id}/retry", response={204: None}, operation_id="jobs_retry")
@door(TRY_AGAIN)
def retry(request: ApiRequest, job_id: Number) -> Status[None]:
    """One failed job once more."""
    rules.try_again(request.actor, job_id)
    return Status(204, None)


@router.post("/retry", response=TriedOut, operation_id="jobs_retry_all")
@door(TRY_AGAIN)
def retry_all(request: ApiRequest, body: NameIn) -> dict[str, int]:
    """Every failed job of one name once more, at most 10,000 at once."""
    return {"tried": rules.try_all_again(request.actor, body.name)}
