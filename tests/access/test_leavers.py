"""Who left and who came back, cell by cell: column TE, the thirty days of the line, and T06 (access.md 1.8, G8)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import partial
from html import unescape

import pytest
from django.test import Client

from beichen.people.rules import Return, persons
from beichen.platform.access.permissions import Permission
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.ui.doors import SignedIn
from tests.access import probes, table, worlds
from tests.access.table import STATUS
from tests.access.worlds import Planted, World
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS, SAMPLES, operations

JOB = system("people.test", "lets somebody leave in a test")
WHO, LINE, ABOVE, NEXT = "E009", "E005", "E002", "E004"
"""Who leaves; the manager; the manager's manager; who leads after the return."""
OWN_TOOLS = frozenset({"reviews.PartVersion"})
"""Earlier versions of a text are its writer's tool while it is written; the text itself is open."""
SILENT = ("people", "approvals")
"""Areas with nothing about a leaver that column TE opens."""
OUT = frozenset({"06c", "07e", "08d", "10d", "11c", "20h", "23b", "23c"})
"""Rows of what is closed to the line once the thirty days are over, or the person has come back."""


def left(area: str, days: int) -> World:
    """A planted company from which somebody left so many days ago."""
    world = worlds.make(area)
    persons.leave(JOB, world.golden.id(WHO), clock.today() - timedelta(days=days))
    return world


def opens(world: World, one: Planted) -> bool:
    """Whether column TE opens what stands there about the leaver."""
    rows = table.read()
    if one.subject != WHO:
        return False
    if one.row == "41c":
        return one.canary == f"review{world.ids['released', WHO]}"
    wanted = STATUS if one.part == "head" else frozenset("rw")
    wanted |= frozenset("o" if one.author == WHO else "") | frozenset("m" if "SE" in one.masks else "")
    behind = [one.row, *(one.stands.args[1:] if isinstance(one.stands, partial) else ())]
    return all(wanted & set(rows[row].cells["TE"]) for row in behind)


def differing(world: World, planted: Iterable[Planted], viewer: str, want: set[str]) -> list[str]:
    """The records about which the database answers the viewer otherwise than wanted (by canary)."""
    wrong = []
    for (where, expression), found in probes.by_table(planted).items():
        got = probes.seen_by(world, viewer, where, expression)
        wrong += [
            f"{one.row} of {one.subject} in {where}" for one in found if (one.canary in got) != (one.canary in want)
        ]
    return wrong


@pytest.mark.django_db
@pytest.mark.req("PEOPLE-02", "BASE-01")
@pytest.mark.parametrize("area", sorted(worlds.PLANTS))
def test_t05_a_leaver_reads_what_column_te_opens_and_nothing_else(area: str) -> None:
    world = left(area, 1)
    planted = [one for one in world.planted if one.model not in OWN_TOOLS]
    want = {one.canary for one in planted if opens(world, one)}
    assert want or area in SILENT
    assert differing(world, planted, WHO, want) == []
    with clock.frozen(clock.now() + timedelta(days=91)):
        assert differing(world, planted, WHO, set()) == []


OPEN = frozenset({
    "insight:home", "goals:goal", "goals:versions", "goals:person_plan", "goals:person_panel", "goals:reports",
    "conversations:check_in", "conversations:of_person", "reviews:review", "reviews:result", "reviews:acknowledge",
    "reviews:person_panel", "reward:letter", "reward:letter_of", "reward:of_review", "reward:person_panel",
    "strategy:statements", "strategy:statement", "strategy:statement_history", "strategy:statement_version",
    "notify:list", "notify:follow", "notify:read_all", "audit:looked", "ui:who_sees",
})  # fmt: skip
"""Page doors with something of column TE behind them: the portal, own goals, check-ins, results, letters, notices."""
CALLS = frozenset({
    "/api/v1/goals/plan", "/api/v1/goals/{int:goal_id}", "/api/v1/goals/{int:goal_id}/versions",
    "/api/v1/goals/key-results/{int:key_result_id}/reports",
    "/api/v1/talks/check-ins", "/api/v1/talks/check-ins/{check_in_id}", "/api/v1/reviews/mine",
    "/api/v1/reviews/{review_id}", "/api/v1/reviews/{review_id}/result", "/api/v1/reviews/{review_id}/acknowledge",
    "/api/v1/reward/letters", "/api/v1/reward/letters/{plan_id}", "/api/v1/people/portal", "/api/v1/audit/looked",
    "/api/v1/strategy/says/{kind}", "/api/v1/strategy/says/{kind}/versions",
    "/api/v1/strategy/says/{kind}/versions/{int:number}", "/api/v1/strategy/says/{kind}/versions/{int:number}/changes",
    "/api/v1/notify", "/api/v1/notify/read", "/api/v1/notify/{notice_id}/read", "/api/v1/me",
})  # fmt: skip
"""The same for programs."""


