"""The sheet MetricValues of a workbook: looked at before it is written, refused row by row, checked like any figure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beichen.metrics import access, queries
from beichen.metrics.choices import MetricState, Origin, Subject
from beichen.metrics.formulas.quality import fault
from beichen.metrics.models import Metric
from beichen.metrics.rules import values as rules
from beichen.people import queries as people
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Phrase, gettext_noop
from beichen.platform.kit.words import BadValue
from beichen.platform.registry.imports import (
    Action,
    Column,
    Counts,
    Finding,
    ImportSheet,
    Kind,
    Note,
    Row,
    Rows,
    refuse,
)

NO_METRIC = gettext_noop("No active metric has the code “%(key)s”.")
COMPUTED = gettext_noop("“%(key)s” is computed by its formula, so it takes no figures.")
NO_SUBJECT = gettext_noop("There is no person or unit “%(key)s” for this metric.")
NO_PERIOD = gettext_noop("“%(key)s” is no period this metric is kept by, or it has not begun.")
TWICE = gettext_noop("This figure stands in the sheet twice.")
TOO_EXACT = gettext_noop("A figure has at most six decimal digits.")
NEEDS_REASON = gettext_noop("There is another figure already: %(value)s. Give a reason to correct it.")
HELD = gettext_noop("Outside the rules of its metric: %(count)s figures will be held back until somebody decides.")
Place = tuple[int, str, int]
"""Metric, period, subject."""
_Wrong = tuple[str, Phrase, dict[str, str]]
"""The column at fault, why, and what the sentence names."""


@dataclass(slots=True)
class _Known:
    """What the rows speak of, looked up once."""

    metrics: Mapping[str, Metric]
    people: Mapping[str, int]
    units: Mapping[str, int]
    there: dict[Place, Decimal] = field(default_factory=dict)
    before: dict[Place, Decimal] = field(default_factory=dict)

    def subject(self, metric: Metric, key: str) -> int | None:
        """The id of the row's subject."""
        return (self.people if metric.subject == Subject.PERSON else self.units).get(key)


def _known(actor: Actor, rows: Rows) -> _Known:
    codes, subjects = {str(row["metric"]) for row in rows}, {str(row["subject"]) for row in rows}
    metrics = {one.code: one for one in Metric.objects.filter(code__in=codes, state=MetricState.IN_FORCE)}
    kinds = {one.subject for one in metrics.values()}
    persons = people.by_number(actor, subjects) if Subject.PERSON in kinds else {}
    units = people.by_code(actor, subjects) if Subject.UNIT in kinds else {}
    known = _Known(
        metrics, {key: card.id for key, card in persons.items()}, {key: card.id for key, card in units.items()}
    )
    keys = {key for row in rows if (key := _period(row))}
    keys |= {periods.parse(key).shifted(-1).key for key in keys}
    for one in (Subject.PERSON, Subject.UNIT):
        of = [metric for metric in metrics.values() if metric.subject == one]
        if of:
            table, column = rules.table_of(of[0]), rules.column_of(of[0])
            found: Any = table.objects.filter(metric__in=of, period__in=keys, is_current=True)
            known.there |= {
                (metric, key, subject): value
                for metric, key, subject, value in found.values_list("metric_id", "period", column, "value")
            }
    return known


def _period(row: Row) -> str:
    try:
        return periods.parse(str(row["period"])).key
    except BadValue:
        return ""


