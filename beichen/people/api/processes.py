"""The process map by program."""

from __future__ import annotations

from ninja import Status

from beichen.people import access, queries
from beichen.people.api.organisation import router
from beichen.people.queries import ProcessCard
from beichen.people.rules import processes as rules
from beichen.people.schemas import processes as s
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.get("/processes", response=s.ProcessMapOut, operation_id="processes_map")
@door(access.VIEW_PROCESSES)
def process_map(request: ApiRequest) -> dict[str, object]:
    """Every process, and what follows from the map for roles."""
    found = queries.process_map(request.actor)
    open_steps = [
        {"process_id": card.id, "process": card.name, "step": step.name} for card, step in found.unanswered
    ]  # fmt: skip
    return {
        "processes": found.processes, "key_roles": found.key_roles, "unanswered": open_steps, "idle": found.idle,
    }  # fmt: skip


@router.get("/processes/{int:process_id}", response=s.ProcessOut, operation_id="processes_get")
@door(access.VIEW_PROCESSES)
def process(request: ApiRequest, process_id: int) -> ProcessCard:
    """One process."""
    return queries.process(request.actor, process_id)


@router.post("/processes", response={201: s.ProcessOut}, operation_id="processes_create")
@door(access.EDIT_PROCESSES)
def create(request: ApiRequest, body: s.ProcessIn) -> Status[ProcessCard]:
    """Write a new process."""
    made = rules.save_process(request.actor, None, _entered(body))
    return Status(201, queries.process(request.actor, made))


@router.put("/processes/{int:process_id}", response=s.ProcessOut, operation_id="processes_update")
@door(access.EDIT_PROCESSES)
def update(request: ApiRequest, process_id: int, body: s.ProcessChangeIn) -> ProcessCard:
    """Write a process anew."""
    rules.save_process(request.actor, process_id, _entered(body), body.version)
    return queries.process(request.actor, process_id)


@router.post("/processes/{int:process_id}/remove", response={204: None}, operation_id="processes_remove")
@door(access.REMOVE_PROCESS)
def remove(request: ApiRequest, process_id: int, body: s.ProcessVersionIn) -> Status[None]:
    """Take a process from the map."""
    rules.remove_process(request.actor, process_id, body.version)
    return Status(204, None)


def _entered(body: s.ProcessIn) -> rules.ProcessInput:
    said = body.dict(exclude={"version"})
    return rules.ProcessInput(**said | {"steps": [rules.StepInput(**step) for step in said["steps"]]})
