"""The same cells over HTTP: pages and API, every member of the cast (access.md 1.9, X1)."""

from __future__ import annotations

from datetime import date

import pytest

from tests.access import doors, oracle, worlds
from tests.cast import sign_in
from tests.database import login

SUBJECTS = ("E006", "E008", "E004", "E011", "E014")
AREAS = (*doors.LOCKED, *doors.OPEN)


def check(area: str, subjects: tuple[str, ...]) -> None:
    world, records = doors.build(area, subjects)
    assert records
    wrong = doors.http_matrix(world, records, oracle.people())
    assert not wrong, f"{len(wrong)} wrong decisions:\n" + "\n".join(wrong[:60])


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", AREAS)
def test_pages_and_api_answer_as_the_table_says(area: str) -> None:
    rotating = SUBJECTS[date.today().toordinal() % len(SUBJECTS)]  # noqa: DTZ011
    check(area, tuple(dict.fromkeys(("E008", rotating))))


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", AREAS)
def test_the_same_for_all_of_the_cast(area: str) -> None:
    check(area, SUBJECTS)


DOORS = {
    "/people/seats/": {"HA", "AU", "PA"},
    "/api/v1/people/seats": {"HA", "AU", "PA"},
    "/people/imports/": {"HA", "AU"},
    "/company/audit/": {"AU"},
    "/api/v1/audit/entries": {"AU"},
    "/people/cycles/": set(),
}
"""Pages about no person: open to holders of one of the seats (20e, 25a, 18b); to everyone where none is named (21a)."""


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
