"""The job monitor: counts and faults without contents, trying again, who may."""

from __future__ import annotations

import json
import smtplib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from django.utils import translation

from beichen.platform.audit.models import Entry
from beichen.platform.events import queries, rules
from beichen.platform.events.choices import Fault
from beichen.platform.events.failures import describe, noted
from beichen.platform.events.models import Failure, LastRun
from beichen.platform.events.tests.makers import make_failed, make_job, status_of
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Changed, Forbidden, NotFound, Refused, gettext_noop
from tests.access.worlds import make
from tests.cast import Golden, sign_in
from tests.database import login

pytestmark = pytest.mark.django_db
ELSEWHERE = ("builtin:", "procrastinate.", "events.", "on:events.", "on:approvals.")
"""The queue's own, and what tests of these packages declare."""
COUNTS = json.loads(Path(__file__).with_name("query_counts.json").read_text(encoding="utf-8"))
KEEPER, HR, COLLEAGUE = "E020", "E015", "E006"
NOW = datetime(2026, 5, 20, 2, 1, tzinfo=UTC)


@pytest.fixture
def golden(db: None) -> Golden:
    """The golden company with its seats (tests/access): E020 keeps the system running."""
    return make().golden


class Unkind(Refused):
    """A refusal that names somebody."""

    code = "unkind"
    text = gettext_noop("%(who)s cannot be released.")


class Context:
    """What the worker hands to a run."""

    start_timestamp = NOW.timestamp()

    class job:
        id = 77
        task_name = "notify.prune"


@pytest.mark.req("BASE-09")
def test_the_page_counts_by_name_and_says_what_failed_without_contents(golden: Golden) -> None:
    make_job("notify.mail", queue="mail")
    make_job("goals.restate", "doing")
    job_id = make_failed(said="%(who)s cannot be released.")
    with login(None):
        client = sign_in(golden.id(KEEPER))
    text = client.get("/company/jobs/").content.decode()
    for wanted in ("邮件", str(job_id), "SMTPServerDisconnected", "… cannot be released.", "没有工作进程在运行"):
        assert wanted in text, wanted
    assert "of E006" not in text
    kinds = {kind["name"]: kind for kind in client.get("/api/v1/jobs").json()["kinds"]}
    assert (kinds["notify.mail"]["waiting"], kinds["notify.mail"]["failed"]) == (1, 1)
    assert kinds["goals.restate"]["running"] == 1


@pytest.mark.req("BASE-09")
def test_a_failed_job_is_tried_again_once_and_the_act_is_audited(golden: Golden) -> None:
    job_id, keeper = make_failed(), golden.actor(KEEPER)
    rules.try_again(keeper, job_id)
    rules.try_again(keeper, job_id)
    assert status_of(job_id) == "todo"
    with login(None):
        rows = list(Entry.objects.filter(act="events.try_again").values_list("person_id", "details__job_id"))
    assert rows == [(golden.id(KEEPER), job_id)]
    with pytest.raises(NotFound):
        rules.try_again(keeper, 4_000_000)


@pytest.mark.req("BASE-09")
def test_all_of_a_name_are_tried_again_and_no_other(golden: Golden) -> None:
    mails, other = [make_failed() for _ in range(3)], make_failed("goals.restate")
    assert rules.try_all_again(golden.actor(KEEPER), "notify.mail") == 3
    assert rules.try_all_again(golden.actor(KEEPER), "notify.mail") == 0
    assert [status_of(each) for each in (*mails, other)] == ["todo"] * 3 + ["failed"]


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.req("BASE-09")
def test_of_jobs_wanted_once_at_a_time_one_runs_and_the_others_are_done_with_it(golden: Golden, waits: bool) -> None:
    failed = [make_failed("goals.restate", once="goals.restate:clock") for _ in range(2)]
    if waits:
        make_job("goals.restate", once="goals.restate:clock")
    assert rules.try_all_again(golden.actor(KEEPER), "goals.restate") == 2
    assert [status_of(each) for each in failed] == ["cancelled", "cancelled" if waits else "todo"]
    rules.try_again(golden.actor(KEEPER), failed[0])


@pytest.mark.req("BASE-09")
def test_the_table_says_who_looks_and_who_tries(golden: Golden) -> None:
    job_id = make_failed()
    for number, status in ((KEEPER, 200), (HR, 200), (COLLEAGUE, 403)):
        with login(None):
            client = sign_in(golden.id(number))
        assert client.get("/company/jobs/").status_code == status, number
        assert (client.get("/company/jobs/").content.decode().count("retry") > 0) is (number == KEEPER)
    for number in (HR, COLLEAGUE):
        with pytest.raises(Forbidden):
            rules.try_again(golden.actor(number), job_id)
    assert status_of(job_id) == "failed"


