"""HR fetches the company as a workbook, sees a large one being read, and brings in projects with a second person."""

from __future__ import annotations

import io

import openpyxl
import pytest

from beichen.people.rules.imports import batches
from beichen.people.tests.books import MEMBERS, PEOPLE, PLAIN_ROW, PROJECTS, book
from tests.journeys.town import Town


@pytest.mark.req("PEOPLE-05", "BASE-09")
def test_the_company_as_a_workbook_is_asked_for_made_and_fetched(town: Town) -> None:
    hr = town.browse("E015", locale="zh-hans")
    hr.menu("Import")
    hr.press("Download the company as a workbook")
    assert hr.sees("Your file is being created. You can leave this page and find it under “My files”.")
    town.work()
    link = hr.named("Download").first
    link.wait_for()
    with hr.page.expect_download() as fetched:
        link.click()
    assert "员工 People" in openpyxl.load_workbook(io.BytesIO(fetched.value.path().read_bytes())).sheetnames
    hr.go("My files")
    assert hr.sees("The company as a workbook")


@pytest.mark.req("PEOPLE-05", "BASE-09")
def test_a_large_workbook_is_read_while_its_page_waits(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 100)
    hr = town.browse("E015")
    hr.menu("Import")
    content = book(People=[PEOPLE, PLAIN_ROW])
    hr.page.set_input_files("input[type=file]", {"name": "new.xlsx", "mimeType": "", "buffer": content})
    hr.press("Preview changes")
    assert hr.sees("Reading the workbook and comparing it with the company. You can leave this page.")
    town.work()
    assert hr.sees("N1 新人甲")
    assert hr.named("Request import").count() == 1


@pytest.mark.req("PEOPLE-03", "PEOPLE-05")
def test_projects_come_in_from_a_workbook_and_stand_on_the_page_of_a_member(town: Town) -> None:
    made = ["P7", "海外增长", "Growth abroad", "E012", "2026-05-04", None, "先站稳一个市场"]
    rows = [["P7", "E009", "实验设计", 30, "2026-05-11", None], ["P7", "E404", "没有这个人", 30, "2026-05-11", None]]
    hr = town.browse("E015", locale="zh-hans")
    hr.menu("Import")
    content = book(Projects=[PROJECTS, made], Memberships=[MEMBERS, *rows])
    hr.page.set_input_files("input[type=file]", {"name": "projects.xlsx", "mimeType": "", "buffer": content})
    hr.press("Preview changes")
    assert hr.sees("P7 海外增长")
    assert "工作簿和公司里都没有工号 E404。" in hr.reads()
    hr.press("Request import")
    other = town.browse("E016", phone=True)
    other.menu("Import")
    other.go("projects.xlsx")
    other.press("Confirm as second person")
    town.work()
    member = town.browse("E009")
    member.menu("Org chart")
    member.page.get_by_role("link", name="Open 马骁’s page").click()
    member.settled()
    assert member.sees("Growth abroad")
    assert "实验设计 · 30%" in member.reads()
    member.page.locator("main").get_by_role("link", name="Growth abroad").click()
    member.settled()
    assert "没有这个人" not in member.reads()
    hr.again()
    assert hr.sees("Written")
