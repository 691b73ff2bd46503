"""Key tasks of goals, by program."""

from __future__ import annotations

from ninja import Status

from beichen.goals import access, queries, rules
from beichen.goals.api.goals import C3, router
from beichen.goals.queries import TaskCard
from beichen.goals.rules import TaskInput
from beichen.goals.schemas import Made
from beichen.goals.schemas.tasks import EditTaskIn, MoveTaskIn, TaskIn, TaskOut
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.get("/tasks", response=list[TaskOut], operation_id="goal_tasks_mine")
@door(access.VIEW, reads=C3)
def mine(request: ApiRequest) -> list[TaskCard]:
    """What you have to do for goals, open ones first, and what was done within 30 days."""
    return queries.my_tasks(request.actor)


@router.get("/{int:goal_id}/tasks", response=list[TaskOut], operation_id="goal_tasks_list")
@door(access.VIEW, reads=C3)
def tasks(request: ApiRequest, goal_id: int) -> list[TaskCard]:
    """The key tasks of a goal you may read, open ones first."""
    queries.goal(request.actor, goal_id)
    return queries.tasks_of(request.actor, goal_id)


@router.post("/{int:goal_id}/tasks", response={201: Made}, operation_id="goal_tasks_create")
@door(access.SET_TASKS)
def create(request: ApiRequest, goal_id: int, body: TaskIn) -> Status[dict[str, int]]:
    """Write a key task; whoever is to do it has to be able to read the goal, and is told."""
    return Status(201, {"id": rules.add_task(request.actor, goal_id, TaskInput(**body.dict()))})


@router.put("/tasks/{int:task_id}", response=TaskOut, operation_id="goal_tasks_update")
@door(access.SET_TASKS)
def update(request: ApiRequest, task_id: int, body: EditTaskIn) -> TaskCard:
    """Change words, day or person of a key task."""
    rules.edit_task(request.actor, task_id, TaskInput(**body.dict(exclude={"version"})), request.version)
    return queries.task(request.actor, task_id)


@router.post("/tasks/{int:task_id}/state", response=TaskOut, operation_id="goal_tasks_move")
@door(access.MOVE_TASK)
def move(request: ApiRequest, task_id: int, body: MoveTaskIn) -> TaskCard:
    """Say where a key task stands: whoever is to do it, and whoever sets the tasks of the goal."""
    rules.move_task(request.actor, task_id, body.state, request.version)
    return queries.task(request.actor, task_id)
