"""What the page of one goal shows: its items and terms, its reports, what it serves and what serves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q

from beichen.goals import access
from beichen.goals.choices import BY_PEOPLE, CHANGING, WRITING, AlignmentState, GoalState, Source
from beichen.goals.models import Alignment, ChangeRequest, Goal, KeyResult, KeyResultStat, Milestone, Update, UpdateText
from beichen.goals.queries import plans
from beichen.goals.queries.cards import AlignmentCard, GoalCard, KeyResultCard, UpdateCard
from beichen.goals.queries.standing import GoalNumbers, numbers_of
from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.platform.access.current import query
from beichen.platform.access.permissions import Permission, leads_people, may
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

REPORTS = 20


def goal_to_change(actor: Actor, goal_id: int) -> Goal:
    """The row, locked, or NotFound. For rules."""
    locked = Goal.objects.select_for_update(of=("self",), no_key=True).filter(pk=goal_id)
    found = plans.under_preset(plans.with_turn(locked))
    if actor.person_id is not None:
        found = found.filter(access.visible_goals())
    row = found.select_related("cycle", "owner").first()
    if row is None:
        raise NotFound
    return row


def key_result_to_change(actor: Actor, key_result_id: int) -> KeyResult:
    """The row with its goal, both locked in the order goal, key result, or NotFound. For rules."""
    goal_id = KeyResult.objects.filter(pk=key_result_id).values_list("goal_id", flat=True).first()
    if goal_id is None:
        raise NotFound
    goal = goal_to_change(actor, goal_id)
    row = (
        KeyResult.objects.select_for_update(of=("self",), no_key=True).filter(pk=key_result_id, goal_id=goal_id).first()
    )
    if row is None:
        raise NotFound
    row.goal = goal
    return row


def key_result_to_report(actor: Actor, key_result_id: int) -> KeyResult:
    """The row, locked, with its goal read and not locked: reports on one goal do not wait for each other. For rules."""
    found = KeyResult.objects.select_for_update(of=("self",), no_key=True).filter(pk=key_result_id)
    if actor.person_id is not None:
        found = found.filter(access.visible_goals("goal__"))
    row = found.select_related("goal", "goal__cycle").first()
    if row is None:
        raise NotFound
    return row


def alignment_to_change(actor: Actor, alignment_id: int) -> Alignment:
    """The row, locked, both of whose goals the actor may read, or NotFound. For rules."""
    found = Alignment.objects.select_for_update(of=("self",), no_key=True).filter(pk=alignment_id)
    if actor.person_id is not None:
        found = found.filter(access.visible_goals("parent__")).filter(access.visible_goals("child__"))
    row = found.select_related("parent", "child").first()
    if row is None:
        raise NotFound
    return row


def stat_of(key_result_id: int) -> KeyResultStat:
    """The narrow row of a key result, locked; a new one where there is none."""
    row = KeyResultStat.objects.select_for_update().filter(pk=key_result_id).first()
    return row or KeyResultStat(key_result_id=key_result_id)


@query
def key_result(actor: Actor, key_result_id: int) -> tuple[KeyResultCard, GoalCard]:
    """One key result with its goal, or NotFound. Cost: six statements."""
    found = KeyResult.objects.filter(pk=key_result_id).values_list("goal_id", flat=True).first()
    if found is None:
        raise NotFound
    card = plans.goal(actor, found)
    settings = people.cycle(actor, card.cycle_id).settings
    lines = plans.key_results(actor, [card], settings).get(card.id, [])
    return next(line for line in lines if line.id == key_result_id), card


@query
def reports(actor: Actor, key_result_id: int, limit: int) -> tuple[KeyResultCard, GoalCard, list[UpdateCard]]:
    """The reports on one key result, or NotFound, also where a preset keeps them from the actor (02g).

    Cost: eight statements.
    """
    card, goal = key_result(actor, key_result_id)
    if goal.numbers_hidden:
        raise NotFound
    return card, goal, history(actor, goal.id, key_result_id, limit)


@query
def history(actor: Actor, goal_id: int, key_result_id: int | None = None, limit: int = REPORTS) -> list[UpdateCard]:
    """The newest reports on a visible goal; confidential words only where they may be read. Cost: two statements."""
    open_words = UpdateText.objects.filter(pk=OuterRef("pk"))
    if actor.person_id is not None:
        open_words = open_words.filter(access.visible_words())
    found = Update.objects.filter(key_result__goal_id=goal_id).annotate(words_open=Exists(open_words))
    if actor.person_id is not None:
        found = found.filter(access.open_numbers("key_result__goal__"))
    if key_result_id is not None:
        found = found.filter(key_result_id=key_result_id)
    lines = list(found.select_related("author", "key_result", "words").order_by("-day", "-id")[:limit])
    names = dict(
        Milestone.objects.filter(key_result__goal_id=goal_id).values_list("id", "name")
        if any(line.finished for line in lines)
        else ()
    )
    corrections = _corrections(lines)
    return [
        replace(_update(line, line.words if line.words_open else None, names), is_correction=line.pk in corrections)
        for line in lines
    ]


def _corrections(lines: Sequence[Update]) -> set[int]:
    """Reports by people that changed the value a metric had given; `lines` are the newest first."""
    before: dict[int, Update] = {}
    found = set[int]()
    for line in reversed([line for line in lines if line.value is not None]):
        older = before.get(line.key_result_id)
        given = older is not None and (older.source == Source.METRIC or older.pk in found)
        if given and older is not None and line.source in BY_PEOPLE and older.value != line.value:
            found.add(line.pk)
        before[line.key_result_id] = line
    return found


def _update(line: Update, words: UpdateText | None, names: dict[int, str]) -> UpdateCard:
    return UpdateCard(
        id=line.pk, key_result_id=line.key_result_id,
        key_result_title=for_reader(line.key_result.title, line.key_result.title_en),
        author_name=line.author.name if line.author else "", at=line.at, day=line.day, source=line.source,
        value=line.value, answer=line.answer, finished_names=tuple(names[i] for i in line.finished or () if i in names),
        unit=line.key_result.unit, confidence=line.confidence, text=line.text, progress=line.progress,
        health=line.health, problem=words.problem if words else "", next_action=words.next_action if words else "",
        support=words.support if words else "", risk=words.risk if words else "",
        is_shared=words.is_shared if words else False, is_correction=False,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One step of "why do I do this?": a goal, or a priority at the end. Hidden goals have no title."""

    kind: str
    id: int
    title: str
    holder: str
    health: str
    progress: int | None


