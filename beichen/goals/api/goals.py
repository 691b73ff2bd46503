"""Goals by program: everything the pages do."""

from __future__ import annotations

from typing import Any

from ninja import Query, Router, Status

from beichen.goals import access, queries, rules
from beichen.goals.queries import (
    Agreement,
    AlignmentAsk,
    Attained,
    Filter,
    GoalCard,
    GoalView,
    Looked,
    MapNode,
    Plan,
    UpdateCard,
    Wanted,
)
from beichen.goals.rules import GoalInput, KeyResultInput, MilestoneInput, Nudged, ReportInput
from beichen.goals.schemas import (
    BoardKind,
    BoardScope,
    BoardState,
    EditGoalIn,
    HandOnIn,
    KeyResultIn,
    Made,
    ManyIn,
    MapState,
    NewGoalIn,
    NudgeIn,
    ReportIn,
    VersionIn,
    WordsIn,
)
from beichen.goals.schemas.map import MapOut, MapPartOut
from beichen.goals.schemas.shown import (
    AgreedOut,
    AgreementOut,
    AttainedOut,
    CoverageLineOut,
    CoverageOut,
    GoalBoardOut,
    GoalOut,
    GoalPlanOut,
    GoalViewOut,
    GroupOut,
    MatrixCellOut,
    MatrixOut,
    NudgedOut,
    ReportOut,
    SameOut,
    TeamLineOut,
    WaitingOut,
)
from beichen.people import queries as people
from beichen.platform.api.door import door
from beichen.platform.api.paging import Slice
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Id, Page, PageIn
from beichen.platform.kit.errors import NotFound

router = Router()
C3 = "C3"


@router.get("", response=Page[GoalOut], operation_id="goals_list")
@door(access.VIEW, reads=C3)
def goals(
    request: ApiRequest, asked: Query[PageIn], cycle_id: int, text: str = "", scope: str = "", health: str = "",
    kind: str = "", state: str = "", priority_id: int | None = None, unit_id: int | None = None,
) -> Slice[Any]:  # fmt: skip
    """Goals of a cycle that are open to you, as they came; `scope`: units, branch; `health`: attention too."""
    wanted = Filter(text, scope, health, kind, state, priority_id, unit_id)
    return queries.listed(request.actor, cycle_id, wanted, asked)


@router.get("/plan", response=GoalPlanOut, operation_id="goals_plan")
@door(access.VIEW, reads=C3, leavers=True)
def plan(request: ApiRequest, cycle_id: int, person_id: int | None = None) -> dict[str, Any]:
    """The plan of a person (yourself)."""
    return _plan(queries.plan(request.actor, person_id or request.actor.person_id or 0, cycle_id))


def _plan(found: Plan) -> dict[str, Any]:
    return {
        "person_id": found.person.id, "cycle_id": found.cycle.id, "weight": found.weight, "progress": found.progress,
        "expected": found.expected, "committed": found.committed, "stretch": found.stretch, "lines": found.lines,
        "unit_lines": found.unit_lines,
    }  # fmt: skip


@router.get("/team", response=list[TeamLineOut], operation_id="goals_team")
@door(access.VIEW, reads=C3)
def team(request: ApiRequest, cycle_id: int, only: str = "") -> list[dict[str, Any]]:
    """Your direct reports and how their goals stand; `only=attention` keeps goals late or behind."""
    return [
        {"person_id": line.person.id, "name": line.person.name, "weight": line.weight, "progress": line.progress,
         "committed": line.committed, "stretch": line.stretch, "attention": line.attention, "goals": line.goals}
        for line in queries.team(request.actor, cycle_id, only)
    ]  # fmt: skip


@router.get("/map", response=MapOut, operation_id="goals_map")
@door(access.VIEW, reads=C3)
def goal_map(
    request: ApiRequest, cycle_id: Id, state: MapState = "", text: str = "", unit_id: Id | None = None,
    priority_id: Id | None = None, goal_id: Id | None = None,
) -> dict[str, Any]:  # fmt: skip
    """From the priorities down to people, 300 goals at most; narrowed to those that fit and their way up, or to one."""
    found = queries.goal_map(request.actor, cycle_id, Looked(state, text, unit_id, priority_id, goal_id))
    tops = [
        {"priority_id": top.priority_id, "total": top.total, "nodes": _map_nodes(top.nodes, None)} for top in found.tops
    ]
    return {"found": found.found, "tops": tops}


