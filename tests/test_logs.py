"""What web server and worker write down: every fault, and nothing that people wrote."""

from __future__ import annotations

import logging
import re
import sys

import psycopg
import pytest
from django.db import IntegrityError

from beichen.config import logs


@pytest.mark.req("BASE-07")
def test_a_fault_is_in_the_log_with_its_place_and_without_what_the_row_held() -> None:
    detail = "null value in column\nDETAIL:  Failing row contains (7, nobody else may read this)."
    try:
        try:
            raise psycopg.errors.NotNullViolation(detail)
        except psycopg.Error as inner:
            raise IntegrityError(detail) from inner
    except IntegrityError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Fault: /goals/", None, sys.exc_info())
    said = logs.Lines().format(record)
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d{4} ERROR django.request: Fault: /goals/\n", said)
    assert said.count("null value in column") == 2
    assert "in test_a_fault_is_in_the_log" in said
    assert "nobody else" not in said


def test_a_fault_of_ours_reaches_the_log_and_a_refusal_does_not() -> None:
    root, faults = logging.getLogger(), logging.getLogger("django.request")
    assert [type(handler.formatter) for handler in root.handlers if handler.name == "log"] == [logs.Lines]
    assert faults.propagate
    assert logging.getLogger("django").propagate
    assert faults.getEffectiveLevel() == logging.ERROR
