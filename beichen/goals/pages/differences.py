"""What a change does to a goal, in words: each term before and after."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from beichen.goals.choices import LINEAR, Ambition, Measure
from beichen.goals.formulas.versions import Difference, ResultTerms
from beichen.goals.pages import terms
from beichen.platform.kit import clock
from beichen.platform.ui import figures

WORDS = {
    "title": lambda: _("Wording"), "ambition": lambda: _("Ambition"), "weight": lambda: _("Weight"),
    "due": lambda: _("Due"), "is_dropped": lambda: _("Goal"), "measure": lambda: _("Kind of measure"),
    "baseline": lambda: pgettext("of a measure", "Start"), "target": lambda: pgettext("of a measure", "Target"),
    "low": lambda: _("No less than"),
    "high": lambda: _("No more than"), "tolerance": lambda: _("Tolerance"), "unit": lambda: _("Unit of measure"),
    "steps": lambda: _("Milestones"), "added": lambda: _("Key result"),
}  # fmt: skip


def day_of(day: date) -> str:
    return figures.day(day, clock.today(), get_language() or "")


def told(difference: Difference) -> tuple[str, str, str, str]:
    """A difference in words: whose, which term, before, after."""
    name = _("Key result") if difference.name == "is_dropped" and difference.result_id else WORDS[difference.name]()
    before, after = (shown(difference.name, value) for value in (difference.before, difference.after))
    return difference.result, name, before, after


SHOWN: dict[str, Callable[[Any], str]] = {
    "added": lambda value: result_line(value) if isinstance(value, ResultTerms) else figures.NONE,
    "is_dropped": lambda value: _("dropped") if value else _("in force"),
    "weight": terms.weight,
    "ambition": lambda value: str(Ambition(value).label),
    "measure": lambda value: str(Measure(value).label),
    "due": day_of,
    "steps": lambda value: " · ".join(f"{step.name} {day_of(step.due)}" for step in value) or figures.NONE,
}


def shown(name: str, value: Any) -> str:
    if name in SHOWN:
        return SHOWN[name](value)
    return terms.number(value) if isinstance(value, Decimal) else str(value or figures.NONE)


def result_line(one: ResultTerms) -> str:
    """A key result's terms in one line."""
    if one.is_dropped:
        return _("dropped")
    if one.measure == Measure.WITHIN:
        way = f"{terms.number(one.low)}–{terms.number(one.high, one.unit)}"
    elif one.measure in LINEAR:
        way = f"{terms.number(one.baseline)} → {terms.number(one.target, one.unit)}"
    else:
        way = str(Measure(one.measure).label)
    return f"{way} · {terms.weight(one.weight)} · {day_of(one.due)}"
