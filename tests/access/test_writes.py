"""Writing, held against the table: raw SQL as the web login on locked tables, and the doors of goals by everybody.

Who may not see it meets "not found"; who sees it and may not is refused; somebody who may, succeeds.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client

from beichen.platform.access.current import acting
from tests.access import doors, oracle, planting, probes, table, worlds
from tests.access.worlds import Planted, World
from tests.cast import sign_in
from tests.database import login

WRITING = frozenset("wtc")
WITH = {"20g": "10a"}
"""Rows that are written in the act of another: the explanation is made where the manager decides the grade."""
HEADS = "41c"
"""The heads of a review move together, with whoever runs the plan."""


def may_change(one: Planted, viewer: str, row: table.Row) -> bool:
    """Whether the table gives this viewer any way to change the record; its author may where a cell says `o`."""
    stands = one.stands(viewer, row) if one.stands else oracle.columns(viewer, one.subject, row)
    stands = stands | ({"PR"} if viewer == one.peer else set())
    # Managers further up pass a bonus on and move a grade where the manager's manager does (G20).
    stands = stands | ({"SK"} if viewer in oracle.company().above(one.subject)[1:] else set())
    if one.model.startswith("reviews.") and one.part == "head":
        run = table.read()[HEADS].opens(stands, WRITING)
        own = viewer == one.author and "o" in "".join(row.cells[column] for column in stands)
        return run or own or row.opens(stands, WRITING)
    row = table.read()[WITH.get(row.id, row.id)]
    return row.opens(stands, WRITING) or viewer == one.author or "o" in "".join(row.cells[c] for c in stands)


def changed_by(world: World, viewer: str, one: Planted) -> set[str]:
    """What an UPDATE of a whole table reaches for one person; what a trigger refuses is not reached."""
    key = apps.get_model(one.model)._meta.pk.column
    with acting(world.golden.actor(viewer)), connection.cursor() as cursor:
        try:
            with transaction.atomic():
                cursor.execute(f"UPDATE {one.table} t SET {key} = {key} RETURNING {one.expression}")
                return {str(row[0]) for row in cursor.fetchall()}
        except DatabaseError:
            return set()


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", sorted(worlds.PLANTS))
def test_an_update_of_a_whole_table_reaches_only_what_the_table_of_rights_gives(area: str) -> None:
    world, rows = worlds.make(area), table.read()
    wrong, reached = [], 0
    for planted in probes.by_table(world.planted).values():
        for viewer in oracle.people():
            got = changed_by(world, viewer, planted[0])
            reached += len(got)
            wrong += [
                f"{one.row} {one.part} of {one.subject} in {one.table}: {viewer} changes it"
                for one in planted if one.canary in got and not may_change(one, viewer, rows[one.row])
            ]  # fmt: skip
    assert not wrong, f"{len(wrong)} wrong decisions:\n" + "\n".join(wrong[:40])
    assert reached


# ── goals: the classes below C4 have the doors alone ────────────────────────────────────────────────────────────

GOAL_ACTS: Mapping[str, tuple[str, str, Mapping[str, Any], str]] = {
    "edit": ("PUT", "", {"title": "anders", "version": 1}, "w"),
    "propose": ("POST", "/propose", {"version": 1}, "w"),
    "approve": ("POST", "/approve", {"version": 1}, "t"),
    "return": ("POST", "/return", {"version": 1, "reason": "bitte genauer"}, "t"),
    "withdraw": ("POST", "/withdraw", {"version": 1}, "t"),
    "discard": ("DELETE", "", {}, "w"),
}
"""Act → method, address below the goal, body, the code its cell must hold."""
SUCCEED = {("edit", "01a"), ("edit", "01b"), ("approve", "01c"), ("return", "01c"), ("withdraw", "01c"),
           ("discard", "01a")}  # fmt: skip
"""Somebody does each of these; else the probe proves nothing."""


def sent(client: Client, act: str, goal_id: int) -> int:
    """The status of an act; what it changed is taken back."""
    method, rest, body, _ = GOAL_ACTS[act]
    with transaction.atomic():
        answer = client.generic(
            method, f"/api/v1/goals/{goal_id}{rest}", json.dumps(body), content_type="application/json",
            headers={"If-Match": '"1"'},
        )  # fmt: skip
        if not connection.needs_rollback:
            transaction.set_rollback(True)
    return answer.status_code


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_goals_are_changed_by_whom_the_table_names_and_hidden_from_whom_it_hides_them() -> None:
    subject, rows = "E008", table.read()
    world, records = doors.build("goals", (subject,))
    wrong, done = [], defaultdict(set)
    for viewer in oracle.people():
        with login(None):
            client = sign_in(world.golden.id(viewer))
        for record in {one.row: one for one in records}.values():
            if record.row not in planting.GOALS:
                continue
            sees = record.expected(viewer, rows[record.row])
            stands = oracle.columns(viewer, subject, rows[record.row])
            for act, (*_, code) in GOAL_ACTS.items():
                status = sent(client, act, world.ids[record.row, subject])
                may = rows[record.row].opens(stands, frozenset(code))
                if 200 <= status < 300:
                    done[act, record.row].add(viewer)
                if (status < 300 and not (sees and may)) or (not sees and status != 404) or status >= 500:
                    wrong.append(f"{act} {record.row}: {viewer} ({','.join(sorted(stands))}) got {status}")
    assert not wrong, f"{len(wrong)} wrong decisions:\n" + "\n".join(wrong[:40])
    assert set(done) >= SUCCEED
    assert done["approve", "01c"] == done["return", "01c"] == {oracle.company().manager[subject]}