@pytest.mark.req("BASE-09")
def test_the_api_tries_again_too(golden: Golden) -> None:
    job_id, client = make_failed(), Client()
    with login(None):
        sign_in(golden.id(KEEPER), client)
    assert client.post(f"/api/v1/jobs/{job_id}/retry").status_code == 204
    make_failed()
    body = {"name": "notify.mail"}
    assert client.post("/api/v1/jobs/retry", body, content_type="application/json").json() == {"tried": 1}


@pytest.mark.parametrize(
    ("error", "kind", "name"),
    [
        (Unkind(who="Wang Fang"), Fault.REFUSED, "Unkind"),
        (OperationalError("server closed the connection: Wang Fang"), Fault.AWAY, "OperationalError"),
        (IntegrityError("Failing row contains (Wang Fang)"), Fault.DATABASE, "IntegrityError"),
        (smtplib.SMTPRecipientsRefused({"wang.fang@example.com": (550, b"Wang Fang")}), Fault.OTHERS, "SMTP"),
        (ValueError("Wang Fang"), Fault.PROGRAM, "ValueError"),
    ],
)
@pytest.mark.req("BASE-09")
def test_of_a_fault_only_its_kind_and_place_are_kept(error: Exception, kind: Fault, name: str) -> None:
    found = describe(error)
    assert found.kind == kind
    assert found.error.startswith(name)
    assert "Wang" not in str(found)
    assert found.said == ("%(who)s cannot be released." if kind == Fault.REFUSED else "")


@pytest.mark.req("BASE-09")
def test_a_run_that_fails_is_noted_with_its_place_and_the_clock_remembers() -> None:
    def fails() -> None:
        with noted(Context(), clocked=True):  # type: ignore[arg-type]
            raise Changed

    for _ in range(2):
        with pytest.raises(Changed):
            fails()
    with login(None):
        failure, run = Failure.objects.get(), LastRun.objects.get()
    assert (failure.job_id, failure.times, failure.kind) == (77, 2, "refused")
    assert failure.place.startswith(f"platform/events/tests/{Path(__file__).name}:")
    assert (run.name, run.succeeded) == ("notify.prune", False)
    with noted(Context(), clocked=True):  # type: ignore[arg-type]
        pass
    with login(None):
        assert LastRun.objects.get().succeeded


@pytest.mark.req("BASE-09")
def test_every_job_of_the_clock_says_when_it_runs_next_in_utc() -> None:
    with clock.frozen(NOW):
        found = {one.name: one.next_at for one in queries.clocked()}
    assert found["notify.prune"] == datetime(2026, 5, 20, 3, 17, tzinfo=UTC)
    assert found["goals.restate"] == datetime(2026, 5, 20, 2, 3, tzinfo=UTC)
    assert not [name for name in found if "builtin" in name]


@pytest.mark.req("BASE-09")
def test_every_job_and_listener_has_words_in_both_languages() -> None:
    from procrastinate.contrib.django import app

    for locale in ("en", "zh-hans"):
        with translation.override(locale):
            bare = [name for name in app.tasks if queries.label(name) == name.removeprefix("on:")]
        assert [name for name in bare if not name.startswith(ELSEWHERE)] == [], locale


@pytest.mark.parametrize("path", COUNTS)
def test_it_costs_a_fixed_number_of_statements_however_many_failed(
    path: str, golden: Golden, django_assert_num_queries
) -> None:
    with login(None):
        client = sign_in(golden.id(KEEPER))
    client.get(path)
    for n in range(30):
        make_failed(("notify.mail", "goals.restate")[n % 2])
    with django_assert_num_queries(COUNTS[path]):
        client.get(path)


@pytest.mark.req("BASE-09")
def test_a_job_that_kills_its_workers_is_set_aside_with_a_word(golden: Golden) -> None:
    job_id = make_job("reward.simulate", "doing", attempts=rules.GIVE_UP_AFTER)
    assert rules.bring_back() == 1
    assert status_of(job_id) == "failed"
    with login(None), connection.cursor() as cursor:
        cursor.execute("SELECT kind FROM events_failure WHERE job_id = %s", [job_id])
        assert cursor.fetchone() == ("killed",)
