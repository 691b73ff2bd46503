"""X4: with any one cell of the table turned over, the matrix must turn red."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from tests.access import doors, flips, probes, worlds

HANDFUL, FEW = 6, 3
WITNESSES = 3
"""So many of those for whom a flip changes something look first; the others only where these see no difference."""
SUBJECTS = ("E008",)
LOCKED = sorted(set(worlds.PLANTS) - {"notices"})


@dataclass(frozen=True)
class Held:
    """What is held against the table, and how it is looked at: by SQL where rows are locked, else at the doors."""

    kept: Sequence[flips.Kept]
    tables: frozenset[str]
    wrong: Callable[[Iterable[str]], list[str]]


def locked(area: str) -> Held:
    world = worlds.make(area)
    tables = frozenset(one.model for one in world.planted)
    return Held(world.planted, tables, lambda viewers: probes.sql_matrix(world, viewers))


def opened(area: str) -> Held:
    world, records = doors.build(area, SUBJECTS)
    return Held(records, frozenset(), lambda viewers: doors.http_matrix(world, records, viewers))


def check(held: Held, chosen: list[flips.Flip], folder: Path) -> None:
    """Fails with the flips that change somebody's sight and that the matrix does not see."""
    missed = []
    for flip in chosen:
        viewers = flips.who_notices(held.kept, flip)
        assert viewers
        with flips.in_force(flip, folder, set(held.tables)):
            looks = (held.wrong(some) for some in (viewers[:WITNESSES], viewers[WITNESSES:]))
            noticed = any(line.startswith(flip.row + " ") for wrong in looks for line in wrong)
        if not noticed:
            missed.append(f"{flip.row} {flip.column} → {flip.cell}")
    assert chosen
    if missed:
        pytest.fail("unnoticed:\n" + "\n".join(missed))


def all_flips(held: Held) -> list[flips.Flip]:
    found = flips.flips({one.row for one in held.kept})
    return [flip for flip in found if flips.who_notices(held.kept, flip)]


def some(held: Held, count: int) -> list[flips.Flip]:
    """So many of them, others every day."""
    found = all_flips(held)
    start = date.today().toordinal() * count % len(found)  # noqa: DTZ011
    return (found + found)[start : start + count]


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", LOCKED)
def test_a_handful_of_flipped_cells_turns_the_matrix_red(area: str, tmp_path: Path) -> None:
    held = locked(area)
    check(held, some(held, HANDFUL), tmp_path)


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", doors.OPEN)
def test_a_few_flipped_cells_of_open_rows_turn_the_doors_red(area: str, tmp_path: Path) -> None:
    held = opened(area)
    check(held, some(held, FEW), tmp_path)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", LOCKED)
def test_every_flipped_cell_turns_the_matrix_red(area: str, tmp_path: Path) -> None:
    held = locked(area)
    check(held, all_flips(held), tmp_path)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", doors.OPEN)
def test_every_flipped_cell_of_open_rows_turns_the_doors_red(area: str, tmp_path: Path) -> None:
    held = opened(area)
    check(held, all_flips(held), tmp_path)
