"""The units of a company of another size than the story was written for."""

from __future__ import annotations

LEAST, USUAL = 50, 800
WHOLE = 93
"""Fewer people than this, and the company has only the teams in which somebody of the story sits."""
SPLIT_AT, SPLIT_INTO, FANNED = 2, 14, 8
"""From twice the usual size on teams are split into groups of about 14; a group leads at most eight others.

An office at the top stays as large as it is, so that its head leads no crowd.
"""


def grown(rows: list[list[str]], people: int, peopled: set[str]) -> list[list[str]]:
    """The units for so many people: a small company has fewer teams, a large one splits them."""
    if people < WHOLE:
        needed = peopled | {row[4] for row in rows if row[0] in peopled}
        return [row for row in rows if row[0] in needed]
    if people < SPLIT_AT * USUAL:
        return rows
    return [part for row in rows for part in _split(row, people)]


def _split(row: list[str], people: int) -> list[list[str]]:
    size = int(row[6])
    count = max(1, size * people // USUAL // SPLIT_INTO)
    code, name, english, kind, parent, work, _ = row
    whole = size * 100
    if kind != "team":
        count, whole = 1, whole * USUAL // people
    codes = [code, *(f"{code}-{n:02d}" for n in range(2, count + 1))]
    share = str(whole // count)
    fanned = [
        [
            codes[n],
            f"{name.removesuffix('组')}{n + 1}组",
            f"{english} {n + 1}",
            kind,
            codes[(n - 1) // FANNED],
            work,
            share,
        ]
        for n in range(1, count)
    ]
    return [[code, name, english, kind, parent, work, share], *fanned]
