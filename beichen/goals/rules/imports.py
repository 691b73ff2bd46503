"""Goals out of a company workbook: the sheets Goals, KeyResults, Milestones, Bands and Updates.

Every sheet is asked what each row would do (`preview_…`, which writes nothing) and, after confirmation, handed the
rows still standing (`apply_…`, inside the importer's transaction). The same workbook a second time changes nothing.
Imported goals are in force: whoever confirmed the import (two people) agreed to them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from beichen.goals import access
from beichen.goals.choices import LINEAR, RUNNING, VALUED, AlignmentState, GoalState, Measure, Source
from beichen.goals.events import GoalsImported
from beichen.goals.formulas.health import BEHIND
from beichen.goals.models import Alignment, Goal, KeyResult, KeyResultStat, Milestone, Update, UpdateText
from beichen.goals.queries.standing import cap_of, health_rules, measure_of, stand_on
from beichen.goals.rules import rollup
from beichen.goals.rules.drafts import measured
from beichen.metrics import queries as metrics
from beichen.metrics import rules as metric_rules
from beichen.metrics.formulas import Point, Table
from beichen.people import queries as people
from beichen.people import rules as people_rules
from beichen.people.queries import CycleCard
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Phrase, gettext_noop
from beichen.platform.kit.words import BadValue
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Row, Rows, refuse
from beichen.strategy import queries as strategy

BATCH = 1_000
NO_OWNER = gettext_noop("Neither a person nor a unit has the number “%(key)s”.")
NO_CYCLE = gettext_noop("“%(key)s” is no period. Write 2026, 2026H1, 2026Q2 or 2026-04.")
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


def _weight_fault(row: Row, column: str) -> Finding | None:
    try:
        hundredths(row[column])
    except BadValue:
        return refuse(row, column, WEIGHT)
    return None


def _label(row: Row, *columns: str) -> str:
    return " ".join(str(row[column]) for column in columns if row[column])


def _found(row: Row, faults: Sequence[Finding], known: Any, label: str) -> list[Finding]:
    if faults:
        return list(faults)
    return [Finding(row.number, Action.UNCHANGED if known else Action.ADDED, label=label)]


def _twice(rows: Iterable[Row], column: str) -> set[str]:
    return {key for key, count in Counter(str(row[column]) for row in rows).items() if count > 1}


# ── goals ───────────────────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Books:
    """What goal rows point to."""

    persons: dict[str, Any]
    units: dict[str, Any]
    cycles: dict[str, CycleCard]
    priorities: dict[str, int]


def _books(actor: Actor, rows: Iterable[Row]) -> _Books:
    lines = list(rows)
    cycles = {card.period_key: card for card in reversed(people.cycles(actor))}
    return _Books(
        people.by_number(actor, {str(row["owner"]) for row in lines}),
        {unit.code: unit for unit in people.units(actor).values()}, cycles,
        {p.key: p.id for p in strategy.priorities(actor)},
    )  # fmt: skip


def _goal_ids(keys: Iterable[str]) -> dict[str, int]:
    """Ids of goals in cycles that are not closed, by their number in the workbook."""
    found = Goal.objects.filter(key__in=[key for key in set(keys) if key], cycle__phase__lt="C11")
    return dict(found.order_by("pk").values_list("key", "pk"))


def preview_goals(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Goals would do. Cost: six statements."""
    books, twice = _books(actor, rows), _twice(rows, "goal")
    known = _goal_ids(str(row[column]) for row in rows for column in ("goal", "parent") if row[column])
    here, parents = {str(row["goal"]) for row in rows}, {str(row["goal"]): str(row["parent"] or "") for row in rows}
    people_here, units_here = rows.brings("People", "number"), rows.brings("Units", "unit")
    priorities_here = rows.brings("Priorities", "priority")
    findings: list[Finding] = []
    for row in rows:
        faults = [fault for fault in (_weight_fault(row, "weight"), _weight_fault(row, "rollup_weight")) if fault]
        owner, key = str(row["owner"]), str(row["goal"])
        if not (owner in books.persons or owner in books.units or owner in people_here or owner in units_here):
            faults.append(refuse(row, "owner", NO_OWNER, key=owner))
        if str(row["period"]) not in books.cycles and not _is_period(str(row["period"])):
            faults.append(refuse(row, "period", NO_CYCLE, key=row["period"]))
        if row["parent"] and str(row["parent"]) not in here and str(row["parent"]) not in known:
            faults.append(refuse(row, "parent", NO_PARENT, key=row["parent"]))
        priority = str(row["priority"] or "")
        if priority and priority not in books.priorities and priority not in priorities_here:
            faults.append(refuse(row, "priority", NO_PRIORITY, key=priority))
        if key in twice:
            faults.append(refuse(row, "goal", TWICE, key=key))
        if _circles(key, parents):
            faults.append(refuse(row, "parent", CIRCLE, key=key))
        findings += _found(row, faults, key in known, _label(row, "goal", "title"))
    return findings


