"""The golden company over HTTP, line by line of expected.csv."""

from __future__ import annotations

import csv

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from beichen.platform.kit import clock
from beichen.reviews.formulas.results import recompute
from tests.cast import WORKBOOK
from tests.database import login
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


@pytest.mark.req("OUTCOME-01", "REVIEW-09")
def test_every_term_of_a_letter_and_a_result_is_told_and_adds_up(story: told.Story) -> None:
    pools = {code: int(value) for (what, code), value in story.numbers.items() if what == "pool (cents)"}
    paid = {n: int(v) for (what, n), v in story.numbers.items() if what == "bonus (cents)"}
    assert sum(pools.values()) == sum(paid.values())
    for number, letter in story.notes["letters"].items():
        assert letter["total"] == sum(share["final"] for share in letter["shares"]) == paid[number]
    for result in story.notes["results"].values():
        assert recompute(result["story"]) == result["decision"]["total"]


@pytest.mark.req("REVIEW-07", "BASE-01")
def test_nobody_but_the_table_reads_anything_of_it(story: told.Story) -> None:
    with clock.frozen(told.LAST_DAY):
        story.browsers.clear()
        for viewer, status in {"E007": 404, "E005": 404, "E015": 404, "E017": 404, "E004": 200, "E001": 200}.items():
            answer = story.browser(viewer).get(f"/api/v1/reviews/{story.reviews['E006']}/result")
            assert (viewer, answer.status_code) == (viewer, status), answer.content.decode()
        for viewer in ("E015", "E007", "E005"):
            answer = story.browser(viewer).get(
                f"/api/v1/reward/letters/{story.bonus_id}?person_id={story.people['E006']}"
            )
            assert b"2626265" not in answer.content


@pytest.mark.req("BASE-02")
def test_the_audit_of_the_quarter_is_unbroken(story: told.Story) -> None:
    from beichen.platform.audit import sealing, verification

    with login(None):
        sealing.seal()
        assert verification.verify().finding is None


def test_a_second_import_of_the_same_workbook_changes_nothing(story: told.Story) -> None:
    with clock.frozen(told.LAST_DAY):
        story.browsers.clear()
        upload = SimpleUploadedFile(WORKBOOK.name, WORKBOOK.read_bytes(), told.SHEET)
        done = story.press("E015", "people:imports", file=upload)
        told_again = story.get("E015", f"/people/imports/{done['Location'].rstrip('/').rsplit('/', 1)[1]}")
        counts = told_again["counts"]
        different = {(s, a): n for s, sheet in counts.items() for a, n in sheet.items() if a != "unchanged" and n}
        assert different == {}, told_again["refused"]
