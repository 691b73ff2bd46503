"""Reachable: following links and buttons from each home, every page door is met, or stands here with its reason.

On the way every page met is read for sentences of the other language: half of the cast reads Chinese, half English.
"""

from __future__ import annotations

from functools import partial

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from beichen.goals.tests.makers import make_template
from beichen.metrics.models import BandTable, Metric
from beichen.people.rules.profiles import take_starter_set
from beichen.people.tests.makers import make_process
from beichen.platform.ui.crawl import reached
from beichen.strategy.choices import StatementKind
from beichen.strategy.tests.makers import publish
from tests.access import worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS
from tests.test_languages import BILINGUAL, names, strange, words

CAST = {
    "E001": "en", "E004": "zh-hans", "E006": "en", "E015": "zh-hans", "E016": "en",
    "E017": "zh-hans", "E018": "en", "E019": "zh-hans", "E020": "en",
}  # fmt: skip
"""Executive, manager, employee, HR administrator, compensation, auditor, facilitator, system administrator, HRBP."""
OF_EACH_DOOR = {"E015": 3}
"""So many addresses are opened: the first people that HR meets are those nobody edits."""
FOR_PROGRAMS = "asked for by machines and browsers, not by people"
NOT_MET = {
    "ui:healthz": FOR_PROGRAMS, "ui:readyz": FOR_PROGRAMS, "ui:metrics": FOR_PROGRAMS,
    "ui:manifest": FOR_PROGRAMS, "ui:service_worker": FOR_PROGRAMS,
    "ui:parts": "for those who build; CONTRIBUTING.md names it", "ui:parts_drawer": "belongs to the page of parts",
    "account_logout": "a button that posts; the address answers GET for those who type it",
    "account_inactive": "where an account that was closed is led at signing in",
    "account_reauthenticate": "asked in between, before an act that needs the password again",
    "account_reset_password_done": "comes after the form for a forgotten password",
    "account_reset_password_from_key_done": "comes after the link in a letter",
    "conversations:send": "answers a form; drawn again on GET",
    "conversations:answer": "answers a form; drawn again on GET",
    "goals:new_key_result": "open while goals can be agreed to: tests/journeys/test_agreement.py",
    "goals:edit": "open while goals can be agreed to: beichen/goals/tests/test_pages.py",
    "goals:edit_key_result": "as goals:edit",
    "goals:align": "as goals:edit",
    "goals:map_below": "needs more goals than the map draws at first: beichen/goals/tests/test_map.py",
    "goals:map_tops": "as goals:map_below",
    "reviews:edit_plan_form": "needs a plan in its draft: tests/journeys/test_quarter.py",
    "reviews:peers": "open in the phase of self reviews: tests/journeys/test_quarter.py",
    "reviews:move_form": "open in the phase of calibration: tests/journeys/test_quarter.py",
    "reward:busy": "asked by the page while a job runs",
    "reward:of_review": "needs a result and a letter of one cycle: tests/journeys",
    "reward:out": "drawn where somebody is in neither base nor share",
    "account_reset_password": "linked where mail is connected",
    "audit:batches": "the rows of a bulk act, opened in place",
    "people:return": "stands on the page of somebody who left: beichen/people/tests/test_leavers.py",
    "people:cycle_step": "stands in the to-do list while a release waits: tests/journeys/test_cycle.py",
    "files:file": "there once a file was asked for: tests/journeys/test_files.py",
    "files:content": "as files:file",
    "goals:nudge": "needs goals that are late or behind: tests/journeys/test_board.py",
    "goals:change": "needs a change that somebody asked for: tests/journeys/test_changes.py",
    "goals:change_goal": "as goals:change",
    "goals:split": "open while goals can be agreed to: tests/journeys/test_split.py",
    "goals:task": "needs a key task: tests/journeys/test_season.py", "goals:edit_task": "as goals:task",
    "goals:unit_sheet": "the link to one's own unit leads there: tests/journeys/test_principles.py",
    "metrics:value": "needs a figure: tests/journeys/test_figures.py",
    "metrics:snapshot": "needs goals that closed on a figure: beichen/goals/tests/test_snapshots.py",
    "goals:review": "linked where a cycle has its goals gone through: beichen/goals/tests/test_changes.py",
    "goals:conclude": "needs an exploration that runs: beichen/goals/tests/test_explorations.py",
    "goals:explore": "as goals:edit",
    "goals:confirm_condition": "needs bands with a condition: tests/journeys/test_conditions.py",
    "goals:answer_share": "needs a shared result: tests/journeys/test_shares.py",
    "goals:settle_shares": "as goals:answer_share", "goals:seen_shares": "as goals:answer_share",
    "goals:wording": "as goals:agreement",
    "goals:agreement": "needs a proposal at its step: tests/journeys/test_agreement.py",
    "goals:decide": "as goals:agreement",
    "goals:hand_on": "as goals:agreement",
    "reviews:form": "needs a plan in its draft: tests/journeys/test_review_form.py",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.req("BASE-03")
@pytest.mark.parametrize("more", [0, pytest.param(2, marks=pytest.mark.slow)])
def test_every_page_door_is_met_and_speaks_one_language(more: int) -> None:
    world = worlds.make("people", "notices", "talks", "reviews", "reward")
    clients = prepared(world)
    data = sorted(names(world), key=len, reverse=True)
    met = set(reached(lambda path: html(Client(), path), "/account/login/"))
    wrong: list[str] = []
    for number, (client, locale) in zip(CAST, clients, strict=True):
        get = partial(read, client, locale, data, wrong)
        met |= set(reached(get, each=OF_EACH_DOOR.get(number, 2) + more))
    doors = {address.name for address in DOORS if "GET" in getattr(address.view, "methods", ())}
    wrong += [f"not met: {door}" for door in sorted(doors - met - set(NOT_MET))]
    wrong += [f"met after all: {door}" for door in sorted(set(NOT_MET) & met)]
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(sorted(set(wrong))[:60])


def prepared(world: worlds.World) -> list[tuple[Client, str]]:
    """The cast signed in, each reading in a language; there are a metric, its bands, a template, the starter roles."""
    take_starter_set(world.golden.actor("E015"))
    make_process(world.golden.actor("E015"))
    make_template(world.golden.actor("E015"))
    for kind in StatementKind.values:
        publish(world.golden.actor("E015"), world.golden.actor("E001"), kind)
    with login(None):
        metric = Metric.objects.create(code="M1", name="留存", state="in_force")
        table = BandTable.objects.create(key="retention", name="留存", metric=metric)
        table.points.create(position=1, value=10, score=6000)
        table.points.create(position=2, value=20, score=10000)
        clients = []
        for number, locale in CAST.items():
            person_id = world.golden.id(number)
            get_user_model()._default_manager.filter(person_id=person_id).update(locale=locale)
            client = sign_in(person_id)
            client.cookies["django_language"] = locale
            clients.append((client, locale))
        return clients


def read(client: Client, locale: str, data: list[str], wrong: list[str], path: str) -> str:
    text = html(client, path)
    if not path.startswith(BILINGUAL):
        wrong += [f"{path}: {word[:90]}" for word in words(text) if strange(word, locale, data)]
    return text


def html(client: Client, path: str) -> str:
    answer = client.get(path)
    return answer.content.decode() if answer.headers.get("Content-Type", "").startswith("text/html") else ""
