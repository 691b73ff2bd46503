"""Every act of an approval. The rules of an area call these inside their own, so that both commit together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import NoReverseMatch, reverse

from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.approvals import queries
from beichen.platform.approvals.choices import AGREED, ASKED, CAME_BACK, Role, RunState, StepState, known
from beichen.platform.approvals.events import ApprovalFinished
from beichen.platform.approvals.models import Run, Step
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Forbidden, Invalid, Refused, gettext_noop

LONGEST_DELEGATION = timedelta(days=30)


class NotYourTurn(Forbidden):
    """The step is somebody else's."""

    code = "not_your_turn"
    text = gettext_noop("You cannot decide this step.")


class NobodyLeft(Refused):
    """G21 found nobody."""

    code = "nobody_left"
    text = gettext_noop("Nobody can approve this. Ask an HR administrator to assign an outside seat.")


class AlreadyRunning(Refused):
    """One open run per object."""

    code = "approval_running"
    text = gettext_noop("This is already waiting for approval.")


class CommentMissing(Invalid):
    """Who returns something says why."""

    code = "comment_missing"
    text = gettext_noop("Say in a sentence what should change.")


class NotDelegable(Refused):
    """G5."""

    code = "not_delegable"
    text = gettext_noop(
        "This step cannot be delegated like that: at most 30 days, no onward delegation, and "
        "never to the person concerned, the person who started it, or somebody who reports to "
        "the person concerned."
    )


@dataclass(frozen=True)
class StepSpec:
    """One step of a flow: a role, or a person by name; and how many days they have."""

    role: str = Role.LM
    person_id: int | None = None
    days: int = 5


@rule
def start(
    actor: Actor,
    kind: str,
    object_id: object,
    subject_id: int | None,
    flow: Sequence[StepSpec],
    *,
    version: int = 1,
    title: str = "",
    barred: Iterable[int] = (),
) -> Run:
    """Ask for approval of this version of an object; the first step's person is told.

    Without a subject, roles are seen from the actor. `title` goes into notices: class C2 or C3 only. `barred`: who
    else may not decide, such as the author (G6).
    Raises AlreadyRunning, NobodyLeft. Cost: about 4 statements and 1–5 per step.
    """
    declared = known(kind)
    if Run.objects.filter(kind=kind, object_id=object_id, state=RunState.PENDING).exists():
        raise AlreadyRunning
    out = frozenset(barred) - {actor.person_id, subject_id}
    people = _people(actor, subject_id, flow, out)
    seen = {actor.person_id, *(person for _, person in people), subject_id if declared.open_to_subject else None}
    run = Run(
        kind=kind, object_id=str(object_id), object_version=version, title=title or str(declared.label),
        subject_id=subject_id, started_by=actor.person_id, started_at=clock.now(),
        participants=sorted(person for person in seen if person is not None), barred=sorted(out),
    )  # fmt: skip
    run.save(force_insert=True)
    steps = [
        _step(run, n, *chosen, spec.days) for n, (chosen, spec) in enumerate(zip(people, flow, strict=True), start=1)
    ]
    # The first is asked before it is stored: a job that starts a run may not read it afterwards.
    steps[0].state, steps[0].due_at = StepState.ASKED, clock.now() + timedelta(days=steps[0].days)
    for step in steps:
        step.save(force_insert=True)
    _audit(actor, "approvals.start", run)
    _tell(actor, run, steps[0].approver_id, ASKED)
    return run


def _people(
    actor: Actor, subject_id: int | None, flow: Sequence[StepSpec], out: frozenset[int]
) -> list[tuple[str, int]]:
    """Who is asked, step by step: nobody twice, never the subject or the one who starts."""
    taken = out | {person for person in (actor.person_id, subject_id) if person is not None}
    about = subject_id if subject_id is not None else actor.person_id
    found: list[tuple[str, int]] = []
    for spec in flow:
        if spec.person_id is not None and spec.person_id not in taken:
            chosen: tuple[str, int] | None = (Role.PERSON, spec.person_id)
        else:
            chosen = queries.find_approver(Role.SK if spec.role == Role.PERSON else spec.role, about, taken)
        if chosen is None:
            raise NobodyLeft
        found.append(chosen)
        taken |= {chosen[1]}
    if not found:
        raise NobodyLeft
    return found


def _step(run: Run, n: int, role: str, person: int, days: int) -> Step:
    return Step(
        run=run, n=n, role=role, approver_id=person, days=days,
        subject_id=run.subject_id, started_by=run.started_by,
    )  # fmt: skip