def _is_period(key: str) -> bool:
    try:
        periods.parse(key)
    except BadValue:
        return False
    return True


def _open_cycles(actor: Actor, rows: Iterable[Row]) -> None:
    """A period that goals name and that has no cycle yet gets one, for the whole company, in its first phase."""
    missing = {str(row["period"]) for row in rows} - {card.period_key for card in people.cycles(actor)}
    for key in sorted(missing):
        people_rules.start_cycle(actor, key, people.children_of(actor, None)[0].id)


def _circles(key: str, parents: dict[str, str]) -> bool:
    seen, at = set(), key
    while at:
        if at in seen:
            return True
        seen.add(at)
        at = parents.get(at, "")
    return False


@rule
def apply_goals(actor: Actor, rows: Rows) -> Counts:
    """Write the goals and their roll-up. Cost: about ten statements per 1,000 rows."""
    require(actor, access.IMPORT)
    _open_cycles(actor, rows)
    books = _books(actor, rows)
    known = _goal_ids(str(row["goal"]) for row in rows)
    new = [row for row in rows if str(row["goal"]) not in known]
    made = Goal.objects.bulk_create([_goal(row, books) for row in new], batch_size=BATCH)
    changed = _change_goals(actor, rows, known, books)
    _align(rows)
    _done(actor, "goals.import", made)
    return Counts(added=len(made), changed=changed, unchanged=len(rows) - len(made) - changed)


def _goal(row: Row, books: _Books) -> Goal:
    unit, cycle = books.units.get(str(row["owner"])), books.cycles[str(row["period"])]
    owner = books.persons.get(str(row["owner"]))
    owner_id, place = (owner.id, owner.place) if owner else _head(unit.id)
    return Goal(
        key=str(row["goal"]), title=row["title"], kind=row["kind"] or "objective", ambition=row["ambition"] or "committed",
        owner_id=owner_id, owner_place=place, unit_id=unit.id if unit and not owner else None, cycle_id=cycle.id,
        weight=hundredths(row["weight"]), priority_id=books.priorities.get(str(row["priority"] or "")),
        state=GoalState.ACTIVE, start=cycle.first, due=cycle.last, approved_at=clock.now(),
    )  # fmt: skip


def _head(unit_id: int) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, place FROM people_person WHERE id = access.answers_for(%s)", [unit_id]
        )
        found: tuple[int, int] = cursor.fetchone()
        return found


def _change_goals(actor: Actor, rows: Rows, known: dict[str, int], books: _Books) -> int:
    """Title, weight, ambition and priority follow the workbook; who owns a goal and its cycle do not."""
    stored, changed = Goal.objects.in_bulk(list(known.values())), []
    for row in rows:
        goal = stored.get(known.get(str(row["goal"]), 0))
        if goal is None or goal.state not in RUNNING:
            continue
        wanted = {
            "title": row["title"], "weight": hundredths(row["weight"]), "kind": row["kind"] or "objective",
            "priority_id": books.priorities.get(str(row["priority"] or "")),
        }  # fmt: skip
        if any(getattr(goal, name) != value for name, value in wanted.items()):
            for name, value in wanted.items():
                setattr(goal, name, value)
            goal.version += 1
            changed.append(goal)
    Goal.objects.bulk_update(changed, ["title", "weight", "kind", "priority_id", "version"], batch_size=BATCH)
    _done(actor, "goals.import_change", changed)
    return len(changed)