@router.get("/map/{goal_id}/below", response=MapPartOut, operation_id="goals_map_below")
@door(access.VIEW, reads=C3)
def map_below(request: ApiRequest, goal_id: Id, cycle_id: Id, after: Id | None = None) -> dict[str, Any]:
    """What supports a goal directly, behind the goal `after`."""
    part = queries.map_below(request.actor, cycle_id, goal_id, after)
    return {"nodes": _map_nodes(part.nodes, goal_id), "last": part.last, "left": part.left}


def _map_nodes(nodes: tuple[MapNode, ...], parent_id: int | None) -> list[dict[str, Any]]:
    """The tree as a list, each goal behind the one above it."""
    found: list[dict[str, Any]] = []
    for node in nodes:
        found.append(
            {"id": node.id, "parent_id": parent_id, "goal": node.goal, "below": node.below, "counts": node.counts,
             "is_hit": node.is_hit}
        )  # fmt: skip
        found.extend(_map_nodes(node.children, node.id))
    return found


@router.get("/board", response=GoalBoardOut, operation_id="goals_board")
@door(access.VIEW, reads=C3)
def board(
    request: ApiRequest, asked: Query[PageIn], cycle_id: Id, state: BoardState = "", scope: BoardScope = "",
    kind: BoardKind = "", unit_id: Id | None = None, owner_id: Id | None = None, priority_id: Id | None = None,
    project_id: Id | None = None,
) -> dict[str, Any]:  # fmt: skip
    """Agreed goals that are open to you, the furthest behind first; `counts` and `total` come with the first page."""
    if project_id is not None:
        people.project(request.actor, project_id)
    wanted = Wanted(state, scope, kind, unit_id, owner_id, priority_id, project_id=project_id)
    found = queries.board(request.actor, cycle_id, wanted, asked)
    first = {"total": found.total, "counts": found.counts, "to_nudge": found.to_nudge} if not asked.cursor else {}
    return {"items": found.lines, "next": found.next, **first}


@router.post("/nudges", response=NudgedOut, operation_id="goals_nudge")
@door(access.NUDGE)
def nudge(request: ApiRequest, body: NudgeIn) -> Nudged:
    """Ask for a word on goals that are late or behind: the named ones, or all that a board holds; once a day each."""
    wanted = Wanted(**body.dict(exclude={"cycle_id", "sentence", "goal_ids"}))
    return rules.nudge(request.actor, body.cycle_id, wanted, body.sentence, goal_ids=body.goal_ids)


@router.get("/priorities", response=MatrixOut, operation_id="goals_priorities")
@door(access.MATRIX)
def matrix(request: ApiRequest, cycle_id: Id, unit_id: Id | None = None) -> dict[str, Any]:
    """Attainment of the year's priorities by the units below one, by default below the top of the company."""
    found = queries.matrix(request.actor, cycle_id, unit_id)
    if found is None:
        raise NotFound
    return {
        "unit_id": found.unit.id,
        "cells": [
            MatrixCellOut(
                priority_id=line.priority.id, unit_id=unit.id, is_alone=is_alone, goals=cell.count,
                measured=cell.measured, attainment=cell.attainment, healths=dict(cell.healths),
            )
            for line in found.lines
            for cell, unit, is_alone in [
                (line.whole, found.unit, False),
                *((cell, c.unit, c.is_alone) for cell, c in zip(line.cells, found.columns, strict=True)),
            ]
        ],
    }  # fmt: skip


@router.get("/waiting", response=WaitingOut, operation_id="goals_waiting")
@door(access.VIEW, reads=C3)
def waiting(request: ApiRequest) -> dict[str, list[GoalCard] | list[AlignmentAsk]]:
    """What waits for your word."""
    return {"goals": queries.waiting_goals(request.actor), "alignments": queries.waiting_alignments(request.actor)}


