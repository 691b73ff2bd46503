"""Requests to change running goals, and the versions of a goal side by side."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BooleanField, Case, CharField, DateTimeField, Q, QuerySet, Value, When

from beichen.goals import access
from beichen.goals.choices import CHANGE, CHANGING, RUNNING, ChangeKind, ChangeState
from beichen.goals.formulas import versions as v
from beichen.goals.models import ChangeRequest, Goal, GoalCheck
from beichen.goals.queries import plans
from beichen.goals.queries.agreement import StepView, named
from beichen.goals.queries.cards import GoalCard
from beichen.goals.queries.season import Season, round_of, season
from beichen.goals.queries.terms import Ledger, ledgers, with_parts
from beichen.people import queries as people
from beichen.people.queries import CycleCard
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.access.relations import IsOneOf
from beichen.platform.approvals import queries as runs
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

PAGE = 50


@dataclass(frozen=True, slots=True)
class ChangeCard:
    """A request to change a goal: what is different, why, who asked, what was decided."""

    id: int
    goal_id: int
    goal_title: str
    owner_id: int
    owner_name: str
    kind: str
    state: str
    reason: str
    by_name: str
    at: datetime
    decided_by: str
    decided_at: datetime | None
    comment: str
    version: int
    is_my_turn: bool
    differences: tuple[v.Difference, ...]

    @property
    def state_label(self) -> str:
        """The state in the reader's language."""
        return str(ChangeState(self.state).label)

    @property
    def kind_label(self) -> str:
        """What is asked, in the reader's language."""
        return str(ChangeKind(self.kind).label)


@dataclass(frozen=True, slots=True)
class ChangeView:
    """A request with its steps; `may_*` say which acts to offer."""

    change: ChangeCard
    steps: tuple[StepView, ...]
    may_decide: bool
    may_withdraw: bool
    sees_goal: bool


def _visible(actor: Actor) -> QuerySet[ChangeRequest]:
    mine = Q(pk__in=runs.my_turn(CHANGE))
    found = ChangeRequest.objects.annotate(
        is_my_turn=Case(When(mine, then=Value(True)), default=Value(False), output_field=BooleanField())  # noqa: FBT003
    )
    return found if actor.person_id is None else found.filter(access.visible_changes())


def change_to_decide(actor: Actor, change_id: int) -> ChangeRequest:
    """The row with its goal, both locked in the order goal, change, or NotFound. For rules."""
    goal_id = _visible(actor).filter(pk=change_id).values_list("goal_id", flat=True).first()
    if goal_id is None:
        raise NotFound
    goal = Goal.objects.select_for_update(of=("self",), no_key=True).select_related("cycle", "owner").get(pk=goal_id)
    row = _visible(actor).select_for_update(of=("self",)).filter(pk=change_id).first()
    if row is None:
        raise NotFound
    row.goal = goal
    return row


def _card(row: ChangeRequest) -> ChangeCard:
    goal = row.goal
    return ChangeCard(
        row.pk, goal.pk, for_reader(goal.title, goal.title_en), goal.owner_id, goal.owner.name, row.kind, row.state,
        row.reason, row.by.name, row.at, row.decided_by.name if row.decided_by else "", row.decided_at, row.comment,
        row.version, bool(getattr(row, "is_my_turn", False)),
        tuple(v.differences(v.read(row.before), v.read(row.terms))),
    )  # fmt: skip


@query
def change_view(actor: Actor, change_id: int) -> ChangeView:
    """One request, or NotFound. Cost: six statements."""
    row = _visible(actor).select_related("goal__owner", "by", "decided_by").filter(pk=change_id).first()
    if row is None:
        raise NotFound
    open_ = row.state == ChangeState.PROPOSED
    steps = named(actor, runs.last_steps(actor, CHANGE, change_id)) if row.state != ChangeState.AT_ONCE else ()
    return ChangeView(
        _card(row), steps,
        may_decide=open_ and bool(getattr(row, "is_my_turn", False)) and may(actor, access.DECIDE_CHANGE, row),
        may_withdraw=open_ and may(actor, access.WITHDRAW_CHANGE, row),
        sees_goal=bool(plans.goals_by_id(actor, [row.goal_id])),
    )  # fmt: skip


@query
def waiting_changes(actor: Actor, limit: int = PAGE) -> list[ChangeCard]:
    """Changes that wait for the actor, the oldest first. Cost: one statement."""
    few = IsOneOf("pk", runs.my_turn(CHANGE))
    found = _visible(actor).filter(few, state=ChangeState.PROPOSED, goal__cycle__phase__in=CHANGING)
    return [_card(row) for row in found.select_related("goal__owner", "by", "decided_by").order_by("at", "id")[:limit]]


