"""The day on which the stories of these tests happen."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from beichen.goals.tests.makers import NOON
from beichen.platform.kit import clock


@pytest.fixture
def on_16_may() -> Iterator[None]:
    """Noon of 16 May 2026, in the middle of the quarter."""
    with clock.frozen(NOON):
        yield
