"""How large the letters of a page may be so that it fits one A4 sheet."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

SIZES = (10, 9, 8, 7, 6, 5)
"""Points of type, the largest first."""
MM_PER_POINT, LEADING, HEADING = 0.3528, 1.4, 1.6
SHEET_MM, FRAME_MM = 186.0, 34.0
BOX_MM, PRIORITY_MM, EXCLUSION_MM, WHY_MM = 46.0, 150.0, 88.0, 265.0


def wide(text: str) -> float:
    """How wide a line of text is, in em: a Chinese character is one, a Latin letter about half."""
    return sum(1.0 if ord(sign) > 0x2E80 else 0.56 for sign in text)


def high(texts: Iterable[str], points: float, width_mm: float) -> float:
    """How high paragraphs are in mm, set in `points` in a column of this width."""
    em = points * MM_PER_POINT
    lines = sum(max(1, -int(-wide(line) * em // width_mm)) for text in texts for line in text.split("\n"))
    return lines * em * LEADING


def sheet_size(boxes: Sequence[str], priorities: Sequence[str], exclusions: Sequence[str], why: str) -> int:
    """The largest size in points at which everything fits one A4 sheet on its side; the smallest where nothing does.

    `priorities` hold a line for the name and one for each target, `boxes` the texts of the five boxes.
    """
    for points in SIZES:
        heading = points * MM_PER_POINT * LEADING * HEADING
        upper = max((high([text], points, BOX_MM) for text in boxes), default=0.0) + heading
        lower = max(high(priorities, points, PRIORITY_MM), high(exclusions, points, EXCLUSION_MM)) + heading
        between = (len(priorities) + 1) * points * MM_PER_POINT * 0.6
        if FRAME_MM + high([why], points, WHY_MM) + upper + lower + between <= SHEET_MM:
            return points
    return SIZES[-1]
