"""HR gives a draft plan its own questions and weights, looks at it as each rater, and the launched form asks them."""

from __future__ import annotations

import pytest

from tests.journeys.test_quarter import both
from tests.journeys.town import Person, Town

pytestmark = pytest.mark.slow

PLAN = "二季度考核"
ON_PHONE, AT_DESK = "路上想到：接口评审要提前", "灰度发布的步骤写成了清单"
ASK_ZH, ASK_EN = "哪件事你会换一种做法？", "What would you do another way?"


@pytest.mark.req("REVIEW-02")
def test_hr_changes_the_form_of_a_draft_and_sees_it_as_each_rater(town: Town) -> None:
    hr = town.browse("E016")
    hr.menu("Reviews")
    hr.go("Review plans", "New plan")
    hr.fill("Name", PLAN)
    hr.fill("Employee numbers to exclude", ",".join(n for n in town.golden.people if n not in ("E006", "E007")))
    hr.press("Save the draft")
    hr.go("Form")
    weights = {key: hr.page.locator(f"input[name='weight.{key}']") for key in ("goals", "behaviour")}
    weights["goals"].fill("50")
    hr.press("Save the form")
    assert hr.sees("The weights of the sections add up to 90")
    assert weights["goals"].input_value() == "50"
    weights["behaviour"].fill("35")
    ahead = hr.page.locator("#section-ahead")
    ahead.get_by_text("Add an open question").click()
    ahead.get_by_role("radio", name="Self review").check()
    ahead.locator("textarea[name='zh.ahead.new']").fill(ASK_ZH)
    ahead.locator("textarea[name='en.ahead.new']").fill(ASK_EN)
    ahead.get_by_role("button", name="Add the question").click()
    hr.settled()
    hr.again()
    assert ASK_EN in hr.typed()
    hr.go("Preview")
    assert hr.sees(ASK_EN)
    hr.go("Peer review")
    assert hr.sees("Confidential.")
    assert ASK_EN not in hr.reads()


@pytest.mark.req("REVIEW-01", "REVIEW-02")
def test_the_launched_form_asks_it_and_changes_no_more(town: Town) -> None:
    both(town, "Launch")
    hr = town.browse("E016", locale="zh-hans")
    hr.menu("Reviews")
    hr.go("Review plans", PLAN)
    assert hr.named("Form").count() == 0
    assert hr.named("Preview").count() == 1
    town.move_to("C03")
    me = town.browse("E006", locale="zh-hans", phone=True)
    me.menu("Reviews")
    me.go("Write my self review")
    assert me.sees(ASK_ZH)
    me.types_and_is_kept(me.page.locator("textarea[name=more1]"), "提前一天同步风险")
    me.again()
    assert "提前一天同步风险" in me.typed()


@pytest.mark.fault("F18")
@pytest.mark.req("REVIEW-03", "BASE-04")
def test_what_a_phone_kept_without_a_connection_stands_beside_what_the_desk_saved(town: Town) -> None:
    phone, desk = (town.browse("E007", phone=handheld) for handheld in (True, False))
    for me in (phone, desk):
        me.menu("Reviews")
        me.go("Write my self review")
    context, address = phone.page.context, phone.page.url
    context.set_offline(True)
    phone.page.locator("textarea[name=more1]").press_sequentially(ON_PHONE)
    assert phone.sees("What you typed is kept on this device")
    desk.types_and_is_kept(desk.page.locator("textarea[name=more1]"), AT_DESK)
    phone.page.close()
    context.set_offline(False)
    phone = Person(town, context.new_page())
    phone.page.goto(address)
    phone.settled()
    assert phone.page.locator("textarea[name=more1]").input_value() == ON_PHONE
    for score in phone.page.locator("input[name^=score_]").all():
        score.fill("85")
    phone.press("Submit")
    shown = phone.page.locator(".both pre").all_inner_texts()
    assert {ON_PHONE, AT_DESK} <= set(shown)
