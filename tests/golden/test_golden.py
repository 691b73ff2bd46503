"""The golden company over HTTP, line by line of expected.csv."""

from __future__ import annotations

import csv
from typing import Any

import pytest

from tests.golden import story as told

with (told.FOLDER / "expected.csv").open(encoding="utf-8", newline="") as _file:
    LINES = [(line["what"], line["of"], line["value"]) for line in csv.DictReader(_file)]


@pytest.fixture(scope="module")
def story(committed: None) -> told.Story:
    """The quarter, told once."""
    return told.run()


@pytest.mark.req("PEOPLE-01", "GOAL-11", "REVIEW-01", "REVIEW-09", "OUTCOME-01")
@pytest.mark.parametrize(("what", "of", "value"), LINES, ids=[f"{what}: {of}" for what, of, _ in LINES])
def test_line(story: told.Story, what: str, of: str, value: str) -> None:
    assert story.numbers.get((what, of)) == value


def test_numbers(story: Any) -> None:
    import pprint
    pprint.pprint(story.numbers); pprint.pprint({k: v for k, v in story.notes.items() if k in ("key results", "results")}, width=150)
