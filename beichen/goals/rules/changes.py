"""Changing a running goal: ask with a reason, decided by the same chain, every version kept (GOAL-08)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import (
    CHANGE,
    CHANGE_LAPSED,
    CHANGED_AT_ONCE,
    CHANGING,
    RUNNING,
    ChangeKind,
    ChangeState,
    GoalState,
)
from beichen.goals.events import GoalChanged
from beichen.goals.formulas import measures as m
from beichen.goals.formulas import versions as v
from beichen.goals.models import ChangeRequest, Goal
from beichen.goals.queries.season import TERMS, season
from beichen.goals.rules import errors, rollup, versions
from beichen.goals.rules.agree import flow_of, my_step
from beichen.goals.rules.drafts import weight_of
from beichen.goals.rules.key_results import KeyResultInput, hold_alone
from beichen.goals.rules.measuring import restat
from beichen.people.queries import CycleCard
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import Permission, require
from beichen.platform.approvals import queries as runs
from beichen.platform.approvals import rules as approvals
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, NotFound
from beichen.platform.kit.words import BadValue
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultChange:
    """What should be different about a key result; None leaves a term as it is. `weight` in hundredths."""

    target: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    weight: int | None = None
    due: date | None = None
    drop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeInput:
    """What should be different about a goal, and why; `results` by key result, `drop` gives the whole goal up."""

    reason: str
    weight: int | None = None
    due: date | None = None
    drop: bool = False
    results: Mapping[int, ResultChange] = field(default_factory=dict)
    add: KeyResultInput | None = None


@rule
def ask_change(actor: Actor, goal_id: int, entered: ChangeInput, version: int) -> ChangeRequest:
    """Ask to change a running goal; inside the cycle's free range it takes effect at once. Cost: about 25 statements.

    Errors: NotFound, Forbidden, NotRunning, ChangePending, Locked, NoReason, NoChange, BadValue, Changed, WrongPhase.
    """
    goal = queries.goal_to_change(actor, goal_id)
    twice = _asked_before(actor, goal, entered)
    if twice is not None:
        return twice
    require(actor, access.ASK_CHANGE, goal)
    if goal.state == GoalState.CHANGING:
        raise errors.ChangePending(goal)
    if goal.state not in RUNNING:
        raise errors.NotRunning(goal)
    if goal.version != version:
        raise Changed(goal)
    versions.open_for(goal, TERMS)
    cycle = open_cycle(actor, goal.cycle_id, *CHANGING)
    if not entered.reason.strip():
        raise errors.NoReason(goal, field="reason")
    before = versions.now(goal)
    wanted = wanted_terms(goal, before, entered)
    if not v.differences(before, wanted):
        raise errors.NoChange(goal, field=None)
    change = ChangeRequest(
        goal=goal, kind=ChangeKind.DROP if entered.drop else ChangeKind.TERMS, before=v.written(before),
        terms=v.written(wanted), reason=entered.reason.strip()[:500], by_id=actor.person_id or 0, at=clock.now(),
        goal_version=goal.version + 1,
    )  # fmt: skip
    versions.hold(goal)
    if not entered.drop and v.is_within(versions.agreed(goal), wanted, season(cycle.settings).free):
        return _at_once(actor, goal, change, wanted, cycle)
    return _ask(actor, goal, change, cycle)


def _asked_before(actor: Actor, goal: Goal, entered: ChangeInput) -> ChangeRequest | None:
    """The same person's same request that still waits: a second click."""
    if goal.state != GoalState.CHANGING:
        return None
    found = goal.changes.filter(state=ChangeState.PROPOSED, by_id=actor.person_id).first()
    if found is None or found.reason != entered.reason.strip()[:500]:
        return None
    return found if v.read(found.terms) == wanted_terms(goal, versions.now(goal), entered) else None


def wanted_terms(goal: Goal, before: v.Terms, entered: ChangeInput) -> v.Terms:
    """The whole terms that a request asks for; refuses what could not be measured, by the field at fault."""
    due = entered.due or before.due
    if due <= goal.start:
        raise BadValue("due", due, words.A_LATER_DAY, limit=goal.start)
    if set(entered.results) - {one.id for one in before.results}:
        raise NotFound
    results = [_wanted(goal, one, entered.results.get(one.id)) for one in before.results]
    if entered.add is not None:
        results.append(_added(goal, entered.add))
    if not entered.drop and before.results and all(one.is_dropped for one in results):
        raise errors.LastKeyResult(goal)
    weight = before.weight if entered.weight is None else weight_of(entered.weight)
    return replace(before, weight=weight, due=due, is_dropped=entered.drop, results=tuple(results))


