"""X4: with any one cell of the table turned over, the matrix must turn red."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.access import flips, probes, worlds

HANDFUL = 6


def check(world: worlds.World, chosen: list[flips.Flip], folder: Path) -> None:
    """Fails with the flips that change somebody's sight and that the matrix does not see."""
    tables = {one.model for one in world.planted}
    missed = []
    for flip in chosen:
        viewers = flips.who_notices(world, flip)
        assert viewers
        with flips.in_force(flip, folder, tables):
            wrong = probes.sql_matrix(world, viewers)
        if not any(line.startswith(flip.row + " ") for line in wrong):
            missed.append(f"{flip.row} {flip.column} → {flip.cell}")
    assert chosen
    if missed:
        pytest.fail("unnoticed:\n" + "\n".join(missed))


def all_flips(world: worlds.World) -> list[flips.Flip]:
    found = flips.flips({one.row for one in world.planted})
    return [flip for flip in found if flips.who_notices(world, flip)]


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", sorted(set(worlds.PLANTS) - {"notices"}))
def test_a_handful_of_flipped_cells_turns_the_matrix_red(area: str, tmp_path: Path) -> None:
    world = worlds.make(area)
    found = all_flips(world)
    start = date.today().toordinal() * HANDFUL % len(found)  # noqa: DTZ011
    check(world, (found + found)[start : start + HANDFUL], tmp_path)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("area", sorted(set(worlds.PLANTS) - {"notices"}))
def test_every_flipped_cell_turns_the_matrix_red(area: str, tmp_path: Path) -> None:
    world = worlds.make(area)
    found = all_flips(world)
    check(world, found, tmp_path)
