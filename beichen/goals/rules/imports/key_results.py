"""The sheets KeyResults, Milestones and Bands: steps and bands are written with their key result."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from beichen.goals import access
from beichen.goals.choices import LINEAR, Measure
from beichen.goals.models import Goal, KeyResult, KeyResultStat, Milestone
from beichen.goals.queries.standing import cap_of, measure_of
from beichen.goals.rules.imports.rows import (
    BATCH,
    NO_BANDS,
    NO_GOAL,
    NO_KEY_RESULT,
    NO_STEPS,
    TWICE,
    finding_of,
    goal_ids_by_key,
    hundredths,
    key_results_by_key,
    label,
    mark,
    rows_by_key,
    twice_in,
    weight_fault,
)
from beichen.goals.rules.measuring import measured
from beichen.metrics import rules as metric_rules
from beichen.metrics.queries import Point, Table
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Phrase, gettext_noop
from beichen.platform.kit.words import BadValue
from beichen.platform.registry.imports import Counts, Finding, Row, Rows, refuse


def preview_key_results(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of KeyResults would do. Cost: three statements."""
    goals, twice = goal_ids_by_key(str(row["goal"]) for row in rows), twice_in(rows, "key_result")
    known, here = key_results_by_key(str(row["key_result"]) for row in rows), rows.brings("Goals", "goal")
    bands, steps = rows_by_key(rows.coming("Bands")), rows_by_key(rows.coming("Milestones"))
    findings: list[Finding] = []
    for row in rows:
        key, goal = str(row["key_result"]), str(row["goal"])
        faults = [fault for fault in (weight_fault(row, "weight"), _measure_fault(row)) if fault]
        if goal not in goals and goal not in here:
            faults.append(refuse(row, "goal", NO_GOAL, key=goal))
        if key in twice:
            faults.append(refuse(row, "key_result", TWICE, key=key))
        if row["measure"] == Measure.BAND and key not in known and not _bands_stand(bands.get(key, [])):
            faults.append(refuse(row, "measure", NO_BANDS))
        if row["measure"] == Measure.MILESTONES and key not in known and not _steps_stand(steps.get(key, [])):
            faults.append(refuse(row, "measure", NO_STEPS))
        findings += finding_of(row, faults, key in known, label(row, "key_result", "title"))
    return findings


def _bands_stand(lines: Sequence[Row]) -> bool:
    return bool(lines) and _table_fault(lines) is None


def _steps_stand(lines: Sequence[Row]) -> bool:
    names = [row["name"] for row in lines]
    return bool(lines) and len(set(names)) == len(names) and not any(weight_fault(row, "weight") for row in lines)


def _measure_fault(row: Row) -> Finding | None:
    """The formulas say what a measure needs; their refusal names the field."""
    try:
        measure = row["measure"]
        for name in ("baseline", "target") if measure in (Measure.INCREASE, Measure.DECREASE) else ():
            if row[name] is None:
                raise BadValue(name, "", gettext_noop("a decimal number"))
        if measure in LINEAR or measure == Measure.WITHIN:
            measure_of(_key_result(row, 0), None, None, ())
    except BadValue as fault:
        return refuse(row, fault.field or "measure", Phrase(fault.sentence()))
    return None


def _key_result(row: Row, goal_id: int, position: int = 0) -> KeyResult:
    kr = KeyResult(
        goal_id=goal_id,
        key=str(row["key_result"]),
        title=row["title"],
        title_en=row["title_en"] or "",
        measure=row["measure"],
        baseline=row["baseline"],
        target=row["target"],
        low=row["low"],
        high=row["high"],
        tolerance=row["tolerance"],
        unit=row["unit"] or "",
        weight=hundredths(row["weight"]),
        position=position,
    )
    if kr.measure in (Measure.PERCENT, Measure.COUNT) and kr.baseline is None:
        kr.baseline = Decimal(0)
    return kr


