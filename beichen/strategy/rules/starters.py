"""The ready text of principles, application rules and scope, with which a company begins."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from beichen.strategy.formulas.statements import items_of
from beichen.strategy.rules.statements import StatementInput


def ready(kind: str) -> StatementInput:
    """The ready text of a statement, in both languages. Cost: none."""
    found = _starter()[kind]
    return StatementInput(items=items_of(found), opening=found["opening"], opening_en=found["opening_en"])


@cache
def _starter() -> dict[str, Any]:
    path = Path(__file__).resolve().parents[1] / "starter_statements.toml"
    with path.open("rb") as file:
        return tomllib.load(file)
