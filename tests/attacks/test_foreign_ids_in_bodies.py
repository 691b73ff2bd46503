"""A01: ids of what belongs to others inside a body, alone and among one's own, by program and by form."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.test import Client
from django.urls import reverse

from beichen.goals.models import Goal, KeyResult, Milestone
from beichen.platform.kit import clock
from beichen.reward.formulas.shares import version_of
from tests.access import acts, oracle
from tests.access.acts import goals, reviews, reward
from tests.access.test_acts import everything
from tests.access.worlds import World
from tests.attacks.test_foreign_ids import FOREIGN, make
from tests.attacks.test_mass_assignment import described, resolved
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import operations, quiet

SUBJECT = "E006"
PUBLIC = {
    "cycle_id", "unit_id", "scope_id", "person_id", "person_ids", "owner_id", "manager_id", "lead_id", "head_id",
    "hrbp_id", "priority_id", "project_id", "metric_id", "map_id", "band_id", "profile_id", "template_id",
    "assignee_id",
    "peers", "to",
}  # fmt: skip
"""Ids in bodies that hide nothing: what may be done with them is the table's business (tests/access/acts)."""
SWAPPED = {"goals_set_weights .goals[].goal_id", "goals_set_weights .goals[].results[].key_result_id",
           "goals_ask_change .results[].key_result_id", "goals_check .goal_id", "goals_hints .goal_id",
           "goals_approve_many .goals[].goal_id", "goals_nudge .goal_ids", "alignments_create .parent_id",
           "key_results_create .milestones[].id", "key_results_update .milestones[].id",
           "reward_adjust .changes[].award_id", "reviews_settle_peers .invite",
           "reviews_settle_peers .refuse"}  # fmt: skip
NUMBERS = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+")


@dataclass(frozen=True)
class Swap:
    """A body with one id to swap: `own` is taken, `hidden` are others' and `missing` is nobody's."""

    name: str
    who: str
    send: Callable[[Client, object], Any]
    own: object
    hidden: tuple[object, ...]
    missing: object = 9_999_999
    stage: Callable[[], None] | None = None
    reads: bool = False
    """Nothing is kept: what is one's own is told by its answer."""


def boss_of(number: str) -> str:
    """Who leads somebody."""
    return str(oracle.company().manager[number])


def called(operation: str, at: Mapping[str, Any], body: Callable[[object], dict[str, Any]]) -> Any:
    """By program."""
    return lambda client, pk: acts.do(client, acts.Act(operation, at, body(pk)))


def posted(path: str, form: Callable[[object], dict[str, Any]]) -> Any:
    """By a form."""
    return lambda client, pk: client.post(path, form(pk))


def swaps(world: World) -> Iterator[Swap]:
    """Every place of a body that names something hidden, by both doors."""
    yield from _goals(world)
    yield from _alignments(world)
    yield from _changes(world)
    yield from _wordings(world)
    yield from _awards(world)
    yield from _nominations(world)


def _goals(world: World) -> Iterator[Swap]:
    """A manager agrees to, or asks about, goals of the own team and one of another."""
    ids, boss = world.ids, boss_of(SUBJECT)
    theirs = tuple(ids[row, number] for number in FOREIGN for row in ("01e", "01a", "01c"))
    mine, late = ids["01c", SUBJECT], ids["01d", SUBJECT]
    both = called("goals_approve_many", {}, lambda pk: {"goals": [{"goal_id": pk, "version": 1}]})
    yield Swap("approve", boss, both, mine, theirs)
    after = called("goals_approve_many", {}, lambda pk: {"goals": [{"goal_id": n, "version": 1} for n in (mine, pk)]})
    yield Swap("approve among one's own", boss, after, mine, theirs)
    ticked = posted(reverse("goals:approve_many"), lambda pk: {"goal": [f"{mine}:1", f"{pk}:1"]})
    yield Swap("approve on the page", boss, ticked, mine, theirs)
    cycle, silent = world.cycles["2026G1"].pk, lambda: goals.fall_behind(late)
    asked = called("goals_nudge", {}, lambda pk: {"cycle_id": cycle, "goal_ids": [late, pk]})
    yield Swap("nudge", boss, asked, late, theirs, stage=silent)
    form = posted(reverse("goals:nudge"), lambda pk: {"goal": [late, pk], "address": f"cycle={cycle}"})
    yield Swap("nudge on the page", boss, form, late, theirs, stage=silent)


