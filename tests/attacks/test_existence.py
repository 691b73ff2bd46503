"""A15: whether something hidden exists shows in no byte, header, number of statements, or time."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.access import acts
from tests.access.worlds import World
from tests.attacks.test_foreign_ids import FOREIGN, hidden_ids, make
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import SAMPLES, heads

ROUTES = {"goal_id": "/api/v1/goals/{}", "review_id": "/api/v1/reviews/{}", "part_id": "/api/v1/reviews/parts/{}",
          "check_in_id": "/api/v1/talks/check-ins/{}", "batch_id": "/api/v1/people/imports/{}",
          "pool_id": "/api/v1/reward/pools/{}"}  # fmt: skip
ROUNDS, MOST_MS = 4, 1.0
"""A busy machine spoils a measurement now and then, a difference in the work spoils every one."""


def pairs(world: World, count: int) -> list[tuple[str, str]]:
    """Addresses of hidden things, each with one of nothing."""
    theirs = [hidden_ids(world, number) for number in FOREIGN]
    found = []
    for word, route in ROUTES.items():
        missing = route.format(SAMPLES["uuid" if word == "part_id" else "int"])
        found += [(route.format(one), missing) for ids in theirs for one in ids[word]]
    return [found[n % len(found)] for n in range(count)]


def attacker(world: World) -> Client:
    with login(None):
        client = sign_in(world.golden.id("E006"))
    client.get("/api/v1/me")
    return client


@pytest.mark.django_db
@pytest.mark.attack("A15")
@pytest.mark.req("BASE-01")
def test_hidden_and_missing_cost_the_same_statements_and_say_the_same() -> None:
    world = make()
    client, seen = attacker(world), 0
    for hidden, missing in pairs(world, 100):
        told: list[Any] = []
        for path in (hidden, missing):
            with CaptureQueriesContext(
                connection,
            ) as asked:
                answer = client.get(path)
            told.append((answer.status_code, answer.content, heads(answer), len(asked)))
        assert told[0] == told[1], (hidden, [one[0] for one in told], [one[3] for one in told])
        assert told[0][0] == 404, hidden
        seen += 1
    assert seen == 100


def milliseconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def tells_apart(client: Client, both: list[tuple[str, str]]) -> tuple[float, float]:
    """The median difference of pairs, and how sure a rank test is that there is one (p)."""
    ours, theirs = [], []
    for turn, (hidden, missing) in enumerate(both):
        order = (hidden, missing) if turn % 2 else (missing, hidden)
        took = {path: milliseconds(lambda path=path: client.get(path)) for path in order}  # type: ignore[misc]
        ours.append(took[hidden])
        theirs.append(took[missing])
    return abs(statistics.median(a - b for a, b in zip(ours, theirs, strict=True))), rank_test(ours, theirs)


def rank_test(a: list[float], b: list[float]) -> float:
    """Mann-Whitney: the chance of such a difference between samples of one population (normal approximation)."""
    u = sum((x > y) + (x == y) / 2 for x in a for y in b)
    middle, spread = len(a) * len(b) / 2, (len(a) * len(b) * (len(a) + len(b) + 1) / 12) ** 0.5
    return 2 * (1 - statistics.NormalDist().cdf(abs(u - middle) / spread))


def check_time(count: int) -> None:
    world = make()
    client = attacker(world)
    found = []
    for _ in range(ROUNDS):
        found.append(tells_apart(client, pairs(world, count)))
        if found[-1][0] < MOST_MS and found[-1][1] > 0.01:
            return
    raise AssertionError(f"the time tells what is hidden: median difference in ms and p of each round: {found}")


@pytest.mark.django_db
@pytest.mark.attack("A15")
def test_the_time_of_a_hundred_pairs_tells_nothing() -> None:
    check_time(100)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.attack("A15")
def test_nor_does_that_of_five_hundred() -> None:
    check_time(500)


@pytest.mark.attack("A15")
def test_the_rank_test_sees_a_difference() -> None:
    assert rank_test([1.0 + n / 100 for n in range(100)], [1.5 + n / 100 for n in range(100)]) < 0.001
    same = [float(n % 10) for n in range(100)]
    assert rank_test(same, same[::-1]) > 0.3


@pytest.mark.django_db
@pytest.mark.attack("A15")
def test_a_change_of_a_hidden_field_changes_nothing_that_can_be_asked_for() -> None:
    """No answer has an ETag that could change with it; the bytes are compared in tests/test_twin_worlds.py."""
    world = acts.make()
    client = attacker(world)
    for path in ("/goals/", f"/people/{world.people['E011'].pk}/", "/reviews/", "/api/v1/goals", "/talks/"):
        assert not {"ETag", "Last-Modified"} & set(client.get(path).headers), path
