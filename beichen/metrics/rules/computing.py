"""Formulas computed for all subjects of a period, one metric after the other, each in one pass of the database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import MetricState, OnZero, Origin
from beichen.metrics.formulas import computing, expressions
from beichen.metrics.models import HeldValue, Metric, Publication
from beichen.metrics.rules.values import NotActive, column_of, fitting, opened, table_of, touched
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Refused

AGAIN = gettext_noop("Computed again: what it is computed from has changed.")


class NoFormula(Refused):
    """A collected metric is not computed."""

    code = "metric_has_no_formula"
    text = gettext_noop("“%(name)s” has no formula: its figures are collected.")


@dataclass(frozen=True, slots=True)
class Computed:
    """How many figures were written new, replaced and held back."""

    written: int
    replaced: int
    held: int


@rule
def compute(actor: Actor, metric_id: int, period: str) -> Computed:
    """Compute a metric for a period, and first what its formula reads, in their order.

    A figure that comes out as before stays; another one replaces it and both are kept; a figure outside the metric's
    range is held back. Cost: about nine statements a metric, one of them over all subjects.
    Errors: NotFound, Forbidden, NotActive, NoFormula, WrongPeriod.
    """
    metric = queries.metric_to_change(actor, metric_id)
    require(actor, access.WRITE_VALUES)
    if metric.state != MetricState.IN_FORCE:
        raise NotActive(metric, name=metric.name)
    if not metric.formula:
        raise NoFormula(metric, name=metric.name)
    key = fitting(metric, period)
    done = Computed(0, 0, 0)
    for one in _in_order(metric):
        done = _computed(actor, one, key)
    return done


def _in_order(metric: Metric) -> list[Metric]:
    """The computed metrics that this one rests on, lowest first, itself last. Cost: one statement."""
    known = {one.code: one for one in Metric.objects.exclude(formula="").filter(state=MetricState.IN_FORCE)}
    order: list[Metric] = []
    seen: set[str] = set()

    def visit(one: Metric) -> None:
        if one.code in seen:
            return
        seen.add(one.code)
        for code in sorted(expressions.codes(expressions.read(one.formula))):
            if code in known and code != one.code:
                visit(known[code])
        order.append(one)

    visit(metric)
    return order


def _computed(actor: Actor, metric: Metric, period: str) -> Computed:
    publication = opened(actor, metric, period)
    made = _statement(metric, period)
    numbers = metric.versions.filter(state="agreed").order_by("-number").values_list("number", flat=True)
    params = {**made.params, "metric": metric.pk, "period": period, "author": actor.person_id, "at": clock.now(),
              "number": numbers.first() or 1, "origin": Origin.FORMULA, "again": str(AGAIN), "least": metric.least,
              "most": metric.most, "jump": metric.jump_percent,
              "before": periods.parse(period).shifted(-1).key}  # fmt: skip
    there = table_of(metric).objects.filter(metric=metric, period=period, is_current=True).exists()
    with connection.cursor() as cursor:
        replaced = 0
        if there:
            cursor.execute(made.replace, params)
            replaced = cursor.rowcount
        cursor.execute(made.write, params)
        written, held = cursor.fetchone()
    if written or replaced or held:
        touched(actor, publication)
        details = {"metric": metric.pk, "period": period, "written": written, "replaced": replaced, "held": held}
        audit.record(actor, access.WRITE_VALUES, Publication(pk=publication.pk), details=details)
    return Computed(written, replaced, held)


@dataclass(frozen=True, slots=True)
class _Made:
    replace: str
    write: str
    params: dict[str, Any]


# What the formula gives for everyone who has something it reads: subject, value, ids of what went in.
_COMPUTED = """
    SELECT base.subject, {value} AS value, base.inputs
    FROM ({base}) base {steps}
"""

# A figure that comes out otherwise, or not at all, is current no more.
_REPLACE = """
WITH computed AS ({computed})
UPDATE {table} old SET is_current = false
WHERE old.metric_id = %(metric)s AND old.period = %(period)s AND old.is_current
  AND NOT EXISTS (SELECT 1 FROM computed WHERE computed.subject = old.{column}
                  AND computed.value = old.value AND computed.inputs = old.inputs)
