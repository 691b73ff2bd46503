"""The sheet Goals."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from beichen.goals import access
from beichen.goals.choices import RUNNING, AlignmentState, GoalState
from beichen.goals.models import Alignment, Goal
from beichen.goals.rules.imports.rows import (
    BATCH,
    CIRCLE,
    NEW_CYCLE,
    NO_CYCLE,
    NO_OWNER,
    NO_PARENT,
    NO_PRIORITY,
    PAST_CYCLE,
    TWICE,
    finding_of,
    goal_ids_by_key,
    hundredths,
    imported,
    label,
    mark,
    twice_in,
    weight_fault,
)
from beichen.people import queries as people
from beichen.people import rules as people_rules
from beichen.people.queries import CycleCard
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.words import BadValue
from beichen.platform.registry.imports import Counts, Finding, Note, Row, Rows, refuse
from beichen.strategy import queries as strategy


@dataclass(frozen=True)
class _Books:
    """What goal rows point to."""

    persons: dict[str, Any]
    units: dict[str, Any]
    cycles: dict[str, CycleCard]
    priorities: dict[str, int]


def _books(actor: Actor, rows: Iterable[Row]) -> _Books:
    lines = list(rows)
    cycles = {card.period_key: card for card in reversed(people.cycles(actor))}
    return _Books(
        people.by_number(actor, {str(row["owner"]) for row in lines}),
        {unit.code: unit for unit in people.units(actor).values()},
        cycles,
        {p.key: p.id for p in strategy.priorities(actor)},
    )


def preview_goals(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Goals would do. Cost: seven statements."""
    books, twice = _books(actor, rows), twice_in(rows, "goal")
    known = goal_ids_by_key(str(row[column]) for row in rows for column in ("goal", "parent") if row[column])
    here, parents = {str(row["goal"]) for row in rows}, {str(row["goal"]): str(row["parent"] or "") for row in rows}
    people_here, units_here = rows.brings("People", "number"), rows.brings("Units", "unit")
    priorities_here = rows.brings("Priorities", "priority")
    stored = Goal.objects.in_bulk(list(known.values()))
    findings: list[Finding] = []
    for row in rows:
        faults = [fault for fault in (weight_fault(row, "weight"), weight_fault(row, "rollup_weight")) if fault]
        owner, key = str(row["owner"]), str(row["goal"])
        if not (owner in books.persons or owner in books.units or owner in people_here or owner in units_here):
            faults.append(refuse(row, "owner", NO_OWNER, key=owner))
        if str(row["period"]) not in books.cycles and not _is_period(str(row["period"])):
            faults.append(refuse(row, "period", NO_CYCLE, key=row["period"]))
        if row["parent"] and str(row["parent"]) not in here and str(row["parent"]) not in known:
            faults.append(refuse(row, "parent", NO_PARENT, key=row["parent"]))
        priority = str(row["priority"] or "")
        if priority and priority not in books.priorities and priority not in priorities_here:
            faults.append(refuse(row, "priority", NO_PRIORITY, key=priority))
        if key in twice:
            faults.append(refuse(row, "goal", TWICE, key=key))
        if _circles(key, parents):
            faults.append(refuse(row, "parent", CIRCLE, key=key))
        goal = stored.get(known.get(key, 0))
        changes = goal is not None and not faults and bool(_changes(goal, row, books.priorities))
        findings += finding_of(row, faults, key in known, label(row, "goal", "title"), changes=changes)
    return findings


def _changes(goal: Goal, row: Row, priorities: dict[str, int]) -> dict[str, Any]:
    """What the row says otherwise of a running goal; an empty English title leaves what is known."""
    if goal.state not in RUNNING:
        return {}
    wanted = {
        "title": row["title"],
        "title_en": row["title_en"] or goal.title_en,
        "weight": hundredths(row["weight"]),
        "kind": row["kind"] or "objective",
        "priority_id": priorities.get(str(row["priority"] or "")),
    }
    return {name: value for name, value in wanted.items() if getattr(goal, name) != value}


def _is_period(key: str) -> bool:
    try:
        periods.parse(key)
    except BadValue:
        return False
    return True


def _without_cycle(actor: Actor, rows: Iterable[Row]) -> list[str]:
    return sorted({str(row["period"]) for row in rows} - {card.period_key for card in people.cycles(actor)})