def _wanted(goal: Goal, one: v.ResultTerms, asked: ResultChange | None) -> v.ResultTerms:
    if asked is None or one.is_dropped:
        return one
    given = {name: value for name in ("target", "low", "high") if (value := getattr(asked, name)) is not None}
    allowed = {"within": {"low", "high"}, "yes_no": set(), "band": set(), "milestones": set()}.get(
        one.measure, {"target"}
    )
    changed = replace(one, **{name: value for name, value in given.items() if name in allowed})
    weight = one.weight if asked.weight is None else weight_of(asked.weight)
    if weight != one.weight:
        hold_alone(goal, one.id, weight)
    due = asked.due or one.due
    if due <= goal.start:
        raise BadValue("due", due, words.A_LATER_DAY, limit=goal.start)
    changed = replace(changed, weight=weight, due=due, is_dropped=asked.drop)
    if changed.measure not in ("band", "milestones", "yes_no"):
        v.measure(changed, v.Reached())
    return changed


def _added(goal: Goal, entered: KeyResultInput) -> v.ResultTerms:
    if not entered.title.strip():
        raise errors.NotThisMeasure(field="add_title", missing=words.field_name("title"))
    baseline = Decimal(0) if entered.baseline is None else entered.baseline
    if entered.target is None:
        raise errors.NotThisMeasure(field="add_target", missing=words.field_name("target"))
    m.Linear(baseline, entered.target)
    hold_alone(goal, None, weight_of(entered.weight))
    return v.ResultTerms(
        -1, entered.title.strip(), entered.measure, baseline, entered.target, None, None, None, entered.unit.strip(),
        weight_of(entered.weight), entered.due or goal.due, None, by_metric=False,
    )  # fmt: skip


def _ask(actor: Actor, goal: Goal, change: ChangeRequest, cycle: CycleCard) -> ChangeRequest:
    change.save()
    goal.state, goal.version = GoalState.CHANGING, change.goal_version
    goal.save(update_fields=["state", "version"])
    flow = flow_of(actor, cycle, goal.owner_id)
    approvals.start(actor, CHANGE, change.pk, goal.owner_id, flow, version=change.version, title=goal.title)
    _note(actor, access.ASK_CHANGE, change, asked="decision")
    return change


def _at_once(
    actor: Actor, goal: Goal, change: ChangeRequest, wanted: v.Terms, cycle: CycleCard
) -> ChangeRequest:  # fmt: skip
    change.state, change.decided_at = ChangeState.AT_ONCE, clock.now()
    change.save()
    _in_force(actor, goal, change, wanted, cycle)
    _note(actor, access.ASK_CHANGE, change, asked="at once")
    for manager in runs.candidates("LM", goal.owner_id)[:1]:
        notify.send(
            actor, manager, CHANGED_AT_ONCE, reverse("goals:change", args=[change.pk]),
            {"name": goal.owner.name, "goal": goal.title},
        )  # fmt: skip
    return change


def _in_force(actor: Actor, goal: Goal, change: ChangeRequest, wanted: v.Terms, cycle: CycleCard) -> None:
    """Write the terms, measure anew, keep the version, mark what counts it."""
    for kr in versions.put(goal, wanted):
        restat(actor, kr, goal, cycle.settings)
    goal.state, goal.version, goal.last_editor_id = GoalState.ACTIVE, goal.version + 1, change.by_id
    if wanted.is_dropped:
        goal.state, goal.is_dropped, goal.closed_at = GoalState.CLOSED, True, clock.now()
    goal.save()
    versions.keep(actor, goal, change)
    publish(GoalChanged(goal_id=goal.pk, owner_id=goal.owner_id))
    links = goal.parents.filter(is_rollup=True, state="accepted").values_list("parent_id", "parent__cycle_id")
    rollup.mark([goal.pk, *(pk for pk, _ in links)], [goal.cycle_id, *(cycle_id for _, cycle_id in links)])


def _note(actor: Actor, act: Permission, change: ChangeRequest, **details: object) -> None:
    goal = change.goal
    audit.record(
        actor, act, change, subjects=[goal.owner_id], details={"goal": goal.pk, "kind": change.kind, **details}
    )


