"""X2: two worlds that differ in one hidden fact read byte for byte the same to everyone who may not read the fact.

The world stands still (clock, ids); between the two crawls one value is changed under the product's feet.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import pytest
from django.db import connection, transaction
from django.test import Client

from beichen.platform.kit import clock
from tests.access import oracle, table, worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS, NOISE, heads, operations

SIGNED = re.compile(r"""after=[^"&]*|"next": "[^"]*\"""")
"""Where the next page begins: signed with the second of the signing."""
EXPORTED = re.compile(r"^[^,\n]*,.*,audit\.export,.*$", re.MULTILINE)
"""The line of the very export that is read, with its instant and its id."""
SECRET_OF, LEVEL = "E006", "locked"
SOME = ("E006", "E007", "E015")


@dataclass(frozen=True)
class Secret:
    """One fact: the row it is in, and how it becomes another."""

    row: str
    change: str
    of: Callable[[worlds.World], int]
    level: str = LEVEL


SECRETS = {
    "an unreleased grade": Secret(
        "10c", "UPDATE reviews_ratingcontent SET final = 'C', total = 6100, coefficient = 5000,"
        " final_reason = repeat('x', 30) WHERE rating_id = %s", lambda world: world.ids[LEVEL, SECRET_OF],
    ),
    "a grade in calibration": Secret(
        "10b", "UPDATE reviews_ratingcontent SET decided = 'D', final = 'D', total = 5100, coefficient = 5000,"
        " reason = repeat('y', 40) WHERE rating_id = %s", lambda world: world.ids["calibration", SECRET_OF],
        "calibration",
    ),
    "a bonus before the letter": Secret(
        "11b", "UPDATE reward_bonusaward a SET amount = a.amount + CASE WHEN a.id = b.id THEN 1234 ELSE -1234 END"
        " FROM reward_bonusaward b WHERE b.id = %s AND a.pool_id = b.pool_id AND a.number IN ('E006', 'E007')",
        lambda world: world.ids["award.locked", SECRET_OF],
    ),
    "the load somebody told the manager": Secret(
        "23c", "UPDATE conversations_checkinprivate SET load = 'unsustainable',"
        " answers = '{\"load\": \"unsustainable\", \"obstacles\": \"other words\"}' WHERE check_in_id = %s",
        lambda world: world.ids["23b", SECRET_OF],
    ),
}  # fmt: skip


def readers(row_id: str) -> set[str]:
    """Who may read the fact, or a figure made of it."""
    row = table.read()[row_id]
    return {
        viewer for viewer in oracle.people()
        if any(set(row.cells[c]) & set("rwma") for c in oracle.columns(viewer, SECRET_OF, row))
    }  # fmt: skip


def addresses(world: worlds.World, level: str = LEVEL) -> list[str]:
    """Every page and every reading operation, filled with what belongs to the secret's person."""
    person = world.people[SECRET_OF]
    ids = {
        "person_id": person.pk, "unit_id": person.unit_id, "review_id": world.ids[level, SECRET_OF],
        "part_id": world.ids[f"{level}.self.{SECRET_OF}", SECRET_OF], "check_in_id": world.ids["23b", SECRET_OF],
        "batch_id": world.ids["25a", SECRET_OF], "kind": "person", "row": "06a",
        "key": "A", "number": 1, "day": "2026-06-01",
    }  # fmt: skip
    found: list[str] = []
    for address in DOORS:
        if "GET" in getattr(address.view, "methods", ()):
            found += filled("/" + address.route, r"<\w+:(\w+)>", ids, world, level)
    for method, path, _ in operations():
        if method == "GET":
            found += filled("/api/v1" + path, r"\{(?:\w+:)?(\w+)\}", ids, world, level)
    return sorted({path for path in found if not path.startswith(("/readyz", "/account/"))})


def filled(route: str, word: str, ids: dict[str, object], world: worlds.World, level: str) -> Iterable[str]:
    words = re.findall(word, route)
    if not set(words) <= {*ids, "plan_id"}:
        return []
    plan = world.ids["bonus", "locked"] if "/reward/" in route else world.ids["plan", level]
    return [re.sub(word, lambda found: str({**ids, "plan_id": plan}[found[1]]), route)]


def crawl(client: Client, paths: Iterable[str]) -> dict[str, tuple[int, dict[str, str], str]]:
    """What each address answers, headers and all, without what differs between requests; reading leaves no trace."""
    found = {}
    for path in paths:
        with transaction.atomic():
            answer = client.get(path)
            text = b"".join(answer).decode(errors="replace")
            for differs in (NOISE, SIGNED, EXPORTED):
                text = differs.sub("", text)
            found[path] = (answer.status_code, heads(answer), text)
            transaction.set_rollback(True)
    return found


def check_twins(what: tuple[str, ...], viewers: Iterable[str]) -> None:
    secrets = [SECRETS[name] for name in what]
    world = worlds.make("people", "talks", "reviews", "reward")
    paths = addresses(world, secrets[0].level)
    assert len(paths) > 80
    blind = [viewer for viewer in viewers if not any(viewer in readers(secret.row) for secret in secrets)]
    assert blind
    with clock.frozen(worlds.THEN):
        clients = {}
        with login(None):
            for viewer in blind:
                clients[viewer] = sign_in(world.golden.id(viewer))
        before = {viewer: crawl(client, paths) for viewer, client in clients.items()}
        with login(None), connection.cursor() as cursor:
            for secret in secrets:
                cursor.execute(secret.change, [secret.of(world)])
                assert cursor.rowcount in (1, 2)
        for viewer, client in clients.items():
            after = crawl(client, paths)
            different = [path for path in paths if after[path] != before[viewer][path]]
            assert different == [], f"{viewer} can tell {what} from {different[:5]}"


@pytest.mark.django_db
@pytest.mark.req("BASE-01", "REVIEW-07")
@pytest.mark.attack("A15")
def test_hidden_facts_change_no_byte() -> None:
    check_twins(("an unreleased grade", "a bonus before the letter"), SOME)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("what", SECRETS)
def test_for_everyone_of_the_cast(what: str) -> None:
    check_twins((what,), oracle.people())
