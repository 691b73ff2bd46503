"""The end of a quarter, from launch to letter: each test takes up where the one before stopped."""

from __future__ import annotations

import pytest

from beichen.reviews.choices import REMINDED, RESULT_READY
from tests.journeys.phone import MOST, opened
from tests.journeys.town import Person, Town

PLAN, BONUS = "二季度考核", "二季度奖金"
IN = ("E006", "E007")
REASON = "两个版本都按承诺上线，缺陷率也降到了目标线以下，材料齐全。"


def open_plan(who: Person) -> None:
    who.home()
    who.menu("Reviews")
    who.go("Review plans", PLAN)


def both(town: Town, label: str) -> None:
    """Asked by one HR administrator, done by the other."""
    first, second = town.browse("E015"), town.browse("E016")
    open_plan(first)
    first.confirm(label)
    open_plan(second)
    second.confirm(label)
    town.work()


@pytest.mark.req("REVIEW-01")
def test_hr_drafts_a_plan_and_two_administrators_launch_it(town: Town) -> None:
    hr = town.browse("E016")
    hr.menu("Reviews")
    hr.go("Review plans", "New plan")
    hr.fill("Name", PLAN)
    hr.tick("are excluded")
    others = [n for n in town.golden.people if n not in IN]
    hr.fill("Employee numbers to exclude", ",".join(others))
    hr.press("Save the draft")
    assert hr.sees("Dry run")
    assert hr.sees("何雨桐")
    assert "Launch" not in town_page(town, "E006")
    both(town, "Launch")
    hr.again()
    assert "Dry run" not in hr.reads()
    me = town.browse("E006")
    me.menu("Reviews")
    assert me.sees("Self review")


def town_page(town: Town, number: str) -> str:
    """What somebody reads among the reviews."""
    found = town.browse(number)
    found.menu("Reviews")
    return found.reads()


def remind(town: Town) -> None:
    """HR reminds whoever still has something to write."""
    from beichen.reviews.models import ReviewPlan
    from beichen.reviews.rules import remind

    with town.owner():
        plan_id = ReviewPlan.objects.get(name=PLAN).pk
    remind(town.golden.actor("E016"), plan_id)


@pytest.mark.req("REVIEW-02", "REVIEW-03", "BASE-04")
def test_a_self_review_is_kept_while_it_is_typed_and_handed_in(town: Town) -> None:
    town.move_to("C03")
    remind(town)
    thumb = opened(town, "E006", owed="Write your self review", notice=REMINDED, act="Submit")
    me = thumb.me
    assert me.sees("版本按承诺上线")
    scores = me.page.locator("input[name^=score_]")
    for n in range(scores.count()):
        scores.nth(n).fill("85")
    areas = me.page.locator("textarea[name^=text_]").all()
    for n, area in enumerate(areas):
        area.fill(f"第 {n} 段：写下做成了什么")
    me.types_and_is_kept(areas[-1], "最后一段：写下做成了什么")
    me.again()
    assert "第 1 段：写下做成了什么" in me.typed()
    thumb.press("Submit")
    assert thumb.taps <= MOST
    me.again()
    manager = town.browse("E004")
    manager.menu("Reviews")
    manager.at("何雨桐", "Open")
    assert manager.sees("第 1 段：写下做成了什么")
    colleague = town.browse("E007")
    colleague.page.goto(manager.page.url)
    assert "第 1 段" not in colleague.reads()


@pytest.mark.req("REVIEW-03", "REVIEW-09")
def test_the_manager_writes_sees_the_total_and_decides(town: Town) -> None:
    town.move_to("C05")
    manager = town.browse("E004")
    for name in ("何雨桐", "孙嘉树"):
        manager.home()
        manager.menu("Reviews")
        manager.at(name, "Open")
        scores = manager.page.locator("input[name^=score_]")
        for n in range(scores.count()):
            scores.nth(n).fill("90")
        for area in manager.page.locator("textarea").all():
            area.fill("事实清楚，按时交付")
        manager.press("Submit my review")
        assert manager.sees("The formula suggests")
        grade = manager.page.locator("input[name=grade]:checked")
        if grade.count() == 0:
            manager.page.locator("input[name=grade]").nth(2).check()
        manager.fill("Reason", REASON)
        manager.press("Save my decision")
        manager.again()
        assert manager.sees("My decision")
    me = town.browse("E006")
    assert "The formula suggests" not in me.reads()


