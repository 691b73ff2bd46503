"""`test --breaks`: plant each listed fault in a copy; a test that names its row, attack or fault must notice.

`tests/breaks.toml` holds one table per row of the requirements, one per attack (["A08"]), one per fault (["F12"]):

    ["GOAL-03"]
    file = "beichen/goals/formulas.py"
    text = "a piece of text found once in that file"
    replacement = "what stands there in the broken copy"
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from beichen.launch.environment import CHECKOUT
from beichen.launch.failures import Stop
from beichen.launch.progress import say

LIST = CHECKOUT / "tests" / "breaks.toml"
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", "__pycache__", ".*_cache", ".hypothesis")
FAILED = re.compile(r"^FAILED (\S+)", re.MULTILINE)  # an error of set-up is no notice


@dataclass(frozen=True)
class Break:
    """One fault to plant for one row."""

    row: str
    file: str
    text: str
    replacement: str


def listed(path: Path = LIST) -> list[Break]:
    """Every planted break, checked against the code it is planted in."""
    if not path.exists():
        raise Stop(f"There is no {path.relative_to(CHECKOUT)} that lists the faults to plant.")
    found = []
    for row, fields in tomllib.loads(path.read_text(encoding="utf-8")).items():
        one = Break(row=row, **fields)
        count = (CHECKOUT / one.file).read_text(encoding="utf-8").count(one.text)
        if count != 1 or one.text == one.replacement:
            raise Stop(f"The break of {row} names a text that stands {count} times in {one.file}; it must stand once.")
        found.append(one)
    return found


def run(words: Sequence[str], variables: Mapping[str, str]) -> int:
    """Plant all breaks, or those of the rows given; exit code 1 when one went unnoticed."""
    chosen = [one for one in listed() if not words or one.row in words]
    unnoticed = [one.row for one in chosen if not _noticed(one, variables)]
    say(f"{len(chosen) - len(unnoticed)} of {len(chosen)} planted faults were noticed.")
    return 1 if unnoticed else 0


def _noticed(planted: Break, variables: Mapping[str, str]) -> bool:
    """Whether a test naming the row fails on the broken copy. Tests that cannot start prove nothing."""
    with tempfile.TemporaryDirectory(prefix="beichen-break-") as name:
        copy = Path(name) / "beichen"
        shutil.copytree(CHECKOUT, copy, ignore=LEFT_OUT)
        if (CHECKOUT / "node_modules").exists():
            (copy / "node_modules").symlink_to(CHECKOUT / "node_modules")
        target = copy / planted.file
        broken = target.read_text(encoding="utf-8").replace(planted.text, planted.replacement)
        target.write_text(broken, encoding="utf-8")
        output = _test(planted.row, copy, variables)
        if not FAILED.search(output):
            output = _test(planted.row, copy, variables, "--slow")
    notice = FAILED.search(output)
    if notice:
        say(f"noticed    {planted.row}  {planted.file}  by {notice[1]}")
    else:
        say(f"UNNOTICED  {planted.row}  {planted.file}\n{output[-1500:]}")
    return bool(notice)


def _test(row: str, copy: Path, variables: Mapping[str, str], *more: str) -> str:
    """Output of the tests that name the row, up to the first that fails."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "--row", row, *more],
        cwd=copy,
        env={**variables, "PYTHONPATH": str(copy)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.stdout
