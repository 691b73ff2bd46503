"""The geometry of small drawings: numbers in, SVG attributes out. Colours and strokes are the style sheet's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Number = int | float | Decimal

WIDTH, HEIGHT, MARGIN = 96.0, 24.0, 3.0


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a waterfall: `value` is added, or with `total` it is where the sum stands."""

    label: str
    value: Number
    shown: str
    note: str = ""
    total: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    """One drawn bar: place and width in per cent of the drawing, its tone, and the words beside it."""

    label: str
    shown: str
    x: str
    width: str
    tone: str
    note: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A sparkline: the points of the path, the last point, and the pace line if there is one."""

    points: str
    last_x: str
    last_y: str
    pace: str = ""


def text(value: Number) -> str:
    """A coordinate: at most two decimals."""
    return f"{float(value):.2f}".rstrip("0").rstrip(".")


def portion(share: Number | None) -> str:
    """A share of 0–1 as per cent of the drawing; outside values stop at the edge."""
    return text(max(0.0, min(1.0, float(share or 0))) * 100)


def sparkline(values: Sequence[Number], pace: Sequence[Number] = ()) -> Line | None:
    """Points of a line through `values`, and of a second through `pace` on the same scale; None under two values."""
    if len(values) < 2:
        return None
    numbers = [float(value) for value in (*values, *pace)]
    low, high = min(numbers), max(numbers)
    points = _points(values, low, high)
    return Line(
        points=" ".join(f"{x},{y}" for x, y in points),
        last_x=points[-1][0],
        last_y=points[-1][1],
        pace=" ".join(f"{x},{y}" for x, y in _points(pace, low, high)) if len(pace) > 1 else "",
    )


def _points(values: Sequence[Number], low: float, high: float) -> list[tuple[str, str]]:
    across = (WIDTH - 2 * MARGIN) / max(len(values) - 1, 1)
    up = (HEIGHT - 2 * MARGIN) / (high - low) if high > low else 0
    middle = HEIGHT / 2
    return [
        (text(MARGIN + n * across), text(HEIGHT - MARGIN - (float(value) - low) * up if up else middle))
        for n, value in enumerate(values)
    ]


def waterfall(steps: Sequence[Step]) -> list[Bar]:
    """Each step from where the sum stood to where it stands, all on one scale that includes zero."""
    spans: list[tuple[Step, float, float]] = []
    stands = 0.0
    for step in steps:
        begin = 0.0 if step.total else stands
        stands = float(step.value) if step.total else stands + float(step.value)
        spans.append((step, begin, stands))
    edges = [0.0, *(edge for _, begin, end in spans for edge in (begin, end))]
    low, size = min(edges), (max(edges) - min(edges)) or 1.0
    return [_span(step, begin, end, low, size) for step, begin, end in spans]


def _span(step: Step, begin: float, end: float, low: float, size: float) -> Bar:
    left, wide = (min(begin, end) - low) / size * 100, abs(end - begin) / size * 100
    tone = "total" if step.total else "plus" if end >= begin else "minus"
    return Bar(step.label, step.shown, text(left), text(max(wide, 0.6)), tone, step.note)


def bars(rows: Sequence[tuple[str, Number, str]], against: Sequence[Number] = ()) -> list[Bar]:
    """Bars of (label, value, shown) on one scale from zero; `against` gives each a mark to compare with."""
    highest = max([*(float(row[1]) for row in rows), *(float(mark) for mark in against)], default=0) or 1.0
    marks = [text(float(mark) / highest * 100) for mark in against]
    return [
        Bar(label, shown, "0", text(float(value) / highest * 100), "plain", mark=marks[n] if n < len(marks) else "")
        for n, (label, value, shown) in enumerate(rows)
    ]