@router.get("/coverage", response=CoverageOut, operation_id="goals_coverage")
@door(access.VIEW, reads=C3)
def coverage(request: ApiRequest, cycle_id: Id | None = None) -> dict[str, Any]:
    """Attainment per priority, priorities nobody serves, goals that serve none."""
    found = queries.coverage(request.actor, [cycle_id] if cycle_id else None)
    lines = [
        CoverageLineOut(
            priority_id=p.priority.id, key=p.priority.key, name=p.priority.name, attainment=p.attainment,
            people=p.people, goal_count=p.goal_count, goals=[GoalOut.from_orm(g) for g in p.goals],
        )
        for p in found.priorities
    ]  # fmt: skip
    return {
        "priorities": lines, "loose": found.loose, "loose_count": found.loose_count, "goal_count": found.goal_count,
        "uncovered": found.uncovered,
    }  # fmt: skip


@router.post("", response={201: GoalOut}, operation_id="goals_create")
@door(access.WRITE, reads=C3)
def create(request: ApiRequest, body: NewGoalIn) -> Status[GoalCard]:
    """Begin a draft."""
    entered = GoalInput(**body.dict(exclude={"cycle_id", "owner_id", "unit_id"}))
    made = rules.create_goal(request.actor, body.cycle_id, entered, owner_id=body.owner_id, unit_id=body.unit_id)
    return Status(201, made)


@router.get("/{int:goal_id}", response=GoalViewOut, operation_id="goals_get")
@door(access.VIEW, reads=C3, leavers=True)
def view(request: ApiRequest, goal_id: int) -> GoalView:
    """One goal with everything that hangs on it."""
    return queries.goal_view(request.actor, goal_id)


@router.put("/{int:goal_id}", response=GoalOut, operation_id="goals_update")
@door(access.WRITE, reads=C3)
def edit(request: ApiRequest, goal_id: int, body: EditGoalIn) -> GoalCard:
    """Change a draft, or as the manager the terms of a running goal."""
    return rules.edit_goal(request.actor, goal_id, GoalInput(**body.dict(exclude={"version"})), request.version)


@router.delete("/{int:goal_id}", response={204: None}, operation_id="goals_discard")
@door(access.WRITE, reads=C3)
def discard(request: ApiRequest, goal_id: int) -> Status[None]:
    """Throw a draft away."""
    rules.discard_draft(request.actor, goal_id, request.version)
    return Status(204, None)


@router.post("/{int:goal_id}/propose", response=GoalOut, operation_id="goals_propose")
@door(access.PROPOSE, reads=C3)
def propose(request: ApiRequest, goal_id: int, body: VersionIn) -> GoalCard:
    """Hand a draft to whoever is to agree."""
    return rules.propose_goal(request.actor, goal_id, request.version)


@router.post("/{int:goal_id}/approve", response=GoalOut, operation_id="goals_approve")
@door(access.DECIDE, reads=C3)
def approve(request: ApiRequest, goal_id: int, body: VersionIn) -> GoalCard:
    """Agree to a proposed goal."""
    return rules.approve_goal(request.actor, goal_id, request.version)


@router.post("/{int:goal_id}/return", response=GoalOut, operation_id="goals_return")
@door(access.DECIDE, reads=C3)
def give_back(request: ApiRequest, goal_id: int, body: WordsIn) -> GoalCard:
    """Give a proposed goal back with words."""
    return rules.return_goal(request.actor, goal_id, body.reason, request.version)


@router.post("/{int:goal_id}/withdraw", response=GoalOut, operation_id="goals_withdraw")
@door(access.WITHDRAW, reads=C3)
def withdraw(request: ApiRequest, goal_id: int, body: VersionIn) -> GoalCard:
    """Take your own proposal back."""
    return rules.withdraw_goal(request.actor, goal_id, request.version)


@router.get("/{int:goal_id}/agreement", response=AgreementOut, operation_id="goals_agreement")
@door(access.VIEW, reads=C3)
def agreement(request: ApiRequest, goal_id: int) -> dict[str, Any]:
    """The steps of the approval, what was attained before, and what is worth asking."""
    found: Agreement = queries.agreement(request.actor, goal_id)
    return {
        "steps": found.steps, "attained": _attained(found.attained) if found.attained else None,
        "may_decide": found.may_decide, "may_hand_on": found.may_hand_on, "may_doubt": found.may_doubt,
    }  # fmt: skip


