"""Figures of half a year: product lines and business groups by month, signed; the newest month is still at the desk."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from beichen.demo.formulas.banks import bank, lines
from beichen.demo.formulas.chance import stream
from beichen.demo.rules.moments import moment
from beichen.demo.rules.reviews import ADMINISTRATORS
from beichen.metrics import queries, rules
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place

MONTHS = 6
LINES = {"PDN": 100, "PDS": 64, "PDC": 88}
"""Product lines and how large each is, in percent of the largest."""
GROUPS = {"PD": 100, "TE": 34, "BZ": 71}


def load_figures(place: Place) -> int:
    """Write and sign them; how many. The last month misses one figure, holds one back and is signed only in part."""
    writer, second = (place.person(number) for number in ADMINISTRATORS)
    library = {card.code: card.id for card in queries.metrics(writer)}
    months = _months(place.story.day)
    written = 0
    for number, month in enumerate(months):
        told = _told(place, number, newest=number == len(months) - 1)
        day = min(month.end + timedelta(days=3), place.story.day - timedelta(days=3))
        for code, figures in told.items():
            with clock.frozen(moment(day, code, month.key)):
                rules.enter_values(writer, library[code], month.key, figures)
            written += len(figures)
        written += _computed(writer, library, month.key, day)
        _sign(second, library, month.key, day, leave=number == len(months) - 1)
    return written


def _months(day: date) -> list[periods.Period]:
    last = periods.of(periods.PeriodKind.MONTH, day).shifted(-1)
    return [last.shifted(-back) for back in reversed(range(MONTHS))]


_COMPUTED = ("stickiness", "retention_30", "conversion", "complaint_rate", "gross_margin", "output_per_head")


def _computed(writer: Actor, library: dict[str, int], month: str, day: date) -> int:
    done = 0
    for code in _COMPUTED:
        with clock.frozen(moment(day + timedelta(days=1), code, month)):
            done += rules.compute(writer, library[code], month).written
    return done


def _sign(second: Actor, library: dict[str, int], month: str, day: date, *, leave: bool) -> None:
    """The second administrator signs what is whole; of the newest month only what nothing speaks against."""
    done = ("mau", "dau", "complaints", "cost", "head_count") if leave else _ORDER
    for code in done:
        card = queries.metric(second, library[code])
        found = queries.period_card(second, card, month)
        if not found.values:
            continue
        with clock.frozen(moment(day + timedelta(days=2), code, month)):
            rules.sign(second, card.id, month, "", found.version)


_ORDER = (
    "mau", "dau", "new_users", "kept_users_30", "buyers", "complaints", "revenue", "cost", "head_count",
    "tickets_closed",
    *_COMPUTED,
)  # fmt: skip


def _told(place: Place, number: int, *, newest: bool) -> dict[str, dict[int, Decimal]]:
    """The figures of a month by metric and subject. Retention climbs; one line of the newest month is missing."""
    rng = stream(place.seed, "figures", number)
    units = place.loaded.units
    above = {line[0]: line[3] for line in lines(bank("company")["units"])}
    found: dict[str, dict[int, Decimal]] = {}
    run = {code: size for code, size in LINES.items() if code in units}
    for code, size in run.items():
        unit = units[code]
        mau = _near(rng, 2_400_000 * size // 100, growth=number)
        fresh = mau * rng.randint(118, 131) // 1000
        kept = fresh * (rng.randint(212, 226) + 9 * number) // 1000
        line = {
            "mau": mau, "dau": mau * rng.randint(262, 288) // 1000, "new_users": fresh, "kept_users_30": kept,
            "buyers": mau * (rng.randint(36, 41) + number) // 1000, "complaints": mau * rng.randint(16, 27) // 100_000,
        }  # fmt: skip
        for metric, value in line.items():
            found.setdefault(metric, {})[unit] = Decimal(value)
    for code, size in GROUPS.items():
        revenue = _near(rng, 5_200 * size // 100, growth=number)
        heads = sum(1 for human in place.story.people if not human.left and _group(above, human.now.unit) == code)
        found.setdefault("revenue", {})[units[code]] = Decimal(revenue)
        found.setdefault("cost", {})[units[code]] = Decimal(revenue * rng.randint(360, 440) // 1000)
        found.setdefault("head_count", {})[units[code]] = Decimal(max(1, heads))
    found["tickets_closed"] = _tickets(place, rng)
    if newest:
        found["buyers"].popitem()
        found["new_users"][units[list(run)[-1]]] *= 10
    return found


def _group(above: dict[str, str], unit: str) -> str:
    """The business group in which a unit lies, or nothing."""
    while unit and unit not in GROUPS:
        unit = above.get(unit, "")
    return unit


def _near(rng: Random, middle: int, *, growth: int) -> int:
    return middle * (1000 + 14 * growth + rng.randint(-12, 12)) // 1000


def _tickets(place: Place, rng: Random) -> dict[int, Decimal]:
    people: Sequence[str] = [
        human.number for human in place.story.people if not human.left and "客服" in human.now.position
    ]  # fmt: skip
    return {place.loaded.persons[number]: Decimal(rng.randint(148, 236)) for number in people}
