"""Reachable: following links and buttons from each home, every page door is met, or stands here with its reason."""

from __future__ import annotations

import pytest
from django.test import Client

from beichen.metrics.models import BandTable, Metric
from beichen.platform.ui.crawl import reached
from tests.access import worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS

CAST = ("E001", "E004", "E006", "E015", "E016", "E017", "E018", "E019", "E020")
"""Executive, manager, employee, HR administrator, compensation, auditor, facilitator, system administrator, HRBP."""
FOR_PROGRAMS = "asked for by machines and browsers, not by people"
NOT_MET = {
    "ui:healthz": FOR_PROGRAMS, "ui:readyz": FOR_PROGRAMS, "ui:manifest": FOR_PROGRAMS, "ui:service_worker": FOR_PROGRAMS,
    "ui:parts": "for those who build; CONTRIBUTING.md names it", "ui:parts_drawer": "belongs to the page of parts",
    "account_logout": "a button that posts; the address answers GET for those who type it",
    "account_inactive": "where an account that was closed is led at signing in",
    "account_reauthenticate": "asked in between, before an act that needs the password again",
    "account_reset_password_done": "comes after the form for a forgotten password",
    "account_reset_password_from_key_done": "comes after the link in a letter",
    "conversations:send": "answers a form; drawn again on GET", "conversations:answer": "answers a form; drawn again on GET",
    "goals:edit_key_result": "needs a draft with a key result: tests/journeys/test_quarter.py",
    "reviews:edit_plan_form": "needs a plan in its draft: tests/journeys/test_quarter.py",
    "reviews:peers": "open in the phase of self reviews: tests/journeys/test_quarter.py",
    "reviews:move_form": "open in the phase of calibration: tests/journeys/test_quarter.py",
    "reward:busy": "asked by the page while a job runs",
    "reward:of_review": "needs a result and a letter of one cycle: tests/journeys",
    "reward:out": "drawn where somebody is in neither base nor share",
    "reward:letter_of": "the letter of another: its address stands in the API; no page lists letters",
}  # fmt: skip


@pytest.mark.django_db
def test_every_page_door_is_met_from_a_home() -> None:
    world = worlds.make("people", "notices", "talks", "reviews", "reward")
    with login(None):
        metric = Metric.objects.create(code="M1", name="留存")
        BandTable.objects.create(key="retention", name="留存", metric=metric)
        clients = [sign_in(world.golden.id(number)) for number in CAST]
    met = set(reached(lambda path: html(Client(), path), "/account/login/"))
    for client in clients:
        met |= set(reached(lambda path, client=client: html(client, path)))  # type: ignore[misc]
    doors = {address.name for address in DOORS if "GET" in getattr(address.view, "methods", ())}
    assert sorted(doors - met - set(NOT_MET)) == []
    assert sorted(set(NOT_MET) & met) == []


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    return answer.content.decode() if answer.headers.get("Content-Type", "").startswith("text/html") else ""
