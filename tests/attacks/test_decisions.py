"""A04, A05, A06: deciding about oneself, about something else than one read, out of turn, or twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client

from beichen.platform.access import locks
from tests.access import acts, oracle
from tests.access.test_acts import everything
from tests.access.worlds import World
from tests.attacks.test_mass_assignment import declared
from tests.cast import sign_in
from tests.database import login

AHEAD = 7


def clients(world: World) -> dict[str, Client]:
    with login(None):
        return {number: sign_in(world.golden.id(number)) for number in oracle.people()}


def versioned(world: World) -> Iterator[acts.Act]:
    """Every act on something that carries a version, by the table of rights."""
    for act in acts.every(world):
        if act.row and act.body and isinstance(act.body.get("version"), int):
            yield act


@pytest.mark.django_db
@pytest.mark.attack("A05")
@pytest.mark.req("BASE-01")
def test_a_version_that_is_not_the_one_there_decides_nothing() -> None:
    world = acts.make()
    people, tried, wrong = clients(world), 0, []
    for act in versioned(world):
        doer = next(number for number in people if act.may(number))
        for version in {act.body["version"] + AHEAD, 0} - {act.body["version"]}:  # type: ignore[index]
            stale = replace(act, body={**(act.body or {}), "version": version})
            with transaction.atomic():
                acts.set_up(stale)
                before = everything()
                with transaction.atomic():
                    answer = acts.do(people[doer], stale)
                changed = [table for table, content in everything().items() if before[table] != content]
                transaction.set_rollback(True)
            tried += 1
            if answer.status_code not in ((409,) if version else (409, 422, 428)) or changed:
                wrong.append(f"{act.operation}: version {version} by {doer}: {answer.status_code}, changed {changed}")
    assert not wrong, "\n".join(wrong)
    assert tried > 50


@pytest.mark.django_db
@pytest.mark.attack("A05")
def test_no_decision_carries_what_it_decides_about() -> None:
    """Approving, releasing, locking send a version and a reason; an amount or a grade beside them is refused."""
    world = acts.make()
    people, tried = clients(world), 0
    for act in acts.every(world):
        if act.code != "t" or not act.row or act.body is None:
            continue
        doer = next(number for number in people if act.may(number))
        for field in {"amount", "delta", "grade", "final", "weight", "target", "state"} - declared(act.operation):
            answer = acts.sent(people[doer], replace(act, body={**act.body, field: 1}))
            tried += 1
            assert answer.status_code == 422, (act.operation, field, answer.status_code)
    assert tried > 80


@pytest.mark.django_db
@pytest.mark.attack("A04")
@pytest.mark.req("BASE-01")
def test_nobody_decides_about_themselves_whatever_seats_they_hold() -> None:
    """The person it is about and whoever asked are given every seat there is, and still decide nothing."""
    world = acts.make()
    with login(None):
        seat, scope = apps.get_model("people.Seat"), world.golden.unit("U0")
    people, tried, wrong = clients(world), 0, []
    from beichen.people.rules import places

    for act in acts.every(world):
        if act.code != "t" or not act.subject or act.gone or "SE" in act.only:
            continue
        for number in sorted({act.subject, *act.barred}):
            with transaction.atomic():
                acts.set_up(act)
                with login(None):
                    me = world.golden.id(number)
                    for kind in ("HA", "CA", "EX", "BP"):
                        seat.objects.get_or_create(
                            person_id=me, seat=kind, scope_id=scope, revoked_at=None,
                            defaults={"asked_by": 1, "granted_by": 2, "granted_at": "2026-01-01T00:00:00Z"},
                        )  # fmt: skip
                    places.rebuild_branches([me])
                before = everything()
                with transaction.atomic():
                    status = acts.do(people[number], act).status_code
                changed = [table for table, content in everything().items() if before[table] != content]
                transaction.set_rollback(True)
            tried += 1
            if status not in (403, 404, 409, 422) or changed:
                wrong.append(f"{act.operation} ({act.row}): {number} got {status}, changed {changed}")
    assert not wrong, "\n".join(wrong)
    assert tried >= 9


RAW = {
    "approves their own proposal": (
        "UPDATE approvals_step SET state = 'approved', decided_by = subject_id, decided_at = now()"
        " WHERE state = 'asked'"
    ),
    "becomes the approver of their own proposal": "UPDATE approvals_step SET approver_id = subject_id",
    "takes the decision over as a deputy": (
        "UPDATE approvals_step SET delegate_id = subject_id, delegated_until = now() + interval '1 day'"
    ),
    "grants their own seat": (
        "UPDATE people_seat SET granted_by = person_id, granted_at = now() WHERE granted_at IS NULL"
    ),
    "grants the seat they asked for": (
        "UPDATE people_seat SET granted_by = asked_by, granted_at = now() WHERE granted_at IS NULL"
    ),
    "moves their own grade": (
        "INSERT INTO reviews_grademove (review_id, subject_id, subject_place, manager_id, before, after, reason,"
        " moved_by_id, moved_at) SELECT id, subject_id, 0, subject_id, 'B', 'A', repeat('x', 60), subject_id, now()"
        " FROM reviews_review LIMIT 1"
    ),
    "is their own manager in a review": "UPDATE reviews_review SET manager_id = subject_id",
    "answers their own check-in": "UPDATE conversations_reply SET author_id = person_id",
    "is the second person of their own request": (
        "UPDATE access_pendingact SET confirmed_by = asked_by, confirmed_at = now()"
    ),
}


@pytest.mark.django_db
@pytest.mark.attack("A04")
@pytest.mark.parametrize("what", RAW)
def test_the_database_itself_refuses_it(what: str, owner_db: Any) -> None:
    """Even the owner of the tables, whom no row security stops."""
    world = acts.make()
    from beichen.platform.access.models import PendingAct
    from beichen.platform.kit import clock

    with owner_db():
        PendingAct.objects.create(
            act="people.release", object_key="cycle:1", digest="0" * 64, payload={}, asked_by=world.golden.id("E015"),
            asked_at=clock.now(), expires_at=clock.now(),
        )  # fmt: skip
        with pytest.raises(DatabaseError) as refused, transaction.atomic():
            connection.cursor().execute(RAW[what])
    assert refused.value.__cause__.sqlstate in ("23514", "42501"), refused.value  # type: ignore[union-attr]


@pytest.mark.django_db
@pytest.mark.attack("A06")
@pytest.mark.req("BASE-01")
def test_no_row_jumps_to_a_state_that_no_edge_leads_to(owner_db: Any) -> None:
    """Every guarded table × every pair of states × raw SQL by the owner: edges pass the guard, jumps do not."""
    acts.make()
    jumps = 0
    with owner_db():
        for guard in locks.all_guards():
            model = apps.get_model(guard.model)
            states = sorted({state for edge in guard.edges for state in edge})
            for row in model._base_manager.values_list("pk", guard.column)[:400]:
                for state in states:
                    if state == row[1] or (row[1], state) in guard.edges:
                        continue
                    with pytest.raises(DatabaseError, match="may not go"), transaction.atomic():
                        model._base_manager.filter(pk=row[0]).update(**{guard.column: state})
                    jumps += 1
                    states = [s for s in states if s != state] if jumps % 7 else states
    assert jumps > 20


@pytest.mark.django_db
@pytest.mark.attack("A06")
def test_every_state_that_people_move_has_a_guard() -> None:
    guarded = {(guard.model, guard.column) for guard in locks.all_guards()}
    moved = {
        (model._meta.label, name)
        for config in apps.get_app_configs() if config.name.startswith("beichen.")
        for model in config.get_models() if model._meta.managed
        for name in ("state", "phase") if name in {field.name for field in model._meta.concrete_fields}
    }  # fmt: skip
    assert moved - guarded == set(UNGUARDED)


UNGUARDED = {
    ("events.Progress", "state"): "how far a job is: decides nothing",
    ("files.ExportFile", "state"): "how far a file is: read and moved by its own person alone",
    ("people.ImportBatch", "state"): "its second person is a row of access_pendingact, which names two people or none",
}
"""States that open nothing by themselves, with the reason."""


@pytest.mark.django_db
@pytest.mark.attack("A06")
def test_an_act_done_again_changes_nothing_more() -> None:
    """A replayed decision is the same answer or a refusal, never a second effect."""
    world = acts.make()
    people, again = clients(world), 0
    for act in acts.every(world):
        if act.code != "t" or not act.row:
            continue
        doer = next(number for number in people if act.may(number))
        with transaction.atomic():
            acts.set_up(act)
            if 200 <= acts.do(people[doer], act).status_code < 300:
                before = everything()
                with transaction.atomic():
                    status = acts.do(people[doer], act).status_code
                changed = [table for table, content in everything().items() if before[table] != content]
                assert (status < 500, changed) == (True, []), (act.operation, status, changed)
                again += 1
            transaction.set_rollback(True)
    assert again >= 15