@rule
def approve_change(actor: Actor, change_id: int, version: int) -> ChangeRequest:
    """Agree to a change; at the last step the new terms are in force. Cost: about 30 statements."""
    change = queries.change_to_decide(actor, change_id)
    if change.state == ChangeState.AGREED and change.decided_by_id == actor.person_id:
        return change
    _decides(actor, change, version)
    cycle = open_cycle(actor, change.goal.cycle_id, *CHANGING)
    versions.open_for(change.goal, TERMS)
    with my_step():
        run = approvals.approve(actor, CHANGE, change.pk, version)
    if run.state == "pending":
        _note(actor, access.DECIDE_CHANGE, change, decision="step approved")
        return change
    _decided(change, ChangeState.AGREED, actor)
    _in_force(actor, change.goal, change, v.read(change.terms), cycle)
    _note(actor, access.DECIDE_CHANGE, change, decision="approved")
    return change


@rule
def refuse_change(actor: Actor, change_id: int, comment: str, version: int) -> ChangeRequest:
    """Send a change back with words: the terms before stay in force. Cost: about fifteen statements."""
    change = queries.change_to_decide(actor, change_id)
    _decides(actor, change, version)
    if not comment.strip():
        raise errors.NoReason(change, field="comment")
    with my_step():
        approvals.return_(actor, CHANGE, change.pk, comment.strip()[:500])
    change.comment = comment.strip()[:500]
    _back(actor, change, ChangeState.REFUSED)
    _note(actor, access.DECIDE_CHANGE, change, decision="returned")
    return change


@rule
def withdraw_change(actor: Actor, change_id: int, version: int) -> ChangeRequest:
    """Take one's own request back. Cost: about twelve statements."""
    change = queries.change_to_decide(actor, change_id)
    if change.state == ChangeState.WITHDRAWN:
        return change
    if change.state != ChangeState.PROPOSED:
        raise errors.NotAsked(change)
    require(actor, access.WITHDRAW_CHANGE, change)
    if change.version != version:
        raise Changed(change)
    approvals.withdraw(actor, CHANGE, change.pk)
    _back(actor, change, ChangeState.WITHDRAWN)
    _note(actor, access.WITHDRAW_CHANGE, change)
    return change


def _decides(actor: Actor, change: ChangeRequest, version: int) -> None:
    if change.state != ChangeState.PROPOSED:
        raise errors.NotAsked(change)
    require(actor, access.DECIDE_CHANGE, change)
    if change.version != version or change.goal.version != change.goal_version:
        raise Changed(change)


def _decided(change: ChangeRequest, state: ChangeState, actor: Actor) -> None:
    change.state, change.decided_by_id, change.decided_at = state, actor.person_id, clock.now()
    change.save()


def _back(actor: Actor, change: ChangeRequest, state: ChangeState) -> None:
    _decided(change, state, actor)
    goal = change.goal
    goal.state, goal.version = GoalState.ACTIVE, goal.version + 1
    goal.save(update_fields=["state", "version"])


@rule
def lapse_changes(actor: Actor, cycle_id: int) -> int:
    """Changes nobody decided while goals could change: the terms before stay; gives how many. For a job.

    Cost: about eight statements, however many.
    """
    require(actor, access.LAPSE)
    open_ones = ChangeRequest.objects.filter(goal__cycle_id=cycle_id, state=ChangeState.PROPOSED)
    found = list(open_ones.order_by("pk").select_for_update(of=("self",)).values_list(
        "pk", "goal_id", "goal__owner_id", "goal__title"
    ))  # fmt: skip
    if not found:
        return 0
    ids = [pk for pk, *_ in found]
    approvals.call_off(actor, CHANGE, ids)
    ChangeRequest.objects.filter(pk__in=ids).update(state=ChangeState.LAPSED, decided_at=clock.now())
    waiting = Goal.objects.filter(pk__in=[goal for _, goal, *_rest in found], state=GoalState.CHANGING)
    waiting.update(state=GoalState.ACTIVE)
    audit.record_bulk(actor, access.LAPSE, "goals.changerequest", ids, {"cycle": cycle_id})
    told = [
        Letter(owner, CHANGE_LAPSED, reverse("goals:goal", args=[goal]), {"goal": title})
        for _pk, goal, owner, title in found
    ]
    notify.send_many(actor, told)
    return len(ids)


@rule
def follow_line(actor: Actor, person_id: int) -> int:
    """Changes of somebody whose manager changed go to the new one (T01); gives how many. For a job."""
    open_ones = ChangeRequest.objects.filter(goal__owner_id=person_id, state=ChangeState.PROPOSED).order_by("pk")
    return sum(approvals.follow_line(actor, CHANGE, change.pk) for change in open_ones)
