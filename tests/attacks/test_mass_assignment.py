"""A02, A03: fields nobody declared, in what is sent and in what comes back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client

from tests.access import acts, oracle
from tests.access.acts.base import SNAPSHOT
from tests.access.test_acts import everything
from tests.access.worlds import World
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import known, operations

LOOKUPS = (
    "__class__", "__dict__", "__init__", "_state", "pk", "id__in", "owner__account__password", "owner__pk",
    "manager__account__is_active", "person_id__gte", "released_at__isnull", "state__in", "_meta", "objects",
    "save", "rating__final", "author__email", "created_at__date", "cycle__phase", "seat__revoked_at",
)  # fmt: skip
FORBIDDEN = (
    "rating", "released_at", "manager_id", "owner", "owner_id", "role", "seats", "is_superuser", "is_staff", "password",
    "epoch", "approved_by", "approved_by_id", "author_id", "asked_by", "state", "phase",
)  # fmt: skip
WORDS = "answers by the keys of the form that asked"
PLAN = "the settings of a cycle, made by the company"
SHEETS = "rows of a workbook under the company's own headings"
OPEN_KEYS = {
    "audit_entries .items[].details": "what an act noted: numbers and names of fields (audit/choices)",
    "roles_versions [].content": "a role profile as it stood, in the words of its form",
    "metrics_versions [].content": "a metric as it stood, in the words of its form",
    "goals_versions .versions[].terms": "what was agreed of a goal, key result by key result (goals/formulas/versions)",
    "changes_list [].payload": "the fields of the act that waits, as they were sent",
    **{f"imports_{act} .{part}[]": SHEETS
       for act in ("upload", "get", "confirm") for part in ("changes", "notes", "refused")},
    **{f"reviews_{act} .{part}": PLAN
       for act in ("create_plan", "edit_plan", "plan") for part in ("population", "settings")},
    "reviews_plans [].population": PLAN, "reviews_plans [].settings": PLAN,
    "reviews_form .form": WORDS, "reviews_edit_form .form": WORDS, "reviews_part .form": WORDS,
    "reviews_part .text.answers": WORDS, "reviews_part_versions [].answers": WORDS,
    "reviews_result .peers[].answers": WORDS, "reviews_review .voices[].answers": WORDS,
    "reviews_part .goals[]": "a goal as the review kept it: title, weight, score",
    "reviews_result .story": "the calculation, term by term (reviews/formulas/results)",
    "reviews_review .live": "as story",
    **{f"reward_{act} [].{part}": "a policy and what it leads to (reward/formulas)"
       for act in ("policies", "edit_policy") for part in ("facts", "policy", "problem")},
    "talks_check_in .answers": WORDS, "talks_draft /": WORDS, "talks_to_answer [].answers": WORDS,
}  # fmt: skip
"""Where an answer holds keys that no description could name, with the reason; who reads them: tests/access."""


@cache
def described() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return found


def operation(name: str) -> Mapping[str, Any]:
    """What the API says of one operation."""
    method, path = acts.addresses()[name]
    found: Mapping[str, Any] = described()["paths"][path][method.lower()]
    return found


def resolved(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    while "$ref" in schema:
        schema = described()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def declared(name: str) -> set[str]:
    """The fields an operation takes, if it takes any."""
    content = operation(name).get("requestBody", {}).get("content", {})
    shape = content.get("application/json", {}).get("schema", {})
    return set(resolved(shape).get("properties", ()))


@cache
def columns() -> frozenset[str]:
    """Every field of every table of ours."""
    return frozenset(
        field.name
        for config in apps.get_app_configs()
        if config.name.startswith("beichen.")
        for model in config.get_models()
        for field in model._meta.concrete_fields
    )


def writes(world: World) -> dict[str, acts.Act]:
    """One act of every operation that changes something."""
    found = {act.operation: act for act in acts.every(world)}
    for name, (method, path) in acts.addresses().items():
        if method != "GET" and name not in found and name != "imports_upload":
            found[name] = acts.Act(name, dict.fromkeys(_words(path), 1))
    return {name: act for name, act in found.items() if acts.addresses()[name][0] != "GET"}


def _words(path: str) -> list[str]:
    return [part[1:-1] for part in path.split("/") if part.startswith("{")]


def browser(world: World, number: str = "E015") -> Client:
    with login(None):
        return sign_in(world.golden.id(number))


@pytest.mark.django_db
@pytest.mark.attack("A02")
@pytest.mark.req("BASE-01")
def test_every_field_nobody_declared_is_named_and_refuses_the_whole_write() -> None:
    world = acts.make()
    client, before, wrong = browser(world), everything(), []
    for name, act in writes(world).items():
        known_here = declared(name) | {"version"}
        extra = sorted((columns() | {*LOOKUPS, *FORBIDDEN}) - known_here)
        answer = acts.do(client, replace(act, body={**(act.body or {}), **dict.fromkeys(extra, 1)}))
        named = set(answer.json().get("fields", {})) if answer.status_code == 422 else set()
        if silent := set(extra) - {field.rpartition(".")[2] for field in named}:
            wrong.append(f"{name}: {answer.status_code}, silent about {len(silent)}: {sorted(silent)[:5]}")
    assert not wrong, f"{len(wrong)} operations drop what they do not know:\n" + "\n".join(wrong)
    assert {table for table, content in everything().items() if before[table] != content} == set()
    assert len(columns()) > 150


def nested(body: object, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The places of every object inside a body."""
    if isinstance(body, dict):
        if at:
            yield at
        for key, value in body.items():
            yield from nested(value, (*at, key))
    elif isinstance(body, list) and body:
        yield from nested(body[0], (*at, 0))


