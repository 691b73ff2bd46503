"""Reading approvals; every list is cut to the runs the actor takes part in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, CharField, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from beichen.platform.access.current import query
from beichen.platform.access.relations import ActorId
from beichen.platform.approvals.access import OF_MY_RUNS, TAKES_PART
from beichen.platform.approvals.choices import Role, StepState, known
from beichen.platform.approvals.models import Run, Step
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound

# G21: a missing person passes to the next.
ORDER = (Role.LM, Role.SK, Role.BP, Role.HA, Role.OUT)


@dataclass(frozen=True)
class StepLine:
    """One step as history and pages show it. Persons are ids; the page names them."""

    run_id: UUID
    n: int
    role: str
    state: str
    approver_id: int
    delegate_id: int | None
    delegated_until: datetime | None
    decided_by: int | None
    on_behalf_of: int | None
    decided_at: datetime | None
    due_at: datetime | None
    days: int
    comment: str
    is_mine: bool

    @property
    def asked_at(self) -> datetime | None:
        """Since when it is this person's turn."""
        return self.due_at - timedelta(days=self.days) if self.due_at else None


@dataclass(frozen=True)
class Asked:
    """Something waiting for the actor's approval."""

    kind: str
    object_id: str
    title: str
    subject_id: int | None
    due_at: datetime | None
    on_behalf_of: int | None


def candidates(role: str, about: int | None) -> list[int]:
    """Who could act in this role about a person, the nearest first. Cost: one statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT access.candidates(%s, %s)", [role, about])
        return [row[0] for row in cursor.fetchall()]


def find_approver(role: str, about: int | None, taken: frozenset[int]) -> tuple[str, int] | None:
    """The first person for this role, or for the next ones of G21, who is not taken. Cost: 1–5 statements."""
    following = ORDER[ORDER.index(Role(role)) + 1 :] if role in ORDER else (Role.HA, Role.OUT)
    for each in (role, *following):
        for person in candidates(each, about):
            if person not in taken:
                return each, person
    return None


def run_to_change(actor: Actor, kind: str, object_id: object) -> Run:
    """The open run of an object, locked; NotFound where there is none or the actor takes no part."""
    found = Run.objects.select_for_update().filter(_mine(actor), kind=kind, object_id=object_id, state="pending")
    run = found.first()
    if run is None:
        raise NotFound
    return run


def open_runs(actor: Actor, kind: str, object_ids: Iterable[object]) -> list[Run]:
    """The open runs of these objects in which the actor takes part, locked. Cost: one statement."""
    wanted = [str(one) for one in object_ids]
    found = Run.objects.select_for_update().filter(_mine(actor), kind=kind, object_id__in=wanted, state="pending")
    return list(found.order_by("pk"))


def last_run(actor: Actor, kind: str, object_id: object) -> Run | None:
    """The newest run of an object in which the actor takes part. Cost: one index entry."""
    found = Run.objects.filter(_mine(actor), kind=kind, object_id=object_id)
    return found.order_by("-started_at").first()


def asked_step(run: Run) -> Step:
    """The step whose turn it is, of an open run."""
    return run.steps.get(state=StepState.ASKED)


@query
def current_step(actor: Actor, kind: str, object_id: object) -> StepLine | None:
    """Whose turn it is; None where nothing waits or the actor takes no part. Cost: one statement."""
    found = Step.objects.filter(
        _of_mine(actor), run__kind=kind, run__object_id=object_id, run__state="pending", state=StepState.ASKED
    ).first()
    return _line(actor, found) if found else None


@query
def last_steps(actor: Actor, kind: str, object_id: object) -> list[StepLine]:
    """The steps of the newest run in which the actor takes part, in order. Cost: two statements."""
    run = last_run(actor, kind, object_id)
    return [_line(actor, step) for step in run.steps.order_by("n", "due_at")] if run else []


@query
def history(actor: Actor, kind: str, object_id: object) -> list[StepLine]:
    """Every step of every run of an object, oldest first. Cost: one statement."""
    found = Step.objects.filter(_of_mine(actor), run__kind=kind, run__object_id=object_id)
    return [_line(actor, step) for step in found.order_by("run__started_at", "n", "due_at")]


@query
def waiting_for(actor: Actor, limit: int = 50) -> list[Asked]:
    """What waits for the actor, own turns and those delegated to them, the most urgent first. Cost: `limit` rows."""
    mine = Q(approver_id=actor.person_id) | Q(delegate_id=actor.person_id, delegated_until__gt=clock.now())
    steps = Step.objects.filter(mine, state=StepState.ASKED).select_related("run").order_by("due_at")[:limit]
    return [
        Asked(
            step.run.kind, step.run.object_id, step.run.title, step.run.subject_id, step.due_at,
            step.approver_id if step.approver_id != actor.person_id else None,
        )
        for step in steps
    ]  # fmt: skip


def my_turn(kind: str) -> QuerySet[Any]:
    """Ids of the objects of a kind whose step is the asker's now, for `pk__in` (objects with whole numbers as ids)."""
    mine = Q(approver_id=ActorId()) | Q(delegate_id=ActorId(), delegated_until__gt=clock.now())
    steps = Step.objects.filter(mine, state=StepState.ASKED, run__kind=kind)
    return steps.annotate(object=Cast("run__object_id", BigIntegerField())).values("object")


