"""What a goal serves: ask, accept, decline, take away."""

from __future__ import annotations

from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import (
    ALIGNMENT_ACCEPTED,
    ALIGNMENT_ASKED,
    ALIGNMENT_DECLINED,
    RUNNING,
    WRITING,
    AlignmentState,
    GoalState,
)
from beichen.goals.events import AlignmentAsked, AlignmentDecided
from beichen.goals.formulas.rollup import alignment_weight
from beichen.goals.models import Alignment, Goal, KeyResult
from beichen.goals.rules import errors, rollup
from beichen.people.rules import open_cycle
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed
from beichen.platform.kit.words import BadValue


@rule
def propose_alignment(
    actor: Actor, child_id: int, parent_id: int, *, rolls_up: bool = True, weight: int | None = None
) -> int:
    """Say that a goal serves another; its owner accepts. Between two goals of the same person it holds at once.

    `weight` in hundredths; by default, fixed on acceptance, the mean of what the parent's counted items hold.
    Gives the alignment's id. Cost: about ten statements.
    """
    one_at_a_time()
    first, second = sorted((child_id, parent_id))
    locked = {pk: queries.goal_to_change(actor, pk) for pk in dict.fromkeys((first, second))}
    child, parent = locked[child_id], locked[parent_id]
    known = Alignment.objects.filter(child=child, parent=parent).exclude(state=AlignmentState.DECLINED).first()
    if known is not None and known.is_rollup == rolls_up:
        return known.pk
    line = _asked(actor, child, parent, rolls_up=rolls_up, weight=_weight(weight))
    if parent.owner_id == actor.person_id == child.owner_id:
        _accept(actor, line)
    else:
        publish(AlignmentAsked(alignment_id=line.pk, parent_owner_id=parent.owner_id))
        tell_parents(actor, child, parent)
    return line.pk


def take_in(actor: Actor, child: Goal, parent: Goal, weight: int | None) -> None:
    """Let a goal that is made for it count in one's own goal: nobody else is to be asked. Both are locked.

    `weight` in hundredths; None is the mean of what the parent's counted items hold. Cost: about nine statements.
    """
    line = _asked(actor, child, parent, rolls_up=True, weight=_weight(weight))
    _accept(actor, line, fixed=weight is not None)


def _asked(actor: Actor, child: Goal, parent: Goal, *, rolls_up: bool, weight: int) -> Alignment:
    """The question, written down: a declined one is asked anew."""
    require(actor, access.ALIGN, child)
    open_cycle(actor, child.cycle_id, *WRITING)
    _possible(child, parent, rolls_up)
    line = Alignment.objects.filter(child=child, parent=parent).first() or Alignment(child=child, parent=parent)
    line.is_rollup, line.weight = rolls_up, weight
    line.state, line.proposed_by_id, line.version = AlignmentState.PROPOSED, actor.person_id, line.version + 1
    line.decided_by_id, line.decided_at, line.comment = None, None, ""
    _store(line)
    audit.record(actor, access.ALIGN, line, subjects=[child.owner_id], details={"child": child.pk, "parent": parent.pk})
    return line


def one_at_a_time() -> None:
    """The lock of the trigger that refuses circles, taken before any row: in the other order two writers would block
    each other.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('goals_alignment'))")


def _possible(child: Goal, parent: Goal, rolls_up: bool) -> None:  # noqa: FBT001  (passed on from the rule)
    if child.pk == parent.pk or child.pk in _above(parent.pk):
        raise errors.Circle(child, parent=parent.title)
    if parent.state not in (*RUNNING, GoalState.PROPOSED) and parent.owner_id != child.owner_id:
        raise errors.ParentNotOpen(parent)
    if GoalState.CLOSED in (parent.state, child.state):
        raise errors.ParentNotOpen(parent)
    taken = Alignment.objects.filter(child=child, is_rollup=True, state=AlignmentState.ACCEPTED).exclude(parent=parent)
    if rolls_up and taken.exists():
        raise errors.SecondParent(child)


def _above(goal_id: int) -> set[int]:
    """The goal's parents over every not declined alignment. Cost: one statement per level."""
    seen: set[int] = set()
    level = [goal_id]
    while level:
        links = Alignment.objects.filter(child_id__in=level).exclude(state=AlignmentState.DECLINED)
        level = [pk for pk in links.values_list("parent_id", flat=True) if pk not in seen]
        seen.update(level)
    return seen


def _weight(weight: int | None) -> int:
    if weight is not None and not 0 <= weight <= 10_000:
        raise BadValue("weight", weight / 100, words.BETWEEN, low=0, high=100)
    return 100 if weight is None else weight


def _store(line: Alignment) -> None:
    """Save; the database has the last word on circles and second parents, beside writers we cannot see."""
    try:
        with transaction.atomic():
            line.save()
    except IntegrityError as error:
        if "one_rollup" in str(error):
            raise errors.SecondParent(line) from None
        if "serve itself" in str(error):
            raise errors.Circle(line, parent=line.parent.title) from None
        raise


@rule
def accept_alignment(actor: Actor, alignment_id: int, version: int, *, weight: int | None = None) -> None:
    """Agree that the goal serves mine, and (for the roll-up) with which weight, as long as goals can be agreed to.

    Cost: about eleven statements.
    """
    one_at_a_time()
    line = queries.alignment_to_change(actor, alignment_id)
    if line.state == AlignmentState.ACCEPTED and line.decided_by_id == actor.person_id:
        return
    require(actor, access.DECIDE_ALIGNMENT, line)
    if line.version != version:
        raise Changed(line)
    if line.state != AlignmentState.PROPOSED:
        raise errors.NotProposed(line)
    open_cycle(actor, line.child.cycle_id, *WRITING)
    if weight is not None:
        line.weight = _weight(weight)
        _accept(actor, line, fixed=True)
    else:
        _accept(actor, line)