@pytest.mark.req("REVIEW-03", "BASE-02")
def test_the_facilitator_moves_a_grade_with_a_reason(town: Town) -> None:
    seat_a_facilitator(town, "E014")
    town.move_to("C06")
    hrbp = town.browse("E014")
    open_plan(hrbp)
    hrbp.go("Calibration")
    hrbp.at("孙嘉树", "Change grade")
    hrbp.choose("New grade", "A")
    hrbp.fill("Reason", "和同组同类工作对照，交付难度更高")
    hrbp.press("Change grade")
    hrbp.again()
    assert hrbp.page.get_by_role("row").filter(has_text="孙嘉树").get_by_text("A", exact=True).count()
    manager = town.browse("E004")
    manager.menu("Reviews")
    manager.at("孙嘉树", "Open")
    assert manager.sees("和同组同类工作对照，交付难度更高")
    me = town.browse("E007")
    me.page.goto(manager.page.url)
    assert "和同组同类工作对照" not in me.reads()
    hrbp.home()
    open_plan(hrbp)
    hrbp.go("Calibration")
    hrbp.confirm("Close the calibration")
    boss = town.browse("E002")
    boss.page.goto(hrbp.page.url)
    boss.confirm("Close the calibration")
    hrbp.again()
    assert hrbp.sees("This calibration is closed")


def seat_a_facilitator(town: Town, number: str) -> None:
    """The golden company has none; how a seat is granted is walked in tests/golden."""
    from beichen.people.models import OrgUnit, Seat
    from beichen.people.rules import places
    from beichen.platform.kit import clock

    with town.owner():
        Seat.objects.create(
            person_id=town.golden.id(number), seat="CF", scope=OrgUnit.objects.get(code="U1"),
            granted_at=clock.now(), granted_by=0,
        )  # fmt: skip
        places.renumber()


@pytest.mark.req("REVIEW-07", "OUTCOME-01")
def test_results_are_locked_and_the_bonus_is_simulated_and_approved(town: Town) -> None:
    town.move_to("C07")
    both(town, "Lock the results")
    town.move_to("C08")
    pay = town.browse("E017")
    pay.menu("Bonus")
    pay.go("New bonus plan")
    pay.fill("Name", BONUS)
    pay.press("Create draft")
    pay.press("Simulate")
    town.work()
    pay.again()
    assert pay.sees("Adds up to the cent")
    assert pay.sees("Core product")
    pay.page.locator("input[name=key][value=A]").check()
    pay.press("Choose this policy")
    town.work()
    boss = town.browse("E002")
    boss.menu("Bonus")
    boss.go("Core product")
    boss.confirm("Pass on")
    pay.home()
    pay.menu("Bonus")
    pay.go(BONUS)
    pay.confirm("Consolidate")
    pay.confirm("Approve")
    chief = town.browse("E001")
    chief.menu("Bonus")
    chief.go(BONUS)
    assert "何雨桐" not in chief.reads()
    chief.confirm("Approve")
    chief.again()
    assert chief.sees("Locked")
    me = town.browse("E006")
    me.menu("Bonus")
    assert "¥" not in me.reads()


@pytest.mark.req("REVIEW-07", "REVIEW-09", "OUTCOME-01", "BASE-04")
def test_two_release_and_everybody_reads_the_own_result_and_letter(town: Town) -> None:
    before = town_page(town, "E006")
    assert "Your result" not in before
    town.move_to("C09")
    both(town, "Release the results")
    thumb = opened(town, "E006", owed="Read your result", notice=RESULT_READY, act="Send my answer")
    me = thumb.me
    assert me.sees("Show every number")
    assert me.sees("88.00")
    thumb.tap(me.page.get_by_label("I have read it and disagree", exact=True))
    me.fill("Comment", "协作一段没有写到跨组支持")
    thumb.press("Send my answer")
    assert thumb.taps <= MOST
    me.again()
    assert me.sees("read, disagrees")
    address = me.page.url
    manager = town.browse("E004")
    manager.page.goto(address)
    assert manager.sees("协作一段没有写到跨组支持")
    colleague = town.browse("E007")
    colleague.page.goto(address)
    assert "协作一段" not in colleague.reads()
    first, second = town.browse("E015"), town.browse("E016")
    for hr in (first, second):
        hr.menu("Bonus")
        hr.go(BONUS)
        assert hr is second or "¥" not in hr.reads()  # the second is an HRBP too
        hr.confirm("Send the letters")
    town.work()
    me.home()
    me.menu("Bonus")
    me.go(BONUS)
    assert me.sees("¥")


@pytest.mark.req("BASE-02", "BASE-01")
def test_whoever_looked_is_named_to_the_person(town: Town) -> None:
    me = town.browse("E006")
    me.menu("Who viewed my data")
    assert me.sees("许知微")