def asked(kind: str, column: str) -> QuerySet[Any]:
    """For a Subquery beside each object: a column of the asked step; empty for who takes no part in the run."""
    of_object = {"run__kind": kind, "run__object_id": Cast(OuterRef("pk"), CharField()), "run__state": "pending"}
    found: QuerySet[Any] = Step.objects.filter(state=StepState.ASKED, **of_object).values(column)[:1]
    return found


@query
def stand_ins(actor: Actor, kind: str, object_id: object) -> list[int]:
    """To whom the actor may hand the open step of an object (G5), the nearest first. Cost: 3 statements and one a role.

    Those whose roles hold the same act about the subject, never one whom it concerns or who is in the chain.
    """
    run = Run.objects.filter(_mine(actor), kind=kind, object_id=object_id, state="pending").first()
    if run is None or not known(kind).delegable or not known(kind).stand_ins:
        return []
    taken = concerned(run)
    people = [person for role in known(kind).stand_ins for person in candidates(role, run.subject_id)]
    return [person for person in dict.fromkeys(people) if person not in taken]


def concerned(run: Run) -> frozenset[int]:
    """Who cannot get a step any more: subject, starter, the barred, everybody in the chain. Cost: one statement."""
    first = (run.subject_id, run.started_by, *run.barred)
    return frozenset({*(p for p in first if p is not None), *run.steps.values_list("approver_id", flat=True)})


def overdue(now: datetime, limit: int = 500) -> list[Step]:
    """Asked steps past their day, locked, their runs too; for the job that passes them on."""
    steps = Step.objects.select_for_update(of=("self", "run"), skip_locked=True).select_related("run")
    return list(steps.filter(state=StepState.ASKED, due_at__lt=now).order_by("due_at")[:limit])


def may_decide(actor: Actor, step: Step) -> bool:
    """Whether it is the actor's turn, in person or as a delegate whose time has not run out."""
    if actor.person_id is None:
        return False
    delegated = step.delegate_id == actor.person_id and bool(
        step.delegated_until and step.delegated_until > clock.now()
    )
    return step.approver_id == actor.person_id or delegated


def _mine(actor: Actor) -> Q:
    return Q() if actor.job else TAKES_PART


def _of_mine(actor: Actor) -> Q:
    return Q() if actor.job else OF_MY_RUNS


def _line(actor: Actor, step: Step) -> StepLine:
    is_mine = step.state == StepState.ASKED and may_decide(actor, step)
    return StepLine(
        step.run_id, step.n, step.role, step.state, step.approver_id, step.delegate_id, step.delegated_until,
        step.decided_by, step.on_behalf_of, step.decided_at, step.due_at, step.days, step.comment, is_mine,
    )  # fmt: skip
