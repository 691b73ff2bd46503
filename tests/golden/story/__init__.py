"""The golden quarter through the product's doors, as the people concerned: pages where people look, the API elsewhere.

Nothing is written past the doors: the first administrator is made by the command's rule, jobs run as the worker runs
them, and the clock is stopped at the day of each scene.
"""

from __future__ import annotations

from datetime import UTC, datetime

from tests.golden.story import bonus, company, goals, reviews
from tests.golden.story.company import SHEET
from tests.golden.story.hands import Story
from tests.golden.story.reviews import FOLDER

__all__ = ["FOLDER", "LAST_DAY", "SHEET", "Story", "run"]

LAST_DAY = datetime(2026, 7, 8, 4, tzinfo=UTC)


def run() -> Story:
    """The whole quarter."""
    story = Story()
    with story.day(2026, 5, 16):
        company.found_company(story)
        company.seat_the_facilitator(story)
        company.add_the_outside_seat(story)
        company.move_to(story, "C01")
        company.move_to(story, "C02")
        goals.read_goals(story)
    with story.day(2026, 6, 20):
        goals.report_the_second_step(story)
    with story.day(2026, 7, 1):
        reviews.launch(story)
        reviews.find_reviews(story)
        company.move_to(story, "C03")
        reviews.write_self_reviews(story)
        company.move_to(story, "C04")
        reviews.hear_peers(story)
        company.move_to(story, "C05")
        reviews.write_and_decide(story)
    with story.day(2026, 7, 8):
        company.move_to(story, "C06")
        reviews.calibrate(story)
        reviews.close_the_calibration(story)
        company.move_to(story, "C07")
        reviews.step(story, "lock")
        company.move_to(story, "C08")
        bonus.share_the_bonus(story)
        bonus.approve_the_bonus(story)
        company.move_to(story, "C09")
        reviews.step(story, "release")
        bonus.send_letters(story)
        reviews.read_results(story)
        reviews.acknowledge(story)
    return story