def _accept(actor: Actor, line: Alignment, *, fixed: bool = False) -> None:
    if not fixed:
        line.weight = _default_weight(line)
    line.state, line.decided_by_id, line.decided_at = AlignmentState.ACCEPTED, actor.person_id, clock.now()
    line.version += 1
    _store(line)
    audit.record(
        actor, access.DECIDE_ALIGNMENT, line, subjects=[line.parent.owner_id],
        details={"decision": "accepted", "weight": line.weight},
    )  # fmt: skip
    publish(AlignmentDecided(alignment_id=line.pk, accepted=True))
    _tell(actor, line, ALIGNMENT_ACCEPTED)
    rollup.mark([line.parent_id], [line.parent.cycle_id])


def tell_parents(actor: Actor, child: Goal, parent: Goal | None = None) -> None:
    """Owners who are asked learn it once they may read the goal: a draft or a closed circle's goal is not announced.

    Without `parent`, those of every open question. Cost: one or two statements.
    """
    if child.state not in RUNNING or access.row_of(child) != "01d":
        return
    open_ones = Alignment.objects.filter(child=child, state=AlignmentState.PROPOSED).select_related("parent")
    asked = [parent] if parent else [line.parent for line in open_ones]
    notify.send_many(
        actor,
        [
            notify.Letter(
                goal.owner_id, ALIGNMENT_ASKED, reverse("goals:inbox"),
                {"name": child.owner.name, "child": child.title, "parent": goal.title},
            )
            for goal in asked
            if goal.owner_id != actor.person_id
        ],
    )  # fmt: skip


def _tell(actor: Actor, line: Alignment, template: str) -> None:
    """Who asked learns the answer, unless it is their own."""
    to = line.proposed_by_id or line.child.owner_id
    if to != actor.person_id:
        titles = {"child": line.child.title, "parent": line.parent.title}
        notify.send(actor, to, template, reverse("goals:goal", args=[line.child_id]), titles)


def _default_weight(line: Alignment) -> int:
    """The mean of what the parent's counted items hold now, 1 where there are none (formulas §2)."""
    own = KeyResult.objects.filter(goal_id=line.parent_id, is_dropped=False, stat__progress__isnull=False)
    below = Alignment.objects.filter(
        parent_id=line.parent_id, is_rollup=True, state=AlignmentState.ACCEPTED, child__stat__progress__isnull=False,
        child__state__in=[*RUNNING, GoalState.CLOSED], child__is_dropped=False,
    ).exclude(pk=line.pk)  # fmt: skip
    return alignment_weight([*own.values_list("weight", flat=True), *below.values_list("weight", flat=True)])


@rule
def decline_alignment(actor: Actor, alignment_id: int, reason: str, version: int) -> None:
    """Say that the goal does not serve mine, and why; like accepting, in time. Cost: about eight statements."""
    one_at_a_time()
    line = queries.alignment_to_change(actor, alignment_id)
    if line.state == AlignmentState.DECLINED:
        return
    require(actor, access.DECIDE_ALIGNMENT, line)
    if line.version != version:
        raise Changed(line)
    if not reason.strip():
        raise errors.NoReason(line, field="reason")
    open_cycle(actor, line.child.cycle_id, *WRITING)
    _end(actor, line, reason.strip()[:300])
    _tell(actor, line, ALIGNMENT_DECLINED)


@rule
def end_alignment(actor: Actor, alignment_id: int, version: int) -> None:
    """Take one's own goal away from its parent. Cost: about six statements."""
    one_at_a_time()
    line = queries.alignment_to_change(actor, alignment_id)
    if line.state == AlignmentState.DECLINED:
        return
    require(actor, access.ALIGN, line.child)
    if line.version != version:
        raise Changed(line)
    open_cycle(actor, line.child.cycle_id, *WRITING)
    _end(actor, line, "")


def _end(actor: Actor, line: Alignment, reason: str) -> None:
    counted = line.state == AlignmentState.ACCEPTED
    line.state, line.decided_by_id, line.decided_at = AlignmentState.DECLINED, actor.person_id, clock.now()
    line.comment, line.version = reason, line.version + 1
    line.save()
    audit.record(
        actor, access.DECIDE_ALIGNMENT, line, subjects=[line.parent.owner_id, line.child.owner_id],
        details={"decision": "declined", "reason": reason},
    )  # fmt: skip
    publish(AlignmentDecided(alignment_id=line.pk, accepted=False))
    if counted:
        rollup.mark([line.parent_id], [line.parent.cycle_id])


@rule
def move_goal(actor: Actor, child_id: int, parent_id: int, version: int, *, weight: int | None = None) -> int:
    """Let a goal count in another parent: the old roll-up ends and the new one is asked for, in one step.

    Gives the new alignment's id; `version` is that of the old alignment. Cost: about twenty statements.
    """
    one_at_a_time()
    for pk in sorted({child_id, parent_id}):
        queries.goal_to_change(actor, pk)
    old = Alignment.objects.filter(child_id=child_id, is_rollup=True, state=AlignmentState.ACCEPTED).first()
    if old is not None and old.parent_id != parent_id:
        end_alignment(actor, old.pk, version)
    return propose_alignment(actor, child_id, parent_id, weight=weight)
