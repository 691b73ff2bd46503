"""Who may do what: permissions as values, the tables jobs may touch, and the edges of states."""

from __future__ import annotations

from itertools import permutations
from typing import Any

from django.utils.translation import gettext_lazy as _

from beichen.goals.choices import (
    NARROWING,
    GoalState,
    Preset,
    ShareState,
    TaskState,
    Visibility,
)
from beichen.platform.access.locks import JobGrant, StateGuard
from beichen.platform.access.permissions import Permission, leads_people
from beichen.platform.kit.actor import Actor


def row_of(goal: Any) -> str:
    """The row of the table a goal is in."""
    if goal.state == GoalState.DRAFT:
        return "01a" if goal.author_id in (None, goal.owner_id) else "01b"
    if goal.state == GoalState.PROPOSED:
        return "01c"
    preset, closed = getattr(goal, "preset", ""), goal.state == GoalState.CLOSED
    if goal.visibility == Visibility.RESTRICTED or preset == Preset.RESTRICTED:
        return "01g" if closed else "01e"
    if preset == Preset.TEAM:
        return "01l"
    if goal.visibility == Visibility.UNIT:
        return "01g" if closed else "01k"
    return "01f" if closed else "01d"


def update_row_of(goal: Any) -> str:
    """The row of the table a report on a key result of this goal is in."""
    preset = getattr(goal, "preset", "")
    if goal.visibility != Visibility.PUBLIC or preset == Preset.RESTRICTED:
        return "02b"
    return "02g" if preset in NARROWING else "02a"


def _owner(goal: Any) -> int | None:
    found: int | None = goal.owner_id
    return found


def _is_approver(actor: Actor, goal: Any) -> bool:
    """Whoever the step passed to stands in the place of the missing manager (G21)."""
    return bool(goal.is_my_turn)


def _goal_owner(obj: Any) -> int | None:
    """Of what hangs on a goal the owner of the goal; of a goal its own."""
    found: int | None = (obj if hasattr(obj, "owner_id") else obj.goal).owner_id
    return found


def _does_it(actor: Actor, task: Any) -> bool:
    return bool(task.assignee_id == actor.person_id)


def _parent_owner(alignment: Any) -> int | None:
    found: int | None = alignment.parent.owner_id
    return found


def _party(share: Any) -> int | None:
    found: int | None = share.person_id
    return found


def _is_lead(actor: Actor, shared: Any) -> bool:
    """Who is named to decide the parts stands in the manager's place (G18)."""
    return bool(shared.lead_id == actor.person_id)


def _leads(actor: Actor, _goals: Any) -> bool:
    return leads_people(actor)