@rule
def apply_key_results(actor: Actor, rows: Rows) -> Counts:
    """Write key results; band tables are made from the sheet Bands first. Cost: about eight statements per 1,000."""
    require(actor, access.IMPORT)
    known = key_results_by_key(str(row["key_result"]) for row in rows)
    new = [row for row in rows if str(row["key_result"]) not in known]
    goals = Goal.objects.in_bulk(list(goal_ids_by_key(str(row["goal"]) for row in new).values()))
    by_key = {goal.key: goal for goal in goals.values()}
    bands = _bands(actor, rows, {str(row["key_result"]) for row in new if row["measure"] == Measure.BAND})
    made = [_key_result(row, by_key[str(row["goal"])].pk, n) for n, row in enumerate(new)]
    for kr in made:
        goal = goals[kr.goal_id]
        kr.start, kr.due, kr.band_id = goal.start, goal.due, bands.get(kr.key)
    KeyResult.objects.bulk_create(made, batch_size=BATCH)
    _steps(rows, {kr.key: kr for kr in made if kr.measure == Measure.MILESTONES})
    _measure_all(actor, [kr.key for kr in made])
    if made:
        audit.record_bulk(actor, "goals.import_key_results", "goals.keyresult", [kr.pk for kr in made])
    mark({kr.goal_id for kr in made})
    return Counts(added=len(made), unchanged=len(rows) - len(made))


def _bands(actor: Actor, rows: Rows, keys: set[str]) -> dict[str, int]:
    points: dict[str, list[Point]] = defaultdict(list)
    for row in rows.of("Bands"):
        if str(row["key_result"]) in keys:
            points[str(row["key_result"])].append(Point(row["value"], int(row["score"] * 100)))
    return metric_rules.put_bands(actor, points) if points else {}


def _steps(rows: Rows, key_results: dict[str, KeyResult]) -> None:
    lines = [row for row in rows.of("Milestones") if str(row["key_result"]) in key_results]
    Milestone.objects.bulk_create(
        [
            Milestone(
                key_result=key_results[str(row["key_result"])],
                name=row["name"],
                weight=hundredths(row["weight"]),
                due=row["due"],
                position=n,
            )
            for n, row in enumerate(lines)
        ],
        batch_size=BATCH,
    )


def _measure_all(actor: Actor, keys: Iterable[str]) -> None:
    """A narrow row for each of these key results, measured from its values as they are."""
    settings = {card.id: card.settings for card in people.cycles(actor)}
    rows = []
    for kr in key_results_by_key(keys).values():
        stat = KeyResultStat(key_result_id=kr.pk)
        measured(kr, stat, list(kr.milestones.all()), None, cap_of(settings[kr.goal.cycle_id], kr.goal.ambition))
        rows.append(stat)
    KeyResultStat.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


def preview_milestones(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Milestones would do. Cost: two statements."""
    known, here = key_results_by_key(str(row["key_result"]) for row in rows), rows.brings("KeyResults", "key_result")
    pairs = Counter((str(row["key_result"]), row["name"]) for row in rows)
    findings: list[Finding] = []
    for row in rows:
        key = str(row["key_result"])
        faults = [fault for fault in (weight_fault(row, "weight"),) if fault]
        if key not in known and key not in here:
            faults.append(refuse(row, "key_result", NO_KEY_RESULT, key=key))
        if pairs[key, row["name"]] > 1:
            faults.append(refuse(row, "name", TWICE, key=row["name"]))
        findings += finding_of(row, faults, key in known, label(row, "key_result", "name"))
    return findings


def preview_bands(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Bands would do; a table that cannot score is refused at its row. Cost: two statements."""
    known, here = key_results_by_key(str(row["key_result"]) for row in rows), rows.brings("KeyResults", "key_result")
    findings: list[Finding] = []
    for key, lines in rows_by_key(list(rows)).items():
        fault = _table_fault(lines)
        for row in lines:
            faults = [refuse(row, "key_result", NO_KEY_RESULT, key=key)] if key not in known and key not in here else []
            faults += [fault] if fault and fault.row == row.number else []
            findings += finding_of(row, faults, key in known, label(row, "key_result", "value"))
    return findings


def _table_fault(lines: Sequence[Row]) -> Finding | None:
    try:
        Table(tuple(Point(row["value"], int(row["score"] * 100)) for row in lines))
    except BadValue as fault:
        at = next((row for row in lines if row["value"] == fault.params.get("value")), lines[-1])
        return refuse(at, "score" if fault.field == "score" else "value", Phrase(fault.sentence()))
    return None


def _with_key_results(sheet: str) -> Callable[[Actor, Rows], Counts]:
    """These rows were written together with the key results they belong to."""

    def apply(actor: Actor, rows: Rows) -> Counts:
        brought = rows.brings("KeyResults", "key_result")
        return Counts(
            unchanged=sum(1 for row in rows if str(row["key_result"]) not in brought),
            added=sum(1 for row in rows if str(row["key_result"]) in brought),
        )

    apply.__name__ = f"apply_{sheet}"
    return apply
