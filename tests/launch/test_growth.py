"""How fast a job grows is read off its times."""

from __future__ import annotations

import pytest

from beichen.launch.bench import fitted


@pytest.mark.req("BASE-09")
@pytest.mark.parametrize("k", [0.0, 0.5, 1.0, 1.35])
def test_the_exponent_of_a_power_is_found(k: float) -> None:
    assert fitted([(n, 0.003 * n**k) for n in (800, 10_000, 100_000)]) == pytest.approx(k)


@pytest.mark.req("BASE-09")
def test_one_size_says_nothing_of_growth() -> None:
    assert fitted([(800, 1.0), (800, 2.0)]) == 0.0
    assert fitted([(800, 0.0), (10_000, 2.0)]) == 0.0