def asked_of_me(actor: Actor) -> QuerySet[Any, Any]:
    """The same as lines of `asked`."""
    few = IsOneOf("pk", runs.my_turn(CHANGE))
    found = _visible(actor).filter(few, state=ChangeState.PROPOSED, goal__cycle__phase__in=CHANGING)
    return found.order_by("at", "id").values_list(
        Value("change", CharField()), "pk", "goal__title", "goal__title_en", "goal__owner__name",
        Value("", CharField()), "goal__owner_id", Value(None, DateTimeField()),
    )  # fmt: skip


@query
def changes_of(actor: Actor, goal_id: int) -> list[ChangeCard]:
    """Every request about a goal that the actor may read, the newest first. Cost: one statement."""
    found = _visible(actor).filter(goal_id=goal_id).select_related("goal__owner", "by", "decided_by")
    return [_card(row) for row in found.order_by("-at", "-id")[:PAGE]]


@dataclass(frozen=True, slots=True)
class VersionCard:
    """One version of a goal's terms: since when, for how long, who, why (empty where not to be read), its score."""

    number: int
    since: date
    by_name: str
    reason: str
    change_id: int | None
    terms: v.Terms
    span: v.Span
    score: int | None


@dataclass(frozen=True, slots=True)
class VersionsView:
    """A goal's versions side by side, and what the changes did to its score."""

    goal: GoalCard
    cycle: CycleCard
    season: Season
    versions: tuple[VersionCard, ...]
    ledger: Ledger
    changes: tuple[ChangeCard, ...]


@query
def versions(actor: Actor, goal_id: int) -> VersionsView:
    """Every version of a goal whose numbers are open (02g), or NotFound. Cost: twelve statements, however many."""
    row = with_parts(plans.visible(actor).filter(pk=goal_id)).first()
    if row is None:
        raise NotFound
    card = plans.cards(actor, [row])[0]
    if card.numbers_hidden:
        raise NotFound
    cycle = people.cycle(actor, row.cycle_id)
    ledger = ledgers(actor, [row], cycle.settings, cycle.first, cycle.last)[goal_id]
    asked = changes_of(actor, goal_id)
    reasons = {card.id: card.reason for card in asked}
    kept = {one.number: one for one in row.versions.all()}
    cards = []
    for line in ledger.versions:
        one = kept.get(line.number)
        cards.append(VersionCard(
            line.number, one.since if one else row.start, one.by.name if one and one.by else "",
            reasons.get(one.change_id or 0, "") if one else "",
            one.change_id if one and one.change_id in reasons else None, line.terms, line.span, line.score,
        ))  # fmt: skip
    return VersionsView(card, cycle, season(cycle.settings), tuple(cards), ledger, tuple(asked))


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One goal in a review of goals: what was said of it this round, and whether a change already waits."""

    goal: GoalCard
    verdict: str
    said_on: date | None

    @property
    def waits(self) -> bool:
        """Whether a change of it waits for a decision."""
        return self.goal.state == "changing"


@dataclass(frozen=True, slots=True)
class GoalReview:
    """The actor's running goals of a cycle in one list; `round` is None where goals are not gone through."""

    cycle: CycleCard
    season: Season
    round: date | None
    lines: tuple[CheckLine, ...]

    @property
    def open(self) -> int:
        """Of how many goals nothing was said yet."""
        return sum(1 for line in self.lines if not line.verdict and not line.waits)


@query
def goal_review(actor: Actor, known: CycleCard) -> GoalReview:
    """The actor's own running goals to keep, adjust or drop. Cost: two statements."""
    rules = season(known.settings)
    begins = round_of(rules.rhythm, clock.today())
    found = plans.visible(actor).filter(
        owner_id=actor.person_id, cycle_id=known.id, state__in=list(RUNNING), is_dropped=False
    ).order_by("-weight", "id")  # fmt: skip
    cards = plans.cards(actor, found)
    said = _said([card.id for card in cards], begins)
    return GoalReview(known, rules, begins, tuple(CheckLine(card, *said.get(card.id, ("", None))) for card in cards))


def _said(ids: Iterable[int], begins: date | None) -> dict[int, tuple[str, date]]:
    found = GoalCheck.objects.filter(goal_id__in=list(ids), round=begins) if begins else GoalCheck.objects.none()
    return {goal: (verdict, clock.local(at).date()) for goal, verdict, at in found.values_list("goal", "verdict", "at")}