def _align(rows: Rows) -> None:
    ids = _goal_ids(str(row[column]) for row in rows for column in ("goal", "parent") if row[column])
    wanted = {
        ids[str(row["goal"])]: (ids[str(row["parent"])], hundredths(row["rollup_weight"], 100))
        for row in rows if row["parent"] and str(row["goal"]) in ids and str(row["parent"]) in ids
    }  # fmt: skip
    there = {
        line.child_id: line
        for line in Alignment.objects.filter(child_id__in=wanted, is_rollup=True, state=AlignmentState.ACCEPTED)
    }
    new = [
        Alignment(child_id=child, parent_id=parent, weight=weight, state=AlignmentState.ACCEPTED, decided_at=clock.now())
        for child, (parent, weight) in wanted.items() if child not in there
    ]  # fmt: skip
    Alignment.objects.bulk_create(new, batch_size=BATCH)
    other = [line for child, line in there.items() if line.parent_id == wanted[child][0] and line.weight != wanted[child][1]]
    for line in other:
        line.weight = wanted[line.child_id][1]
    Alignment.objects.bulk_update(other, ["weight"], batch_size=BATCH)
    _mark({line.parent_id for line in [*new, *other]})


def _mark(goal_ids: Iterable[int]) -> None:
    found = dict(Goal.objects.filter(pk__in=list(goal_ids)).values_list("pk", "cycle_id"))
    rollup.mark(found, found.values())


def _done(actor: Actor, act: str, goals: Sequence[Goal]) -> None:
    ids = [goal.pk for goal in goals]
    if ids:
        audit.record_bulk(actor, act, "goals.goal", ids)
        publish(*(GoalsImported(goal_ids=tuple(ids[n : n + BATCH])) for n in range(0, len(ids), BATCH)))
        _mark(ids)


# ── key results ─────────────────────────────────────────────────────────────────────────────────────────────────


def _key_results(keys: Iterable[str]) -> dict[str, KeyResult]:
    found = KeyResult.objects.filter(
        key__in=[key for key in set(keys) if key], goal__cycle__phase__lt="C11"
    ).select_related("goal", "stat").prefetch_related("milestones")  # fmt: skip
    return {kr.key: kr for kr in found.order_by("pk")}


