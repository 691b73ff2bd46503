"""A01: every address that takes an id, asked for what belongs to three other people: as if it were not there."""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client

from beichen.platform.access.models import PendingAct
from beichen.platform.kit import clock
from tests.access import acts, planting
from tests.access.test_acts import everything
from tests.access.worlds import World
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS, SAMPLES, heads, operations, quiet

ATTACKER = "E006"
FOREIGN = ("E009", "E011", "E012")
"""Colleagues of other teams: of each the attacker may know the profile and the public goals, and nothing else."""
PUBLIC = {
    "person_id": "everybody finds every colleague: what is hidden about them is probed in tests/access",
    "unit_id": "the organisation is open to everybody",
    "cycle_id": "as unit_id",
    "profile_id": "as unit_id", "process_id": "as unit_id", "project_id": "as unit_id", "membership_id": "as unit_id",
    "metric_id": "the library of metrics is open to everybody",
    "point": "a place in the bands of a key result, which is hidden itself",
    "table_id": "as metric_id",
    "map_id": "the strategy is open to everybody; its drafts in tests/access",
    "target_id": "as map_id", "number": "a version of the strategy",
    "job_id": "a number in the queue; without the seat the door is shut before it is looked at",
    "account_id": "a sign-in of the demo; elsewhere there is no such page",
    "kind": "a word", "row": "a line of the table of rights", "key": "a policy of a plan", "day": "a day",
    "period": "a month", "template_id": "goals to begin from are open to everybody",
}  # fmt: skip
"""What an id may name without anything being hidden by it."""
KNOWN = {"goal_id", "key_result_id", "alignment_id", "review_id", "part_id", "check_in_id", "batch_id", "pool_id",
         "plan_id", "notice_id", "change_id", "seat_id", "nomination_id", "token_id", "row_id",
         "pending_id", "file_id", "value_id", "held_id", "task_id"}  # fmt: skip
"""What an id may hide; `hidden_ids`, `plan_ids` and `change_ids` find some of each."""
NOWHERE = {int: SAMPLES["int"], uuid.UUID: SAMPLES["uuid"], str: "A"}
"""Ids that name nothing, as an address writes them."""
IDS = re.compile(r"\d+|[0-9a-f-]{36}")
Hidden = Mapping[str, dict[str, list[object]]]
Answer = tuple[int, str, dict[str, str]]
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Route:
    """One address with ids in it, and how it is asked."""

    method: str
    path: str
    name: str

    @property
    def words(self) -> list[tuple[str, str]]:
        """Kind and name of each id."""
        return [(kind or "int", word) for kind, word in re.findall(r"[<{](?:(\w+):)?(\w+)[>}]", self.path)]

    def filled(self, ids: Mapping[str, object], fallback: Mapping[str, str]) -> str:
        """The address with these ids; what is not among them names nothing."""
        return re.sub(
            r"[<{](?:(\w+):)?(\w+)[>}]",
            lambda found: str(ids.get(found[2], fallback.get(found[1] or "int", SAMPLES.get(found[1] or "int", "1")))),
            self.path,
        )


def routes() -> list[Route]:
    """Every address of pages and API that takes an id."""
    pages = [
        Route(method, "/" + address.route, address.name)
        for address in DOORS
        for method in getattr(address.view, "methods", ("GET",))
    ]
    calls = [Route(method, "/api/v1" + path, path) for method, path, _ in operations()]
    return [route for route in (*pages, *calls) if route.words]


def hidden_ids(world: World, number: str) -> dict[str, list[object]]:
    """Things of one person that the attacker may not know of, by the word of a route."""
    person = world.people[number].pk
    ids = world.ids
    found: dict[str, list[object]] = {
        "goal_id": [ids["01e", number], ids["01a", number]],
        "key_result_id": [ids["kr.restricted", number]],
        "alignment_id": [ids["alignment.01e", number]],
        "review_id": [ids[level, number] for level in ("draft", "calibration", "released")],
        "part_id": [ids[f"{level}.self.{number}", number] for level in ("draft", "released")],
        "check_in_id": [ids["23a", number], ids["23b", number]],
        "batch_id": [ids["25a", number]],
        "pool_id": [ids["pool.simulated", number], ids["pool.locked", number]],
    }
    with login(None):
        for word, label, who in (
            ("task_id", "goals.GoalTask", "goal__owner_id"),
            ("notice_id", "notify.Notice", "addressee_id"), ("value_id", "metrics.PersonValue", "person_id"),
            ("held_id", "metrics.HeldValue", "person_id"),
            ("seat_id", "people.Seat", "person_id"), ("nomination_id", "reviews.Nomination", "subject_id"),
            ("token_id", "identity.PersonalToken", "account__person_id"), ("file_id", "files.ExportFile", "person_id"),
        ):  # fmt: skip
            model = apps.get_model(label)
            found[word] = list(model._base_manager.filter(**{who: person}).values_list("pk", flat=True)[:1])
        found["row_id"] = list(apps.get_model("audit.Entry")._base_manager.values_list("pk", flat=True)[:1])
        found["pending_id"] = list(PendingAct.objects.values_list("pk", flat=True)[:1])
    return found


def plan_ids(world: World, route: Route) -> list[object]:
    """Plans that are open to HR and compensation alone."""
    if "/reward/" in route.path:
        return [world.ids["bonus", "simulated"], world.ids["bonus", "locked"]]
    return [world.ids["41a", "U0"]]


