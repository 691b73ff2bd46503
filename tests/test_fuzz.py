"""X6: requests made from the API's own description, good and bad, by the cast: no crash, every refusal a problem.

Ids in addresses are such as exist, so that requests get past the first "not found"; beside the drawn requests every
operation that takes more than an address is sent what it needs, on a stage where it is possible (tests/access/acts).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from django.db import connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from schemathesis.generation import GenerationMode

from tests.access import acts, oracle
from tests.access.worlds import World
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import known

SNAPSHOT = Path(__file__).parent / "openapi.json"
PROBLEM = {"type", "title", "status", "code", "detail", "fields"}
WHO = ("E006", "E004", "E015", "E017", "E001", "E019")
"""An employee, a manager, an HR administrator, compensation, the executive, the auditor."""
AND = ("E007", "E016", "E018", "E020")
"""Who does what nobody of them may: a peer, the other HR administrator, a facilitator, a system administrator."""
REACHED = 95
"""Per cent of the operations that somebody gets a 2xx from; else the fuzz would prove nothing."""
CHANGES_ALL = {"imports_upload"}
"""Takes a file, tried in beichen/people/tests/test_imports.py."""


FILES = {"files_content"}
"""Answers with a file, read back in tests/attacks/test_formula_cells.py."""


def cases(one: Any) -> st.SearchStrategy[Any]:
    """Valid and invalid requests of one operation, half and half."""
    return st.one_of(
        one.as_strategy(generation_mode=GenerationMode.POSITIVE),
        one.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )


def drawn(one: Any, examples: int) -> list[tuple[Any, int]]:
    """So many requests and places of ids, the same in every run."""
    found: list[tuple[Any, int]] = []

    @seed(20260401)
    @settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases(one), place=st.integers(0, 400))
    def draw(case: Any, place: int) -> None:
        found.append((case, place))

    draw()
    return found


def ask(client: Client, case: Any, ids: dict[str, list[str]], place: int) -> Any:
    """Send it, with ids that exist; what it changed is taken back."""
    path = case.operation.path
    for name, value in (case.path_parameters or {}).items():
        those = ids.get(name)
        path = path.replace(f"{{{name}}}", those[place % len(those)] if those else str(value))
    body = (
        b"" if isinstance(case.body, type(schemathesis.core.NOT_SET)) else json.dumps(case.body, default=str).encode()
    )
    query = {k: v for k, v in (case.query or {}).items() if isinstance(v, str | int | float | bool | list)}
    with transaction.atomic():
        try:
            return client.generic(case.method, path, body, content_type="application/json", query_params=query)
        finally:
            if not connection.needs_rollback:
                transaction.set_rollback(True)


def described() -> dict[str, Any]:
    """What the API promises: each operation by its name."""
    schema = schemathesis.openapi.from_dict(snapshot())
    found = (one.ok() for one in schema.get_all_operations())  # type: ignore[union-attr]
    return {str(one.definition.raw["operationId"]): one for one in found}


def assert_nothing_breaks(examples: int, share: int = 1) -> None:
    """Each of the cast × one in `share` of the operations, turn by turn × so many requests; then every act."""
    world = acts.make()
    everyone = tuple(oracle.people())
    ids, clients = known(world), browsers(world, everyone)
    ids["plan_id"] = [str(world.ids["plan", "draft"]), str(world.ids["bonus", "proposed"])]
    operations = described()
    wrong: list[str] = []
    statuses: dict[str, set[int]] = defaultdict(set)
    for turn, (name, operation) in enumerate(operations.items()):
        if name in CHANGES_ALL:
            continue
        for case, place in drawn(operation, examples):
            for number in everyone[turn % share :: share]:
                answer = ask(clients[number], case, ids, place)
                statuses[name].add(answer.status_code)
                if fault := _fault(answer, operation):
                    wrong.append(f"{name} {case.path_parameters} {case.query} {case.body!r:.200}: {fault}")
    for act in acts.every(world):
        for number in likely(act) if share > 1 else (*WHO, *AND):
            answer = acts.sent(clients[number], act)
            statuses[act.operation].add(answer.status_code)
            if fault := _fault(answer, operations[act.operation]):
                wrong.append(f"{act.operation} {act.body} by {number}: {fault}")
    for name in [name for name, seen in statuses.items() if not any(200 <= status < 300 for status in seen)]:
        statuses[name] |= _once_more(operations[name], clients, ids) if share > 1 else set()
    assert not wrong, f"{len(wrong)} wrong answers:\n" + "\n".join(wrong[:20])
    silent = sorted(name for name, seen in statuses.items() if not any(200 <= status < 300 for status in seen))
    assert 100 * len(silent) <= (100 - REACHED) * len(statuses), (
        f"never a 2xx from {[(name, statuses[name]) for name in silent]}"
    )


def _once_more(operation: Any, clients: dict[str, Client], ids: dict[str, list[str]]) -> set[int]:
    """The operation asked by more people about more things, until somebody gets an answer.

    The step is odd: of two things the other is asked about as well.
    """
    seen: set[int] = set()
    for number in (*WHO, *AND):
        for case, place in drawn(operation, 1):
            for step in range(0, 63, 21):
                status = ask(clients[number], case, ids, place + step).status_code
                seen.add(status)
                if 200 <= status < 300:
                    return seen
    return seen


def likely(act: acts.Act) -> Iterable[str]:
    """Somebody who may do it, and somebody who may not; everybody where the table says nothing of it."""
    who = (*WHO, *AND)
    if not act.row:
        return who
    return [n for n in who if act.may(n)][:1] + [n for n in who if not act.may(n)][:1]


def browsers(world: World, who: tuple[str, ...]) -> dict[str, Client]:
    """These people, signed in; a fault of the server is an answer like any other."""
    found = {}
    with login(None):
        for number in who:
            found[number] = sign_in(world.golden.id(number))
            found[number].raise_request_exception = False
    return found


def _fault(answer: Any, operation: Any) -> str:
    """What is wrong with an answer, or nothing: what is given back has the shape that is promised."""
    if answer.status_code >= 500:
        return f"{answer.status_code}"
    if answer.status_code < 400:
        return _off_shape(answer, operation)
    if answer.headers["Content-Type"] != "application/problem+json":
        return f"{answer.status_code} as {answer.headers['Content-Type']}"
    return "" if set(answer.json()) == PROBLEM else f"{answer.status_code} lacks fields of a problem"


def _off_shape(answer: Any, operation: Any) -> str:
    """Where an answer differs from its description."""
    described_as = operation.definition.raw["responses"].get(str(answer.status_code))
    if described_as is None:
        return f"{answer.status_code} is not described"
    if operation.definition.raw["operationId"] in FILES:
        return ""
    if "application/json" not in described_as.get("content", {}):
        return "a body that nothing describes" if answer.content else ""
    fault = next(shape_of(operation, answer.status_code).iter_errors(answer.json()), None)
    return f"{fault.message[:200]} at {fault.instance_path}" if fault else ""


@cache
def snapshot() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return found


_shapes: dict[tuple[str, str, int], Any] = {}


def shape_of(operation: Any, status: int) -> Any:
    """A validator of one answer, made once."""
    key = (operation.method, operation.path, status)
    if key not in _shapes:
        path = operation.path.replace("~", "~0").replace("/", "~1")
        at = f"#/paths/{path}/{operation.method}/responses/{status}/content/application~1json/schema"
        at = at.replace("{", "%7B").replace("}", "%7D")
        _shapes[key] = Draft202012Validator({"$ref": at, "components": snapshot()["components"],
                                             "paths": snapshot()["paths"]})  # fmt: skip
    return _shapes[key]


@pytest.mark.django_db
@pytest.mark.req("LINK-04")
def test_every_one_of_the_cast_gets_what_is_described_or_a_problem() -> None:
    assert_nothing_breaks(1, share=6)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.req("BASE-01", "LINK-04")
def test_no_request_breaks_the_api() -> None:
    assert_nothing_breaks(4)
