"""A figure's way: the starter set, a formula, figures by hand, a signature by somebody else, read by everybody."""

from __future__ import annotations

import pytest

from tests.journeys.town import Town


@pytest.mark.req("METRIC-01", "METRIC-06")
def test_a_metric_is_drafted_by_one_activated_by_another_and_its_figures_are_signed(town: Town) -> None:
    hr, other = town.browse("E015"), town.browse("E016")
    hr.menu("Metrics")
    hr.press("Add the starter set")
    assert hr.sees("metrics added as drafts")
    other.menu("Metrics")
    other.press("Activate all")
    other.again()
    other.page.get_by_role("link", name="Monthly active users").click()
    other.settled()
    assert "People who opened the product at least once in the month" in other.reads()
    hr.menu("Metrics")
    hr.page.get_by_role("link", name="Monthly active users").click()
    hr.settled()
    hr.page.get_by_role("link", name="Figures of").click()
    hr.settled()
    hr.go("Figure")
    hr.fill("Unit", "U1")
    hr.fill("Value", "1200")
    hr.press("Save")
    hr.again()
    assert hr.sees("1,200")
    assert "Another HR administrator checks" in hr.reads()
    other.page.get_by_role("link", name="Figures of").click()
    other.settled()
    other.press("Sign and publish")
    other.again()
    assert other.sees("Published")
    colleague = town.browse("E006", locale="zh-hans")
    # A link that somebody sent.
    colleague.page.goto(hr.page.url)
    colleague.settled()
    assert colleague.sees("已签发")
    assert "1,200" in colleague.reads()
