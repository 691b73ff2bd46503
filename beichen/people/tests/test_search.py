"""Who is searched for is found as people type: a part of the Chinese name, pinyin, initials, English name, number."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from beichen.people import queries
from beichen.people.models import Person
from beichen.people.queries.persons import _matching
from tests.cast import Golden


@pytest.mark.req("PEOPLE-07")
@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("欧阳明月", True), ("明月", True), ("阳明", True), ("月", True), ("ou yang", True), ("OUYANG", True),
        ("mingyue", True), ("ming y", True), ("oymy", True), ("Luna", True), ("o'br", True), ("LUNA O", True),
        ("x-77", True), ("moon@", True), ("明阳", False), ("una", False), ("77", False), ("'", False), ("\\", False),
        ("' | 'l", False), ("月" * 3000, False),
    ],
)  # fmt: skip
def test_people_are_found_as_they_are_typed(golden: Golden, owner_db: Any, typed: str, found: bool) -> None:
    with owner_db():
        Person.objects.filter(pk=golden.id("E006")).update(
            name="欧阳明月",
            name_en="Luna O'Brien",
            sort_key="ou yang ming yue",
            number="X-770",
            email="moon@example.com",
        )
    actor, one = golden.actor("E004"), golden.id("E006")
    assert (one in [card.id for card in queries.find_persons(actor, typed)]) is found
    assert (one in queries.faces(actor, [face.id for face in queries.find_faces(actor, typed)])) is found


@pytest.mark.req("PEOPLE-07")
def test_the_search_is_answered_by_its_index(golden: Golden, owner_db: Any) -> None:
    """Where the planner may not read the whole table, it has a way that does not."""
    with owner_db(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        question = Person.objects.filter(_matching("明"))
        assert "person_words" in question.explain()
