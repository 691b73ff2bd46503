"""Key results drawn from a line of a bank, and the reports that follow them through the quarter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

from beichen.demo.formulas.banks import bank, said
from beichen.demo.formulas.chance import Deck
from beichen.demo.formulas.story import Quarter, Report, Result, Step

RHYTHM, RHYTHM_BEHIND = 14, 21
MEASURES = {
    "inc": "increase",
    "dec": "decrease",
    "cnt": "count",
    "pct": "percent",
    "within": "within",
    "yes": "yes_no",
    "ms": "milestones",
}
SAID = (
    "{k}现在是 {v}{unit}。",
    "本期数：{v}{unit}。",
    "{v}{unit}，",
    "已更新到 {v}{unit}。",
    "{k}{v}{unit}；",
    "",
)
DONE_STEP = ("{s}完成。", "{s}这一步走完了。", "{s}按计划收尾，", "{s}通过。")


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast it goes against the calendar (1 is on time), and how reliably it is reported."""

    speed: float
    punctual: float
    steady: bool = False


def plain(text: str, words: dict[str, str]) -> str:
    """Words put into their places; none left open."""
    for key, word in words.items():
        text = text.replace("{" + key + "}", word)
    return text


@dataclass(frozen=True, slots=True)
class Plot:
    """What the key results of one goal are drawn from; the quarter begins when the person does."""

    words: dict[str, str]
    rng: Random
    pace: Pace
    quarter: Quarter
    day: date
    work: str
    is_brief: bool = False
    decks: dict[str, Deck] = field(default_factory=dict)

    def line(self, key: str) -> str:
        """A line that this goal has not used yet, while there are others."""
        if key not in self.decks:
            lines = bank("reports")["risk"] if key == "risk" else said(self.work, key, self.words)
            self.decks[key] = Deck(lines, self.rng)
        filled = {"o": "这项工作", "u": "产品", "p": "相关用户", **self.words}
        return plain(self.decks[key].deal(), filled) + "。"


def measured(line: str, plot: Plot, weight: int, told: dict[str, Any] | None) -> Result:
    """A key result of the line with its reports up to the day."""
    kind, title, *rest = plain(line, plot.words).split("|")
    called = Called(title, _english(line.split("|")[1], plot.words))
    pace = plot.pace
    speed = pace.speed if pace.steady else max(0.05, pace.speed + plot.rng.gauss(0, 0.12))
    days = sorted(set(_days(plot)))
    made = _shape(kind, called, rest, plot, weight)
    return replace(made, reports=tuple(_reports(made, plot, speed, days, told)))


class Called(NamedTuple):
    """What a key result is called, in both languages."""

    title: str
    title_en: str


def _english(title: str, words: dict[str, str]) -> str:
    """The English of a key result's words, with the things it is about."""
    there = {key: words[f"{key}_en"] for key in ("o", "u", "p") if f"{key}_en" in words}
    found = plain(bank("english")["k"][title], there)
    return found[:1].upper() + found[1:]


def _shape(kind: str, called: Called, rest: list[str], plot: Plot, weight: int) -> Result:
    measure = MEASURES[kind]
    if kind == "yes":
        return Result(*called, measure, "", weight)
    if kind == "ms":
        return Result(*called, measure, "", weight, steps=_steps(rest[0].split(">"), plot.quarter))
    if kind == "within":
        low, high, off, unit = rest
        return Result(*called, measure, unit, weight, low=Decimal(low), high=Decimal(high), tolerance=Decimal(off))
    baseline, by = _between(rest[0], plot.rng), _between(rest[1], plot.rng)
    target = baseline - by if kind == "dec" else baseline + by
    return Result(*called, measure, rest[2], weight, baseline, target)


