"""How a figure came about: the numbers that went in, where each came from, what they give."""

from __future__ import annotations

from typing import Any

from django.db.models import Value
from django.db.models.functions import Coalesce

from beichen.metrics.choices import OnZero, Subject
from beichen.metrics.formulas import computing, expressions
from beichen.metrics.models import Metric
from beichen.metrics.queries.cards import Explanation, Term, ValueLine, plain
from beichen.metrics.queries.library import MetricCard, metrics
from beichen.metrics.queries.values import lines_of, visible_values
from beichen.platform.access.current import query
from beichen.platform.kit import periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


@query
def explain(actor: Actor, card: MetricCard, value_id: int) -> Explanation:
    """How one figure came about. NotFound where the actor may not see it. Cost: at most five statements."""
    row = visible_values(actor, card.subject).filter(pk=value_id, metric_id=card.id)
    period = row.values_list("period", flat=True).first()
    found = lines_of(row, card.subject)
    if period is None or not found:
        raise NotFound
    line = found[0]
    who = "person_id" if card.subject == Subject.PERSON else "unit_id"
    same = visible_values(actor, card.subject).filter(metric_id=card.id, period=period, **{who: line.subject_id})
    earlier = [one for one in lines_of(same.order_by("-pk"), card.subject) if one.id < line.id]
    formula = _formula_of(actor, card, line)
    if not formula or line.inputs is None:
        return Explanation(card, period, line, "", "", (), None, agrees=True, earlier=tuple(earlier))
    return _explained(actor, card, period, line, formula, tuple(earlier))


def _formula_of(actor: Actor, card: MetricCard, line: ValueLine) -> str:
    """The formula of the version the figure was made by."""
    content = Metric.objects.filter(pk=card.id, versions__number=line.number).values_list(
        "versions__content__formula", flat=True
    )  # fmt: skip
    return content.first() or card.formula


def _explained(
    actor: Actor, card: MetricCard, period: str, line: ValueLine, formula: str, earlier: tuple[ValueLine, ...]
) -> Explanation:
    tree = expressions.read(formula)
    names = {one.code: one for one in metrics(actor)}
    went_in = {
        row["id"]: row
        for row in visible_values(actor, card.subject).filter(pk__in=[pk for pk in line.inputs or () if pk])
        .values("id", "value", "origin", "at", "is_current", "period", author_name=Coalesce("author__name", Value("")))
    }  # fmt: skip
    terms, given = [], {}
    for ref, pk in zip(expressions.refs(tree), line.inputs or (), strict=False):
        row: dict[str, Any] = went_in.get(pk, {})
        known = names.get(ref.code)
        given[ref] = row.get("value")
        terms.append(Term(
            ref.code, known.title if known else ref.code, known.unit if known else "", bool(ref.before),
            periods.parse(period).shifted(-ref.before).key, row.get("value"), row.get("origin", ""),
            row.get("author_name", ""), row.get("at"), row.get("is_current", True), row.get("id"),
        ))  # fmt: skip
    gives = computing.result(tree, given, zero_gives_zero=card.on_zero == OnZero.ZERO)
    numbers = expressions.filled(tree, {ref: plain(value) for ref, value in given.items()})
    return Explanation(
        card, period, line, formula, numbers, tuple(terms), gives, gives == line.value, earlier
    )  # fmt: skip


def reads(card: MetricCard) -> frozenset[str]:
    """The codes of the metrics that a metric is computed from. No statement."""
    return expressions.codes(expressions.read(card.formula)) if card.formula else frozenset()