def change_ids(world: World, route: Route, number: str) -> list[object]:
    """Changes that were asked for of one person: of a goal only the line may read, or of a place in the company."""
    label, of = ("goals.ChangeRequest", "goal__owner_id")
    if "goals/" not in route.path:
        label, of = ("people.OrgChange", "person_id")
    with login(None):
        found = apps.get_model(label)._base_manager.filter(**{of: world.people[number].pk})
        return list(found.values_list("pk", flat=True)[:1])


def make() -> World:
    world = acts.make()
    with login(None):
        planting.plant_goals(world, FOREIGN)
        for number in FOREIGN:
            _plant_figures(world, number)
            _plant_change(world, number)
            apps.get_model("files.ExportFile")._base_manager.create(
                id=uuid.uuid4(), person_id=world.golden.id(number), kind="people.company", media="x",
                asked_at=clock.now(),
            )  # fmt: skip
        PendingAct.objects.create(
            act="people.import", object_key="import:1", digest="0" * 64, payload={}, asked_by=world.golden.id("E015"),
            asked_at=clock.now(), expires_at=clock.now() + timedelta(days=1),
        )  # fmt: skip
    return world


def _plant_figures(world: World, number: str) -> None:
    """A figure of somebody, and one that was held back."""
    told: dict[str, Any] = {
        "metric_id": world.ids["26d", "E006"], "person": world.people[number], "period": "2026-02", "value": 1,
        "origin": "by_hand", "at": clock.now(),
    }  # fmt: skip
    apps.get_model("metrics.PersonValue")._base_manager.create(**told, reason="canary")
    apps.get_model("metrics.HeldValue")._base_manager.create(**told, fault="range", entered_reason="canary")


def _plant_change(world: World, number: str) -> None:
    """Somebody asked to change a goal that only the line reads."""
    terms = {
        "title": "canary", "ambition": "committed", "weight": 1000, "due": "2026-06-30", "is_dropped": False,
        "results": [],
    }  # fmt: skip
    apps.get_model("goals.ChangeRequest")._base_manager.create(
        goal_id=world.ids["01e", number], before=terms, terms={**terms, "weight": 500},
        reason="canary", by_id=world.golden.id(number), at=clock.now(), goal_version=1,
    )  # fmt: skip


def cases(world: World, hidden: Hidden, route: Route, *, every: bool) -> Iterator[dict[str, object]]:
    """The route with what belongs to each of the three: one thing of each, or all they have."""
    words = {word for _, word in route.words}
    for turn, number in enumerate(FOREIGN):
        ids = hidden[number] | ({"plan_id": plan_ids(world, route)} if "plan_id" in words else {})
        ids |= {"change_id": change_ids(world, route, number)} if "change_id" in words else {}
        own = {word: values for word in words - set(PUBLIC) if (values := ids.get(word, []))}
        known: dict[str, object] = {"person_id": world.people[number].pk, "key": "A"}
        known |= {"metric_id": world.ids["26d", "E006"]} if "value_id" in words else {}
        longest = max((len(values) for values in own.values()), default=0)
        for n in range(longest) if every else [turn] * bool(own):
            yield known | {word: values[n % len(values)] for word, values in own.items()}


def ask(client: Client, route: Route, path: str, *, piece: bool) -> Answer:
    """The same request for both: a form with a version, or an empty object; `piece` asks as htmx does, frame apart.

    The length is that of the text, which repeats the address that was asked for.
    """
    more: dict[str, Any] = {"headers": {"HX-Request": "true"}} if piece else {}
    if route.method == "GET":
        answer = client.get(path, **more)
    else:
        body, kind = (b"{}", JSON) if path.startswith("/api/") else (b"version=1", FORM)
        answer = client.generic(route.method, path, body, content_type=kind, **more)
    head = {name: IDS.sub("", text) for name, text in heads(answer).items() if name != "Content-Length"}
    return *quiet(answer, path), head


def check(world: World, *, every: bool) -> None:
    """Each route with what is hidden, next to the same route with what is not there."""
    with login(None):
        client = sign_in(world.golden.id(ATTACKER))
    before, wrong, seen = everything(), [], Counter[int]()
    theirs = {number: hidden_ids(world, number) for number in FOREIGN}
    for route in routes():
        nothing: dict[bool, Answer] = {}
        for n, ids in enumerate(cases(world, theirs, route, every=every)):
            missing, piece = route.filled({word: NOWHERE[type(value)] for word, value in ids.items()}, SAMPLES), n > 0
            nothing[piece] = nothing.get(piece) or ask(client, route, missing, piece=piece)
            hidden = route.filled(ids, SAMPLES)
            answer = ask(client, route, hidden, piece=piece)
            seen[answer[0]] += 1
            if answer != nothing[piece]:
                wrong.append(f"{route.method} {hidden}: {answer[0]} is not {missing}: {nothing[piece][0]}")
    assert not wrong, f"{len(wrong)} answers tell what is hidden:\n" + "\n".join(wrong[:40])
    assert {name for name, content in everything().items() if before[name] != content} == set()
    assert seen[404] > 250
    assert set(seen) <= {204, 303, 403, 404, 422}, seen


def test_every_word_of_a_route_is_hidden_or_public() -> None:
    """A new kind of id is thought about before it is a hole."""
    words = {word for route in routes() for _, word in route.words}
    assert words - set(PUBLIC) == KNOWN
    assert len(routes()) > 150


@pytest.mark.django_db
@pytest.mark.attack("A01")
@pytest.mark.req("BASE-01")
def test_what_belongs_to_others_answers_like_what_is_not_there() -> None:
    check(make(), every=False)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.attack("A01")
def test_the_same_with_everything_they_have() -> None:
    check(make(), every=True)