def notes_of_goals(actor: Actor, rows: Rows) -> list[Note]:
    """The cycles that come with these goals and wait until somebody begins them. Cost: one statement."""
    spans = [periods.parse(key) for key in _without_cycle(actor, rows)]
    return [
        Note(PAST_CYCLE if span.end < clock.today() else NEW_CYCLE, {"period": span.key, "day": span.end.isoformat()})
        for span in spans
    ]


def _open_cycles(actor: Actor, rows: Iterable[Row]) -> None:
    """A period that goals name and that has no cycle yet gets one, for the whole company, in its first phase."""
    for key in _without_cycle(actor, rows):
        people_rules.start_cycle(actor, key, people.children_of(actor, None)[0].id)


def _circles(key: str, parents: dict[str, str]) -> bool:
    seen, at = set(), key
    while at:
        if at in seen:
            return True
        seen.add(at)
        at = parents.get(at, "")
    return False


@rule
def apply_goals(actor: Actor, rows: Rows) -> Counts:
    """Write the goals and their roll-up. Cost: about ten statements per 1,000 rows."""
    require(actor, access.IMPORT)
    _open_cycles(actor, rows)
    books = _books(actor, rows)
    known = goal_ids_by_key(str(row["goal"]) for row in rows)
    new = [row for row in rows if str(row["goal"]) not in known]
    made = Goal.objects.bulk_create([_goal(row, books) for row in new], batch_size=BATCH)
    changed = _change_goals(actor, rows, known, books)
    _align(rows)
    imported(actor, "goals.import", made)
    return Counts(added=len(made), changed=changed, unchanged=len(rows) - len(made) - changed)


def _goal(row: Row, books: _Books) -> Goal:
    cycle, owner = books.cycles[str(row["period"])], books.persons.get(str(row["owner"]))
    unit = None if owner else books.units[str(row["owner"])]
    owner_id, place = (owner.id, owner.place) if owner else _head(unit.id if unit else 0)
    return Goal(
        key=str(row["goal"]),
        title=row["title"],
        title_en=row["title_en"] or "",
        kind=row["kind"] or "objective",
        ambition=row["ambition"] or "committed",
        owner_id=owner_id,
        owner_place=place,
        unit_id=unit.id if unit else None,
        cycle_id=cycle.id,
        weight=hundredths(row["weight"]),
        priority_id=books.priorities.get(str(row["priority"] or "")),
        state=GoalState.ACTIVE,
        start=cycle.first,
        due=cycle.last,
        approved_at=clock.now(),
    )


def _head(unit_id: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, place FROM people_person WHERE id = access.answers_for(%s)", [unit_id])
        found: tuple[int, int] = cursor.fetchone()
        return found


def _change_goals(actor: Actor, rows: Rows, known: dict[str, int], books: _Books) -> int:
    """Title, weight, ambition and priority follow the workbook; who owns a goal and its cycle do not."""
    stored, changed = Goal.objects.in_bulk(list(known.values())), []
    for row in rows:
        goal = stored.get(known.get(str(row["goal"]), 0))
        changes = _changes(goal, row, books.priorities) if goal else {}
        if goal and changes:
            for name, value in changes.items():
                setattr(goal, name, value)
            goal.version += 1
            changed.append(goal)
    fields = ["title", "title_en", "weight", "kind", "priority_id", "version"]
    Goal.objects.bulk_update(changed, fields, batch_size=BATCH)
    imported(actor, "goals.import_change", changed)
    return len(changed)


def _align(rows: Rows) -> None:
    ids = goal_ids_by_key(str(row[column]) for row in rows for column in ("goal", "parent") if row[column])
    wanted = {
        ids[str(row["goal"])]: (ids[str(row["parent"])], hundredths(row["rollup_weight"], 100))
        for row in rows
        if row["parent"] and str(row["goal"]) in ids and str(row["parent"]) in ids
    }
    there = {
        line.child_id: line
        for line in Alignment.objects.filter(child_id__in=wanted, is_rollup=True, state=AlignmentState.ACCEPTED)
    }
    new = [
        Alignment(
            child_id=child, parent_id=parent, weight=weight, state=AlignmentState.ACCEPTED, decided_at=clock.now()
        )
        for child, (parent, weight) in wanted.items()
        if child not in there
    ]
    Alignment.objects.bulk_create(new, batch_size=BATCH)
    other = [
        line for child, line in there.items() if line.parent_id == wanted[child][0] and line.weight != wanted[child][1]
    ]
    for line in other:
        line.weight = wanted[line.child_id][1]
    Alignment.objects.bulk_update(other, ["weight"], batch_size=BATCH)
    mark({line.parent_id for line in [*new, *other]})