@pytest.mark.django_db
@pytest.mark.attack("A02")
def test_nor_are_they_taken_inside_a_list_or_an_object() -> None:
    world = acts.make()
    client, tried = browser(world), 0
    for name, act in writes(world).items():
        plain = json.loads(json.dumps(act.body or {}, default=str))
        for place in nested(plain):
            if place[0] in FREE.get(name, ()):
                continue
            body = json.loads(json.dumps(plain))
            inner = body
            for step in place:
                inner = inner[step]
            inner["owner__account__password"] = 1
            answer = acts.do(client, replace(act, body=body))
            tried += 1
            assert answer.status_code == 422, (name, place, answer.status_code, answer.content[:200])
    assert tried >= 5


FREE = {
    "reviews_save_part": ("answers",), "reviews_submit_part": ("answers",), "talks_save": ("answers",),
    "talks_send": ("answers",), "reviews_edit_form": ("form",), "strategy_save_draft": ("boxes",),
    "reward_edit_policy": ("settings",),
}  # fmt: skip
"""Keys that a form, a policy or a company makes up; unknown ones are refused by the rule (tests of the areas)."""


@pytest.mark.django_db
@pytest.mark.attack("A02", "A03", "A33")
def test_no_read_takes_a_parameter_nobody_declared() -> None:
    world = acts.make()
    client, ids = browser(world), known(world)
    for name, (method, path) in acts.addresses().items():
        if method != "GET":
            continue
        address = path
        for word in _words(path):
            address = address.replace(f"{{{word}}}", ids.get(word, ["1"])[0])
        for extra in ("fields", "expand", "include", "owner__account__password", "order_by", "rating__gte"):
            answer = client.get(address, {extra: "1"})
            assert (answer.status_code, answer.json()["code"]) == (422, "unknown_parameter"), (name, extra)


def undeclared(value: object, schema: Mapping[str, Any], at: str = "") -> Iterator[str]:
    """Keys of an answer that its description does not have."""
    schema = resolved(schema)
    options = [resolved(one) for one in schema.get("anyOf", ())]
    if options:
        fits = [list(undeclared(value, one, at)) for one in options if _kind_fits(value, one)]
        yield from min(fits, key=len) if fits else [f"{at} is of no declared kind"]
    elif isinstance(value, list):
        for one in value:
            yield from undeclared(one, schema.get("items", {}), at + "[]")
    elif isinstance(value, dict) and "properties" in schema:
        for key, inner in value.items():
            if key not in schema["properties"]:
                yield f"{at}.{key}"
            else:
                yield from undeclared(inner, schema["properties"][key], f"{at}.{key}")
    elif isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        for inner in value.values():
            yield from undeclared(inner, schema["additionalProperties"], at + ".*")


