"""Every row of the table that the product speaks of is probed by the matrix, or stands here with its reason."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps

from beichen.platform.access import locks
from tests.access import doors, table, worlds

ROW = re.compile(r"""["'](\d\d[a-z])["']""")
ELSEWHERE = {
    "08e": "archiving comes with the next cycle but one; nothing sets this state yet",
    "10e": "as 08e",
    "09b": "a permission to open the list of a session; its lines are 10b and 09e",
    "11f": "the plan's head, class C3; who opens it is walked in tests/test_every_door.py",
    "18c": "running the verification, an act; its reading is 18b",
    "18e": "an act that shows nothing: beichen/people/tests/test_codes.py",
    "18f": "as 18e, by two people",
    "18g": "names and counts of jobs, nothing of anybody: DOORS of test_matrix_doors.py, platform/events/tests",
    "21b": "an act of two people, walked in tests/golden",
    "22f": "read with the page it stands on (22b); confirming one is an act: beichen/strategy/tests/test_targets.py",
    "22e": "figures by unit and names of who is missing: beichen/strategy/tests/test_statements.py",
    "22g": "a page of figures without a person; tried in tests/access/acts/goals.py and beichen/goals/tests",
    "02f": "read with its goal (G11): beichen/goals/tests/test_tasks.py; written: tests/access/acts/goals.py",
    "24e": "giving a template to people, an act that shows nothing: tests/access/acts/goals.py",
    "20k": "handing a step of an approval on, an act: beichen/goals/tests",
}
"""Rows mentioned in an area's access module and probed elsewhere or not yet reachable."""


def mentioned() -> dict[str, str]:
    """Row → the access module that names it."""
    found: dict[str, str] = {}
    for config, module in locks.access_modules():
        assert module.__file__
        at = Path(module.__file__)
        for file in at.parent.glob("*.py") if at.name == "__init__.py" else [at]:
            named = ROW.findall(file.read_text(encoding="utf-8"))
            found |= {row: config.label for row in named if row in table.read()}
    return found


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_every_row_that_the_product_names_is_probed() -> None:
    probed = {one.row for one in worlds.make(*worlds.PLANTS).planted} | set(doors.ROWS) | set(doors.OF_GROUPS)
    open_rows = {row: area for row, area in mentioned().items() if row not in probed and row not in ELSEWHERE}
    assert open_rows == {}
    assert len(probed) >= 50


def test_no_reason_is_left_over() -> None:
    assert set(ELSEWHERE) <= set(mentioned())


@pytest.mark.req("BASE-01")
def test_colleagues_read_nothing_that_its_person_may_not() -> None:
    """Every employee counts as a colleague, of oneself too: that may open nothing to SE that SE does not hold."""
    rows = [row for row in table.read().values() if row.opens({"CO"}, table.STATUS)]
    for codes in (table.CONTENT, table.STATUS, frozenset("w"), frozenset("t")):
        assert [row.id for row in rows if row.opens({"CO"}, codes) and not row.opens({"SE"}, codes)] == []
    assert len(rows) > 20


@pytest.mark.django_db
@pytest.mark.req("BASE-01")
def test_every_table_of_class_c4_and_c5_is_locked() -> None:
    locked = {lock.model for lock in locks.all_locks()}
    for config in apps.get_app_configs():
        if not config.name.startswith("beichen."):
            continue
        for model in config.get_models():
            words = (model.__doc__ or "").replace("\n", " ")
            if re.search(r"[Cc]lass C[45]|as C5", words):
                assert model._meta.label in locked, f"{model._meta.label} is of class C4 or C5 and has no lock"