@query
def chain(actor: Actor, card: GoalCard) -> list[Step]:
    """From the goal up to the strategy, nearest first; the goal itself is not in it. Cost: two statements."""
    ids = _above(card.id)
    return _chain(card, ids, plans.goals_by_id(actor, ids))


def _chain(card: GoalCard, ids: Sequence[int], goals: dict[int, GoalCard]) -> list[Step]:
    steps = [_step(goals.get(pk), pk) for pk in ids]
    tops = [card, *(goals[pk] for pk in ids if pk in goals)]
    named = next((g for g in tops if g.priority_id), None)
    if named is not None and named.priority_id is not None:
        steps.append(Step("priority", named.priority_id, f"{named.priority_key} {named.priority_name}", "", "", None))
    return steps


def _step(card: GoalCard | None, pk: int) -> Step:
    if card is None:
        return Step("hidden", pk, "", "", "", None)
    return Step("goal", card.id, card.shown_title, card.holder, card.health, card.shown_progress)


def _above(goal_id: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH RECURSIVE above(id, step) AS (
                SELECT parent_id, 1 FROM goals_alignment
                WHERE child_id = %s AND is_rollup AND state = 'accepted'
                UNION ALL
                SELECT a.parent_id, above.step + 1 FROM goals_alignment a JOIN above ON a.child_id = above.id
                WHERE a.is_rollup AND a.state = 'accepted' AND above.step < 30
            )
            SELECT id FROM above ORDER BY step
            """,
            [goal_id],
        )
        return [line[0] for line in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class Term:
    """One line of the explanation of a goal's progress, as the formula counted it."""

    kind: str
    id: int
    title: str
    weight: int
    progress: int | None
    note: str


@dataclass(frozen=True, slots=True)
class GoalView:
    """Everything the page of a goal shows; `may_*` say which acts to offer.

    `is_late`: it was not agreed to while goals could be, and counts nowhere.
    """

    goal: GoalCard
    period: str
    settings: dict[str, Any]
    key_results: tuple[KeyResultCard, ...]
    parents: tuple[AlignmentCard, ...]
    children: tuple[AlignmentCard, ...]
    chain: tuple[Step, ...]
    history: tuple[UpdateCard, ...]
    terms: tuple[Term, ...]
    equal_weights: bool
    may_edit: bool
    may_adjust: bool
    may_report: bool
    may_decide: bool
    may_withdraw: bool
    may_align: bool
    may_split: bool
    may_correct: bool
    may_ask: bool
    is_late: bool
    in_time: bool
    approved_by: str
    manual_by: str
    open_change: int | None
    template_id: int | None
    given_by: str

    @property
    def weight(self) -> int:
        """The sum of the weights of the key results that count, in hundredths."""
        return sum(kr.weight for kr in self.key_results if not kr.is_dropped)


@query
def goal_view(actor: Actor, goal_id: int) -> GoalView:
    """The page of one goal, or NotFound. Cost: nine statements, however much hangs on it."""
    seen = plans.visible(actor).select_related("cycle__period", "approved_by", "manual_by", "given_by")
    row = seen.filter(pk=goal_id).first()
    if row is None:
        raise NotFound
    card, found = plans.cards(actor, [row])[0], plans.loaded([goal_id])
    links, above = _links(goal_id), _above(goal_id)
    others = plans.goals_by_id(actor, [*above, *(i for line in links for i in (line.child_id, line.parent_id))])
    counted = [line for line in links if line.parent_id == goal_id and line.is_rollup and line.state == "accepted"]
    computed = numbers_of(row, found, counted, clock.today())
    parents, children = _seen(links, goal_id, others)
    in_time = row.cycle.phase in WRITING
    is_late = card.state in (GoalState.DRAFT, GoalState.PROPOSED) and row.cycle.phase > Phase.EXECUTION
    offered = _acts_of(card, in_time=in_time, changes=row.cycle.phase in CHANGING)
    acts = {name: may(actor, asked, card) for name, asked in offered.items()}
    return GoalView(
        card, row.cycle.period.key, row.cycle.settings,
        tuple(plans.as_open([card], plans.cards_of(found, row.cycle.settings))),
        parents, children,
        tuple(_chain(card, above, others)), tuple(history(actor, goal_id)),
        () if card.numbers_hidden else _terms(computed, children), computed.equal,
        may_edit=acts.get("edit", False), may_adjust=acts.get("adjust", False), may_report=acts.get("report", False),
        may_decide=card.is_my_turn and acts.get("decide", False),
        may_withdraw=acts.get("withdraw", False), may_align=acts.get("align", False),
        may_split=leads_people(actor) and acts.get("split", False),
        may_correct=acts.get("correct", False), may_ask=acts.get("ask", False),
        is_late=is_late, in_time=in_time,
        approved_by=row.approved_by.name if row.approved_by else "",
        manual_by=row.manual_by.name if row.manual_by and not card.numbers_hidden else "",
        open_change=_open_change(actor, goal_id) if card.state == GoalState.CHANGING else None,
        template_id=row.template_id, given_by=row.given_by.name if row.given_by else "",
    )  # fmt: skip


def _open_change(actor: Actor, goal_id: int) -> int | None:
    found = ChangeRequest.objects.filter(goal_id=goal_id, state="proposed")
    if actor.person_id is not None:
        found = found.filter(access.visible_changes())
    return found.values_list("pk", flat=True).first()


def _acts_of(card: GoalCard, *, in_time: bool, changes: bool) -> dict[str, Permission]:
    """The acts that the state of a goal leaves open; once goals cannot be agreed to any more, what changes it alone."""
    running: dict[str, Permission] = {"report": access.REPORT, "correct": access.CORRECT} if card.runs else {}
    if card.runs and changes and card.state != GoalState.CHANGING:
        running["ask"] = access.ASK_CHANGE
    if not in_time:
        return running
    if card.state == GoalState.DRAFT:
        return {"edit": access.WRITE, "align": access.ALIGN}
    if card.state == GoalState.PROPOSED:
        return {"decide": access.DECIDE, "withdraw": access.WITHDRAW, "align": access.ALIGN, "split": access.SPLIT}
    return {**running, "adjust": access.ADJUST, "align": access.ALIGN, "split": access.SPLIT} if card.runs else {}


def _terms(computed: GoalNumbers, children: Sequence[AlignmentCard]) -> tuple[Term, ...]:
    titles = {line.goal_id: line.title for line in children}
    return tuple(
        Term(item.kind, item.id, titles.get(item.id, "") if item.kind == "goal" else item.title, item.weight,
             item.progress, item.note)
        for item in computed.items
    )  # fmt: skip


def _links(goal_id: int) -> list[Alignment]:
    """Alignments up and down, with what the roll-up needs of the children."""
    found = Alignment.objects.filter(Q(child_id=goal_id) | Q(parent_id=goal_id)).exclude(state=AlignmentState.DECLINED)
    return list(found.select_related("child", "child__stat").order_by("-is_rollup", "-weight", "id"))


def _seen(
    links: Sequence[Alignment], goal_id: int, goals: dict[int, GoalCard]
) -> tuple[tuple[AlignmentCard, ...], tuple[AlignmentCard, ...]]:
    up = tuple(_link(line, goals.get(line.parent_id), line.parent_id) for line in links if line.child_id == goal_id)
    down = tuple(_link(line, goals.get(line.child_id), line.child_id) for line in links if line.parent_id == goal_id)
    return up, tuple(line for line in down if line.title or line.state == AlignmentState.ACCEPTED)


def _link(line: Alignment, other: GoalCard | None, other_id: int) -> AlignmentCard:
    return AlignmentCard(
        line.pk, other_id, other.shown_title if other else "", other.holder if other else "",
        other.shown_progress if other else None, other.health if other else "", line.is_rollup, line.weight,
        line.state, line.proposed_by_id, line.version,
    )  # fmt: skip


def may_report(actor: Actor, card: GoalCard) -> bool:
    """Whether the actor may report on the key results of a running goal. Cost: one statement at most."""
    return card.runs and may(actor, access.REPORT, card)


def may_write(actor: Actor, card: GoalCard) -> bool:
    """Whether the actor may edit the goal as a draft, or its terms while it runs. Cost: one statement at most."""
    if card.runs:
        return may(actor, access.ADJUST, card)
    return card.state == GoalState.DRAFT and may(actor, access.WRITE, card)


def may_align(actor: Actor, card: GoalCard) -> bool:
    """Whether the actor may say what the goal serves. Cost: one statement at most."""
    return card.state != GoalState.CLOSED and may(actor, access.ALIGN, card)


def may_split(actor: Actor, card: GoalCard) -> bool:
    """Whether the actor may split the goal into parts. Cost: one statement at most."""
    return card.state not in (GoalState.DRAFT, GoalState.CLOSED) and may(actor, access.SPLIT, card)