def _alignments(world: World) -> Iterator[Swap]:
    """Somebody says that a goal serves one that they cannot see."""
    ids, goal = world.ids, world.ids["01k", SUBJECT]
    theirs = tuple(ids[row, number] for number in FOREIGN for row in ("01e", "01a"))
    served = called("alignments_create", {"goal_id": goal}, lambda pk: {"parent_id": pk, "rolls_up": False})
    yield Swap("align", SUBJECT, served, ids["alignment.parent", SUBJECT], theirs)
    form = posted(reverse("goals:align", args=[goal]), lambda pk: {"parent": pk})
    yield Swap("align on the page", SUBJECT, form, ids["alignment.parent", SUBJECT], theirs)


def _changes(world: World) -> Iterator[Swap]:
    """Somebody weighs, changes or goes through the own goals and one of a colleague."""
    ids, running, why = world.ids, world.ids["01d", SUBJECT], "渠道入口少了三周"
    theirs = tuple(ids[row, number] for number in FOREIGN for row in ("01e", "01a", "01c"))
    results = tuple(ids["kr.restricted", number] for number in FOREIGN)

    def weights(goals: list[dict[str, Any]]) -> dict[str, Any]:
        return {"goals": [{"version": 1, **one} for one in goals], "reason": why}

    draft = {"goal_id": ids["01a", SUBJECT], "weight": 2000}
    weighed = called("goals_set_weights", {}, lambda pk: weights([draft, {"goal_id": pk, "weight": 500}]))
    yield Swap("weigh", SUBJECT, weighed, running, theirs)
    of_part = called("goals_set_weights", {}, lambda pk: weights(
        [{"goal_id": running, "results": [{"key_result_id": pk, "weight": 4000}]}]
    ))  # fmt: skip
    yield Swap("weigh a key result", SUBJECT, of_part, ids["kr", SUBJECT], results)
    asked = called("goals_ask_change", {"goal_id": running}, lambda pk: {
        "reason": why, "results": [{"key_result_id": pk, "weight": 4000}], "version": 1,
    })  # fmt: skip
    yield Swap("ask for a change", SUBJECT, asked, ids["kr", SUBJECT], results)
    checked = called("goals_check", {}, lambda pk: {"goal_id": pk, "verdict": "keep"})
    yield Swap("go through", SUBJECT, checked, running, theirs, stage=lambda: goals.go_through(world))


def _wordings(world: World) -> Iterator[Swap]:
    """What is said of a wording leaves out the stated days of the goal that is being written: of one's own alone."""
    ids, cycle = world.ids, world.cycles["2026G1"].pk
    theirs = tuple(ids[row, number] for number in FOREIGN for row in ("01e", "01a", "01c"))

    def much() -> None:
        Goal.objects.filter(pk__in=[ids["01d", SUBJECT], *theirs]).update(effort_days=400)

    body = {"title": "留存", "cycle_id": cycle, "effort_days": 1}
    by_program = called("goals_hints", {}, lambda pk: {**body, "goal_id": pk})
    yield Swap("hints", SUBJECT, by_program, ids["01d", SUBJECT], theirs, stage=much, reads=True)
    typed: Any = lambda client, pk: client.post(f"{reverse('goals:hints')}?goal={pk}", body)  # noqa: E731
    yield Swap("hints on the page", SUBJECT, typed, ids["01d", SUBJECT], theirs, stage=much, reads=True)