def _between(text: str, rng: Random) -> Decimal:
    """A number out of "58..72", as fine as it is written; big ones rounded as people would."""
    low, _, high = text.partition("..")
    if not high or low == high:
        return Decimal(low)
    digits = max(len(part.partition(".")[2]) for part in (low, high))
    value = Decimal(str(round(rng.uniform(float(low), float(high)), digits)))
    if value >= 1000 and not digits:
        step = 10 ** (len(str(int(value))) - 2)
        value = Decimal(int(value) // step * step)
    return value.quantize(Decimal(1).scaleb(-digits)) if digits else Decimal(int(value))


def _steps(names: list[str], quarter: Quarter) -> tuple[Step, ...]:
    span = (quarter.last - quarter.first).days
    weight, left = 10000 // len(names), 10000 % len(names)
    return tuple(
        Step(
            name, weight + (left if n == 0 else 0), quarter.first + timedelta(days=max(1, span * (n + 1) // len(names)))
        )
        for n, name in enumerate(names)
    )


def _days(plot: Plot) -> Iterator[date]:
    """Days of reports: every two weeks, some left out by those who forget; a quarter behind ends with one.

    Of a quarter told in short only that one is left.
    """
    quarter, is_over = plot.quarter, plot.day >= plot.quarter.last
    if plot.is_brief:
        yield quarter.last
        return
    at = quarter.first + timedelta(days=12 + plot.rng.randint(0, 2))
    while at <= plot.day:
        there = at + timedelta(days={5: -1, 6: 1}.get(at.weekday(), 0))
        if plot.pace.steady or plot.rng.random() < 0.35 + 0.65 * plot.pace.punctual:
            yield min(there, plot.day)
        at += timedelta(days=RHYTHM_BEHIND if is_over else RHYTHM)
    if is_over:
        yield quarter.last


def _reports(
    result: Result, plot: Plot, speed: float, days: list[date], told: dict[str, Any] | None
) -> Iterator[Report]:
    quarter, rng = plot.quarter, plot.rng
    span = max(1, (quarter.last - quarter.first).days)
    for n, at in enumerate(days):
        is_end = at >= quarter.last
        share = (at - quarter.first).days / span
        now = speed + (0.0 if is_end else rng.gauss(0, 0.06))
        ahead = 0 if is_end else 9 / span  # people tell where they will be by the end of the week
        value = _value(result, max(0.0, min(1.0, share + ahead) * now), share, speed, rng)
        confidence = _confidence(now, rng)
        if told and told.get("text"):
            yield _told(told, n, at, value, confidence, is_end=is_end)
        else:
            yield _written(result, plot, at, value, confidence)


def _confidence(speed: float, rng: Random) -> str:
    if speed >= 0.88 or rng.random() < 0.08:
        return "on_track"
    return "at_risk" if speed >= 0.58 else "off_track"


def _value(result: Result, reached: float, share: float, speed: float, rng: Random) -> Decimal:
    if result.measure == "yes_no":
        return Decimal(int(share > 0.85 and speed > 0.85))
    if result.measure == "milestones":
        return Decimal(min(len(result.steps), int(reached * len(result.steps) + 0.3)))
    if result.measure == "within":
        return _held(result, speed, rng)
    assert result.baseline is not None
    assert result.target is not None
    goal, start = float(result.target), float(result.baseline)
    digits = max(0, -int(result.target.as_tuple().exponent), -int(result.baseline.as_tuple().exponent))
    if abs(goal - start) <= 30 and result.unit in ("%", "分", "元", "天", "秒", "分钟", "步", "万", "‰"):
        digits = max(digits, 1)
    return _rounded(start + (goal - start) * min(reached, 1.25), digits)


def _rounded(value: float, digits: int) -> Decimal:
    return Decimal(str(round(value, digits))) if digits else Decimal(round(value))


def _held(result: Result, speed: float, rng: Random) -> Decimal:
    assert result.low is not None
    assert result.high is not None
    assert result.tolerance is not None
    inside = float(result.low) + (float(result.high) - float(result.low)) * rng.uniform(0.2, 0.95)
    if result.low > 0:
        out = float(result.low) - float(result.tolerance) * rng.uniform(0.1, 0.6)
    else:
        out = float(result.high) + float(result.tolerance) * rng.uniform(0.1, 0.7)
    value = inside if rng.random() < min(0.95, speed - 0.1) else out
    digits = max(-int(part.as_tuple().exponent) for part in (result.high, result.tolerance))
    return _rounded(max(0.0, value), max(0, digits))


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _told(told: dict[str, Any], n: int, at: date, value: Decimal, confidence: str, *, is_end: bool) -> Report:
    """A report in words of its own; `values` and `feel` where the story knows them, `last` closes the quarter."""

    def word(key: str) -> str:
        said: list[str] = told.get(key, [])
        return said[n] if n < len(said) else ""

    text = str(told["last"]) if is_end and "last" in told else word("text") or str(told["text"][-1])
    value = Decimal(word("values") or str(told["values"][-1])) if "values" in told else value
    return Report(
        at, value, word("feel") or confidence, text, word("problem"), word("next"), word("support"), word("risk")
    )


def _written(result: Result, plot: Plot, at: date, value: Decimal, confidence: str) -> Report:
    rng = plot.rng

    def one(key: str, chance: float) -> str:
        return plot.line(key) if rng.random() < chance else ""

    behind = confidence != "on_track"
    text = _number(result, value, rng)
    text += one("done", 0.9) if not behind or rng.random() < 0.5 else one("stuck", 0.9)
    if plot.is_brief:
        return Report(at, value, confidence, text or one("done", 1.0))
    return Report(
        at,
        value,
        confidence,
        text or one("done", 1.0),
        one("stuck", 0.75 if behind else 0.12),
        one("next", 0.6),
        one("ask", 0.4 if behind else 0.08),
        one("risk", 0.3) if behind else "",
    )


def _number(result: Result, value: Decimal, rng: Random) -> str:
    if result.measure == "milestones":
        done = int(value)
        return plain(rng.choice(DONE_STEP), {"s": result.steps[done - 1].name}) if done else ""
    if result.measure == "yes_no":
        return "已做到。" if value else ""
    shown = f"{value:f}"
    return plain(rng.choice(SAID), {"k": result.title, "v": shown, "unit": result.unit})
