"""A workbook about everybody in a large company: exact counts, and what the preview costs."""

from __future__ import annotations

import resource
import time
from typing import Any

import pytest

from beichen.people import queries
from beichen.people.models import Person
from beichen.people.rules import imports
from beichen.people.tests.crowd import Story, settle
from beichen.platform.kit.actor import Actor


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("people", [2000, pytest.param(100_000, marks=pytest.mark.slow)])
def test_a_workbook_about_everybody_is_counted_exactly(db: None, owner_db: Any, people: int) -> None:
    story = Story(people)
    content = story.workbook()
    with owner_db():
        settle(people)
        hr = Actor(Person.objects.get(number="HR1").pk)
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    batch_id = imports.upload(hr, [("everybody.xlsx", content)])
    imports.read(hr, batch_id)
    card = queries.batch(hr, batch_id)
    took, peak = time.process_time() - begun, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024
    print(f"{people} people: {took:.1f} s of processor, {peak} MB more")  # noqa: T201
    for sheet, wanted in story.expected.items():
        assert {k: v for k, v in card.counts[sheet].items() if v} == dict(wanted), sheet
