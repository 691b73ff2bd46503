"""The API's promise, frozen: a change of it is a visible line in review.

`python3 -m beichen manage openapi --write tests/openapi.json` brings the snapshot up to date.
"""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.mark.django_db
def test_the_snapshot_says_what_the_api_offers() -> None:
    out = StringIO()
    call_command("openapi", stdout=out)
    assert json.loads(out.getvalue()) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))
