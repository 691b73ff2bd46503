"""Who keeps the system running finds a failed job and has it tried again; a colleague does not find the page."""

from __future__ import annotations

import pytest

from beichen.platform.events.tests.makers import make_failed, make_job, status_of
from tests.journeys.town import Town


def seat(town: Town, number: str, kind: str) -> None:
    """The golden company has nobody who keeps the system running."""
    from beichen.people.models import OrgUnit, Seat
    from beichen.people.rules import places
    from beichen.platform.kit import clock

    with town.owner():
        Seat.objects.create(
            person_id=town.golden.id(number), seat=kind, scope=OrgUnit.objects.get(code="U0"),
            granted_at=clock.now(), granted_by=town.golden.id("E001"),
        )  # fmt: skip
        places.renumber()


@pytest.mark.req("BASE-09")
@pytest.mark.parametrize("phone", [False, True])
def test_the_administrator_tries_a_failed_job_again(town: Town, phone: bool) -> None:
    if not phone:
        seat(town, "E008", "PA")
    job_id = make_failed()
    for _ in range(2):
        make_failed("goals.restate", kind="program")
    make_job("notify.mail", queue="mail")
    me = town.browse("E008", phone=phone)
    me.menu("Jobs")
    assert me.sees("No worker is running.")
    assert me.sees("SMTPServerDisconnected")
    button = me.page.get_by_role("button", name=f"Retry Send mail {job_id}", exact=True)
    button.click()
    me.settled()
    assert me.sees("The job is queued again.")
    me.again()
    assert status_of(job_id) == "todo"
    assert button.count() == 0
    me.page.get_by_role("button", name="Retry all").first.click()
    me.settled()
    assert me.sees("2 jobs are queued again.")


@pytest.mark.req("BASE-09")
def test_hr_looks_and_does_not_touch_and_a_colleague_finds_nothing(town: Town) -> None:
    job_id = make_failed()
    hr = town.browse("E015", locale="zh-hans")
    hr.page.locator('a[href="/company/jobs/"]').first.click()
    hr.settled()
    assert str(job_id) in hr.reads()
    assert hr.page.locator("main").get_by_role("button").count() == 0
    colleague = town.browse("E006")
    assert colleague.page.locator('a[href="/company/jobs/"]').count() == 0
