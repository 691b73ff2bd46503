"""How the tests are spread over the processes: what takes long begins first, so that all end at the same time.

A file is one piece, as the tests of a journey build on each other; in the files named `APART` each test is a piece.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from xdist.scheduler import LoadFileScheduling

APART = (
    "tests/access/test_matrix_doors.py", "tests/access/test_flips.py", "tests/access/test_writes.py",
    "tests/access/test_acts.py", "tests/test_twin_worlds.py", "tests/test_languages.py",
)  # fmt: skip
"""Each of their tests makes a world of its own, and some take a minute."""
LONG = (
    APART[0], "tests/journeys/", "tests/test_crawl.py", "beichen/demo/", *APART[1:], "tests/launch/", "tests/golden/",
    "tests/",
)  # fmt: skip


class LongFirst(LoadFileScheduling):  # type: ignore[misc]
    """The pieces in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        file = str(super()._split_scope(nodeid))
        return nodeid if file in APART else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongFirst:
    config.option.loadscopereorder = False
    return LongFirst(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The long ones first, then the files with the most tests."""
    many = Counter(item.path for item in items)

    def place(item: pytest.Item) -> tuple[int, int, str]:
        long = next((n for n, start in enumerate(LONG) if item.nodeid.startswith(start)), len(LONG))
        return long, -many[item.path], item.nodeid.partition("::")[0]

    items.sort(key=place)