def preview_values(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row would do. Cost: at most five statements."""
    known, seen, findings = _known(actor, rows), set[Place](), list[Finding]()
    for row in rows:
        wrong = _lost(row, known) or _unfit(row, known, seen)
        if wrong is not None:
            findings.append(refuse(row, wrong[0], wrong[1], **wrong[2]))
            continue
        metric, key, subject = _place(row, known)
        there = known.there.get((metric.pk, key, subject))
        action = Action.ADDED if there is None else Action.CHANGED if there != row["value"] else Action.UNCHANGED
        about = subject if metric.subject == Subject.PERSON else None
        findings.append(Finding(row.number, action, label=f"{metric.code} {row['subject']} {key}", about=about))
    return findings


def _place(row: Row, known: _Known) -> tuple[Metric, str, int]:
    metric = known.metrics[str(row["metric"])]
    return metric, _period(row), known.subject(metric, str(row["subject"])) or 0


def _lost(row: Row, known: _Known) -> _Wrong | None:
    """What keeps a row from having a place: its metric, its subject or its period."""
    metric = known.metrics.get(str(row["metric"]))
    if metric is None:
        return "metric", NO_METRIC, {"key": str(row["metric"])}
    if metric.formula:
        return "metric", COMPUTED, {"key": metric.code}
    key = _period(row)
    if known.subject(metric, str(row["subject"])) is None:
        return "subject", NO_SUBJECT, {"key": str(row["subject"])}
    if not key or periods.parse(key).kind != metric.rhythm or periods.parse(key).start > clock.today():
        return "period", NO_PERIOD, {"key": str(row["period"])}
    return None


def _unfit(row: Row, known: _Known, seen: set[Place]) -> _Wrong | None:
    """What is wrong with the figure of a row whose place is known; notes that it was seen."""
    metric, key, subject = _place(row, known)
    if row["value"] != row["value"].quantize(Decimal("0.000001")) or abs(row["value"]) >= rules.LARGEST:
        return "value", TOO_EXACT, {}
    place = (metric.pk, key, subject)
    if place in seen:
        return "subject", TWICE, {}
    seen.add(place)
    there = known.there.get(place)
    if there is not None and there != row["value"] and not str(row["reason"] or "").strip():
        return "reason", NEEDS_REASON, {"value": f"{there.normalize():f}"}
    return None


def notes_on_values(actor: Actor, rows: Rows) -> list[Note]:
    """How many of the standing rows will be held back. Cost: as the preview."""
    known = _known(actor, rows)
    held = 0
    for row in rows:
        metric, key, subject = _place(row, known)
        before = known.there.get((metric.pk, periods.parse(key).shifted(-1).key, subject))
        new = known.there.get((metric.pk, key, subject)) != row["value"]
        held += bool(new and fault(row["value"], before, rules.limits_of(metric)))
    return [Note(HELD, {"count": str(held)})] if held else []


@rule
def apply_values(actor: Actor, rows: Rows) -> Counts:
    """Write the figures, metric by metric and period by period, the older period first. Cost: nine statements each."""
    require(actor, access.WRITE_VALUES)
    known = _known(actor, rows)
    groups: dict[tuple[str, str], dict[int, tuple[Decimal, str]]] = defaultdict(dict)
    for row in rows:
        metric, key, subject = _place(row, known)
        groups[key, metric.code][subject] = (row["value"], str(row["reason"] or "").strip())
    counts = Counts()
    for (key, code), figures in sorted(groups.items()):
        metric = queries.metric_to_change(actor, known.metrics[code].pk)
        taken = rules.take(actor, metric, rules.collecting(metric, key), figures, Origin.IMPORT)
        counts.added += len(taken.added) + len(taken.held)
        counts.changed += len(taken.corrected)
        counts.unchanged += len(taken.unchanged)
    return counts


VALUES = ImportSheet(
    key="MetricValues", name_zh="指标值", order=90, preview=preview_values, apply=apply_values, notes=notes_on_values,
    columns=(
        Column(key="metric", kind=Kind.CODE, name_zh="指标", required=True),
        Column(key="subject", kind=Kind.CODE, name_zh="对象", required=True),
        Column(key="period", kind=Kind.TEXT, name_zh="周期", required=True),
        Column(key="value", kind=Kind.DECIMAL, name_zh="数值", required=True),
        Column(key="reason", name_zh="更正理由"),
    ),
)  # fmt: skip
