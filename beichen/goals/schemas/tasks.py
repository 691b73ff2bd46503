"""What the API takes and shows of key tasks."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field

from beichen.goals.choices import TaskState
from beichen.platform.api.schemas import Id, Strict


class TaskIn(Strict):
    """What has to be done; without `assignee_id` it is the goal owner's own."""

    title: str = Field(min_length=1, max_length=160)
    due: date | None = None
    assignee_id: Id | None = None


class EditTaskIn(TaskIn):
    """A changed one; `version` is the one you read."""

    version: int = 0


class MoveTaskIn(Strict):
    """Where it stands; `version` is the one you read."""

    state: TaskState
    version: int = 0


class TaskOut(Schema):
    """One key task."""

    id: int
    goal_id: int
    title: str
    assignee_id: int
    due: date | None
    state: str
    done_on: date | None
    is_late: bool
    version: int
