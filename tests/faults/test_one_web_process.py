"""F01, F09, F11: the short half, on one web process with the database of the tests."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.conftest import EMPLOYEE, Web, all_of
from tests.faults.journal import Answer, ask, reckon, until, within, writing

FULL = (
    "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE SQLSTATE '53100'; END $$",
    "CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON goals_goal FOR EACH ROW EXECUTE FUNCTION no_room()",
)
ROOM_AGAIN = ("DROP TRIGGER no_room ON goals_goal", "DROP FUNCTION no_room()")


@pytest.mark.fault("F01")
@pytest.mark.req("BASE-07")
def test_a_web_process_killed_while_people_write_loses_nothing(web: Web, tmp_path: Path) -> None:
    """And a journal that is told a lie is found out, so that the proof can fail."""
    with writing(web.pen, tmp_path / "short.journal", 3) as journal:
        until(journal, 12, 60, web.alive)
        os.kill(web.children()[0], signal.SIGKILL)
        until(journal, 24, 60, web.alive)
    with web.superuser() as database:
        assert reckon(journal, database) == []
        journal.acknowledged.append("short: confirmed before it was written")
        assert reckon(journal, database) == ["lost: short: confirmed before it was written"]


@pytest.mark.fault("F09")
@pytest.mark.req("BASE-07")
def test_a_table_without_room_refuses_writes_and_goes_on_reading(web: Web, tmp_path: Path) -> None:
    """As the server says it of a file it cannot extend; the next write after room was made is confirmed."""
    with writing(web.pen, tmp_path / "room.journal", 2) as journal, web.superuser() as database:
        until(journal, 6, 60, web.alive)
        with all_of(database, FULL, ROOM_AGAIN):
            before = journal.answers[503]
            web_until(lambda: journal.answers[503] >= before + 4)
            row = database.execute("SELECT max(id) FROM goals_goal").fetchone()
            assert row
            assert web.pen.version(int(str(row[0]))).status == 200
            stood = len(journal.acknowledged)
        until(journal, stood + 4, 10, web.alive)
        assert journal.answers[503] > before
    with web.superuser() as database:
        assert reckon(journal, database) == []


def web_until(condition: Callable[[], bool], seconds: float = 20) -> None:
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < seconds
        time.sleep(0.05)


LOCK = "LOCK TABLE notify_notice IN ACCESS EXCLUSIVE MODE"


@pytest.mark.fault("F11")
@pytest.mark.req("BASE-07")
def test_slow_pages_fill_their_own_lane_and_no_other(web: Web) -> None:
    """Thirty readers of a table that does not answer, as after a bad plan: people sign in and write beside them."""
    cookie = sign_in_form(web)
    with ThreadPoolExecutor(30) as threads, web.superuser() as database, database.transaction():
        database.execute(LOCK)
        asked = [threads.submit(notices, web) for _ in range(30)]
        time.sleep(2.6)
        wrote = web.pen.begin("written beside the storm", "")
        form = f"login={EMPLOYEE}&password=wrong&csrfmiddlewaretoken={cookie}"
        entered = ask(web.pen.port, "POST", "/account/login/", form, Cookie=f"csrftoken={cookie}")
        healthy = ask(web.pen.port, "GET", "/healthz")
        reads = [one.result(30) for one in asked]
    assert [wrote.status, entered.status, healthy.status] == [201, 200, 200]
    assert max(wrote.seconds, entered.seconds, healthy.seconds) < within(1.5)
    assert [answer.improper for answer in reads if answer.improper] == []
    assert {answer.status for answer in reads} == {503}, reads[0]
    assert sorted(answer.seconds for answer in reads)[20] < within(3), (
        "told to come back at once, all but those who read"
    )
    back = notices(web)
    assert (back.status, back.seconds < within(1.5)) == (200, True)


def notices(web: Web) -> Answer:
    return ask(web.pen.port, "GET", "/api/v1/notify", Authorization=f"Bearer {web.pen.token}")


def sign_in_form(web: Web) -> str:
    """The token that the form of signing in is drawn with."""
    drawn = ask(web.pen.port, "GET", "/account/login/")
    return drawn.headers["set-cookie"].partition("csrftoken=")[2].partition(";")[0]
