"""The same cells over HTTP: pages and API, every member of the cast (access.md 1.9, X1)."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest

from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from tests.access import doors, oracle, table, worlds
from tests.cast import sign_in
from tests.database import login

SUBJECTS = ("E006", "E008", "E004", "E011", "E014")
AREAS = (*doors.LOCKED, *doors.OPEN)


def check(area: str, subjects: tuple[str, ...]) -> None:
    world, records = doors.build(area, subjects)
    assert records
    wrong = doors.http_matrix(
        world, records, oracle.people() if len(subjects) > 1 else doors.told_apart(records, *subjects)
    )
    assert not wrong, f"{len(wrong)} wrong decisions:\n" + "\n".join(wrong[:60])


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", AREAS)
def test_pages_and_api_answer_as_the_table_says(area: str) -> None:
    check(area, SUBJECTS[1:2])


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", AREAS)
def test_the_same_for_all_of_the_cast(area: str) -> None:
    check(area, SUBJECTS)


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_figures_of_a_group_are_about_whom_the_table_says() -> None:
    world, row = worlds.make("talks"), table.read()["23d"]
    company = oracle.company()
    asked = {number: boss for number, boss in company.manager.items() if boss}
    shown = 0
    with clock.frozen(worlds.THEN + timedelta(days=1)):
        for viewer in oracle.people():
            with login(None):
                client = sign_in(world.golden.id(viewer))
            told = client.get("/api/v1/talks/rates").json()
            about = {n: m for n, m in asked.items() if row.opens(oracle.columns(viewer, m, row), frozenset("a"))}
            enough = min(len(about), len(set(about.values()))) >= LEAST
            assert (told["group"] or {}).get("people") == (len(about) if enough else None), viewer
            assert (told["own"] or {}).get("people") == (list(asked.values()).count(viewer) or None), viewer
            shown += enough
    assert shown


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_the_file_of_one_time_codes_holds_whom_the_seat_reaches_and_nobody_guarded() -> None:
    world = worlds.make()
    first, second = (number for number in oracle.people() if "HA" in oracle.seats(number))
    with login(None):  # while only one of them has a password, that one acts alone
        Account.objects.filter(person_id=world.golden.id(second)).update(password="set")
        clients = {number: sign_in(world.golden.id(number)) for number in (first, "E004", "E014", "E020")}
    for viewer in sorted(set(clients) - {first}):
        assert clients[viewer].post("/people/codes/", {"file": "1"}).status_code in (403, 404), viewer
    answer = clients[first].post("/people/codes/", {"file": "1"})
    lines = list(csv.reader(answer.content.decode("utf-8-sig").splitlines()))[1:]
    reached = {number for number in oracle.people() if "HA" in oracle.seats(first, number) and not oracle.seats(number)}
    assert {line[0] for line in lines} == reached


LEAST = 5
"""P1: a figure is about so many people and so many managers, or there is none."""
DOORS = {
    "/people/seats/": {"HA", "AU", "PA"},
    "/api/v1/people/seats": {"HA", "AU", "PA"},
    "/people/imports/": {"HA", "AU"},
    "/people/codes/": {"HA"},
    "/company/audit/": {"AU"},
    "/company/audit/export/": {"AU"},
    "/api/v1/audit/entries": {"AU"},
    "/company/jobs/": {"HA", "PA"},
    "/api/v1/jobs": {"HA", "PA"},
    "/people/cycles/": set(),
}
"""Pages about no person: for holders of a seat (20e, 25a, 18b, 18g); for everyone where none is named (21a)."""


@pytest.mark.django_db
@pytest.mark.req("BASE-01", "BASE-02")
def test_pages_about_no_person_open_to_their_seats() -> None:
    world = worlds.make()
    for viewer in oracle.people():
        with login(None):
            client = sign_in(world.golden.id(viewer))
        for path, seats in DOORS.items():
            wanted = 200 if not seats or seats & oracle.seats(viewer) else 403
            assert client.get(path).status_code == wanted, (viewer, path)