@rule
def approve(actor: Actor, kind: str, object_id: object, version: int, comment: str = "") -> Run:
    """Agree to the version that was read. The returned run says whether it was the last step (state approved).

    Raises NotFound, NotYourTurn, Changed. A second click is no error. Cost: about 7 statements.
    """
    done = _already(actor, kind, object_id, version)
    if done:
        return done
    run, step = _my_turn(actor, kind, object_id)
    if run.object_version != version:
        raise Changed
    _decide(actor, step, StepState.APPROVED, comment)
    _audit(actor, "approvals.approve", run)
    following = run.steps.filter(state=StepState.WAITING).order_by("n").first()
    if following:
        _ask(actor, run, following)
    else:
        _finish(actor, run, RunState.APPROVED)
    return run


def _already(actor: Actor, kind: str, object_id: object, version: int) -> Run | None:
    """The run, when this actor's agreement to this version is its last act."""
    run = queries.last_run(actor, kind, object_id)
    if run is None or run.object_version != version or run.state in (RunState.RETURNED, RunState.WITHDRAWN):
        return None
    decided = run.steps.filter(state=StepState.APPROVED).order_by("-n").first()
    return run if decided and decided.decided_by == actor.person_id else None


@rule
def return_(actor: Actor, kind: str, object_id: object, comment: str) -> Run:
    """Send it back with a comment; the run ends. Raises NotFound, NotYourTurn, CommentMissing."""
    run, step = _my_turn(actor, kind, object_id)
    if not comment.strip():
        raise CommentMissing(field="comment")
    _decide(actor, step, StepState.RETURNED, comment.strip())
    _audit(actor, "approvals.return", run)
    _finish(actor, run, RunState.RETURNED)
    return run


@rule
def withdraw(actor: Actor, kind: str, object_id: object) -> Run:
    """Take it back: by the one who started, or by the subject of an open kind. Raises NotFound, NotYourTurn."""
    run = queries.run_to_change(actor, kind, object_id)
    may = {run.started_by, run.subject_id if known(kind).open_to_subject else None}
    if actor.person_id is None or actor.person_id not in may:
        raise NotYourTurn
    _audit(actor, "approvals.withdraw", run)
    _finish(actor, run, RunState.WITHDRAWN)
    return run


@rule
def call_off(actor: Actor, kind: str, object_ids: Iterable[object]) -> list[tuple[str, int]]:
    """End the open runs of many objects undecided; (object, who was asked) of each. For a job, whose rule notes it.

    Cost: four statements.
    """
    runs = queries.open_runs(actor, kind, object_ids)
    open_steps = Step.objects.filter(run__in=runs, state__in=[StepState.WAITING, StepState.ASKED])
    asked = list(open_steps.filter(state=StepState.ASKED).values_list("run__object_id", "approver_id"))
    open_steps.update(state=StepState.VOID)
    Run.objects.filter(pk__in=[run.pk for run in runs]).update(state=RunState.WITHDRAWN, ended_at=clock.now())
    publish(*(ApprovalFinished(kind=kind, object_id=run.object_id, outcome=RunState.WITHDRAWN) for run in runs))
    return asked


@rule
def delegate(actor: Actor, kind: str, object_id: object, to: int, until: datetime) -> Step:
    """Let somebody decide one's step until a day; both names stay in the history (G5). Raises NotDelegable."""
    run, step = _my_turn(actor, kind, object_id)
    if (step.delegate_id, step.delegated_until) == (to, until):
        return step
    in_time = clock.now() < until <= clock.now() + LONGEST_DELEGATION
    if step.approver_id != actor.person_id or not known(kind).delegable or not in_time:
        raise NotDelegable
    if to in queries.concerned(run) or run.subject_id in queries.candidates(Role.LM, to):
        raise NotDelegable
    if known(kind).stand_ins and to not in queries.stand_ins(actor, kind, object_id):
        raise NotDelegable
    step.delegate_id, step.delegated_until = to, until
    _join(run, to)
    step.save(update_fields=["delegate_id", "delegated_until"])
    _audit(actor, "approvals.delegate", run, to=to, until=until)
    _tell(actor, run, to, ASKED)
    return step


@rule
def escalate(actor: Actor, kind: str, object_id: object) -> Step | None:
    """Pass an overdue step on to the next role; None where it is not overdue or nobody is left."""
    run = queries.run_to_change(actor, kind, object_id)
    step = queries.asked_step(run)
    return pass_on(actor, run, step) if step.due_at and step.due_at < clock.now() else None