def _awards(world: World) -> Iterator[Swap]:
    """A manager moves money from an award of another team, or of another round."""
    ids, pool = world.ids, world.ids["pool.proposed", SUBJECT]
    boss = boss_of(SUBJECT)
    own = ids["award.proposed", reward.OTHER]
    theirs = (*(ids["award.proposed", number] for number in FOREIGN), ids["award.simulated", reward.OTHER])

    def changes(pk: object) -> dict[str, Any]:
        moved = ((ids["award.proposed", SUBJECT], 500), (pk, -500))
        return {"changes": [{"award_id": award, "delta": by, "reason": "带出了新人"} for award, by in moved],
                "version": version_of(())}  # fmt: skip

    def typed(pk: object) -> dict[str, Any]:
        both = ((ids["award.proposed", SUBJECT], "5"), (pk, "-5"))
        found = {f"delta_{award}": by for award, by in both} | {f"reason_{award}": "带出了新人" for award, _ in both}
        return {**found, "version": version_of(())}

    for name, send in (
        ("adjust", called("reward_adjust", {"pool_id": pool}, changes)),
        ("adjust on the page", posted(reverse("reward:adjust", args=[pool]), typed)),
    ):
        yield Swap(name, boss, send, own, theirs, stage=lambda: reward._limit(world))


def _nominations(world: World) -> Iterator[Swap]:
    """A manager invites, or leaves out, a peer whom another team proposed."""
    boss, review = boss_of(SUBJECT), world.ids["draft", SUBJECT]
    by = {(one.subject, one.author): one.canary for one in world.planted if one.row == "07a"}
    own = by[SUBJECT, boss]
    theirs = tuple(canary for (subject, _), canary in by.items() if subject in FOREIGN)
    for word in ("invite", "refuse"):
        for name, send in (
            (word, called("reviews_settle_peers", {"review_id": review}, partial(_said, word))),
            (f"{word} on the page", posted(reverse("reviews:settle", args=[review]), partial(_said, word))),
        ):
            yield Swap(
                name, boss, send, own, theirs, missing=uuid.UUID("00000000-0000-4000-8000-000000000000"),
                stage=lambda: reviews.in_phase(world, "draft", "C04"),
            )  # fmt: skip


def _said(word: str, pk: object) -> dict[str, Any]:
    return {word: [str(pk)]}


def without_numbers(answer: Any) -> tuple[int, str]:
    """An answer without what names the thing it is about."""
    status, text = quiet(answer, "")
    return status, NUMBERS.sub("", text + answer.headers.get("Location", ""))


def changed(before: Mapping[str, int]) -> set[str]:
    return {name for name, content in everything().items() if before[name] != content}


def faults(client: Client, swap: Swap) -> Iterator[str]:
    """What is wrong where others' ids, one after the other, and then one's own stand in a body."""
    if swap.stage:
        with login(None):
            swap.stage()
    before, nothing = everything(), without_numbers(swap.send(client, swap.missing))
    for pk in swap.hidden:
        found = without_numbers(swap.send(client, pk))
        if found != nothing:
            told = "\n".join(unified_diff(nothing[1].splitlines(), found[1].splitlines(), n=0))
            yield f"{swap.name} {pk}: {found[0]} is not {nothing[0]}: {told[:500]}"
    if tables := changed(before):
        yield f"{swap.name}: what is others' changed {tables}"
    answer = swap.send(client, swap.own)
    if swap.reads:
        if answer.status_code != 200 or without_numbers(answer) == nothing:
            yield f"{swap.name}: with one's own the same is said, the probe proves nothing: {answer.content[:300]!r}"
        return
    client.get("/")  # where what is told of it is read
    if not (200 <= answer.status_code < 400 and changed(before)):
        yield f"{swap.name}: with one's own {answer.status_code}, the probe proves nothing: {answer.content[:300]!r}"


@pytest.mark.django_db
@pytest.mark.attack("A01")
@pytest.mark.req("BASE-01")
def test_a_body_that_names_what_is_not_yours_is_answered_as_if_it_were_not_there() -> None:
    world = make()
    wrong: list[str] = []
    tried = 0
    with login(None):
        clients = {number: sign_in(world.golden.id(number)) for number in (SUBJECT, boss_of(SUBJECT))}
    for swap in swaps(world):
        with transaction.atomic():
            wrong += faults(clients[swap.who], swap)
            transaction.set_rollback(True)
        tried += len(swap.hidden)
    assert not wrong, "\n".join(wrong[:20])
    assert tried > 60


