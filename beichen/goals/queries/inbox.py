"""What waits for the actor: goals to agree to, alignments to answer, reports to write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import CharField, DateTimeField, F, Q, QuerySet, Subquery, Value

from beichen.goals import access
from beichen.goals.choices import GOAL, RUNNING, WRITING, AlignmentState, GoalState, Measure
from beichen.goals.models import Alignment, Goal, KeyResult
from beichen.goals.queries.cards import RELATED, GoalCard, goal_card
from beichen.goals.queries.changes import asked_of_me
from beichen.goals.queries.explorations import trials_asked
from beichen.goals.queries.plans import PAGE, cards, visible
from beichen.goals.queries.shares import shares_asked, shares_to_settle
from beichen.goals.queries.standing import health_rules
from beichen.goals.queries.tasks import tasks_asked
from beichen.platform.access.current import query
from beichen.platform.access.relations import IsOneOf
from beichen.platform.approvals import queries as approvals
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.rounding import PROGRESS
from beichen.platform.ui.language import for_reader


@query
def waiting_goals(actor: Actor, limit: int = PAGE) -> list[GoalCard]:
    """Proposed goals that wait for the actor, while goals can be agreed to. Cost: one statement.

    The few whose turn it is are found first, whatever the number of goals.
    """
    few = IsOneOf("pk", approvals.my_turn(GOAL))
    mine = visible(actor).filter(few, state=GoalState.PROPOSED, cycle__phase__in=WRITING)
    found = mine.order_by("proposed_at", "id")
    return cards(actor, found[:limit])


@dataclass(frozen=True, slots=True)
class AlignmentAsk:
    """A goal that wants to serve one of the actor's goals."""

    id: int
    child: GoalCard
    parent_id: int
    parent_title: str
    weight: int
    is_rollup: bool
    version: int


@query
def waiting_alignments(actor: Actor, limit: int = PAGE) -> list[AlignmentAsk]:
    """Alignments to goals the actor answers for, as long as goals can be agreed to. Cost: one statement."""
    links = _proposed(actor).select_related("parent", *(f"child__{name}" for name in RELATED))[:limit]
    return [
        AlignmentAsk(
            line.pk,
            goal_card(line.child),
            line.parent_id,
            for_reader(line.parent.title, line.parent.title_en),
            line.weight,
            line.is_rollup,
            line.version,
        )
        for line in links
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """Something to do: `what` is goal, change, alignment, task, share, settle or conclude, `id` its own (of the last
    three the goal's); `beside` names the owner, or the goal that is to be supported."""

    what: str
    id: int
    title: str
    beside: str
    owner_id: int
    due_on: date | None


@query
def asked(actor: Actor, limit: int = PAGE) -> list[Asked]:
    """What waits for the actor: goals, changes, alignments, due tasks, parts of shared results, explorations to
    conclude, each the oldest first.

    Cost: one statement.
    """
    parts = (
        _goals_asked(actor), asked_of_me(actor), _alignments_asked(actor), tasks_asked(actor), shares_asked(actor),
        shares_to_settle(actor), trials_asked(actor),
    )  # fmt: skip
    first, *rest = (part[:limit] for part in parts)
    return [
        Asked(
            what, pk, for_reader(title, title_en), for_reader(beside, beside_en), owner_id,
            clock.local(due).date() if due else None,
        )
        for what, pk, title, title_en, beside, beside_en, owner_id, due in first.union(*rest, all=True)
    ]  # fmt: skip


def _goals_asked(actor: Actor) -> QuerySet[Any, Any]:
    found = Goal.objects.filter(
        access.visible_goals() if actor.person_id is not None else Q(), IsOneOf("pk", approvals.my_turn(GOAL)),
        state=GoalState.PROPOSED, cycle__phase__in=WRITING,
    )  # fmt: skip
    return found.order_by("proposed_at", "id").values_list(
        Value("goal", CharField()), "pk", "title", "title_en", F("owner__name"), Value("", CharField()), "owner_id",
        Subquery(approvals.asked(GOAL, "due_at"), DateTimeField()),
    )  # fmt: skip


def _alignments_asked(actor: Actor) -> QuerySet[Any, Any]:
    return _proposed(actor).values_list(
        Value("alignment", CharField()), "pk", "child__title", "child__title_en", "parent__title", "parent__title_en",
        "child__owner_id", Value(None, DateTimeField()),
    )  # fmt: skip


def _proposed(actor: Actor) -> QuerySet[Alignment]:
    """Alignments to goals the actor answers for, the oldest first."""
    found = Alignment.objects.filter(
        access.visible_goals("child__") if actor.person_id is not None else Q(), state=AlignmentState.PROPOSED,
        parent__owner_id=actor.person_id, child__cycle__phase__in=WRITING,
    )  # fmt: skip
    return found.exclude(proposed_by_id=actor.person_id).order_by("id")


@dataclass(frozen=True, slots=True)
class DueReport:
    """A key result of the actor's that is not updated by the rhythm of its cycle."""

    key_result_id: int
    title: str
    goal_title: str
    since: date
    due_on: date


@query
def due_reports(actor: Actor, limit: int = PAGE) -> list[DueReport]:
    """The actor's key results whose last report is older than the rhythm, oldest first. Cost: one statement."""
    today = clock.today()
    found = (
        KeyResult.objects.filter(
            goal__owner_id=actor.person_id, goal__state__in=list(RUNNING), goal__is_dropped=False, is_dropped=False,
            start__lt=today, goal__cycle__phase__in=["C01", "C02", "C03", "C04"],
        )
        .exclude(Q(stat__progress=PROGRESS) & ~Q(measure__in=[Measure.WITHIN, Measure.BAND]))
        .select_related("goal__cycle", "stat").order_by("stat__updated_on", "id")
    )  # fmt: skip
    lines = []
    for kr in found[: 4 * limit]:
        rules = health_rules(kr.goal.cycle.settings)
        since = (kr.stat.updated_on if getattr(kr, "stat", None) else None) or kr.start
        if (today - since).days > rules.rhythm_days:
            title = for_reader(kr.goal.title, kr.goal.title_en)
            due = since + timedelta(days=rules.rhythm_days)
            lines.append(DueReport(kr.pk, for_reader(kr.title, kr.title_en), title, since, due))
    return lines[:limit]
