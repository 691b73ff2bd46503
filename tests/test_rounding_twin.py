"""The database rounds as Python does: `kit.half_even` against `kit.rounding.half_even`."""

from __future__ import annotations

import random
from typing import Any

import pytest
from django.db import connection

from beichen.platform.kit.rounding import half_even


def pairs() -> Any:
    """500 pairs: small ones full of ties, thirds, sevenths, large ones; both signs."""
    chance = random.Random(2026)
    small = [(chance.randint(-60, 60), chance.choice([-8, -4, -2, 2, 4, 6, 10])) for _ in range(200)]
    ties = [
        ((2 * q + 1) * d, 2 * d) for q, d in ((chance.randint(-999, 999), chance.randint(1, 999)) for _ in range(150))
    ]
    odd = [(chance.randint(-(10**30), 10**30), chance.choice([-7, 3, 7, 10**12 + 39])) for _ in range(150)]
    return small + ties + odd


@pytest.mark.req("REVIEW-10")
@pytest.mark.django_db
def test_the_database_rounds_the_same_bit_for_bit():
    asked = pairs()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kit.half_even(n, d)::text"
            " FROM unnest(%s::numeric[], %s::numeric[]) WITH ORDINALITY AS p(n, d, place) ORDER BY place",
            [[n for n, _ in asked], [d for _, d in asked]],
        )
        assert [row[0] for row in cursor.fetchall()] == [str(half_even(n, d)) for n, d in asked]
