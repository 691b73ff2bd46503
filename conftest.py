"""Options and shared fixtures of every test."""

from __future__ import annotations

import gc

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.database", "tests.spread", "beichen.platform.events.tests.drain", "tests.cast"]

settings.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any machine")
"""No test asserts a time: a busy machine draws examples as slowly as it likes."""
gc.set_threshold(100_000, 50, 100)
"""Django's world is large and stays: looking through it for garbage every moment took a tenth of the suite."""


NAMING = ("req", "attack", "fault")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", help="also run the longer half")
    parser.addoption("--row", action="append", default=[], help="only tests that name this row, attack or fault")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    rows = set(config.getoption("--row"))
    left_out = [item for item in items if not _wanted(item, rows=rows, slow=config.getoption("--slow"))]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in set(left_out)]


def _wanted(item: pytest.Item, *, rows: set[str], slow: bool) -> bool:
    named = {str(row) for kind in NAMING for marker in item.iter_markers(kind) for row in marker.args}
    return (slow or not item.get_closest_marker("slow")) and (not rows or bool(rows & named))
