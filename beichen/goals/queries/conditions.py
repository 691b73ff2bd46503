"""Band tables of key results with the conditions that were confirmed, and what each condition moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from beichen.goals import access
from beichen.goals.choices import CHANGING, Measure
from beichen.goals.models import BandConfirmation, Goal, KeyResult
from beichen.goals.queries import plans
from beichen.goals.queries.standing import Bands, cap_of
from beichen.metrics import queries as metrics
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.access.permissions import may
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.language import for_reader


def confirmed_points(key_result_ids: Iterable[int]) -> dict[tuple[int, int], frozenset[int]]:
    """The points whose condition is confirmed, by key result and band table. Cost: one statement."""
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    rows = BandConfirmation.objects.filter(key_result_id__in=list(key_result_ids))
    for key_result, table, position in rows.values_list("key_result_id", "table_id", "position"):
        found[key_result, table].add(position)
    return {key: frozenset(points) for key, points in found.items()}


def bands_of(actor: Actor, key_results: Iterable[KeyResult]) -> dict[int, Bands]:
    """The bands that score these key results, by key result. Cost: three statements, none without bands."""
    scored = {kr.pk: kr.band_id for kr in key_results if kr.band_id is not None}
    if not scored:
        return {}
    tables, confirmed = metrics.band_tables(actor, scored.values()), confirmed_points(scored)
    return {
        pk: Bands(tables[table].table, confirmed.get((pk, table), frozenset()))
        for pk, table in scored.items()
        if table in tables
    }


@dataclass(frozen=True, slots=True)
class ConditionLine:
    """One condition of a key result's bands. `edge`: the value from which it is asked; in hundredths, cut to what the
    goal can score: `score` once it is confirmed, `lower` until then. `evidence` empty where the reader reads none.
    """

    key_result_id: int
    key_result: str
    unit: str
    position: int
    condition: str
    edge: str
    score: int
    lower: int
    is_reached: bool
    is_confirmed: bool
    by: str = ""
    at: datetime | None = None
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The conditions of a goal's bands; `may_confirm`: whether the actor says that they are met, today."""

    goal_id: int
    lines: tuple[ConditionLine, ...]
    may_confirm: bool


@query
def conditions(actor: Actor, goal_id: int) -> Conditions:
    """The conditions in the bands of a goal, by key result and point; none for whom its numbers are not open (02g).

    NotFound as the goal. Cost: at most nine.
    """
    card = plans.goal(actor, goal_id)
    if card.numbers_hidden:
        return Conditions(goal_id, (), may_confirm=False)
    rows = KeyResult.objects.filter(goal_id=goal_id, measure=Measure.BAND, is_dropped=False).select_related("stat")
    found = list(rows.order_by("position", "id"))
    bands = bands_of(actor, found)
    if not any(point.condition for one in bands.values() for point in one.table.points):
        return Conditions(goal_id, (), may_confirm=False)
    kept = BandConfirmation.objects.filter(key_result__in=found).select_related("by")
    said = {(row.key_result_id, row.table_id, row.position): row for row in kept}
    opens = Goal.objects.filter(pk=goal_id)
    reads = actor.person_id is None or opens.filter(access.goals_with_words()).exists()
    cycle = people.cycle(actor, card.cycle_id)
    top = int(cap_of(cycle.settings, card.ambition) * 10_000)
    lines = tuple(line for kr in found if kr.pk in bands for line in _lines(kr, bands[kr.pk], said, top, reads=reads))
    runs = card.runs and cycle.phase in CHANGING
    return Conditions(goal_id, lines, may_confirm=runs and may(actor, access.CONFIRM_CONDITION, card))


def _lines(
    kr: KeyResult, bands: Bands, said: dict[tuple[int, int, int], BandConfirmation], top: int, *, reads: bool
) -> list[ConditionLine]:
    stat = getattr(kr, "stat", None)
    reached = None if stat is None or stat.current is None else bands.reached(stat.current)
    lines = []
    for position, point in enumerate(bands.table.points):
        if not point.condition or position == 0:
            continue
        row = said.get((kr.pk, kr.band_id or 0, position))
        told = (row.by.name, row.at, row.evidence if reads else "") if row else ("", None, "")
        lines.append(ConditionLine(
            kr.pk, for_reader(kr.title, kr.title_en), kr.unit, position, point.condition, metrics.plain(point.value),
            min(point.score, top), min(bands.lower(position), top), reached is not None and position <= reached,
            row is not None, *told,
        ))  # fmt: skip
    return lines