def _attained(found: Attained) -> AttainedOut:
    same = [
        SameOut(
            key_result_id=line.card.id, baseline=line.past.baseline, target=line.past.target,
            reached=line.past.reached, progress=line.past.progress,
            question=line.question.code if line.question else "", tenths=line.question.tenths if line.question else 0,
        )
        for line in found.same
    ]  # fmt: skip
    group = GroupOut.from_orm(found.group) if found.group else None
    whole = found.question.code if found.question else ""
    return AttainedOut(
        period=found.period, committed=found.committed, stretch=found.stretch, group=group, same=same, question=whole
    )


@router.post("/approve", response=AgreedOut, operation_id="goals_approve_many")
@door(access.DECIDE)
def approve_many(request: ApiRequest, body: ManyIn) -> dict[str, Any]:
    """Agree to several proposed goals, each on its own."""
    done = rules.approve_goals(request.actor, [(one.goal_id, one.version) for one in body.goals])
    return {"count": done.count, "refused": [f"{title}: {why.sentence()}" for title, why in done.refused]}


@router.post("/{int:goal_id}/hand-on", response=GoalOut, operation_id="goals_hand_on")
@door(access.HAND_ON)
def hand_on(request: ApiRequest, goal_id: int, body: HandOnIn) -> GoalCard:
    """Let somebody who could agree as well decide in your place until the end of a day, at most 30 days."""
    return rules.hand_on(request.actor, goal_id, body.to, body.last_day, request.version)


@router.post("/{int:goal_id}/doubt", response=GoalOut, operation_id="goals_doubt")
@door(access.DOUBT)
def doubt(request: ApiRequest, goal_id: int) -> GoalCard:
    """Ask whether your goal is too conservative."""
    return rules.doubt_goal(request.actor, goal_id)


@router.post("/{int:goal_id}/key-results", response={201: Made}, operation_id="key_results_create")
@door(access.WRITE, reads=C3)
def add_key_result(request: ApiRequest, goal_id: int, body: KeyResultIn) -> Status[dict[str, int]]:
    """Add a key result; `version` is the goal's."""
    return Status(201, {"id": rules.add_key_result(request.actor, goal_id, _key_result(body), request.version)})


@router.put("/key-results/{int:key_result_id}", response=Made, operation_id="key_results_update")
@door(access.WRITE, reads=C3)
def edit_key_result(request: ApiRequest, key_result_id: int, body: KeyResultIn) -> dict[str, int]:
    """Change a key result."""
    return {"id": rules.edit_key_result(request.actor, key_result_id, _key_result(body), request.version)}


def _key_result(body: KeyResultIn) -> KeyResultInput:
    steps = [MilestoneInput(**step.dict()) for step in body.milestones]
    return KeyResultInput(**body.dict(exclude={"version", "milestones"}), milestones=steps)


@router.post("/key-results/{int:key_result_id}/drop", response={204: None}, operation_id="key_results_drop")
@door(access.WRITE, reads=C3)
def drop_key_result(request: ApiRequest, key_result_id: int, body: VersionIn) -> Status[None]:
    """Drop a key result."""
    rules.drop_key_result(request.actor, key_result_id, request.version)
    return Status(204, None)


@router.get("/key-results/{int:key_result_id}/reports", response=list[ReportOut], operation_id="reports_list")
@door(access.VIEW, reads=C3, leavers=True)
def reports(request: ApiRequest, key_result_id: int) -> list[UpdateCard]:
    """Reports on a key result, newest first, at most 200."""
    _card, _goal, found = queries.reports(request.actor, key_result_id, limit=200)
    return found


@router.post("/key-results/{int:key_result_id}/reports", response={201: Made}, operation_id="reports_create")
@door(access.REPORT, reads=C3)
def report(request: ApiRequest, key_result_id: int, body: ReportIn) -> Status[dict[str, int]]:
    """Report on a key result. What comes by a token is marked so."""
    source = "by_hand" if request.actor.scopes is None else "token"
    made = rules.report(request.actor, key_result_id, ReportInput(**body.dict(), source=source))
    return Status(201, {"id": made})