def _kind_fits(value: object, schema: Mapping[str, Any]) -> bool:
    kinds = {"object": dict, "array": list, "string": str, "integer": int, "number": int | float, "boolean": bool,
             "null": type(None)}  # fmt: skip
    return "type" not in schema or isinstance(value, kinds[schema["type"]])


def answered(name: str, status: int) -> Mapping[str, Any]:
    """The declared shape of an answer."""
    content = operation(name)["responses"].get(str(status), {}).get("content", {})
    found: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return found


@pytest.mark.django_db
@pytest.mark.attack("A03")
@pytest.mark.req("BASE-01")
def test_no_answer_holds_a_key_that_is_not_declared() -> None:
    world = acts.make()
    ids, shapes = known(world), set()
    wrong: list[str] = []
    people = {number: browser(world, number) for number in oracle.people()}
    for number in ("E015", "E004"):
        for name, (method, path) in acts.addresses().items():
            if method == "GET":
                for answer in _reads(people[number], path, ids, world):
                    shapes |= _looked_at(name, answer, wrong)
    for act in acts.every(world):
        doer = next(number for number in ("E004", *people) if not act.row or act.may(number))
        shapes |= _looked_at(act.operation, acts.sent(people[doer], act), wrong)
    assert not wrong, "\n".join(sorted(set(wrong))[:30])
    assert len(shapes) > 80, len(shapes)


def _reads(client: Client, path: str, ids: Mapping[str, list[str]], world: World) -> Iterator[Any]:
    plan = str(world.ids["bonus", "released"] if "/reward/" in path else world.ids["plan", "released"])
    filled = {**ids, "plan_id": [plan], "key": ["A"]}
    for n in range(2 if "{" in path else 1):
        address = path
        for word in _words(path):
            those = filled.get(word, ["1"])
            address = address.replace(f"{{{word}}}", those[(len(those) * n // 2) % len(those)])
        with transaction.atomic():
            yield client.get(address)
            if not connection.needs_rollback:
                transaction.set_rollback(True)


def _looked_at(name: str, answer: Any, wrong: list[str]) -> set[str]:
    kind = answer.headers.get("Content-Type", "")
    if not (200 <= answer.status_code < 300 and answer.content and kind.startswith("application/json")):
        return set()
    schema = answered(name, answer.status_code)
    if not schema:
        wrong.append(f"{name}: an answer {answer.status_code} that nothing describes")
    wrong += [f"{name}: {key}" for key in undeclared(answer.json(), schema)]
    return {name}


@pytest.mark.attack("A03")
def test_every_object_of_an_answer_says_its_keys() -> None:
    """A free dictionary in a description could hold anything."""
    free = set()
    for _, path, one in operations():
        name = str(one.operation_id)
        for response in operation(name)["responses"].values():
            for content in response.get("content", {}).values():
                free |= {f"{name} {where}" for where in _free(content.get("schema", {}), set())}
        assert path
    assert free == set(OPEN_KEYS)


def _free(schema: Mapping[str, Any], seen: set[str], at: str = "") -> Iterator[str]:
    if "$ref" in schema:
        if schema["$ref"] in seen:
            return
        seen.add(schema["$ref"])
        yield from _free(resolved(schema), seen, at)
    for one in schema.get("anyOf", ()):
        yield from _free(one, seen, at)
    if schema.get("type") == "array":
        yield from _free(schema.get("items", {}), seen, at + "[]")
    named = "properties" in schema or isinstance(schema.get("additionalProperties"), dict)
    if schema.get("type") == "object" and not named:
        yield at or "/"
    for key, inner in schema.get("properties", {}).items():
        yield from _free(inner, seen, f"{at}.{key}")
