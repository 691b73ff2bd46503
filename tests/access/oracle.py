"""Who stands how to whom, worked out from the workbook by the rules of access.md alone: no code of the product.

The golden company has no auditor, facilitator or system administrator; three more colleagues hold these seats, and one
HRBP has declared a conflict, and a project has a lead from another department. Columns TK (no person) and TE (the
leaver's portal) have nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from tests.access.table import CONTENT, STATUS, Row

WORKBOOK = Path(__file__).parents[1] / "golden" / "company.xlsx"
SEATS = {"HRBP": "BP", "administrator": "HA", "executive": "EX", "facilitator": "CF", "auditor": "AU"}
EXTRA = {"E018": ("U2", "E003", "CF"), "E019": ("U1", "E002", "AU"), "E020": ("U0", "E001", "PA")}
CONFLICTS = {("E014", "E011")}
PROJECT = ("E012", ("E006", "E008", "E013"))
"""Who leads it, and who works in it."""
ASSESSORS = ("06b",)
"""Rows that a lead reads only as an appointed assessor; nobody is."""
HR_SEATS = {"BP", "HA", "CA"}
UPWARDS = ("01", "02", "10", "20")
SESSION = ("06", "07", "08", "09", "10", "20g", "20h", "41c")
"""Rows on which a facilitator's seat counts: what comes from CF works inside the session alone (G7)."""
KNOWN_UPWARDS = ("04", "05", "06", "07", "08", "09", "12", "13", "41c")


@dataclass(frozen=True)
class Company:
    """Managers and units of today, former managers, and seats with their scope."""

    manager: Mapping[str, str | None]
    unit: Mapping[str, str]
    parent: Mapping[str, str | None]
    heads: Mapping[str, str]
    past: frozenset[tuple[str, str]]
    seats: frozenset[tuple[str, str, str]]

    def above(self, number: str) -> list[str]:
        """The line of somebody, the nearest first."""
        found, at = [], self.manager[number]
        while at is not None:
            found.append(at)
            at = self.manager[at]
        return found

    def inside(self, unit: str, scope: str) -> bool:
        """Whether a unit lies in a branch."""
        at: str | None = unit
        while at is not None and at != scope:
            at = self.parent[at]
        return at is not None


def _sheet(book: Any, name: str) -> list[dict[str, Any]]:
    rows = list(book[name].iter_rows(values_only=True))
    heads = [str(head).split()[-1] for head in rows[0]]
    return [dict(zip(heads, row, strict=True)) for row in rows[1:]]


@cache
def company() -> Company:
    """The golden company with the three more, as it stands after the quarter."""
    book = load_workbook(WORKBOOK)
    units = _sheet(book, "组织 Units")
    left = {p["number"] for p in _sheet(book, "员工 People") if p["left"]}
    manager: dict[str, str | None] = {}
    unit: dict[str, str] = {}
    past: set[tuple[str, str]] = set()
    for line in _sheet(book, "任职 Assignments"):
        if line["number"] in left:
            continue
        if line["to"] is None:
            manager[line["number"]], unit[line["number"]] = line["manager"], line["unit"]
        else:
            assert isinstance(line["to"], datetime)
            assert line["to"].date() > date(2026, 4, 1)
            past.add((line["manager"], line["number"]))
    seats = {
        (s["number"], "CA" if "compensation" in s["seat"] else SEATS[s["seat"].split()[-1]], s["scope"])
        for s in _sheet(book, "席位 Seats")
    }
    for number, (at, boss, seat) in EXTRA.items():
        manager[number], unit[number] = boss, at
        seats.add((number, seat, "U0"))
    return Company(
        manager, unit, {u["unit"]: u["parent"] for u in units}, {u["unit"]: u["head"] for u in units},
        frozenset(past), frozenset(seats),
    )  # fmt: skip


def people() -> list[str]:
    """Everyone who works there."""
    return sorted(company().manager)


def masked(viewer: str, subject: str) -> bool:
    """G2: the seats of the viewer give nothing about the subject."""
    found = company()
    same_team = found.unit[viewer] == found.unit[subject] and any(
        seat in HR_SEATS for holder, seat, _ in found.seats if holder == viewer
    )
    return viewer == subject or subject in found.above(viewer) or same_team or (viewer, subject) in CONFLICTS


def seats(viewer: str, subject: str | None = None) -> set[str]:
    """The seats of the viewer that hold over the subject (BP never over the own line, T09); without one, all (G17)."""
    found = company()
    if subject is not None and masked(viewer, subject):
        return set()
    held = {
        seat for holder, seat, scope in found.seats
        if holder == viewer and (subject is None or found.inside(found.unit[subject], scope))
    }  # fmt: skip
    return held - {"BP"} if subject is not None and viewer in found.above(subject) else held


def columns(viewer: str, subject: str, row: Row) -> set[str]:
    """The columns in which the viewer stands to the subject, G19 and G20 included."""
    found = company()
    if viewer == subject:
        return {"SE"}
    line = found.above(subject)
    stands = {"CO"} | seats(viewer, subject)
    stands -= set() if row.id.startswith(SESSION) else {"CF"}
    stands |= {"LM"} if line[:1] == [viewer] else set()
    stands |= {"SK"} if line[1:2] == [viewer] else set()
    stands |= {"SK"} if viewer in line[2:] and row.id.startswith(UPWARDS) else set()
    lead, members = PROJECT
    stands |= {"DL"} if viewer == lead and subject in members and row.id not in ASSESSORS else set()
    return stands | ({"PM"} if (viewer, subject) in found.past else set())


def reads(row: Row, stands: set[str], *, own: bool = False) -> bool:
    """Whether the content is open: r or w, or o for one's own contribution."""
    return row.opens(stands, CONTENT) or (own and row.opens(stands, frozenset("o")))


def knows(row: Row, viewer: str, subject: str, stands: set[str], *, own: bool = False) -> bool:
    """Whether at least the status is open; managers further up know of rows 04–09, 12 and 13 where SK does (G20)."""
    far = viewer in company().above(subject)[2:] and row.id.startswith(KNOWN_UPWARDS) and row.opens({"SK"}, STATUS)
    return far or row.opens(stands, STATUS) or (own and row.opens(stands, frozenset("o")))
