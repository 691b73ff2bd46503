"""Every address of the product: who declares it, who opens it, and that hidden and missing read the same."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from ninja.operation import Operation

from beichen.config.api import api
from beichen.goals.tests.makers import make_template
from beichen.people.rules.profiles import take_starter_set
from beichen.people.tests.makers import make_process
from beichen.platform.kit.actor import system
from beichen.platform.ui.doors import Anyone
from beichen.strategy.tests.makers import publish
from tests.access import acts, oracle, worlds
from tests.access.acts import company, goals
from tests.cast import sign_in
from tests.database import login

NOT_OPENED = {
    "reward:of_review": "a part of the page of a result: needs a result and a letter of one cycle (tests/journeys)",
    "goals:change": "needs a change that somebody asked for (tests/journeys/test_changes.py)",
    "goals:conclude": "needs an exploration that runs (beichen/goals/tests/test_explorations.py)",
    "goals:answer_share": "needs a shared result (tests/journeys/test_shares.py)",
    "goals:settle_shares": "as goals:answer_share",
    "goals:seen_shares": "as goals:answer_share",
    "goals:confirm_condition": "needs a band with a condition (tests/journeys/test_conditions.py)",
    "goals:hand_on": "needs a proposal that waits for its reader (tests/journeys/test_agreement.py)",
    "audit:batches": "needs an act on many rows (beichen/platform/audit/tests)",
    "ui:readyz": "answers 503 as long as no worker beats, as here",
    "ui:metrics": "is not there before the operator sets a token (beichen/platform/ui/tests/test_gauges.py)",
}
SAMPLES = {"int": "4611686018427387904", "uuid": "00000000-0000-4000-8000-000000000000", "slug": "06a", "str": "x",
           "policy_key": "A"}  # fmt: skip
NOISE = re.compile(
    r'csrfmiddlewaretoken" value="[^"]*"|name="csrf-token" content="[^"]*"|nonce="[^"]*"|nonce-[\w+/=-]+'
    r'|name="idempotency_key" value="[^"]*"|hx-headers="[^"]*"'
)


@dataclass(frozen=True)
class Address:
    """One pattern of the URL map."""

    route: str
    name: str
    view: Any

    @property
    def sample(self) -> str:
        """An address that names nothing there is."""
        return "/" + re.sub(r"<(\w+):\w+>", lambda found: SAMPLES.get(found[1], "x"), self.route)


def walk(patterns: list[Any], prefix: str = "", space: str = "") -> Iterator[Address]:
    for one in patterns:
        if isinstance(one, URLResolver):
            if one.app_name == "ninja":
                continue
            inner = f"{one.namespace}:" if one.namespace else space
            yield from walk(one.url_patterns, prefix + str(one.pattern), inner)
        elif isinstance(one, URLPattern):
            yield Address(prefix + str(one.pattern), f"{space}{one.name}", one.callback)


ADDRESSES = list(walk(get_resolver().url_patterns))
DOORS = [address for address in ADDRESSES if "(" not in address.route]


def operations() -> list[tuple[str, str, Operation]]:
    """Method, path and operation of everything the API offers."""
    found = []
    for prefix, router in api._routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                whole = "/" + "/".join(part.strip("/") for part in (prefix, path) if part.strip("/"))
                found += [(method, whole, operation) for method in operation.methods]
    return found


@pytest.mark.req("BASE-01")
def test_every_address_declares_who_may_enter() -> None:
    assert len(ADDRESSES) > 80
    bare = [a.name for a in ADDRESSES if not hasattr(a.view, "permission") and not a.name.startswith(("api", "None"))]
    assert bare == []


@pytest.mark.req("BASE-01")
def test_every_operation_declares_who_may_call_it() -> None:
    found = operations()
    assert len(found) > 80
    assert [path for _, path, one in found if not hasattr(one.view_func, "permission")] == []


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_nobody_enters_without_signing_in() -> None:
    client = Client()
    for address in DOORS:
        permission = getattr(address.view, "permission", None)
        if (
            isinstance(permission, Anyone)
            or permission is None
            or "open to anyone" in getattr(permission, "reason", "")
        ):
            continue
        methods = getattr(address.view, "methods", ("GET",))
        answer = client.get(address.sample) if "GET" in methods else client.post(address.sample)
        if address.name == "account_as":  # there is no such page outside the demo
            assert answer.status_code == 404
            continue
        assert answer.status_code in (302, 401), (address.name, answer.status_code)
        assert "/account/login" in answer.headers.get("Location", "/account/login"), address.name


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_no_operation_answers_without_signing_in() -> None:
    client = Client()
    asked = 0
    for method, path, _ in operations():
        address = "/api/v1" + re.sub(r"\{(?:(\w+):)?\w+\}", lambda found: SAMPLES.get(found[1] or "int", "1"), path)
        answer = client.generic(method, address, "{}", content_type="application/json")
        assert answer.status_code == 401, (method, path, answer.status_code)
        asked += 1
    assert asked > 80


def quiet(answer: Any, address: str) -> tuple[int, str]:
    """An answer without what differs from request to request."""
    return answer.status_code, NOISE.sub("", answer.content.decode()).replace(address, "")


def heads(answer: Any) -> dict[str, str]:
    """The headers, without the number of the request and its nonce."""
    return {k: v for k, v in answer.headers.items() if k not in ("Content-Security-Policy", "X-Request-ID")}


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.attack("A15")
def test_hidden_and_missing_read_the_same() -> None:
    world = worlds.make("people", "talks", "reviews", "reward")
    released = world.ids["released", "E011"]
    hidden = {
        "E006": [f"/reviews/{released}/", f"/reviews/{released}/result/", f"/reviews/{released}/peers/",
                 f"/people/imports/{world.ids['25a', 'E007']}/", f"/talks/{world.ids['23b', 'E011']}/",
                 f"/reward/plans/{world.ids['bonus', 'simulated']}/",
                 f"/reviews/parts/{world.ids['draft.self.E011', 'E011']}/"],
        "E004": [f"/reviews/{world.ids['draft', 'E011']}/", f"/talks/{world.ids['23a', 'E006']}/draft/"],
    }  # fmt: skip
    for viewer, paths in hidden.items():
        with login(None):
            client = sign_in(world.golden.id(viewer))
        for path in paths:
            missing = re.sub(r"\d+", lambda found: "9" * len(found.group()), path, count=1)
            if "/parts/" in path:
                missing = "/reviews/parts/00000000-0000-4000-8000-000000000000/"
            for prefix in ("", "/api/v1"):
                ours, theirs = (
                    client.get(prefix + path.rstrip("/") if prefix else path),
                    client.get(prefix + missing.rstrip("/") if prefix else missing),
                )
                assert quiet(ours, path) == quiet(theirs, missing), (viewer, prefix + path)
                assert ours.status_code in (404, 405), (viewer, prefix + path, ours.status_code)
                assert heads(ours) == heads(theirs), (viewer, path)


def known(world: worlds.World) -> dict[str, list[str]]:
    """Ids that exist, by the words of a route, so that somebody can open each door."""
    from django.apps import apps

    found: dict[str, list[str]] = {}
    with login(None):
        for word, label in {
            "unit_id": "people.OrgUnit", "person_id": "people.Person", "batch_id": "people.ImportBatch",
            "goal_id": "goals.Goal", "change_id": "goals.ChangeRequest", "template_id": "goals.GoalTemplate",
            "key_result_id": "goals.KeyResult", "task_id": "goals.GoalTask",
            "map_id": "strategy.StrategyMap",
            "check_in_id": "conversations.CheckIn", "review_id": "reviews.Review", "part_id": "reviews.Part",
            "cycle_id": "people.Cycle", "project_id": "people.Project", "membership_id": "people.Membership",
            "profile_id": "people.RoleProfile", "process_id": "people.Process",
            "pool_id": "reward.BonusPool", "metric_id": "metrics.Metric", "table_id": "metrics.BandTable",
            "held_id": "metrics.HeldValue", "value_id": "metrics.UnitValue",
        }.items():  # fmt: skip
            there = apps.get_model(label)._base_manager.values_list("pk", flat=True)[:400]
            found[word] = [str(pk) for pk in there] or ["0"]
    found |= {"kind": ["person", "unit", "principles", "svg"], "row": ["06a"], "key": ["A"], "number": ["1"]}
    found |= {"period": ["2026-01"], "file_id": [str(company.OWN)]}
    return found


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_every_page_is_opened_by_somebody_of_the_cast() -> None:
    world = acts.make()
    with login(None):
        goals.hand_out(world)
        company.ready_file(world.golden.id("E015"))
        take_starter_set(system("load_demo", "role profiles in a test"))
    make_process(world.golden.actor("E015"))
    make_template(world.golden.actor("E015"))
    publish(world.golden.actor("E015"), world.golden.actor("E001"), "principles")
    ids, clients = known(world), {}
    with login(None):
        for number in ("E015", "E017", "E001", "E004", "E006", "E016", "E019", "E018", "E020"):
            clients[number] = sign_in(world.golden.id(number))
    shut = []
    for address in DOORS:
        if "GET" not in getattr(address.view, "methods", ()) or address.name in NOT_OPENED:
            continue
        if not any(opens(client, path) for path in filled(address, ids, world) for client in clients.values()):
            shut.append(f"{address.name} /{address.route}")
    assert not shut, "\n".join(shut)


def filled(address: Address, ids: dict[str, list[str]], world: worlds.World) -> list[str]:
    """The route with things that exist: plans are told apart by their area, others tried a few at a time."""
    words = re.findall(r"<\w+:(\w+)>", address.route)
    if "plan_id" in words:
        kind, keys = ("bonus", worlds.PLAN_STATES) if "reward" in address.route else ("plan", worlds.LEVELS)
        ids = {**ids, "plan_id": [str(world.ids[kind, key]) for key in keys]}
    tries = max((len(ids.get(word, ["0"])) for word in words), default=1)
    step = max(1, tries // 12)
    return [
        "/" + re.sub(r"<\w+:(\w+)>", lambda found, n=n: pick(ids.get(found[1], ["0"]), n), address.route)  # type: ignore[misc]
        for n in range(0, tries, step)
    ]


def pick(values: list[str], n: int) -> str:
    return values[n % len(values)] if values else "0"


def opens(client: Client, path: str) -> bool:
    return client.get(path).status_code in (200, 302, 303)


def test_nobody_is_a_superuser() -> None:
    assert not any("superuser" in name for name in oracle.people())
