"""The golden company, brought in through the product's own importer, and its people as actors and browsers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from beichen.people.rules import imports
from beichen.platform.kit.actor import Actor, system
from tests.database import login

FOLDER = Path(__file__).parent / "golden"
WORKBOOK = FOLDER / "company.xlsx"
FOUNDER = system("import_company", "founds the golden company for a test")


@dataclass(frozen=True)
class Golden:
    """The company of `tests/golden/company.xlsx`: persons and units by their numbers and codes."""

    people: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    batch_id: int = 0

    def id(self, number: str) -> int:
        """A person's id: `golden.id("E004")`."""
        return self.people[number]

    def unit(self, code: str) -> int:
        """A unit's id: `golden.unit("U11")`."""
        return self.units[code]

    def actor(self, number: str) -> Actor:
        """The person at a page: `golden.actor("E004")`."""
        return Actor(person_id=self.people[number])


def load_golden() -> Golden:
    """Import the workbook into the empty test database as the worker does, and look up who is who."""
    from beichen.people.models import OrgUnit, Person

    with login("beichen_worker"):
        done = imports.import_now(FOUNDER, [(WORKBOOK.name, WORKBOOK.read_bytes())])
    with login(None):
        people = dict(Person.objects.values_list("number", "id"))
        units = dict(OrgUnit.objects.values_list("code", "id"))
    return Golden(people, units, done.batch_id)


@pytest.fixture
def golden(db: None, _as_web_login: None) -> Golden:
    """The golden company in this test's transaction; the test goes on as the web login."""
    return load_golden()


def sign_in(person_id: int, client: Client | None = None) -> Client:
    """A browser of Django's in which this person is signed in."""
    found = client or Client()
    account = get_user_model()._default_manager.get(person_id=person_id)
    found.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return found


@pytest.fixture
def client_as(golden: Golden) -> Callable[[str], Client]:
    """`client_as("E004")`: a test client signed in as that person of the golden company."""

    def signed(number: str) -> Client:
        return sign_in(golden.id(number))

    return signed


@pytest.fixture
def as_person(golden: Golden) -> Callable[[str], Any]:
    """`with as_person("E004"):` reads as the database answers that person."""
    from beichen.platform.access.current import acting

    return lambda number: acting(golden.actor(number))
