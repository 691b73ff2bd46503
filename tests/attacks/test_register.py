"""Every attack that the product answers for is tried by a test, and has a hole that the test must notice."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TRIED = ("A01", "A02", "A03", "A04", "A05", "A06", "A08", "A09", "A10", "A14", "A15", "A16", "A27", "A28", "A29", "A30",
         "A31", "A33", "A34", "A35", "A36", "A38")  # fmt: skip
NAMED = re.compile(r"mark\.attack\(([^)]*)\)")


def named() -> dict[str, set[str]]:
    """Attack → the files whose tests name it."""
    found: dict[str, set[str]] = {}
    for folder in (ROOT / "tests", ROOT / "beichen"):
        for path in folder.rglob("test_*.py"):
            for marks in NAMED.findall(path.read_text(encoding="utf-8")):
                for attack in re.findall(r'"(A\d\d)"', marks):
                    found.setdefault(attack, set()).add(str(path.relative_to(ROOT)))
    return found


def test_every_attack_is_named_by_a_test() -> None:
    found = named()
    assert [attack for attack in TRIED if attack not in found] == []


def test_every_attack_has_a_hole_to_be_noticed() -> None:
    planted = tomllib.loads((ROOT / "tests" / "breaks.toml").read_text(encoding="utf-8"))
    assert [attack for attack in TRIED if attack not in planted] == []