@pytest.mark.django_db
@pytest.mark.attack("A01")
def test_a_step_of_another_key_result_is_never_moved_or_renamed() -> None:
    """A step is kept by its id; the id of somebody else's makes a new one."""
    world = make()
    with login(None):
        client = sign_in(world.golden.id(SUBJECT))
        foreign = Milestone.objects.create(
            key_result=KeyResult.objects.get(pk=world.ids["kr.restricted", FOREIGN[0]]), name="别人的", due="2026-06-01"
        )  # fmt: skip
    steps = [{"id": foreign.pk, "name": "我的", "due": "2026-06-01", "weight": 10_000}]
    body = {"title": "分三步", "measure": "milestones", "weight": 1000, "milestones": steps, "version": 1}
    made = acts.do(client, acts.Act("key_results_create", {"goal_id": world.ids["01a", SUBJECT]}, body))
    assert made.status_code == 201, made.content
    again = acts.do(client, acts.Act("key_results_update", {"key_result_id": made.json()["id"]}, body))
    assert again.status_code < 300, again.content
    with login(None):
        assert Milestone.objects.get(pk=foreign.pk).name == "别人的"
        mine = Milestone.objects.filter(key_result_id=made.json()["id"])
        assert [(step.name, step.pk != foreign.pk) for step in mine] == [("我的", True)]


@pytest.mark.django_db
@pytest.mark.attack("A01")
def test_nobody_is_given_a_goal_or_signed_out_by_somebody_without_a_say() -> None:
    world = make()
    sessions = apps.get_model("usersessions.UserSession")._base_manager
    with login(None):
        client, others = sign_in(world.golden.id(SUBJECT)), [sign_in(world.golden.id(number)) for number in FOREIGN]
        theirs = [
            sessions.create(
                user=get_user_model()._default_manager.get(person_id=world.golden.id(number)), ip="127.0.0.1",
                session_key=other.cookies[settings.SESSION_COOKIE_NAME].value, last_seen_at=clock.now(),
            ).pk
            for number, other in zip(FOREIGN, others, strict=True)
        ]  # fmt: skip
    before = everything()
    for pk in theirs:
        assert client.post(reverse("account_sessions"), {"session": pk}).status_code == 404
    for given in ({"owner_id": world.golden.id(FOREIGN[0])}, {"unit_id": world.golden.unit("U0")}):
        body = {**goals.GOAL, "cycle_id": world.cycles["2026G1"].pk, **given}
        assert acts.do(client, acts.Act("goals_create", {}, body)).status_code in (403, 404)
    assert changed(before) == set()
    assert all(other.get("/").status_code == 200 for other in others)


def ids_in(schema: Mapping[str, Any], at: str = "") -> Iterator[tuple[str, str]]:
    """Place and name of each field of a body that holds an id."""
    schema = resolved(schema)
    for one in schema.get("anyOf", ()):
        yield from ids_in(one, at)
    if schema.get("type") == "array":
        yield from ids_in(schema.get("items", {}), at + "[]")
    for key, inner in schema.get("properties", {}).items():
        text = json.dumps(resolved(inner))
        if key in ("id", "peers", "to", "invite", "refuse") or re.search(r"_ids?$", key) or '"uuid"' in text:
            yield f"{at}.{key}", key
        else:
            yield from ids_in(inner, f"{at}.{key}")


def test_every_id_of_a_body_is_swapped_or_public() -> None:
    """A new id in a body is thought about before it is a hole."""
    found = set()
    for _, path, one in operations():
        method, address = acts.addresses()[str(one.operation_id)]
        content = described()["paths"][address][method.lower()].get("requestBody", {}).get("content", {})
        for shape in content.values():
            found |= {f"{one.operation_id} {at}" for at, key in ids_in(shape["schema"]) if key not in PUBLIC}
        assert path
    assert found - {"units_create .parent_id", "units_update .parent_id"} == SWAPPED
