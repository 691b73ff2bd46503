"""Figures of bonuses as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from beichen.platform.kit.numbers import as_number
from beichen.platform.kit.rounding import COEFFICIENT, shown
from beichen.platform.ui.drawings import Step as Bar
from beichen.platform.ui.figures import SIGNS, trimmed
from beichen.reward.choices import AtLimit, Step
from beichen.reward.formulas.explain import Explanation
from beichen.reward.queries import AwardLine

Term = tuple[str | Promise, str]
ROWS = 50
"""Pools drawn at once."""
CENTS = 100
FINE = 10_000


def begins(after: str) -> int:
    """The place in the address after which the next lines begin; 0 at the beginning."""
    return as_number(after) or 0


def coefficient(value: Fraction | int) -> str:
    """Ten-thousandths (or an exact share) as 1.05; at most four digits."""
    exact = Fraction(value, COEFFICIENT) if isinstance(value, int) else value
    return trimmed(exact, 4)


def cents(value: Fraction | int, currency: str, *, plus: bool = False) -> str:
    """Money with two digits, up to four where there is a part of a cent; `plus` writes the sign of a change."""
    whole = Fraction(value) / CENTS
    digits = 2 if Fraction(value).denominator == 1 else 4
    text = shown(abs(whole), digits)
    head, tail = text.split(".")
    sign = "−" if whole < 0 else "+" if plus and whole > 0 else ""
    return f"{sign}{SIGNS.get(currency, f'{currency} ')}{int(head):,}.{tail}"


def bars(story: Explanation, currency: str) -> list[Bar]:
    """The waterfall from the target to the amount."""
    found = [
        Bar(
            str(Step(key).label), Decimal(float(value / CENTS)), cents(value, currency, plus=n > 0),
            total=n == 0,
        )
        for n, (key, value) in enumerate(story.steps)
    ]  # fmt: skip
    return [*found, Bar(_("Bonus"), Decimal(story.final) / CENTS, cents(story.final, currency), total=True)]


def terms(line: AwardLine, cycle_days: int, currency: str) -> list[Term]:
    """What an amount is made of, in the order of the formula; without the target where that is closed to the reader."""
    story = line.story
    if story is None or line.target is None:
        return _without_target(line, cycle_days, currency)
    found: list[Term] = [
        (_("Target bonus"), cents(line.target, currency)),
        (_("Days"), f"{line.days} / {cycle_days}"),
        (_("Target for these days"), cents(story.prorated, currency)),
        (_("Grade %(grade)s") % {"grade": line.grade}, coefficient(line.coefficient)),
    ]
    if story.flattened != story.coefficient:
        found.append((_("Coefficient after levelling"), trimmed(story.flattened, 8)))
    if story.pays is not None:
        found.append((_("Pool rate per unit of target × coefficient"), shown(story.pays, 8)))
    if line.at_limit:
        found.append((str(AtLimit(line.at_limit).label), cents(line.amount, currency)))
    else:
        found.append((_("Exact share"), cents(story.exact, currency)))
        found.append((_("Rounding"), cents(story.rounding, currency, plus=True)))
    if line.delta:
        found.append((_("Manager’s adjustment"), cents(line.delta, currency, plus=True)))
    return [*found, (_("Bonus"), cents(line.final, currency))]


def _without_target(line: AwardLine, cycle_days: int, currency: str) -> list[Term]:
    found: list[Term] = [
        (_("Target bonus"), _("hidden: only the person, the HR partner and compensation can see pay")),
        (_("Days"), f"{line.days} / {cycle_days}"),
        (_("Grade %(grade)s") % {"grade": line.grade}, coefficient(line.coefficient)),
    ]
    if line.flattened * FINE != line.coefficient:
        found.append((_("Coefficient after levelling"), trimmed(line.flattened, 8)))
    if line.at_limit:
        found.append((str(AtLimit(line.at_limit).label), cents(line.amount, currency)))
    else:
        found.append((_("Calculated"), cents(line.amount, currency)))
    if line.delta:
        found.append((_("Manager’s adjustment"), cents(line.delta, currency, plus=True)))
    return [*found, (_("Bonus"), cents(line.final, currency))]


def share(part: int, whole: int) -> str:
    """A share as per cent with one digit."""
    return f"{shown(Fraction(part * 100, whole), 1)} %" if whole else "–"


def problem(said: Any) -> str:
    """The sentence of a refused simulation in the reader's language."""
    if not said:
        return ""
    if said.get("code") == "bad_value":
        return _("These settings cannot be used: %(field)s.") % {"field": said["params"].get("field", "")}
    params: dict[str, str] = said.get("params", {})
    return str(_(said["text"])) % params


def curve_rows(
    rows: Sequence[tuple[float, float]], others: Sequence[tuple[float, float]]
) -> list[tuple[str, str, str]]:
    """The table behind the picture: so many of the people with the smallest amounts hold so much of the money."""
    return [(f"{x:.0%}", f"{a:.1%}", f"{b:.1%}") for (x, a), (_x, b) in zip(rows[1:], others[1:], strict=False)]
