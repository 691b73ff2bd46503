"""The small company, its cycle running."""

from __future__ import annotations

from typing import Any

import pytest

from beichen.conversations.tests import makers
from beichen.people.tests.makers import Company, small


@pytest.fixture
def company(db: None, owner_db: Any) -> Company:
    """Everyone of `people.tests.makers.small`, in the second quarter of 2026."""
    with owner_db():
        made = small()
        makers.cycle(made.units["U0"])
    return made
