"""A tree of boxes as an SVG picture that needs nothing else: to print, to send, to put on a slide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width
from xml.sax.saxutils import escape

WIDE, HIGH, ACROSS, BETWEEN, EDGE = 270, 66, 56, 12, 24
"""Pixels: a box, the room to the next level, between two boxes, around the whole."""
LINE = 34
"""So many halves of a Chinese character fit into a line of a box."""
INK, QUIET, RULE, PAPER = "#14213d", "#5b6472", "#c9cdd6", "#ffffff"
COLOURS = {
    "ahead": "#3f7fd9", "on_track": "#3a9d60", "at_risk": "#e09a1a", "off_track": "#d1453b", "not_updated": "#b3b8c2",
    "done": "#2a9484",
}  # fmt: skip
FONT = "system-ui, 'PingFang SC', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"


@dataclass(frozen=True, slots=True)
class Box:
    """A box with its words, the key of a state that gives it a colour (or ""), and what hangs on it."""

    title: str
    facts: str
    state: str
    below: Sequence[Box]


@dataclass(frozen=True, slots=True)
class _Put:
    """Where a box stands: its upper left corner, and the middle of the left edge of those below it."""

    box: Box
    x: int
    y: float
    below: tuple[tuple[int, float], ...]


def svg(tops: Sequence[Box]) -> bytes:
    """The trees below each other, from left to right."""
    put: list[_Put] = []
    row = 0
    for top in tops:
        row, _ = _place(top, 0, row, put)
    width = 2 * EDGE + max((one.x + WIDE for one in put), default=WIDE)
    height = 2 * EDGE + row * (HIGH + BETWEEN)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="{-EDGE} {-EDGE} {width} {height}" font-family="{FONT}">',
        f'<rect x="{-EDGE}" y="{-EDGE}" width="{width}" height="{height}" fill="{PAPER}"/>',
        *(line for one in put for line in _lines(one)),
        *(line for one in put for line in _drawn(one)),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def _place(box: Box, depth: int, row: int, put: list[_Put]) -> tuple[int, float]:
    """Leaves stand in rows of their own, what is above in the middle of what is below. The next row, the own middle."""
    x, first = depth * (WIDE + ACROSS), row
    middles = []
    for child in box.below:
        row, middle = _place(child, depth + 1, row, put)
        middles.append((x + WIDE + ACROSS, middle))
    if not middles:
        row = first + 1
    y = (middles[0][1] + middles[-1][1]) / 2 - HIGH / 2 if middles else first * (HIGH + BETWEEN)
    put.append(_Put(box, x, y, tuple(middles)))
    return row, y + HIGH / 2


def _lines(one: _Put) -> Iterator[str]:
    x, y = one.x + WIDE, one.y + HIGH / 2
    for to_x, to_y in one.below:
        half = x + ACROSS / 2
        yield f'<path d="M{x} {y:g} C{half:g} {y:g} {half:g} {to_y:g} {to_x} {to_y:g}" fill="none" stroke="{RULE}"/>'


def _drawn(one: _Put) -> Iterator[str]:
    colour = COLOURS.get(one.box.state, RULE)
    yield (
        f'<rect x="{one.x}" y="{one.y:g}" width="{WIDE}" height="{HIGH}" rx="8" fill="{PAPER}" stroke="{RULE}"/>'
        f'<rect x="{one.x}" y="{one.y:g}" width="6" height="{HIGH}" rx="3" fill="{colour}"/>'
    )
    lines = _broken(one.box.title)
    top = one.y + (20 if len(lines) > 1 or one.box.facts else 38)
    for n, words in enumerate(lines):
        yield f'<text x="{one.x + 16}" y="{top + 17 * n:g}" font-size="14" fill="{INK}">{escape(words)}</text>'
    if one.box.facts:
        facts = escape(_cut(one.box.facts, LINE + 4))
        yield f'<text x="{one.x + 16}" y="{one.y + HIGH - 9:g}" font-size="12" fill="{QUIET}">{facts}</text>'


def _wide(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def _cut(text: str, room: int) -> str:
    """As much of a text as fits, with a mark where something is missing."""
    if sum(map(_wide, text)) <= room:
        return text
    used, kept = 1, []
    for character in text:
        used += _wide(character)
        if used > room:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def _broken(title: str) -> list[str]:
    """A title in one line or two; between words where it has spaces."""
    if sum(map(_wide, title)) <= LINE:
        return [title]
    used = end = space = 0
    for end, character in enumerate(title):
        used += _wide(character)
        if used > LINE:
            break
        if character == " ":
            space = end
    at = space if space > end // 2 else end
    return [title[:at].rstrip(), _cut(title[at:].strip(), LINE)]