def signed_in_leaver() -> Client:
    """The browser of somebody who left a planted company yesterday."""
    world = worlds.make("people", "notices", "talks", "reviews", "reward")
    persons.leave(JOB, world.golden.id(WHO), clock.today() - timedelta(days=1))
    with login(None):
        return sign_in(world.golden.id(WHO))


@pytest.mark.django_db
@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_a_leaver_finds_no_page_but_those_of_column_te() -> None:
    client, wrong = signed_in_leaver(), []
    for address in DOORS:
        permission = getattr(address.view, "permission", None)
        if not isinstance(permission, Permission | SignedIn) or address.name == "api_docs":
            continue
        for method in getattr(address.view, "methods", ("GET",)):
            answer = client.generic(method, address.sample)
            if address.name not in OPEN and (answer.status_code != 404 or "你已离职" not in answer.content.decode()):
                wrong.append((method, address.name, answer.status_code))
    assert wrong == []
    assert {address.name for address in DOORS if getattr(address.view, "leavers", False)} == OPEN
    refused = client.get("/strategy/").content.decode()
    assert 'href="/">前往你的记录' in refused
    assert 'topbar-search"></div>' in refused


@pytest.mark.django_db
@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_a_leaver_calls_nothing_but_what_column_te_opens() -> None:
    client, wrong, opened = signed_in_leaver(), [], set()
    for method, path, operation in operations():
        sample = re.sub(r"\{(?:(\w+):)?\w+\}", lambda found: SAMPLES.get(found[1] or "int", "1"), path)
        if operation.view_func.leavers:  # type: ignore[attr-defined]
            opened.add(f"/api/v1{path}")
            continue
        answer = client.generic(method, f"/api/v1{sample}", "{}", content_type="application/json")
        if answer.status_code != 404:
            wrong.append((method, path, answer.status_code))
    assert wrong == []
    assert opened == CALLS


LINK = re.compile(r'(href|hx-get)="(/[^"#]*)"')
FRAME = re.compile(r"^/(static|account|api|manifest|ui)\b")


@pytest.mark.django_db
@pytest.mark.req("PEOPLE-02", "BASE-01")
def test_every_way_that_the_portal_shows_is_open() -> None:
    client = signed_in_leaver()
    seen, ahead = set[tuple[str, str]](), {("href", "/")}
    while ahead - seen:
        how, path = (ahead - seen).pop()
        answer = client.get(path, headers={"HX-Request": "true"} if how == "hx-get" else None)
        assert answer.status_code == 200, path
        seen.add((how, path))
        found = [(kind, unescape(link)) for kind, link in LINK.findall(answer.content.decode())]
        ahead |= {(kind, link) for kind, link in found if not FRAME.match(link)}
    ways = " ".join(path for _, path in seen)
    assert all(re.search(rf"{area}\d+/", ways) for area in ("/reviews/", "/talks/", "/reward/letters/")), ways


def about(world: World) -> list[Planted]:
    """What is out about the leaver, read by relation: not what one wrote, nor what still waits for who decides."""
    waits = {str(pk) for (level, _), pk in world.ids.items() if level.startswith("locked.")}
    return [
        one for one in world.planted
        if one.subject == WHO and one.row in OUT and one.author not in (LINE, ABOVE) and one.model not in OWN_TOOLS
        and one.canary not in waits and ".locked." not in one.canary
    ]  # fmt: skip


def read_by(world: World, viewer: str) -> set[str]:
    """What the table opens to a viewer of what is out about the leaver."""
    return {one.canary for one in about(world) if one.expected(viewer, table.read()[one.row])}


@pytest.mark.django_db
@pytest.mark.req("PEOPLE-02", "BASE-01")
@pytest.mark.parametrize("area", ["talks", "reviews", "reward"])
def test_the_line_reads_on_for_thirty_days(area: str) -> None:
    world = left(area, 30)
    assert read_by(world, LINE)
    for viewer in (LINE, ABOVE):
        assert differing(world, about(world), viewer, read_by(world, viewer)) == []
    with clock.frozen(clock.now() + timedelta(days=1)):
        for viewer in (LINE, ABOVE):
            assert differing(world, about(world), viewer, set()) == [], viewer


@pytest.mark.django_db
@pytest.mark.req("PEOPLE-02", "BASE-01")
@pytest.mark.parametrize("area", ["talks", "reviews", "reward"])
@pytest.mark.parametrize("boss", [NEXT, LINE])
def test_t06_who_leads_after_the_return_reads_nothing_of_before(area: str, boss: str) -> None:
    """Not the new manager, nor the former one who leads again; the person reads it all, as before."""
    world = left(area, 20)
    unit, manager = world.golden.unit("U12"), world.golden.id(boss)
    persons.come_back(JOB, world.golden.id(WHO), Return(first=clock.today(), unit_id=unit, manager_id=manager))
    for viewer in (boss, ABOVE):
        assert differing(world, about(world), viewer, set()) == [], viewer
    assert differing(world, about(world), WHO, read_by(world, WHO)) == []
