"""Units of metrics, and whether a formula may add, compare and name its result as it does.

A unit is what people write: 元, 万人, 次/天, %. Two figures are added, compared or chosen between only in one and the
same unit; a constant takes the unit of what stands beside it. Multiplying and dividing carry the units along, and a
share (%, ‰, 倍, a unit left empty) counts as a plain number there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from beichen.metrics.formulas.expressions import Call, Choice, Node, Number, Operation, Ref, written
from beichen.platform.kit.errors import Invalid, Phrase, gettext_noop

PLAIN = frozenset({"", "%", "‰", "倍", "分", "x", "pt", "pp"})
_SIGNS = re.compile(r"[·*×⋅]")


class UnitsDiffer(Invalid):
    """Two figures of different units are added, compared or chosen between, or the result has another unit."""

    code = "formula_units"
    text = gettext_noop("“%(part)s” is in %(unit)s and “%(other)s” is in %(other_unit)s, so they cannot be combined.")


class ResultUnit(Invalid):
    """The formula gives another unit than the metric says."""

    code = "formula_result_unit"
    text = gettext_noop("The formula gives %(unit)s, but the metric is in %(other_unit)s. Change one of the two.")


NO_UNIT = gettext_noop("a plain number")


@dataclass(frozen=True, slots=True)
class Unit:
    """`powers`: how often each word stands above (positive) or below the line; `plain`: which kind of plain number."""

    powers: tuple[tuple[str, int], ...] = ()
    plain: str = ""

    @property
    def said(self) -> str:
        """As people write it; a phrase where it is a plain number."""
        above = [word for word, power in self.powers for _ in range(power)]
        below = [word for word, power in self.powers for _ in range(-power)]
        if not self.powers:
            return self.plain or NO_UNIT
        return "·".join(above or ["1"]) + "".join(f"/{word}" for word in below)


ANY = None
"""A constant takes the unit beside it."""


def unit_of(text: str) -> Unit:
    """The unit people wrote: 元/人 is 元 above 人."""
    words = _SIGNS.sub("·", text.strip())
    if words.lower() in PLAIN:
        return Unit(plain=words)
    count: Counter[str] = Counter()
    for place, part in enumerate(words.split("/")):
        for word in part.split("·"):
            if word.strip() and word.strip() not in ("1", *PLAIN):
                count[word.strip()] += -1 if place else 1
    return _unit(count)


def check_units(node: Node, units: Mapping[str, str], result: str) -> None:
    """Raise UnitsDiffer or ResultUnit; `units` by code of every metric the formula reads."""
    found = _of(node, {code: unit_of(text) for code, text in units.items()})
    wanted = unit_of(result)
    if found is not ANY and found.powers != wanted.powers:
        raise ResultUnit(field="unit", unit=found.said, other_unit=wanted.said)
    if found is not ANY and not found.powers and found.plain and found.plain != wanted.plain:
        raise ResultUnit(field="unit", unit=found.said, other_unit=wanted.said)


def _of(node: Node, units: Mapping[str, Unit]) -> Unit | None:
    match node:
        case Number():
            return ANY
        case Ref(code):
            return units[code]
        case Operation("*" | "/" as sign, left, right):
            return _multiplied(_of(left, units), _of(right, units), 1 if sign == "*" else -1)
        case Operation(_, left, right):
            return _same(left, right, units)
        case Call(_, parts):
            return _alike(parts, units)
        case Choice(_, left, right, yes, no):
            _same(left, right, units)
            return _same(yes, no, units)


def _same(left: Node, right: Node, units: Mapping[str, Unit]) -> Unit | None:
    return _alike((left, right), units)


def _alike(parts: tuple[Node, ...], units: Mapping[str, Unit]) -> Unit | None:
    known: tuple[Node, Unit] | None = None
    for part in parts:
        found = _of(part, units)
        if found is ANY:
            continue
        if known is not None and found != known[1]:
            raise UnitsDiffer(
                field="formula", part=written(known[0]), unit=known[1].said, other=written(part),
                other_unit=found.said,
            )  # fmt: skip
        known = known or (part, found)
    return known[1] if known else ANY


def _multiplied(left: Unit | None, right: Unit | None, power: int) -> Unit | None:
    if left is ANY and right is ANY:
        return ANY
    count: Counter[str] = Counter(dict(left.powers) if left else {})
    for word, times in right.powers if right else ():
        count[word] += power * times
    return _unit(count)


def _unit(count: Mapping[str, int]) -> Unit:
    return Unit(tuple(sorted((word, power) for word, power in count.items() if power)))


__all__ = ["NO_UNIT", "Phrase", "ResultUnit", "Unit", "UnitsDiffer", "check_units", "unit_of"]