def pass_on(actor: Actor, run: Run, step: Step) -> Step | None:
    """Ask the next role of G21 instead, nobody twice. Called inside a rule, with run and step locked."""
    chosen = queries.find_approver(_after(step.role), _about(run), queries.concerned(run))
    return _instead(actor, run, step, chosen, "approvals.escalate") if chosen else None


def _about(run: Run) -> int | None:
    return run.subject_id if run.subject_id is not None else run.started_by


def _instead(actor: Actor, run: Run, step: Step, chosen: tuple[str, int], act: str) -> Step:
    """Somebody else takes the asked step; the one before stays in the history."""
    step.state = StepState.PASSED_ON
    step.save(update_fields=["state"])
    _join(run, chosen[1])
    following = _step(run, step.n, *chosen, step.days)
    following.save(force_insert=True)
    _audit(actor, act, run, passed_from=step.approver_id, to=chosen[1])
    _ask(actor, run, following)
    return following


@rule
def follow_line(actor: Actor, kind: str, object_id: object) -> bool:
    """The subject's line changed: steps of line roles that are still open go to who holds them now (G4, T01).

    Whether anything moved. Cost: about 4 statements, and 6 where the asked step moves.
    """
    run = queries.run_to_change(actor, kind, object_id)
    moved = False
    for step in run.steps.filter(state__in=[StepState.ASKED, StepState.WAITING], role__in=[Role.LM, Role.SK]):
        others = queries.concerned(run) - {step.approver_id}
        chosen = queries.find_approver(step.role, _about(run), others)
        if chosen is None or chosen[1] == step.approver_id:
            continue
        moved = True
        if step.state == StepState.ASKED:
            _instead(actor, run, step, chosen, "approvals.follow_line")
        else:
            step.role, step.approver_id = chosen
            step.save(update_fields=["role", "approver_id"])
            _join(run, chosen[1])
    return moved


def _after(role: str) -> str:
    order = queries.ORDER
    return order[min(order.index(Role(role)) + 1, len(order) - 1)] if role in order else Role.HA


def _my_turn(actor: Actor, kind: str, object_id: object) -> tuple[Run, Step]:
    run = queries.run_to_change(actor, kind, object_id)
    step = queries.asked_step(run)
    if not queries.may_decide(actor, step):
        raise NotYourTurn
    return run, step


def _decide(actor: Actor, step: Step, state: str, comment: str) -> None:
    step.state, step.comment = state, comment
    step.decided_by, step.decided_at = actor.person_id, clock.now()
    step.on_behalf_of = step.approver_id if step.approver_id != actor.person_id else None
    step.save(update_fields=["state", "comment", "decided_by", "decided_at", "on_behalf_of"])


def _ask(actor: Actor, run: Run, step: Step) -> None:
    step.state, step.due_at = StepState.ASKED, clock.now() + timedelta(days=step.days)
    step.save(update_fields=["state", "due_at"])
    _tell(actor, run, step.approver_id, ASKED)


def _finish(actor: Actor, run: Run, state: str) -> None:
    run.state, run.ended_at = state, clock.now()
    run.save(update_fields=["state", "ended_at"])
    run.steps.filter(state__in=[StepState.WAITING, StepState.ASKED]).update(state=StepState.VOID)
    publish(ApprovalFinished(kind=run.kind, object_id=run.object_id, outcome=state))
    template = {RunState.APPROVED: AGREED, RunState.RETURNED: CAME_BACK}.get(RunState(state))
    if template:
        concerned = {run.started_by, run.subject_id if known(run.kind).open_to_subject else None}
        for person in sorted(p for p in concerned if p is not None):
            _tell(actor, run, person, template)


def _join(run: Run, person: int) -> None:
    run.participants = sorted({*run.participants, person})
    run.save(update_fields=["participants"])


def _tell(actor: Actor, run: Run, person: int, template: str) -> None:
    notify.send(actor, person, template, _url(run), {"what": run.title})


def _url(run: Run) -> str:
    try:
        return reverse(known(run.kind).url_name, args=[run.object_id])
    except NoReverseMatch:
        return "/"


def _audit(actor: Actor, act: str, run: Run, **details: object) -> None:
    subjects = [run.subject_id] if run.subject_id is not None else []
    about = {"kind": run.kind, "object_id": run.object_id, "version": run.object_version, **details}
    audit.record(actor, act, run, subjects=subjects, details=about)
