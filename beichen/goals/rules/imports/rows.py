"""What the sheets of goals share: the words of refusals, and how rows find what they point to."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from beichen.goals.events import GoalsImported
from beichen.goals.models import Goal, KeyResult
from beichen.goals.rules import rollup
from beichen.platform import audit
from beichen.platform.events.bus import publish
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop
from beichen.platform.kit.words import BadValue
from beichen.platform.registry.imports import Action, Finding, Row, refuse

BATCH = 1_000
NO_OWNER = gettext_noop("Neither a person nor a unit has the number “%(key)s”.")
NO_CYCLE = gettext_noop("“%(key)s” is no period. Write 2026, 2026H1, 2026Q2 or 2026-04.")
NEW_CYCLE = gettext_noop(
    "There is no cycle for %(period)s yet. It is created with these goals and stays in "
    "set-up until two HR administrators start it (Cycles)."
)
PAST_CYCLE = gettext_noop(
    "There is no cycle for %(period)s yet, and the period ended on %(day)s. A cycle is "
    "created with these goals and stays in set-up: two HR administrators have to move it on, "
    "phase by phase (Cycles)."
)
NO_PARENT = gettext_noop("No goal has the number “%(key)s”.")
NO_PRIORITY = gettext_noop("No priority has the number “%(key)s”.")
NO_GOAL = gettext_noop("No goal has the number “%(key)s”.")
NO_KEY_RESULT = gettext_noop("No key result has the number “%(key)s”.")
TWICE = gettext_noop("“%(key)s” stands in this sheet twice.")
WEIGHT = gettext_noop("A weight lies between 0 and 100, with at most two decimals.")
CIRCLE = gettext_noop("“%(key)s” would serve itself over its parents.")
NO_BANDS = gettext_noop("A KPI by bands needs at least two good points in the sheet Bands.")
NO_STEPS = gettext_noop("A key result by milestones needs good rows in the sheet Milestones.")
NO_VALUE = gettext_noop("“%(value)s” is no value of this kind of measure.")
NO_STEP = gettext_noop("“%(value)s” is no milestone of this key result.")
OUT_OF_PERIOD = gettext_noop("The day lies before the cycle begins.")


def hundredths(value: Decimal | None, default: int = 0) -> int:
    """A weight as it is stored; BadValue where it is out of range or too fine."""
    if value is None:
        return default
    scaled = value * 100
    if scaled != scaled.to_integral_value() or not 0 <= scaled <= 10_000:
        raise BadValue("weight", value, WEIGHT)
    return int(scaled)


def weight_fault(row: Row, column: str) -> Finding | None:
    try:
        hundredths(row[column])
    except BadValue:
        return refuse(row, column, WEIGHT)
    return None


def label(row: Row, *columns: str) -> str:
    return " ".join(str(row[column]) for column in columns if row[column])


def finding_of(row: Row, faults: Sequence[Finding], known: Any, label: str, *, changes: bool = False) -> list[Finding]:
    if faults:
        return list(faults)
    what = Action.ADDED if not known else Action.CHANGED if changes else Action.UNCHANGED
    return [Finding(row.number, what, label=label)]


def twice_in(rows: Iterable[Row], column: str) -> set[str]:
    return {key for key, count in Counter(str(row[column]) for row in rows).items() if count > 1}


def goal_ids_by_key(keys: Iterable[str]) -> dict[str, int]:
    """Ids of goals in cycles that are not closed, by their number in the workbook."""
    found = Goal.objects.filter(key__in=[key for key in set(keys) if key], cycle__phase__lt="C11")
    return dict(found.order_by("pk").values_list("key", "pk"))


def mark(goal_ids: Iterable[int]) -> None:
    found = dict(Goal.objects.filter(pk__in=list(goal_ids)).values_list("pk", "cycle_id"))
    rollup.mark(found, found.values())


def imported(actor: Actor, act: str, goals: Sequence[Goal]) -> None:
    ids = [goal.pk for goal in goals]
    if ids:
        audit.record_bulk(actor, act, "goals.goal", ids)
        publish(*(GoalsImported(goal_ids=tuple(ids[n : n + BATCH])) for n in range(0, len(ids), BATCH)))
        mark(ids)


def key_results_by_key(keys: Iterable[str]) -> dict[str, KeyResult]:
    found = KeyResult.objects.filter(
        key__in=[key for key in set(keys) if key], goal__cycle__phase__lt="C11"
    ).select_related("goal", "stat").prefetch_related("milestones")  # fmt: skip
    return {kr.key: kr for kr in found.order_by("pk")}


def rows_by_key(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["key_result"])].append(row)
    return found
