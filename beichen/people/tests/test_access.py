"""The relations and both locks, held to the table on a small company."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from beichen.people import queries
from beichen.people.models import TargetBonus
from beichen.people.tests import makers
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to

DAY = date(2026, 4, 1)


@pytest.fixture
def company(db: None, owner_db: Any) -> makers.Company:
    with owner_db():
        made = makers.small()
        for person in made.people.values():
            TargetBonus.objects.create(person=person, amount=1000 + person.pk, valid=(date(2020, 1, 1), None))
    return made


EXPECTED = {
    ("A1", "A1"): {"SE"},
    ("M1", "A1"): {"LM", "CO"},
    ("E1", "A1"): {"SK", "UP", "CO", "EX"},
    ("E1", "A3"): {"UP", "CO", "EX"},
    ("A2", "A1"): {"CO"},
    ("HR1", "A1"): {"BP", "CO"},
    ("HR1", "B1"): {"CO"},
    ("HR2", "B1"): {"BP", "CO"},
    ("HR1", "HR1"): {"SE"},
    ("HA1", "A1"): {"HA", "CO"},
    ("HA1", "HR1"): {"CO"},
    ("HA1", "CA1"): {"CO"},
    ("HA1", "E1"): {"CO"},
    ("CA1", "A1"): {"CA", "CO"},
}


@pytest.mark.req("BASE-01", "PEOPLE-02")
@pytest.mark.parametrize(("viewer", "subject"), EXPECTED)
def test_relations_follow_line_seats_and_conflicts(company: makers.Company, viewer: str, subject: str) -> None:
    actor = company.actor(viewer)
    with acting(actor):
        assert relations_to(actor, company.id(subject)) == EXPECTED[viewer, subject]


@pytest.mark.req("BASE-01")
def test_target_bonuses_are_seen_by_raw_sql_only_where_the_table_says_so(company: makers.Company) -> None:
    for viewer in company.people:
        actor = company.actor(viewer)
        with acting(actor):
            seen = queries.target_bonuses(actor, [p.pk for p in company.people.values()], DAY)
            for subject in company.people.values():
                columns = relations_to(actor, subject.pk) & set(policy.COLUMNS)
                cells = "".join(policy.row("12a").cells[column] for column in columns)
                assert (subject.pk in seen) == bool(set(cells) & set("rw")), (viewer, subject.number, cells)


@pytest.mark.req("BASE-01")
def test_without_an_actor_the_table_is_empty(company: makers.Company) -> None:
    assert TargetBonus.objects.count() == 0