def preview_key_results(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of KeyResults would do. Cost: three statements."""
    goals, twice = _goal_ids(str(row["goal"]) for row in rows), _twice(rows, "key_result")
    known, here = _key_results(str(row["key_result"]) for row in rows), rows.brings("Goals", "goal")
    bands, steps = _by_key(rows.coming("Bands")), _by_key(rows.coming("Milestones"))
    findings: list[Finding] = []
    for row in rows:
        key, goal = str(row["key_result"]), str(row["goal"])
        faults = [fault for fault in (_weight_fault(row, "weight"), _measure_fault(row)) if fault]
        if goal not in goals and goal not in here:
            faults.append(refuse(row, "goal", NO_GOAL, key=goal))
        if key in twice:
            faults.append(refuse(row, "key_result", TWICE, key=key))
        if row["measure"] == Measure.BAND and key not in known and not _bands_stand(bands.get(key, [])):
            faults.append(refuse(row, "measure", NO_BANDS))
        if row["measure"] == Measure.MILESTONES and key not in known and not _steps_stand(steps.get(key, [])):
            faults.append(refuse(row, "measure", NO_STEPS))
        findings += _found(row, faults, key in known, _label(row, "key_result", "title"))
    return findings


def _by_key(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[str(row["key_result"])].append(row)
    return found


def _bands_stand(lines: Sequence[Row]) -> bool:
    return bool(lines) and _table_fault(lines) is None


def _steps_stand(lines: Sequence[Row]) -> bool:
    names = [row["name"] for row in lines]
    return bool(lines) and len(set(names)) == len(names) and not any(_weight_fault(row, "weight") for row in lines)


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
        goal_id=goal_id, key=str(row["key_result"]), title=row["title"], measure=row["measure"], baseline=row["baseline"],
        target=row["target"], low=row["low"], high=row["high"], tolerance=row["tolerance"], unit=row["unit"] or "",
        weight=hundredths(row["weight"]), position=position,
    )  # fmt: skip
    if kr.measure in (Measure.PERCENT, Measure.COUNT) and kr.baseline is None:
        kr.baseline = Decimal(0)
    return kr


@rule
def apply_key_results(actor: Actor, rows: Rows) -> Counts:
    """Write key results; band tables are made from the sheet Bands first. Cost: about eight statements per 1,000."""
    require(actor, access.IMPORT)
    known = _key_results(str(row["key_result"]) for row in rows)
    new = [row for row in rows if str(row["key_result"]) not in known]
    goals = Goal.objects.in_bulk(list(_goal_ids(str(row["goal"]) for row in new).values()))
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
    _mark({kr.goal_id for kr in made})
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
            Milestone(key_result=key_results[str(row["key_result"])], name=row["name"],
                      weight=hundredths(row["weight"]), due=row["due"], position=n)
            for n, row in enumerate(lines)
        ], batch_size=BATCH,
    )  # fmt: skip


def _measure_all(actor: Actor, keys: Iterable[str]) -> None:
    """A narrow row for each of these key results, measured from its values as they are."""
    settings = {card.id: card.settings for card in people.cycles(actor)}
    rows = []
    for kr in _key_results(keys).values():
        stat = KeyResultStat(key_result_id=kr.pk)
        measured(kr, stat, list(kr.milestones.all()), None, cap_of(settings[kr.goal.cycle_id], kr.goal.ambition))
        rows.append(stat)
    KeyResultStat.objects.bulk_create(rows, batch_size=BATCH, ignore_conflicts=True)


# ── milestones and bands: written with their key results ────────────────────────────────────────────────────────


def preview_milestones(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Milestones would do. Cost: two statements."""
    known, here = _key_results(str(row["key_result"]) for row in rows), rows.brings("KeyResults", "key_result")
    pairs = Counter((str(row["key_result"]), row["name"]) for row in rows)
    findings: list[Finding] = []
    for row in rows:
        key = str(row["key_result"])
        faults = [fault for fault in (_weight_fault(row, "weight"),) if fault]
        if key not in known and key not in here:
            faults.append(refuse(row, "key_result", NO_KEY_RESULT, key=key))
        if pairs[key, row["name"]] > 1:
            faults.append(refuse(row, "name", TWICE, key=row["name"]))
        findings += _found(row, faults, key in known, _label(row, "key_result", "name"))
    return findings


def preview_bands(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Bands would do: a table that cannot score is refused at the row at fault. Cost: two statements."""
    known, here = _key_results(str(row["key_result"]) for row in rows), rows.brings("KeyResults", "key_result")
    findings: list[Finding] = []
    for key, lines in _by_key(list(rows)).items():
        fault = _table_fault(lines)
        for row in lines:
            faults = [refuse(row, "key_result", NO_KEY_RESULT, key=key)] if key not in known and key not in here else []
            faults += [fault] if fault and fault.row == row.number else []
            findings += _found(row, faults, key in known, _label(row, "key_result", "value"))
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
        return Counts(unchanged=sum(1 for row in rows if str(row["key_result"]) not in brought), added=sum(
            1 for row in rows if str(row["key_result"]) in brought))  # fmt: skip

    apply.__name__ = f"apply_{sheet}"
    return apply


# ── reports ─────────────────────────────────────────────────────────────────────────────────────────────────────


def preview_updates(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Updates would do. Cost: three statements."""
    known, here = _key_results(str(row["key_result"]) for row in rows), rows.brings("KeyResults", "key_result")
    kinds = {str(row["key_result"]): row["measure"] for row in rows.of("KeyResults")}
    steps: dict[str, set[str]] = defaultdict(set)
    for row in rows.of("Milestones"):
        steps[str(row["key_result"])].add(row["name"])
    for key, kr in known.items():
        kinds[key], names = kr.measure, {step.name for step in kr.milestones.all()}
        steps[key] |= names
    there = _reported(known.values())
    findings: list[Finding] = []
    for row in rows:
        key, faults = str(row["key_result"]), []
        if key not in known and key not in here:
            faults.append(refuse(row, "key_result", NO_KEY_RESULT, key=key))
        elif fault := _value_fault(row, kinds.get(key, ""), steps[key]):
            faults.append(fault)
        elif key in known and row["date"] < known[key].start:
            faults.append(refuse(row, "date", OUT_OF_PERIOD))
        same = (key, row["date"], str(row["value"])) in there
        findings += _found(row, faults, same, _label(row, "key_result", "date"))
    return findings


def _reported(key_results: Iterable[KeyResult]) -> set[tuple[str, Any, str]]:
    """Reports that are there: key, day, and the value as the workbook writes it."""
    found = Update.objects.filter(key_result__in=list(key_results)).order_by("pk")
    seen: dict[int, set[int]] = defaultdict(set)
    names = dict(Milestone.objects.filter(key_result__in=list(key_results)).values_list("pk", "name"))
    there: set[tuple[str, Any, str]] = set()
    for update in found.select_related("key_result"):
        key, done = update.key_result.key, set(update.finished or ())
        if update.value is not None:
            there.add((key, update.day, _plain(update.value)))
        there |= {(key, update.day, names.get(pk, "")) for pk in done - seen[update.key_result_id]}
        seen[update.key_result_id] |= done
        if update.answer is not None:
            there.add((key, update.day, "1" if update.answer else "0"))
    return there


def _plain(value: Decimal) -> str:
    text = f"{value.normalize():f}"
    return text


YES = frozenset({"1", "yes", "true", "是", "已完成", "完成"})
NO = frozenset({"0", "no", "false", "否", "未完成", ""})


def _value_fault(row: Row, kind: str, steps: set[str]) -> Finding | None:
    value = str(row["value"]).strip()
    if kind == Measure.MILESTONES:
        return None if value in steps else refuse(row, "value", NO_STEP, value=value)
    if kind == Measure.YES_NO:
        return None if value.lower() in YES | NO else refuse(row, "value", NO_VALUE, value=value)
    try:
        fine = Decimal(value).is_finite()
    except ArithmeticError:
        fine = False
    return None if fine else refuse(row, "value", NO_VALUE, value=value)


@rule
def apply_updates(actor: Actor, rows: Rows) -> Counts:
    """Write reports in the order of their days and measure each key result once. Cost: about ten statements per 1,000."""
    require(actor, access.IMPORT)
    known = _key_results(str(row["key_result"]) for row in rows)
    there, settings = _reported(known.values()), {card.id: card.settings for card in people.cycles(actor)}
    tables = {pk: card.table for pk, card in metrics.band_tables(actor, [kr.band_id for kr in known.values()]).items()}
    made: list[tuple[Update, str]] = []
    for row in sorted(rows, key=lambda line: (line["date"], line.number)):
        kr = known[str(row["key_result"])]
        if (kr.key, row["date"], str(row["value"]).strip()) not in there:
            made.append((_report(kr, row, settings[kr.goal.cycle_id], tables.get(kr.band_id or 0)), row["risk"] or ""))
    touched = {update.key_result_id: update.key_result for update, _ in made}
    Update.objects.bulk_create([update for update, _ in made], batch_size=BATCH)
    UpdateText.objects.bulk_create([UpdateText(update=update, risk=risk) for update, risk in made if risk], batch_size=BATCH)
    KeyResultStat.objects.bulk_create(
        [kr.stat for kr in touched.values()], batch_size=BATCH, update_conflicts=True, unique_fields=["key_result"],
        update_fields=["current", "answer", "progress", "score", "updated_on", "confidence", "behind"],
    )  # fmt: skip
    steps = [step for kr in touched.values() for step in kr.milestones.all()]
    Milestone.objects.bulk_update(steps, ["finished_on"], batch_size=BATCH)
    if made:
        audit.record_bulk(actor, "goals.import_updates", "goals.update", [update.pk for update, _ in made])
    _mark({kr.goal_id for kr in touched.values()})
    return Counts(added=len(made), unchanged=len(rows) - len(made))


def _report(kr: KeyResult, row: Row, settings: dict[str, Any], table: Table | None) -> Update:
    stat = getattr(kr, "stat", None) or KeyResultStat(key_result_id=kr.pk)
    kr.stat = stat
    value, steps = str(row["value"]).strip(), list(kr.milestones.all())
    stat.updated_on, stat.confidence = max(row["date"], stat.updated_on or row["date"]), row["confidence"] or stat.confidence
    if kr.measure in VALUED:
        stat.current = Decimal(value)
    elif kr.measure == Measure.YES_NO:
        stat.answer = value.lower() in YES
    for step in steps:
        if kr.measure == Measure.MILESTONES and step.name == value:
            step.finished_on = step.finished_on or row["date"]
    measured(kr, stat, steps, table, cap_of(settings, kr.goal.ambition))
    health = stand_on(kr, row["date"], health_rules(settings))[0].health
    stat.behind = stat.behind + 1 if health in BEHIND else 0
    return Update(
        key_result=kr, at=clock.now(), day=row["date"], source=Source.IMPORT, value=stat.current, answer=stat.answer,
        finished=[step.pk for step in steps if step.finished_on] if kr.measure == Measure.MILESTONES else None,
        confidence=row["confidence"] or "", progress=stat.progress, health=health.value,
    )  # fmt: skip


# ── the sheets ──────────────────────────────────────────────────────────────────────────────────────────────────

KINDS = {"objective": ("目标",), "kpi": ("KPI", "GS"), "milestone": ("里程碑",), "behaviour": ("行为",)}
AMBITIONS = {"committed": ("承诺",), "stretch": ("挑战",)}
MEASURES = {
    "increase": ("提升",), "decrease": ("降低",), "percent": ("百分比",), "count": ("次数", "number of times"),
    "within": ("保持", "keep within"), "yes_no": ("是否", "yes/no"), "band": ("KPI 区间", "区间"),
    "milestones": ("里程碑", "milestone"),
}  # fmt: skip
CONFIDENCE = {"on_track": ("正常", "on track"), "at_risk": ("有风险", "at risk"), "off_track": ("落后", "off track")}

SHEETS = (
    ImportSheet(
        key="Goals", name_zh="目标", order=200, preview=preview_goals, apply=apply_goals,
        columns=(
            Column(key="goal", kind=Kind.CODE, name_zh="编号", required=True), Column(key="title", name_zh="标题", required=True),
            Column(key="kind", name_zh="类型", kind=Kind.CHOICE, words=KINDS),
            Column(key="ambition", name_zh="承诺/挑战", kind=Kind.CHOICE, words=AMBITIONS),
            Column(key="owner", kind=Kind.CODE, name_zh="负责", required=True), Column(key="period", kind=Kind.CODE, name_zh="周期", required=True),
            Column(key="weight", name_zh="计划权重", kind=Kind.DECIMAL), Column(key="parent", kind=Kind.CODE, name_zh="上级目标"),
            Column(key="rollup_weight", name_zh="汇总权重", kind=Kind.DECIMAL),
            Column(key="priority", kind=Kind.CODE, name_zh="战略重点"),
        ),
    ),
    ImportSheet(
        key="KeyResults", name_zh="关键结果", order=210, preview=preview_key_results, apply=apply_key_results,
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="编号", required=True), Column(key="goal", kind=Kind.CODE, name_zh="目标", required=True),
            Column(key="title", name_zh="标题", required=True),
            Column(key="measure", name_zh="度量", kind=Kind.CHOICE, words=MEASURES, required=True),
            *(Column(key=key, name_zh=zh, kind=Kind.DECIMAL) for key, zh in (
                ("baseline", "起点"), ("target", "目标值"), ("low", "下限"), ("high", "上限"), ("tolerance", "容差"))),
            Column(key="unit", name_zh="单位"), Column(key="weight", name_zh="权重", kind=Kind.DECIMAL),
        ),
    ),
    ImportSheet(
        key="Milestones", name_zh="里程碑", order=220, preview=preview_milestones, apply=_with_key_results("milestones"),
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="关键结果", required=True), Column(key="name", name_zh="名称", required=True),
            Column(key="weight", name_zh="权重", kind=Kind.DECIMAL),
            Column(key="due", name_zh="到期", kind=Kind.DAY, required=True),
        ),
    ),
    ImportSheet(
        key="Bands", name_zh="评分区间", order=215, preview=preview_bands, apply=_with_key_results("bands"),
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="关键结果", required=True),
            Column(key="value", name_zh="值", kind=Kind.DECIMAL, required=True),
            Column(key="score", name_zh="得分", kind=Kind.DECIMAL, required=True),
        ),
    ),
    ImportSheet(
        key="Updates", name_zh="进展", order=230, preview=preview_updates, apply=apply_updates,
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="关键结果", required=True),
            Column(key="date", name_zh="日期", kind=Kind.DAY, required=True),
            Column(key="value", name_zh="值", required=True),
            Column(key="confidence", name_zh="信心", kind=Kind.CHOICE, words=CONFIDENCE),
            Column(key="risk", name_zh="风险"),
        ),
    ),
)  # fmt: skip
