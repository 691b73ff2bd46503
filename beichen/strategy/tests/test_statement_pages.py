"""Principles and rules at their doors: pages and calls of the golden company, and what they cost."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.people.models import Person
from beichen.strategy.forms import StatementForm
from beichen.strategy.formulas.sheet import SIZES, sheet_size
from beichen.strategy.rules import ready
from beichen.strategy.tests.makers import publish
from tests.cast import client_as, golden

__all__ = ["client_as", "golden"]
AT = "/strategy/says/principles/"
MOST = 15


@pytest.fixture
def published(golden):
    """The principles of the golden company are in force; E015 wrote them, E001 published them."""
    publish(golden.actor("E015"), golden.actor("E001"), "principles")
    return golden


@pytest.mark.req("STRAT-04")
def test_the_text_is_written_put_forward_and_published_by_pages(golden, client_as):
    hr = client_as("E015")
    form = {k: v for k, v in StatementForm.initial_of(ready("principles")).items() if v is not None}
    assert "现成的文本" in hr.get(f"{AT}edit/").content.decode()
    assert hr.post(f"{AT}edit/", {**form, "version": "0"}).status_code == 303
    assert hr.post(f"{AT}edit/", {**form, "version": "0"}).status_code == 409
    assert hr.post(f"{AT}remark/", {"item": "may_fail", "text": "举例"}).status_code == 303
    assert "举例" in hr.get(f"{AT}?draft").content.decode()
    assert client_as("E006").get(f"{AT}edit/").status_code == 403
    assert "举例" not in client_as("E006").get(f"{AT}?draft").content.decode()
    hr = client_as("E015")
    assert hr.post(f"{AT}forward/", {"version": "1"}).status_code == 303
    assert hr.post(f"{AT}publish/", {"version": "1"}).status_code == 403
    chief = client_as("E001")
    assert chief.post(f"{AT}publish/", {"version": "1"}).status_code == 303
    assert client_as("E006").get("/api/v1/strategy/says/principles").json()["number"] == 1


@pytest.mark.req("STRAT-04")
def test_one_tap_confirms_and_the_call_tells_the_rate(published, client_as):
    me = client_as("E006")
    assert "我已阅读" in me.get(AT).content.decode()
    assert me.post(f"{AT}read/", {"number": "1"}).status_code == 303
    page = me.get(AT).content.decode()
    assert "确认读过" in page
    assert 'class="says-confirm"' not in page
    assert me.post(f"{AT}read/", {"number": "2"}).status_code == 404
    told = client_as("E015").get("/api/v1/strategy/says/principles/readers").json()
    assert (told["whole"]["read"], told["number"]) == (1, 1)
    assert told["missing_count"] > 3
    none = client_as("E006").get("/api/v1/strategy/says/principles/readers").json()
    assert (none["whole"], none["missing_ids"]) == (None, [])
    assert client_as("E006").post(f"{AT}remind/").status_code == 403
    assert client_as("E015").post(f"{AT}remind/").status_code == 303


@pytest.mark.req("STRAT-04")
def test_pages_cost_the_same_however_many_have_read(published, client_as, owner_db):
    hr, counts = client_as("E015"), []
    for number in ((), tuple(Person.objects.filter(is_active=True).values_list("number", flat=True)[:6])):
        for each in number:
            client_as(each).post(f"{AT}read/", {"number": "1"})
        hr = client_as("E015")
        for path in (AT, f"{AT}readers/", f"{AT}history/"):
            with CaptureQueriesContext(connection) as asked:
                assert hr.get(path).status_code == 200
            counts.append(sum("SAVEPOINT" not in line["sql"] for line in asked.captured_queries))
    assert counts[:3] == counts[3:], counts
    assert max(counts) <= MOST + 3, "with session and account"


@pytest.mark.req("STRAT-01")
def test_the_letters_of_a_sheet_shrink_until_everything_fits():
    few = sheet_size(["城市青年"] * 5, ["留存\n30 日留存 38 → 45"] * 3, ["不做线下"] * 3, "")
    more = sheet_size(["城市青年" * 60] * 5, ["留存\n30 日留存 38 → 45"] * 3, ["不做线下"] * 8, "先站稳")
    most = sheet_size(["城市青年" * 250] * 5, ["留存\n30 日留存 38 → 45"] * 12, ["不做线下"] * 12, "先站稳" * 60)
    assert (few, most) == (SIZES[0], SIZES[-1])
    assert few > more > most


@pytest.mark.req("STRAT-01")
def test_a_version_and_a_units_quarter_are_one_sheet(golden, client_as):
    client = client_as("E006")
    answer = client.get("/api/v1/strategy").json()
    sheet = client.get(f"/strategy/{answer['map_id']}/versions/{answer['number']}/sheet/").content.decode()
    assert 'class="paper paper-' in sheet
    assert answer["priorities"][0]["name"] in sheet
    assert client.get(f"/strategy/{answer['map_id']}/versions/99/sheet/").status_code == 404
    own = client.get("/goals/units/")
    assert own.status_code == 303
    page = client.get(own["Location"]).content.decode()
    assert page.count('class="paper-results"') <= 3
    assert client.get("/goals/units/999999999/").status_code == 404
