"""Writing over HTTP, held against the table: whoever a cell names does it, and nobody else changes anything."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.access import acts, oracle
from tests.access.acts import Act
from tests.access.worlds import World
from tests.cast import sign_in
from tests.database import login

QUIET = ("audit", "notify", "api", "events", "auth")
"""Areas in which a refusal may leave a line: who tried, what was answered."""
HIDES = (403, 404)
SHARES = 3
"""Of those whom the table refuses, one in so many is tried by default."""
TABLES = [
    model._meta.db_table for config in apps.get_app_configs()
    if config.name.startswith("beichen.") and config.label not in QUIET
    for model in config.get_models() if model._meta.managed
]  # fmt: skip


def everything() -> dict[str, int]:
    """A number for the content of every table."""
    with login(None), connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join(
                f"SELECT '{name}', coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {name} t"
                for name in TABLES
            )
        )
        return dict(cursor.fetchall())


def refused(act: Act, clients: dict[str, Client], who: Iterable[str]) -> list[str]:
    """What is wrong where these people try an act that is not theirs, one after the other."""
    wrong = []
    with transaction.atomic():
        acts.set_up(act)
        before = everything()
        for number in who:
            with transaction.atomic():
                status = acts.do(clients[number], act).status_code
                if status not in ((401,) if number == act.gone else HIDES):
                    wrong.append(f"{act.operation} ({act.row}): {number} got {status}, the table refuses")
        changed = [name for name, content in everything().items() if before[name] != content]
        if changed and not wrong:
            wrong.append(f"{act.operation} ({act.row}): refused, and yet {changed} changed")
        transaction.set_rollback(True)
    return wrong


def allowed(act: Act, clients: dict[str, Client], who: Iterable[str]) -> list[str]:
    """What is wrong where these people do an act that is theirs."""
    tried = {number: acts.sent(clients[number], act) for number in who}
    return [
        f"{act.operation} ({act.row}): {number} got {answer.status_code} {answer.content.decode()[:200]}"
        for number, answer in tried.items()
        if not 200 <= answer.status_code < 300
    ]


def check(world: World, area: str, share: int) -> None:
    """Every act of an area by everybody whom the table lets do it, and by a share of the others."""
    with login(None):
        clients = {number: sign_in(world.golden.id(number)) for number in oracle.people()}
    wrong: list[str] = []
    turn = date.today().toordinal()  # noqa: DTZ011
    for n, act in enumerate(act for act in acts.every(world, [area]) if act.row):
        may = [number for number in clients if act.may(number)]
        others = [number for number in clients if number not in may]
        wrong += [] if may else [f"{act.operation} ({act.row}): nobody may, the probe proves nothing"]
        wrong += allowed(act, clients, may) + refused(act, clients, others[(turn + n) % share :: share])
    assert not wrong, f"{len(wrong)} wrong decisions:\n" + "\n".join(wrong[:40])


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", acts.AREAS)
def test_whom_the_table_names_acts_and_nobody_else_changes_anything(area: str) -> None:
    check(acts.make(), area, SHARES)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", acts.AREAS)
def test_the_same_for_everybody(area: str) -> None:
    check(acts.make(), area, 1)


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_every_act_that_changes_something_is_held_against_a_row() -> None:
    """An operation that writes has its act here, or stands in `OPEN` with its reason."""
    named = {act.operation for act in acts.every(acts.make()) if act.row}
    writes = {name for name, (method, _) in acts.addresses().items() if method != "GET"}
    assert writes - named == set(OPEN)


OPEN = {
    "imports_upload": "takes a file: beichen/people/tests/test_imports.py",
    "files_ask": "each kind of file asks for its own permission: beichen/platform/files/tests",
    "notices_read": "everybody's own",
    "statements_read": "everybody's own: beichen/strategy/tests/test_statements.py",
    "notices_read_one": "as notices_read: tests/attacks/test_pages_and_calls.py",
    "second_person_withdraw": "whoever asked, and whoever could be the second: beichen/people/tests/test_second.py",
    "reviews_withdraw_nomination": "whoever proposed: tests/attacks/test_pages_and_calls.py",
    "goals_create": "for oneself by everybody; for others: beichen/goals/tests/test_access.py",
    "goals_approve_many": "as goals_approve, each on its own",
    "goals_set_weights": "drafts as goals_update, running goals as goals_ask_change, each on its own",
    "goals_hints": "changes nothing: words about a wording that is being typed",
    "talks_begin": "for oneself by everybody who has a manager",
    "reviews_close_session": "the facilitator and the highest manager of the round: beichen/reviews/tests",
}
"""Writes whose doers no cell names."""
