"""A move touches the old line and the new one, in a company of eight hundred as in any other."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from beichen.people.models import OrgUnit, Person, Seat
from beichen.people.rules import Move, UnitFields, persons, places, units
from beichen.people.tests import crowd, makers
from beichen.people.tests.test_rules import branches
from beichen.platform.access.current import acting
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system

JOB = system("people.test", "moves people and units in a test")
TABLES = {
    "people_branch": "holder_id || kind", "people_person": "id", "people_orgunit": "id", "people_assignment": "id",
    "people_employment": "person_id", "people_seat": "id", "people_membership": "id",
}  # fmt: skip


def rows() -> dict[str, dict[str, str]]:
    """Where every row lies: a row that is written again lies elsewhere."""
    found = {}
    with connection.cursor() as cursor:
        for table, key in TABLES.items():
            cursor.execute(f"SELECT ({key})::text, ctid::text FROM {table}")
            found[table] = dict(cursor.fetchall())
    return found


def touched(before: dict[str, dict[str, str]]) -> dict[str, int]:
    """How many rows of each table were written, added or taken away since."""
    now = rows()
    return {
        table: sum(old.get(key) != now[table].get(key) for key in old.keys() | now[table].keys())
        for table, old in before.items()
    }


def depth(person_id: int) -> int:
    return len(places.line_above(person_id))


def person(n: int) -> Person:
    return Person.objects.get(number=crowd.number(n))


@pytest.mark.req("PEOPLE-02", "PEOPLE-07")
@pytest.mark.parametrize(("who", "boss"), [(20, 50), (5, 20), (400, 7), (7, 2)])
def test_a_person_moves_and_only_two_lines_are_written(db: None, owner_db: Any, who: int, boss: int) -> None:
    with owner_db():
        crowd.settle(800)
        moving, leading = person(who), person(boss)
        deepest = max(depth(moving.pk), depth(leading.pk) + 1)
        before = rows()
        to = Move(first=date(2026, 6, 1), manager_id=leading.pk, unit_id=leading.unit_id)
        persons.move(JOB, moving.pk, to)
        count = touched(before)
        kept = branches()
        assert 1 <= count["people_branch"] <= 2 * deepest
        assert count["people_person"] == 1
        assert count["people_assignment"] == 2
        assert count["people_orgunit"] == count["people_seat"] == count["people_membership"] == 0
        assert count["people_employment"] <= 1
        places.renumber()
        assert kept == branches()


def fields(unit: OrgUnit, parent: OrgUnit) -> UnitFields:
    return UnitFields(
        unit_id=unit.pk, code=unit.code, name=unit.name, kind=unit.kind, parent_id=parent.pk, version=unit.version
    )


def tree() -> dict[str, tuple[int, set[str]]]:
    """Depth of each unit, and the units in its stretch."""
    found = list(OrgUnit.objects.values_list("code", "place", "place_end", "depth"))
    return {code: (at, {other for other, p, *_ in found if first <= p <= last}) for code, first, last, at in found}


@pytest.mark.req("PEOPLE-01", "PEOPLE-07")
@pytest.mark.parametrize(("code", "parent"), [("U00003", "U00002"), ("U00020", "U00008"), ("U00067", "U00001")])
def test_a_unit_moves_and_only_two_lines_are_written(db: None, owner_db: Any, code: str, parent: str) -> None:
    with owner_db():
        crowd.settle(800)
        unit, below = OrgUnit.objects.get(code=code), OrgUnit.objects.get(code=parent)
        for n, scope in ((30, unit.parent_id or 0), (31, below.pk), (32, unit.pk)):
            Seat.objects.create(
                person=person(n), seat="BP", scope_id=scope, granted_at=clock.now(), granted_by=person(2).pk
            )
        places.rebuild_branches([person(n).pk for n in (30, 31, 32)])
        inside = OrgUnit.objects.filter(place__gte=unit.place, place__lte=unit.place_end).count()
        deepest = max(unit.depth, below.depth + 1)
        before = rows()
        with acting(JOB):
            units.save_unit(JOB, fields(unit, below))
        count = touched(before)
        kept, stands = branches(), tree()
        assert count["people_orgunit"] <= inside + 2 * deepest
        assert count["people_branch"] <= 2 * deepest
        assert count["people_person"] == count["people_assignment"] == count["people_seat"] == 0
        places.renumber()
        assert kept == branches()
        assert stands == tree()


STEPS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=10)


@pytest.mark.req("PEOPLE-01", "PEOPLE-07")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_units_that_move_leave_the_tree_a_full_renumbering_would_make(
    db: None, owner_db: Any, steps: list[tuple[int, int]]
) -> None:
    with owner_db(), transaction.atomic():
        company = makers.company(
            {"U0": None, "U1": "U0", "U2": "U0", "U3": "U1", "U4": "U3", "U5": "U2", "U6": "U5"},
            {"E1": ("U0", None), "A": ("U1", "E1"), "B": ("U2", "E1"), "C": ("U3", "A"), "D": ("U4", "C"),
             "E": ("U5", "B"), "F": ("U6", "E")},
            {"A": [("BP", "U1"), ("BP", "U4")], "B": [("BP", "U2"), ("CA", "U0")], "E1": [("EX", "U0"), ("BP", "U3")]},
        )  # fmt: skip
        codes = sorted(company.units)
        for one, other in steps:
            unit, parent = (OrgUnit.objects.get(code=codes[n]) for n in (one, other))
            if unit.parent_id is None or unit.place <= parent.place <= unit.place_end:
                continue
            with acting(JOB):
                units.save_unit(JOB, fields(unit, parent))
        kept, stands = branches(), tree()
        places.renumber()
        assert kept == branches()
        assert stands == tree()
        transaction.set_rollback(True)
