"""How a goal is being agreed on: the steps of its approval, and what stands beside its ambition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from beichen.goals import access
from beichen.goals.choices import GOAL, GoalState
from beichen.goals.queries import plans
from beichen.goals.queries.ambition import Attained, attained
from beichen.goals.queries.cards import GoalCard, KeyResultCard
from beichen.people import queries as people
from beichen.people.queries import PersonCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.approvals import queries as runs
from beichen.platform.approvals.choices import Role, StepState
from beichen.platform.approvals.queries import StepLine
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


@dataclass(frozen=True, slots=True)
class StepView:
    """One step with names: whose it is, in which role, since when and until when; who decided for whom, and why."""

    n: int
    role: str
    state: str
    name: str
    delegate_name: str
    delegated_until: datetime | None
    decided_by_name: str
    on_behalf_of_name: str
    asked_at: datetime | None
    due_at: datetime | None
    decided_at: datetime | None
    comment: str

    @property
    def role_label(self) -> str:
        """The role in the reader's language."""
        return str(Role(self.role).label)

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(StepState(self.state).label)

    @property
    def last_day(self) -> date | None:
        """The last day on which the delegate may decide."""
        return clock.local(self.delegated_until - timedelta(seconds=1)).date() if self.delegated_until else None

    @property
    def is_late(self) -> bool:
        """Whether it is past its day and goes on to the next role with the next hour."""
        return self.state == StepState.ASKED and self.due_at is not None and self.due_at < clock.now()


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the approver and the owner look at together; `may_*` say which acts to offer."""

    goal: GoalCard
    key_results: tuple[KeyResultCard, ...]
    steps: tuple[StepView, ...]
    attained: Attained | None
    may_decide: bool
    may_hand_on: bool
    may_doubt: bool

    @property
    def waits_for(self) -> StepView | None:
        """The step whose turn it is."""
        return next((step for step in self.steps if step.state == StepState.ASKED), None)


@query
def agreement(actor: Actor, goal_id: int) -> Agreement:
    """How one visible goal is being agreed on, or NotFound. Cost: ten statements."""
    row = plans.visible(actor).select_related("cycle__period").filter(pk=goal_id).first()
    if row is None:
        raise NotFound
    card = plans.cards(actor, [row])[0]
    results = tuple(plans.as_open([card], plans.bare_cards(plans.loaded([goal_id]), row.cycle.settings)))
    steps = named(actor, runs.last_steps(actor, GOAL, goal_id)) if card.state != GoalState.DRAFT else ()
    open_ = card.state in (GoalState.DRAFT, GoalState.PROPOSED)
    decides = card.state == GoalState.PROPOSED and card.is_my_turn and may(actor, access.DECIDE, card)
    return Agreement(
        card, results, steps, attained(actor, row, results) if open_ else None, decides,
        may_hand_on=decides and card.approver_id == actor.person_id and may(actor, access.HAND_ON, card),
        may_doubt=open_ and not card.is_doubted and card.owner_id == actor.person_id,
    )  # fmt: skip


def named(actor: Actor, lines: Sequence[StepLine]) -> tuple[StepView, ...]:
    """Steps with the names of those in them. Cost: one statement."""
    ids = {i for x in lines for i in (x.approver_id, x.delegate_id, x.decided_by, x.on_behalf_of)}
    cards = people.persons(actor, ids)

    def name(person: int | None) -> str:
        return cards[person].name if person in cards else ""

    return tuple(
        StepView(
            x.n, x.role, x.state, name(x.approver_id), name(x.delegate_id), x.delegated_until, name(x.decided_by),
            name(x.on_behalf_of), x.asked_at, x.due_at, x.decided_at, x.comment,
        )
        for x in lines if x.state != StepState.VOID
    )  # fmt: skip


@query
def stand_ins(actor: Actor, goal_id: int) -> tuple[GoalCard, list[PersonCard]]:
    """The goal, and to whom its step may be handed (G5). Cost: about eight statements."""
    card = plans.goal(actor, goal_id)
    ids = runs.stand_ins(actor, GOAL, goal_id) if card.is_my_turn else []
    cards = people.persons(actor, ids)
    return card, [cards[i] for i in ids if i in cards]
