"""The API's promise, frozen: a change of it is a visible line in review.

`python3 -m beichen manage openapi --write tests/openapi.json` brings the snapshot up to date.
"""

from __future__ import annotations

import json
import pkgutil
from importlib import import_module
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from ninja import Schema

import beichen

SNAPSHOT = Path(__file__).with_name("openapi.json")


@pytest.mark.django_db
def test_the_snapshot_says_what_the_api_offers() -> None:
    out = StringIO()
    call_command("openapi", stdout=out)
    assert json.loads(out.getvalue()) == json.loads(SNAPSHOT.read_text(encoding="utf-8"))


def test_no_two_shapes_share_a_name() -> None:
    """The description holds one shape for each name: of two different ones it would tell the wrong one to somebody."""
    found: dict[str, list[str]] = {}
    for module in pkgutil.walk_packages(beichen.__path__, "beichen."):
        if "schemas" in module.name.split(".") and ".tests" not in module.name:
            for name, shape in vars(import_module(module.name)).items():
                if isinstance(shape, type) and issubclass(shape, Schema) and shape.__module__ == module.name:
                    found.setdefault(name, []).append(json.dumps(shape.model_json_schema(), default=str))
    assert len(found) > 100
    assert [name for name, shapes in found.items() if len(set(shapes)) > 1] == []
