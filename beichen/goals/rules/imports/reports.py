"""The sheet Updates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from beichen.goals import access, queries
from beichen.goals.choices import VALUED, Measure, Source
from beichen.goals.formulas.health import BEHIND
from beichen.goals.models import KeyResult, KeyResultStat, Milestone, Update, UpdateText
from beichen.goals.queries.standing import Bands, cap_of, health_rules, stand_on
from beichen.goals.rules.imports.rows import (
    BATCH,
    NO_KEY_RESULT,
    NO_STEP,
    NO_VALUE,
    OUT_OF_PERIOD,
    finding_of,
    key_results_by_key,
    label,
    mark,
)
from beichen.goals.rules.measuring import measured
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.registry.imports import Counts, Finding, Row, Rows, refuse


def preview_updates(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row of Updates would do. Cost: three statements."""
    known, here = key_results_by_key(str(row["key_result"]) for row in rows), rows.brings("KeyResults", "key_result")
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
        findings += finding_of(row, faults, same, label(row, "key_result", "date"))
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
    """Write reports in the order of their days, measure each key result once. Cost: ten statements per 1,000."""
    require(actor, access.IMPORT)
    known = key_results_by_key(str(row["key_result"]) for row in rows)
    there, settings = _reported(known.values()), {card.id: card.settings for card in people.cycles(actor)}
    bands = queries.bands_of(actor, known.values())
    made: list[tuple[Update, str]] = []
    for row in sorted(rows, key=lambda line: (line["date"], line.number)):
        kr = known[str(row["key_result"])]
        if (kr.key, row["date"], str(row["value"]).strip()) not in there:
            made.append((_report(kr, row, settings[kr.goal.cycle_id], bands.get(kr.pk)), row["risk"] or ""))
    touched = {update.key_result_id: update.key_result for update, _ in made}
    Update.objects.bulk_create([update for update, _ in made], batch_size=BATCH)
    for update, risk in made:
        update.key_result.stat.risk_update = update.pk if risk else None
        update.key_result.stat.risk_is_shared = False
    UpdateText.objects.bulk_create(
        [UpdateText(update=update, risk=risk) for update, risk in made if risk], batch_size=BATCH
    )
    KeyResultStat.objects.bulk_create(
        [kr.stat for kr in touched.values()], batch_size=BATCH, update_conflicts=True, unique_fields=["key_result"],
        update_fields=["current", "answer", "progress", "score", "updated_on", "confidence", "behind",
                       "risk_update", "risk_is_shared"],
    )  # fmt: skip
    steps = [step for kr in touched.values() for step in kr.milestones.all()]
    Milestone.objects.bulk_update(steps, ["finished_on"], batch_size=BATCH)
    if made:
        audit.record_bulk(actor, "goals.import_updates", "goals.update", [update.pk for update, _ in made])
    mark({kr.goal_id for kr in touched.values()})
    return Counts(added=len(made), unchanged=len(rows) - len(made))


def _report(kr: KeyResult, row: Row, settings: dict[str, Any], bands: Bands | None) -> Update:
    stat = getattr(kr, "stat", None) or KeyResultStat(key_result_id=kr.pk)
    kr.stat = stat
    value, steps = str(row["value"]).strip(), list(kr.milestones.all())
    stat.updated_on, stat.confidence = (
        max(row["date"], stat.updated_on or row["date"]),
        row["confidence"] or stat.confidence,
    )
    if kr.measure in VALUED:
        stat.current = Decimal(value)
    elif kr.measure == Measure.YES_NO:
        stat.answer = value.lower() in YES
    for step in steps:
        if kr.measure == Measure.MILESTONES and step.name == value:
            step.finished_on = step.finished_on or row["date"]
    measured(kr, stat, steps, bands, cap_of(settings, kr.goal.ambition))
    health = stand_on(kr, row["date"], health_rules(settings))[0].health
    stat.behind = stat.behind + 1 if health in BEHIND else 0
    return Update(
        key_result=kr, at=clock.now(), day=row["date"], source=Source.IMPORT, value=stat.current, answer=stat.answer,
        finished=[step.pk for step in steps if step.finished_on] if kr.measure == Measure.MILESTONES else None,
        confidence=row["confidence"] or "", progress=stat.progress, health=health.value,
    )  # fmt: skip
