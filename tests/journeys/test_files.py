"""HR asks for the company as a workbook, sees it being made, fetches it; a large workbook is read under one's eyes."""

from __future__ import annotations

import io

import openpyxl
import pytest

from beichen.people.rules.imports import batches
from beichen.people.tests.books import PEOPLE, PLAIN_ROW, book
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
