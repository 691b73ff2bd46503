"""How evenly money is spread: a curve of cumulative shares and the area between it and equality."""

from __future__ import annotations

from collections.abc import Sequence

SIDE = 100.0


def curve(parts: Sequence[int]) -> list[tuple[float, float]]:
    """Points of a Lorenz curve on 0 … 1 from sums of equal groups, the poorest first. Evidence, not money: floats."""
    whole = sum(parts)
    points, reached = [(0.0, 0.0)], 0
    for n, part in enumerate(parts, start=1):
        reached += part
        points.append((n / len(parts), reached / whole if whole else n / len(parts)))
    return points


def path(points: Sequence[tuple[float, float]]) -> str:
    """The points as SVG coordinates on a square of 100, the origin below left."""
    return " ".join(f"{x * SIDE:.2f},{SIDE - y * SIDE:.2f}" for x, y in points)