"""

# New figures, each held to the rules of the metric unless somebody let this very figure through.
_WRITE = """
WITH computed AS MATERIALIZED ({computed}), judged AS (
    SELECT c.subject, c.value, c.inputs, {fault} AS fault, {limit} AS edge
    FROM computed c {before}
    WHERE c.value IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM {table} old WHERE old.metric_id = %(metric)s AND old.period = %(period)s AND old.is_current
          AND old.{column} = c.subject)
), held AS (
    INSERT INTO {held} (metric_id, period, {column}, value, origin, inputs, entered_reason, fault, "limit", author_id,
                        at, state, reason, version)
    SELECT %(metric)s, %(period)s, j.subject, j.value, %(origin)s, j.inputs, '', j.fault, j.edge, %(author)s,
           %(at)s, 'held', '', 1
    FROM judged j
    WHERE j.fault IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM {held} h WHERE h.metric_id = %(metric)s AND h.period = %(period)s AND h.{column} = j.subject
          AND h.value = j.value)
    RETURNING 1
), written AS (
    INSERT INTO {table} (metric_id, period, {column}, value, origin, number, inputs, author_id, at, reason, replaces,
                         is_current)
    SELECT %(metric)s, %(period)s, j.subject, j.value, %(origin)s, %(number)s, j.inputs, %(author)s, %(at)s,
           {reason}, {replaces}, true
    FROM judged j {last}
    WHERE j.fault IS NULL {released}
    RETURNING 1
)
SELECT (SELECT count(*) FROM written), (SELECT count(*) FROM held)
"""

_BEFORE = """LEFT JOIN {table} b ON b.metric_id = %(metric)s AND b.period = %(before)s AND b.is_current
          AND b.{column} = c.subject AND b.value <> 0"""
_LAST = """LEFT JOIN LATERAL (
        SELECT max(o.id) AS id FROM {table} o WHERE o.metric_id = %(metric)s AND o.period = %(period)s
          AND o.{column} = j.subject) last ON true"""
_RELEASED = """OR EXISTS (
        SELECT 1 FROM {held} h WHERE h.metric_id = %(metric)s AND h.period = %(period)s AND h.{column} = j.subject
          AND h.value = j.value AND h.state = 'released')"""


def _statement(metric: Metric, period: str) -> _Made:
    tree = expressions.read(metric.formula)
    made = computing.sql(tree, zero_gives_zero=metric.on_zero == OnZero.ZERO)
    table, column, held = table_of(metric)._meta.db_table, column_of(metric), HeldValue._meta.db_table
    base, params = _base(tree, table, column, period)
    computed = _COMPUTED.format(value=made.value, base=base, steps=" ".join(made.steps))
    fault, limit, jumps = _faults(metric)
    again = table_of(metric).objects.filter(metric=metric, period=period).exists()
    names = {"table": table, "column": column, "held": held}
    write = _WRITE.format(
        computed=computed, fault=fault, limit=limit, before=_BEFORE.format(**names) if jumps else "",
        reason="CASE WHEN last.id IS NULL THEN '' ELSE %(again)s END" if again else "''",
        replaces="last.id" if again else "NULL", last=_LAST.format(**names) if again else "",
        released=_RELEASED.format(**names) if fault != "NULL::text" else "", **names,
    )  # fmt: skip
    return _Made(_REPLACE.format(computed=computed, **names), write, params)


def _base(tree: expressions.Node, table: str, column: str, period: str) -> tuple[str, dict[str, Any]]:
    """The inputs side by side, one row a subject. Where nothing may be missing they are joined, else set out."""
    codes = expressions.codes(tree)
    ids = dict(Metric.objects.filter(code__in=codes).values_list("code", "pk"))
    params: dict[str, Any] = {}
    for n, ref in enumerate(expressions.refs(tree)):
        params[f"m{n}"] = ids[ref.code]
        params[f"p{n}"] = periods.parse(period).shifted(-ref.before).key
    wanted = [f"metric_id = %(m{n})s AND period = %(p{n})s AND is_current" for n in range(len(expressions.refs(tree)))]
    values = ", ".join(f"i{n}.value AS v{n}" for n in range(len(wanted)))
    inputs = ", ".join(f"i{n}.id" for n in range(len(wanted)))
    if not computing.takes_missing(tree):
        joined = " ".join(
            f"{'FROM' if n == 0 else 'JOIN'} (SELECT id, {column} AS subject, value FROM {table} WHERE {one}) i{n}"
            f"{'' if n == 0 else ' USING (subject)'}"
            for n, one in enumerate(wanted)
        )  # fmt: skip
        return f"SELECT subject, {values}, ARRAY[{inputs}]::bigint[] AS inputs {joined}", params
    anyone = " UNION ".join(f"SELECT {column} AS subject FROM {table} WHERE {one}" for one in wanted)
    joined = " ".join(
        f"LEFT JOIN (SELECT id, {column} AS subject, value FROM {table} WHERE {one}) i{n} USING (subject)"
        for n, one in enumerate(wanted)
    )
    return f"SELECT subject, {values}, ARRAY[{inputs}]::bigint[] AS inputs FROM ({anyone}) whole {joined}", params


def _faults(metric: Metric) -> tuple[str, str, bool]:
    """The rules of the metric in SQL: which one fails, what would just have passed, whether the value before counts."""
    fails, limits = [], []
    if metric.least is not None:
        fails.append("WHEN c.value < %(least)s::numeric THEN 'range'")
        limits.append("WHEN c.value < %(least)s::numeric THEN %(least)s::numeric")
    if metric.most is not None:
        fails.append("WHEN c.value > %(most)s::numeric THEN 'range'")
        limits.append("WHEN c.value > %(most)s::numeric THEN %(most)s::numeric")
    jumps = metric.jump_percent is not None
    if jumps:
        jumped = "WHEN abs(c.value - b.value) * 100 > %(jump)s::int * abs(b.value)"
        fails.append(f"{jumped} THEN 'jump'")
        edge = "b.value + sign(c.value - b.value) * abs(b.value) * %(jump)s::int * 0.01"
        limits.append(f"{jumped} THEN {edge}")
    if not fails:
        return "NULL::text", "NULL::numeric", False
    return f"CASE {' '.join(fails)} END", f"CASE {' '.join(limits)} END", jumps
