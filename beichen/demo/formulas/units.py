"""The units of 辰光科技 with who leads them, which HR partner looks after them, and who employs their people."""

from __future__ import annotations

from collections.abc import Iterator

from beichen.demo.formulas.banks import bank
from beichen.demo.formulas.story import Human, Unit

PARTNER = {
    "PD": "C013",
    "RDC": "C021",
    "RDS": "C021",
    "RDQ": "C021",
    "PL": "C022",
    "DA": "C022",
    "GR": "C023",
    "AD": "C023",
    "OP": "C023",
    "CS": "C024",
    "SA": "C024",
    "FI": "C024",
    "HQ": "C009",
    "HR": "C009",
    "TE": "C009",
    "BZ": "C009",
    "CG": "C009",
}
"""The HR partner of a unit and of all below it."""


def units(rows: list[list[str]], people: list[Human], led: dict[str, str]) -> Iterator[Unit]:
    """Every unit; `led`: who leads it where the story says so."""
    told = bank("company")
    parents = {row[0]: row[4] for row in rows}
    heads = dict(led)
    for human in people:
        if human.now.position.endswith("负责人") and human.number[0] == "E":
            heads.setdefault(human.now.unit, human.number)
    for code, name, english, kind, parent, work, _ in rows:
        kinds = dict.fromkeys(told["exploratory"], "exploratory") | dict.fromkeys(
            told["collaborative"], "collaborative"
        )
        yield Unit(
            code,
            name,
            english,
            kind,
            parent,
            work,
            kinds.get(code.partition("-")[0], "stable"),
            heads[code],
            _partner(code, parents),
            "ads" if "AD" in _line(code, parents) else "main",
        )


def _line(code: str, parents: dict[str, str]) -> Iterator[str]:
    """A unit and those above it."""
    while code:
        yield code
        code = parents[code]


def _partner(code: str, parents: dict[str, str]) -> str:
    while code not in PARTNER:
        code = parents[code]
    return PARTNER[code]
