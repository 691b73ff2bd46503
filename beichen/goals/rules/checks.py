"""Going through one's goals once a month or quarter: keep, adjust or drop, each goal once a round (GOAL-08)."""

from __future__ import annotations

from collections.abc import Mapping

from beichen.goals import access, queries
from beichen.goals.choices import CHANGING, RUNNING, Verdict
from beichen.goals.models import GoalCheck
from beichen.goals.queries.season import round_of, season
from beichen.goals.rules import changes, errors
from beichen.goals.rules.changes import ChangeInput
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, gettext_noop


class UnknownVerdict(Invalid):
    """Keep, adjust or drop."""

    code = "unknown_verdict"
    text = gettext_noop("Choose keep, adjust or drop.")


@rule
def check_goal(actor: Actor, goal_id: int, verdict: str, reason: str = "") -> GoalCheck:
    """Say keep, adjust or drop of a running goal in this round; drop asks for it with the reason.

    Cost: about ten statements, and those of `ask_change` for a drop.
    """
    goal = queries.goal_to_change(actor, goal_id)
    require(actor, access.CHECK, goal)
    if goal.state not in RUNNING:
        raise errors.NotRunning(goal)
    if verdict not in Verdict.values:
        raise UnknownVerdict(field="verdict")
    cycle = open_cycle(actor, goal.cycle_id, *CHANGING)
    begins = round_of(season(cycle.settings).rhythm, clock.today())
    if begins is None:
        raise errors.NoRound(goal)
    if verdict == Verdict.DROP:
        changes.ask_change(actor, goal_id, ChangeInput(reason=reason, drop=True), goal.version)
    made, _new = GoalCheck.objects.update_or_create(
        goal=goal, round=begins, defaults={"verdict": verdict, "by_id": actor.person_id or 0, "at": clock.now()}
    )
    audit.record(actor, access.CHECK, goal, subjects=[goal.owner_id], details={"verdict": verdict})
    return made


@rule
def check_goals(actor: Actor, said: Mapping[int, tuple[str, str]]) -> int:
    """Several goals at once, each with its verdict and reason; gives how many. Cost: that of each."""
    for goal_id, (verdict, reason) in sorted(said.items()):
        check_goal(actor, goal_id, verdict, reason)
    return len(said)
