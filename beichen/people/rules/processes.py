"""The process map: written as a whole, by HR partners and administrators (24d)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction

from beichen.people import access
from beichen.people.models import Process, ProcessStep, RoleProfile
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop

MOST_STEPS = 9
"""More than this are not the few steps that decide the result."""


class ProcessCodeTaken(Invalid):
    code = "process_code_taken"
    text = gettext_noop("There is already a process with the code %(code)s.")


class BadSteps(Invalid):
    code = "bad_process_steps"
    text = gettext_noop("A process has one to %(most)s steps: the few that decide its result.")


class RoleTwice(Invalid):
    code = "role_twice_in_step"
    text = gettext_noop("In “%(step)s” the role that answers for it cannot contribute as well.")


@dataclass(frozen=True, slots=True, kw_only=True)
class StepInput:
    """A step as it should be; `answers` None while nobody answers for it. Roles by id."""

    name: str
    name_en: str = ""
    is_bottleneck: bool = False
    answers: int | None = None
    contributes: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInput:
    """A process as it should be, its steps in order."""

    code: str
    name: str
    name_en: str = ""
    result: str = ""
    result_en: str = ""
    steps: Sequence[StepInput]


@rule
def save_process(actor: Actor, process_id: int | None, entered: ProcessInput, version: int = 0) -> int:
    """Write a process with its steps; its id. Errors: NotFound, Forbidden, Changed, ProcessCodeTaken, BadSteps,
    RoleTwice, Invalid for an unknown role. Cost: about ten statements.
    """
    found = Process(version=0) if process_id is None else _locked(process_id)
    require(actor, access.EDIT_PROCESSES)
    if found.version != version:
        raise Changed(found)
    _check(entered)
    found.code, found.name, found.name_en = entered.code.strip(), entered.name.strip(), entered.name_en.strip()
    found.result, found.result_en = entered.result.strip(), entered.result_en.strip()
    found.edited_by_id, found.edited_at, found.version = actor.person_id, clock.now(), found.version + 1
    try:
        with transaction.atomic():
            found.save()
    except IntegrityError:
        raise ProcessCodeTaken(field="code", code=entered.code) from None
    _write_steps(found, entered.steps)
    steps = [[step.name, step.answers, list(step.contributes), step.is_bottleneck] for step in entered.steps]
    audit.record(actor, access.EDIT_PROCESSES, found, details={"code": found.code, "steps": steps})
    return found.pk


def _locked(process_id: int) -> Process:
    found = Process.objects.select_for_update().filter(access.visible_processes(), pk=process_id).first()
    if found is None:
        raise NotFound
    return found


def _check(entered: ProcessInput) -> None:
    if not entered.code.strip() or not entered.name.strip():
        raise Invalid(field="name")
    if not 1 <= len(entered.steps) <= MOST_STEPS or not all(step.name.strip() for step in entered.steps):
        raise BadSteps(field="steps", most=MOST_STEPS)
    for step in entered.steps:
        if step.answers is not None and step.answers in step.contributes:
            raise RoleTwice(field="steps", step=step.name)
    roles = {pk for step in entered.steps for pk in (*step.contributes, step.answers) if pk is not None}
    if RoleProfile.objects.filter(pk__in=roles).count() != len(roles):
        raise Invalid(field="steps")


def _write_steps(process: Process, steps: Sequence[StepInput]) -> None:
    ProcessStep.objects.filter(process=process).delete()
    made = ProcessStep.objects.bulk_create(
        [
            ProcessStep(process=process, position=n, name=step.name.strip(), name_en=step.name_en.strip(),
                        is_bottleneck=step.is_bottleneck, answers_id=step.answers)
            for n, step in enumerate(steps)
        ]
    )  # fmt: skip
    link = ProcessStep.contributes.through
    link.objects.bulk_create(
        [
            link(processstep_id=row.pk, roleprofile_id=role)
            for row, step in zip(made, steps, strict=True) for role in dict.fromkeys(step.contributes)
        ]
    )  # fmt: skip


@rule
def remove_process(actor: Actor, process_id: int, version: int) -> None:
    """Take a process from the map. A process that is gone is no error for whoever may. Errors: Forbidden, Changed."""
    require(actor, access.EDIT_PROCESSES)
    found = Process.objects.select_for_update().filter(access.visible_processes(), pk=process_id).first()
    if found is None:
        raise NotFound
    if found.version != version:
        raise Changed(found)
    audit.record(actor, access.REMOVE_PROCESS, found, details={"code": found.code, "name": found.name})
    found.delete()