VIEW = Permission(key="goals.view", label=_("See goals"))
READ_PRESET = Permission(key="goals.read_preset", label=_("See who sees the goals of a unit"), row="01m", subject=None)
CHOOSE_PRESET = Permission(
    key="goals.choose_preset", label=_("Choose who sees the goals of a unit"), row="01m", code="w", subject=None,
    only=frozenset({"HA"}), unit=lambda unit: unit.id,
)  # fmt: skip
NUDGE = Permission(
    key="goals.nudge", label=_("Request an update"), row="02e", code="w", subject=None,
    only=frozenset({"LM", "BP", "HA"}), special=(("LM", _leads),),
)  # fmt: skip
"""Of which goals: `goals_to_nudge`."""
DESK = Permission(
    key="goals.desk", label=_("Compare the plans of peers"), row="01c", code="t", subject=None,
    only=frozenset({"LM", "BP", "HA"}), special=(("LM", _leads),),
)  # fmt: skip
MATRIX = Permission(
    key="goals.matrix", label=_("See the priorities by unit"), row="22g", subject=None,
    only=frozenset({"EX", "BP", "HA"}),
)  # fmt: skip
METRIC_USE = Permission(
    key="goals.metric_use", label=_("See how metrics are used in goals"), row="22g", subject=None,
    only=frozenset({"EX", "BP", "HA"}),
)  # fmt: skip
VIEW_TEMPLATES = Permission(key="goals.view_templates", label=_("See goals to begin from"), row="24a", subject=None)
EDIT_TEMPLATE = Permission(
    key="goals.edit_template", label=_("Edit goals to begin from"), row="24a", code="w", subject=None
)
GIVE_TEMPLATE = Permission(
    key="goals.give_template", label=_("Give a goal to begin from to people"), row="24e", code="w", subject=None,
    only=frozenset({"LM", "BP", "HA"}), special=(("LM", _leads),),
)  # fmt: skip
"""To whom: `people.in_reach` of the same row."""
WEIGH = Permission(key="goals.weigh", label=_("Set the weights of a plan"))
HINTS = Permission(key="goals.hints", label=_("See hints on the wording of a goal"))
READ_SEASON = Permission(key="goals.read_season", label=_("See the goal rules of a cycle"), row="21a", subject=None)
SEASON = Permission(
    key="goals.season", label=_("Choose the goal rules of a cycle"), row="21a", code="w", subject=None,
    unit=lambda cycle: cycle.scope_id,
)  # fmt: skip
WRITE = Permission(key="goals.write", label=_("Write a draft"), row=row_of, code="w", subject=_owner)
ADJUST = Permission(
    key="goals.adjust", label=_("Change a goal in progress"), row=row_of, code="w", subject=_owner,
    only=frozenset({"LM"}),
)  # fmt: skip
PROPOSE = Permission(key="goals.propose", label=_("Submit a goal"), row=row_of, code="w", subject=_owner)
WITHDRAW = Permission(
    key="goals.withdraw", label=_("Withdraw a submitted goal"), row=row_of, code="t", subject=_owner,
    only=frozenset({"SE"}),
)  # fmt: skip
DECIDE = Permission(
    key="goals.decide", label=_("Approve a goal or send it back"), row=row_of, code="t", subject=_owner,
    only=frozenset({"LM", "SK", "BP", "HA"}), special=(("LM", _is_approver),), banned=("author_id", "last_editor_id"),
)  # fmt: skip
HAND_ON = Permission(
    key="goals.hand_on", label=_("Delegate a step for a while"), row="20k", code="w", subject=_owner,
)  # fmt: skip
DOUBT = Permission(
    key="goals.doubt", label=_("Ask whether a goal is too conservative"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE"}),
)  # fmt: skip
CORRECT = Permission(
    key="goals.correct", label=_("Set the progress of a goal by hand"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE", "LM"}),
)  # fmt: skip
ASK_CHANGE = Permission(
    key="goals.ask_change", label=_("Propose a change of a goal"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE"}),
)  # fmt: skip
CHECK = Permission(
    key="goals.check", label=_("Say whether to keep, adjust or drop a goal"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE"}),
)  # fmt: skip
DECIDE_CHANGE = Permission(
    key="goals.decide_change", label=_("Approve a change of a goal or send it back"), row="01c", code="t",
    subject=_goal_owner, only=frozenset({"LM", "SK", "BP", "HA"}), special=(("LM", _is_approver),),
    banned=("by_id",),
)  # fmt: skip
WITHDRAW_CHANGE = Permission(
    key="goals.withdraw_change", label=_("Withdraw a change of a goal"), row="01c", code="t",
    subject=_goal_owner, only=frozenset({"SE"}),
)  # fmt: skip
LAPSE = Permission(
    key="goals.lapse_changes", label=_("End changes that were not decided in time"), row="01c", code="t",
    subject=None, only=frozenset(), jobs=frozenset({"goals.lapse_changes", "goals.close_when_due"}),
)  # fmt: skip
REPORT = Permission(
    key="goals.report", label=_("Update a key result"), row=update_row_of, code="w", subject=_owner,
    only=frozenset({"SE", "LM", "DL"}),
)  # fmt: skip
ALIGN = Permission(
    key="goals.align", label=_("Align a goal"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE", "LM"}),
)  # fmt: skip
SPLIT = Permission(
    key="goals.split", label=_("Split a goal into parts"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE"}),
)  # fmt: skip
DECIDE_ALIGNMENT = Permission(
    key="goals.decide_alignment", label=_("Accept or decline an alignment request"), row="01j", code="t",
    subject=_parent_owner, only=frozenset({"SE", "LM"}), banned=("proposed_by_id",),
)  # fmt: skip
CONCLUDE = Permission(
    key="goals.conclude", label=_("Conclude an exploration"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE", "LM"}),
)  # fmt: skip
SHARE = Permission(
    key="goals.share", label=_("Share the result of a goal"), row=row_of, code="w", subject=_owner,
    only=frozenset({"SE", "LM"}),
)  # fmt: skip
ANSWER_SHARE = Permission(
    key="goals.answer_share", label=_("Agree to a part of a shared result"), row="01j", code="t", subject=_party,
    only=frozenset({"SE"}),
)  # fmt: skip
SETTLE_SHARES = Permission(
    key="goals.settle_shares", label=_("Decide the parts of a shared result"), row="01j", code="t",
    subject=_goal_owner, only=frozenset({"LM"}), special=(("LM", _is_lead),), banned=("party_ids",),
)  # fmt: skip
CONFIRM_CONDITION = Permission(
    key="goals.confirm_condition", label=_("Confirm the condition of a band"), row=row_of, code="t", subject=_owner,
    only=frozenset({"LM"}),
)  # fmt: skip
SET_TASKS = Permission(
    key="goals.set_tasks", label=_("Set the key tasks of a goal"), row="02f", code="w", subject=_goal_owner,
)  # fmt: skip
MOVE_TASK = Permission(
    key="goals.move_task", label=_("Say where a key task stands"), row="02f", code="t", subject=_goal_owner,
    only=frozenset({"SE", "LM", "DL"}), special=(("SE", _does_it),),
)  # fmt: skip
CLOSE = Permission(
    key="goals.close", label=_("Close the goals of a cycle"), row="21b", code="t", subject=None,
    jobs=frozenset({"goals.close_when_due", "load_demo"}),
)  # fmt: skip
GIVE_BACK = Permission(
    key="goals.give_back", label=_("Send back goals that were not approved in time"), row="01c", code="t",
    subject=None, only=frozenset(), jobs=frozenset({"goals.give_back"}),
)  # fmt: skip
IMPORT = Permission(
    key="goals.import", label=_("Import goals"), row="25a", code="w", subject=None,
    jobs=frozenset({"import_company", "load_demo"}),
)  # fmt: skip
RECOUNT = Permission(
    key="goals.recount", label=_("Recalculate rolled-up numbers"), row="21b", code="t", subject=None,
    jobs=frozenset({"goals.drain", "goals.drain_left", "goals.restate", "load_demo"}),
)  # fmt: skip

JOB_GRANTS = [
    JobGrant("goals.find_new_approver", "approvals.Run", "rw", "what waits for the former manager goes to the new one"),
    JobGrant(
        "goals.find_new_approver", "approvals.Step", "rw", "what waits for the former manager goes to the new one"
    ),
    JobGrant("goals.lapse_changes", "approvals.Run", "rw", "ends changes that nobody decided while goals ran"),
    JobGrant("goals.lapse_changes", "approvals.Step", "rw", "ends changes that nobody decided while goals ran"),
    JobGrant("goals.give_back", "approvals.Run", "rw", "ends what nobody decided while goals could be agreed to"),
    JobGrant("goals.give_back", "approvals.Step", "rw", "ends what nobody decided while goals could be agreed to"),
]
GUARDS = [
    StateGuard(
        model="goals.Goal",
        edges=frozenset({
            ("draft", "proposed"), ("proposed", "draft"), ("proposed", "active"),
            ("active", "changing"), ("changing", "active"), ("active", "closed"), ("changing", "closed"),
        }),
    ),
    StateGuard(
        model="goals.Alignment",
        edges=frozenset({
            ("proposed", "accepted"), ("proposed", "declined"), ("declined", "proposed"), ("accepted", "declined"),
        }),
    ),
    StateGuard(
        model="goals.ContributionShare",
        edges=frozenset(permutations(ShareState.values, 2)),
    ),
    StateGuard(
        model="goals.GoalTask",
        edges=frozenset(permutations(TaskState.values, 2)),
    ),
    StateGuard(
        model="goals.ChangeRequest",
        edges=frozenset({
            ("proposed", "agreed"), ("proposed", "refused"), ("proposed", "withdrawn"), ("proposed", "lapsed"),
        }),
    ),
]  # fmt: skip
