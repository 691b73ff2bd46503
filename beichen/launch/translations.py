"""Compile the translations beside their sources, so that no gettext is needed. Needs polib."""

from __future__ import annotations

import sys
from pathlib import Path

from beichen.launch.environment import CHECKOUT
from beichen.launch.failures import Stop, of_os_error


def sources(root: Path = CHECKOUT) -> list[Path]:
    """Every catalogue of ours."""
    return sorted((root / "beichen").rglob("locale/*/LC_MESSAGES/*.po"))


def compile_all(root: Path = CHECKOUT) -> int:
    """Compile what is newer than its compiled form; returns how many were."""
    stale = [path for path in sources(root) if not _fresh(path)]
    if not stale:
        return 0
    import polib

    for path in stale:
        try:
            catalogue = polib.pofile(str(path), encoding="utf-8")
            fresh = path.with_suffix(".mo.new")
            catalogue.save_as_mofile(str(fresh))
            fresh.replace(path.with_suffix(".mo"))
        except OSError as error:
            if error.errno is None:  # polib reports a broken line this way
                raise Stop(f"The translation file {path.relative_to(root)} cannot be read: {error}") from error
            raise of_os_error(error, "compiling the translations") from error
    return len(stale)


def _fresh(path: Path) -> bool:
    compiled = path.with_suffix(".mo")
    return compiled.exists() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns


if __name__ == "__main__":
    print(f"{compile_all()} compiled")
    sys.exit(0)
