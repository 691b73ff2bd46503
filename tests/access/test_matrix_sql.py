"""Raw SQL as the web login, for every table of class C4 and C5, cell by cell (access.md 1.9, X1 and X5)."""

from __future__ import annotations

import pytest

from tests.access import oracle, probes, worlds


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("area", sorted(worlds.PLANTS))
def test_the_database_answers_as_the_table_says(area: str) -> None:
    world = worlds.make(area)
    assert world.planted
    wrong = probes.sql_matrix(world, oracle.people())
    assert not wrong, f"{len(wrong)} wrong decisions:\n" + "\n".join(wrong[:60])
