"""Somebody leaves: HR records it, the portal opens what is theirs and nothing else, the line reads for thirty days."""

from __future__ import annotations

from datetime import timedelta

import pytest

from beichen.platform.kit import clock
from tests.journeys.town import Person, Town

pytestmark = pytest.mark.slow

GONE, MAIL, PASSWORD = "孙嘉树", "sun.jiashu@example.com", "Winter-Ufer-41-still"
PLAN, BONUS, WORDS = "考核", "二季度奖金", "谢谢大家这一年的支持"


@pytest.fixture(scope="module", autouse=True)
def results(town: Town) -> None:
    """Results and letters are out, and the leaver has a password; both are walked in other journeys."""
    from django.contrib.auth import get_user_model

    from beichen.people.models import Cycle
    from beichen.people.queries import company_settings
    from beichen.reviews.models import Explanation, Review, ReviewPlan
    from beichen.reward.tests.makers import Money, give_results
    from beichen.reward.tests.test_golden import GRADES, POLICY
    from tests.access.worlds.reviews import STORY
    from tests.database import login, put_in_phase

    with town.owner():
        cycle = Cycle.objects.get(period__key="2026Q2").pk
        put_in_phase("C08", cycle)
        give_results(cycle, {town.golden.id(number): grade for number, grade in GRADES.items()}, "locked")
        ReviewPlan.objects.update(state="launched", launched_at=clock.now(), settings=company_settings()["reviews"])
        for review in Review.objects.all():
            Explanation.objects.create(review=review, terms=STORY, rule_version="1")
        account = get_user_model()._default_manager.get(person_id=town.golden.id("E007"))
        account.set_password(PASSWORD)
        account.email, account.locale = MAIL, "en"
        account.save()
    made = Money(town.golden, cycle, town.owner, lambda: login("beichen_worker"))  # type: ignore[arg-type]
    made.make_plan("E017")
    made.edit("A", "E017", **POLICY)
    made.simulate("E017")
    made.choose(by="E017")
    made.pass_all("E001")
    made.lock("E017", "E001")
    made.release_ratings(*GRADES)
    with town.owner():
        Review.objects.update(state="released", released_at=clock.now())
    made.phase("C09")
    made.letters("E015", "E016")


def find(who: Person, name: str) -> None:
    """The page of somebody, from the first page on by the search of the organisation."""
    who.home()
    who.menu("Organisation")
    who.page.get_by_role("searchbox").first.fill(name)
    who.page.keyboard.press("Enter")
    who.settled()
    who.go(name)


def sign_in(town: Town) -> Person:
    """Whoever has the address and the password, from the first page on."""
    who = town.open()
    who.home()
    who.page.locator("input[name=login]").fill(MAIL)
    who.page.locator("input[name=password]").fill(PASSWORD)
    who.page.locator("form button[type=submit]").last.click()
    who.settled()
    return who


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_two_administrators_record_a_leaving_and_the_open_page_is_shut(town: Town) -> None:
    me = sign_in(town)
    assert me.page.locator(".sidebar a").count() > 3
    hr, other = town.browse("E015"), town.browse("E016")
    find(hr, GONE)
    hr.go("Leaving")
    hr.fill("Last day", (clock.today() - timedelta(days=1)).isoformat())
    hr.press("Save")
    other.menu("Changes")
    other.at(GONE, "Confirm")
    town.work()
    hr.again()
    assert hr.sees("Left the company")
    me.again()
    assert "/account/login/" in me.page.url


@pytest.mark.req("PEOPLE-02", "REVIEW-07", "OUTCOME-01", "BASE-01")
def test_whoever_left_reads_the_result_and_the_letter_in_the_portal_and_answers(town: Town) -> None:
    me = sign_in(town)
    assert me.sees("Your last day was")
    assert me.sees("90 days left")
    assert me.page.locator(".sidebar nav a").count() == 1
    me.go(BONUS)
    assert me.sees("¥")
    letter = me.page.url
    me.go("Your records", PLAN)
    assert me.sees("Show every number")
    me.tick("I have read it")
    me.fill("Comment", WORDS)
    me.press("Send my answer")
    me.again()
    assert me.sees(WORDS)
    result = me.page.url
    for shut in ("/goals/all/", "/strategy/"):
        me.page.goto(town.url + shut)
        assert me.sees("You have left the company."), shut
    me.go("Go to your records")
    assert me.sees("Your last day was")
    colleague = town.browse("E006")
    for closed in (result, letter):
        colleague.page.goto(closed)
        assert "谢谢" not in colleague.reads()
        assert "¥" not in colleague.reads()


@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_the_line_reads_whoever_left_for_thirty_days_and_the_portal_ends_after_ninety(town: Town) -> None:
    me = town.browse("E007")
    me.go(PLAN)
    result = me.page.url
    for days, reads in ((29, True), (30, False)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            manager = town.browse("E004")
            manager.page.goto(result)
            assert (WORDS in manager.reads()) is reads
    for days, open_ in ((89, True), (90, False)):
        with clock.frozen(clock.now() + timedelta(days=days)):
            me = town.browse("E007")
            assert ("1 day left" in me.reads(), PLAN in me.reads()) == (open_, open_)
