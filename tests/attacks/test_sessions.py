"""A16: a session that was known before goes on after nothing that ends it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from beichen.people.models import Seat
from beichen.people.rules import seats
from beichen.platform.auth import queries, rules
from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from tests.access import worlds
from tests.access.worlds import World
from tests.cast import sign_in
from tests.database import login

pytestmark = [pytest.mark.django_db, pytest.mark.attack("A16")]
OWN = "a night of my own"


def account(world: World, number: str) -> Account:
    return queries.accounts_of([world.golden.id(number)])[world.golden.id(number)]


def alive(client: Client) -> bool:
    return client.get("/api/v1/me").status_code == 200


def stolen(client: Client) -> Client:
    """Another browser with the same key."""
    thief = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return thief


def seat(world: World, number: str, **more: object) -> Seat:
    with login(None):
        return Seat.objects.create(
            person_id=world.golden.id(number), seat="BP", scope_id=world.golden.unit("U2"),
            asked_by=world.golden.id("E020"), **more,
        )  # fmt: skip


def given(world: World, number: str) -> None:
    seats.grant_seat(world.golden.actor("E015"), seat(world, number).pk)


def taken(world: World, number: str) -> None:
    held = seat(world, number, granted_by=world.golden.id("E016"), granted_at=clock.now())
    seats.revoke_seat(world.golden.actor("E015"), held.pk)


def disabled(world: World, number: str) -> None:
    rules.disable_account(world.golden.actor("E015"), account(world, number).pk)


def left(world: World, number: str) -> None:
    rules.limit_account(world.golden.actor("E015"), account(world, number).pk)


def enabled(world: World, number: str) -> None:
    disabled(world, number)
    rules.enable_account(world.golden.actor("E015"), account(world, number).pk)


def coded(world: World, number: str) -> None:
    rules.issue_codes(world.golden.actor("E015"), [account(world, number).pk])


def everywhere(world: World, number: str) -> None:
    mine = account(world, number)
    rules.end_sessions(rules.actor_of(mine), mine.pk)


ENDS: dict[str, tuple[str, Callable[[World, str], None]]] = {
    "disabled": ("E011", disabled), "left": ("E011", left), "enabled again": ("E011", enabled),
    "a new code": ("E011", coded), "a seat given": ("E011", given), "a seat taken": ("E011", taken),
    "sign out everywhere": ("E011", everywhere),
}  # fmt: skip


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("what", ENDS)
def test_every_earlier_session_dies_with_it(what: str) -> None:
    world = worlds.make()
    number, act = ENDS[what]
    with login(None):
        here, there = sign_in(world.golden.id(number)), sign_in(world.golden.id(number))
    thief = stolen(here)
    assert alive(here)
    assert alive(there)
    act(world, number)
    assert (alive(here), alive(there), alive(thief)) == (False, False, False)


def test_a_session_dies_with_the_password_and_the_one_that_changed_it_has_a_new_key() -> None:
    world = worlds.make()
    person = world.golden.id("E011")
    with login(None):
        mine = account(world, "E011")
        mine.set_password(OWN)
        mine.save()
        here, there = sign_in(person), sign_in(person)
    before = stolen(here)
    answer = here.post(
        "/account/password/change/", {"oldpassword": OWN, "password1": OWN + "!", "password2": OWN + "!"}
    )
    assert answer.status_code == 302, answer.content.decode()[:500]
    assert (alive(here), alive(there), alive(before)) == (True, False, False)


def test_signing_in_and_out_changes_the_key() -> None:
    world = worlds.make()
    with login(None):
        mine = account(world, "E011")
        mine.set_password(OWN)
        mine.save()
    fixed = Client()
    session = fixed.session
    session["planted"] = 1
    session.save()
    key = str(session.session_key)
    fixed.cookies[settings.SESSION_COOKIE_NAME] = key
    answer = fixed.post("/account/login/", {"login": mine.email, "password": OWN})
    assert answer.status_code == 302
    assert fixed.cookies[settings.SESSION_COOKIE_NAME].value != key
    thief: Any = Client()
    thief.cookies[settings.SESSION_COOKIE_NAME] = key
    assert not alive(thief)
    late = stolen(fixed)
    fixed.post("/account/logout/")
    assert not alive(late)
