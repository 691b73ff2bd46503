"""Explanations: each figure of a goal with the terms of its formula, in words and numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from django.utils.translation import gettext

from beichen.goals.choices import LINEAR, Measure
from beichen.goals.forms import trimmed
from beichen.goals.queries import GoalView, KeyResultCard
from beichen.metrics.queries import FrozenLine
from beichen.platform.ui import figures

NOTES = {
    "dropped": lambda: gettext("dropped"),
    "not_measured": lambda: gettext("not measured"),
    "not_counted": lambda: gettext("not approved"),
}


def number(value: Decimal | None, unit: str = "") -> str:
    """A value with its unit, without zeros at the end; an en dash for none."""
    if value is None:
        return figures.NONE
    text = f"{trimmed(value):f}"
    return f"{text} {unit}" if unit and unit not in ("%", "‰") else f"{text}{unit}"


def weight(hundredths: int) -> str:
    """A weight in per cent: 5000 is 50%."""
    return f"{trimmed(Decimal(hundredths) / 100):f}%"


def goal_terms(view: GoalView) -> list[tuple[str, str]]:
    """What the progress of a goal is made of: each item with its weight, the mean at the end."""
    lines = []
    for term in view.terms:
        title = term.title or gettext("A goal you cannot see")
        share = gettext("equal weights") if view.equal_weights else weight(term.weight)
        shown = NOTES[term.note]() if term.note in NOTES else figures.percent(term.progress, 1)
        lines.append((f"{title} · {share}", shown))
    total = gettext("not measured") if view.goal.progress is None else figures.percent(view.goal.progress, 2)
    return [*lines, (gettext("Weighted average"), total)]


def key_result_terms(card: KeyResultCard) -> list[tuple[str, str]]:
    """What the progress of a key result is made of."""
    if card.numbers_hidden:
        return []
    total = (
        gettext("Progress"),
        gettext("not measured") if card.progress is None else figures.percent(card.progress, 2),
    )
    expected = (gettext("Expected by today"), figures.percent(card.expected, 2))
    return [*_given(card), expected, total]


def _given(card: KeyResultCard) -> list[tuple[str, str]]:
    now = (gettext("Now"), number(card.current, card.unit))
    if card.measure in LINEAR:
        return [
            (gettext("From"), number(card.baseline, card.unit)), (gettext("To"), number(card.target, card.unit)), now,
        ]  # fmt: skip
    if card.measure == Measure.WITHIN:
        return [(gettext("Range"), span(card)), (gettext("Tolerance"), number(card.tolerance, card.unit)), now]
    if card.measure == Measure.MILESTONES:
        return [
            (f"{step.name} · {weight(step.weight)}", "✓" if step.finished_on else figures.NONE)
            for step in card.milestones
        ]
    if card.measure == Measure.BAND:
        return [now, (gettext("Score"), figures.score(card.score))]
    return [(gettext("Achieved"), gettext("Yes") if card.answer else gettext("Not yet"))]


def span(card: KeyResultCard) -> str:
    """The range as people write it: 95–99%, at most 5, at least 3."""
    if card.low is not None and card.high is not None:
        return f"{number(card.low)}–{number(card.high, card.unit)}"
    if card.low is not None:
        return gettext("at least %(value)s") % {"value": number(card.low, card.unit)}
    return gettext("at most %(value)s") % {"value": number(card.high, card.unit)}


def stands(card: KeyResultCard) -> str:
    """From where to where, and where it is: 38 → 42.2 → 45%."""
    if card.numbers_hidden:
        return ""
    if card.measure in LINEAR:
        now = card.baseline if card.current is None else card.current
        return f"{number(card.baseline)} → {number(now)} → {number(card.target, card.unit)}"
    if card.measure == Measure.WITHIN:
        return gettext("%(now)s, keep %(range)s") % {"now": number(card.current, card.unit), "range": span(card)}
    if card.measure == Measure.MILESTONES:
        return gettext("%(done)s of %(all)s milestones") % {"done": card.finished, "all": len(card.milestones)}
    if card.measure == Measure.BAND:
        score = figures.score(card.score) if card.current is not None else figures.NONE
        return gettext("%(now)s, score %(score)s") % {"now": number(card.current, card.unit), "score": score}
    return gettext("Achieved") if card.answer else gettext("Not yet achieved")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A key result with the words a template needs."""

    card: KeyResultCard
    stands: str
    terms: list[tuple[str, str]]
    weight: str
    next_step: str
    facts: Sequence[object] = ()
    frozen: FrozenLine | None = None


def drawn(
    cards: Sequence[KeyResultCard],
    facts: Mapping[int, Sequence[object]] = MappingProxyType({}),
    frozen: Mapping[int, FrozenLine] = MappingProxyType({}),
) -> list[Drawn]:
    """Key results with their words; `facts`: where the figures of each come from, where a page says it; `frozen`: the
    figure of a metric each was scored with.
    """
    return [
        Drawn(
            card, stands(card), key_result_terms(card), weight(card.weight), _next(card), facts.get(card.id, ()),
            frozen.get(card.id),
        )
        for card in cards
    ]  # fmt: skip


def _next(card: KeyResultCard) -> str:
    if card.numbers_hidden:
        return ""
    return next((step.name for step in card.milestones if step.finished_on is None), "")
