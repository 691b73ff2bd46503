"""The small company in every test of cycles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from beichen.people.tests import makers
from beichen.people.tests.makers import Company
from tests.database import login


@pytest.fixture
def english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def town(db: None, _as_web_login: None) -> Company:
    """The small company with a board member outside; the test goes on as the web login."""
    with login(None):
        made = makers.small()
        made.people["X1"] = makers.outside(made.units["U0"])
    return made
