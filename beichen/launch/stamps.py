"""Stamps: a file or a row that says for which inputs a step was done, so that a second start skips it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from beichen.launch.environment import CHECKOUT

MIGRATED_BY = (".py", ".sql", ".csv", ".toml")
UNRELATED = {"tests", "launch", "templates", "static", "locale", "__pycache__"}


def digest(paths: Iterable[Path], *more: str) -> str:
    """One value for the names and contents of files and for further words."""
    total = hashlib.sha256()
    for word in more:
        total.update(word.encode() + b"\0")
    for path in sorted(paths):
        total.update(str(path).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def holds(stamp: Path, value: str) -> bool:
    """Whether the step was last finished for this very value."""
    try:
        return stamp.read_text(encoding="ascii") == value
    except (OSError, UnicodeDecodeError):
        return False


def write(stamp: Path, value: str) -> None:
    """Note that the step is finished; written last, whole or not at all."""
    fresh = stamp.with_name(stamp.name + ".new")
    fresh.write_text(value, encoding="ascii")
    fresh.replace(stamp)


def schema_digest(root: Path = CHECKOUT) -> str:
    """A value that changes whenever `migrate` might do something: code of areas, SQL, the policy table, packages."""
    package = root / "beichen"
    inside = (path for path in package.rglob("*") if path.suffix in MIGRATED_BY)
    chosen = [path for path in inside if not UNRELATED.intersection(path.relative_to(package).parts)]
    lock = root / "requirements.txt"
    return digest(chosen + ([lock] if lock.exists() else []))
