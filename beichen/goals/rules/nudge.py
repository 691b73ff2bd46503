"""Asking for a word on goals that are late or behind (督办): many at once, each goal once a day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.urls import reverse

from beichen.goals import access, queries
from beichen.goals.choices import NUDGED, NUDGED_WITH_WORDS
from beichen.goals.models import KeyResult, Nudge
from beichen.goals.queries import Wanted
from beichen.goals.rules import errors
from beichen.goals.rules.reports import REPORTING
from beichen.people import queries as people
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound
from beichen.platform.notify import rules as notify
from beichen.platform.notify.rules import Letter

LONGEST = Nudge._meta.get_field("sentence").max_length or 0


@dataclass(frozen=True, slots=True)
class Nudged:
    """How many goals were asked about, and how many were left since they were asked about today or need no word."""

    count: int
    left: int


# What was asked about today stays as it is.
_WRITE = """
    INSERT INTO goals_nudge (goal_id, day, by_id, at, sentence)
    SELECT unnest(%s::bigint[]), %s, %s, %s, %s
    ON CONFLICT DO NOTHING RETURNING goal_id
"""


@rule
def nudge(
    actor: Actor, cycle_id: int, wanted: Wanted, sentence: str = "", goal_ids: Sequence[int] | None = None
) -> Nudged:
    """Ask the owners of goals that are late or behind for a word: of the chosen ones, or of all a board holds.

    Each owner gets a notice that names who asked and leads to the report. Errors: Forbidden, NotFound, WrongPhase,
    SentenceTooLong. Cost: about ten statements for each 1,000 goals.
    """
    require(actor, access.NUDGE, access)
    words = sentence.strip()
    if len(words) > LONGEST:
        raise errors.SentenceTooLong(field="sentence", most=LONGEST)
    if goal_ids is not None:
        _mine(actor, goal_ids)
    open_cycle(actor, cycle_id, *REPORTING)
    found = queries.to_nudge(actor, cycle_id, wanted)
    if goal_ids is not None:
        found = found.filter(pk__in=goal_ids)
    goals = {
        pk: (owner, title) for pk, owner, title in found.values_list("pk", "goal__owner_id", "goal__title")
        if owner != actor.person_id
    }  # fmt: skip
    done = _write(actor, list(goals), words)
    asked_for = len(goals) if goal_ids is None else len(set(goal_ids))
    if done:
        notify.send_many(actor, _letters(actor, {pk: goals[pk] for pk in done}, words))
        audit.record_bulk(actor, access.NUDGE, "goals.goal", done, {"cycle": cycle_id, "sentence": words})
    return Nudged(len(done), asked_for - len(done))


def _mine(actor: Actor, goal_ids: Sequence[int]) -> None:
    mine, seen = queries.chosen_to_nudge(actor, goal_ids)
    if set(goal_ids) - seen:
        raise NotFound
    if seen - mine:
        raise Forbidden(act=str(access.NUDGE.label), key=access.NUDGE.key)


def _write(actor: Actor, goal_ids: list[int], words: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [goal_ids, clock.today(), actor.person_id, clock.now(), words])
        return sorted(row[0] for row in cursor.fetchall())


def _letters(actor: Actor, goals: dict[int, tuple[int, str]], words: str) -> list[Letter]:
    name, where = people.person(actor, actor.person_id or 0).name, _longest_silent(list(goals))
    params: dict[str, Any] = {"name": name, "sentence": words} if words else {"name": name}
    template = NUDGED_WITH_WORDS if words else NUDGED
    return [
        Letter(
            owner, template,
            reverse("goals:update", args=[where[pk]]) if pk in where else reverse("goals:goal", args=[pk]),
            {**params, "goal": title}, f"goals.nudge:{pk}:{clock.today()}",
        )
        for pk, (owner, title) in goals.items()
    ]  # fmt: skip


def _longest_silent(goal_ids: list[int]) -> dict[int, int]:
    """The key result of each goal that was not reported on for longest, the furthest behind of those."""
    found = KeyResult.objects.filter(goal_id__in=goal_ids, is_dropped=False).order_by(
        "goal_id", "stat__updated_on", "stat__progress", "position", "pk"
    )
    return dict(found.distinct("goal_id").values_list("goal_id", "pk"))
