"""`check`: everything that can be said about the code without running it, in under a minute."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

from beichen.launch.environment import CHECKOUT
from beichen.launch.failures import Stop
from beichen.launch.progress import say

AT_ONCE = 3
LOCKS = ("requirements.txt", "package-lock.json", ".npmrc")


@dataclass(frozen=True)
class Check:
    """A program whose exit code is the verdict; `words` follow the interpreter."""

    name: str
    words: tuple[str, ...]


# The slowest first, so that the quick ones fill the rest.
CHECKS = (
    Check("types", ("-m", "mypy", "beichen", "benchmarks", "tests")),
    Check("borders", ("-c", "import sys; from importlinter.cli import lint_imports_command as run; sys.exit(run())")),
    Check("migrations", ("-W", "ignore", "-m", "django", "makemigrations", "--check", "--dry-run")),
    Check("settings", ("-m", "django", "check", "--fail-level", "WARNING")),
    Check("templates", ("-m", "beichen.launch.template_check")),
    Check("translations", ("-m", "beichen.launch.translation_check")),
    Check("style", ("-m", "ruff", "check", "--quiet", ".")),
    Check("format", ("-m", "ruff", "format", "--check", "--quiet", ".")),
)


def run(words: Sequence[str]) -> int:
    """Run all checks, or those named; one line each, the output of those that fail at the end."""
    chosen = [check for check in CHECKS if not words or check.name in words]
    unknown = set(words) - {check.name for check in CHECKS} - {"locks"}
    if unknown:
        raise Stop(f"There is no check {sorted(unknown)[0]!r}; there are {', '.join(c.name for c in CHECKS)}, locks.")
    failed = list(_lock_faults()) if not words or "locks" in words else []
    began = time.monotonic()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        running = {pool.submit(_one, check): check for check in chosen}
        for done in as_completed(running):
            check, (code, output, seconds) = running[done], done.result()
            say(f"{'ok    ' if code == 0 else 'FAILED'}  {check.name}  {seconds:.0f} s")
            if code != 0:
                failed.append(f"── {check.name}\n{output.strip()}")
    for text in failed:
        say(f"\n{text}")
    say(f"\n{'Checked' if not failed else f'{len(failed)} of the checks failed'} in {time.monotonic() - began:.0f} s.")
    return 1 if failed else 0


def _one(check: Check) -> tuple[int, str, float]:
    """Exit code, output and seconds; without a database, since none of this may need one."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("BEICHEN_")}
    env |= {"DJANGO_SETTINGS_MODULE": "beichen.config.settings", "PYTHONPATH": str(CHECKOUT), "PYTHONUTF8": "1"}
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *check.words],
        cwd=CHECKOUT,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout, time.monotonic() - began


def _lock_faults() -> Iterator[str]:
    """A lock that names a host would send every clone there, past its own index."""
    for name in LOCKS:
        path = CHECKOUT / name
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        for line in text.splitlines():
            if re.search(
                r"^\s*(--(extra-)?index-url|--find-links|registry=)|\"resolved\":|://[^\"\s]*(pypi|npmjs)", line
            ):
                yield f"── locks\n{name} names a host: {line.strip()[:120]}"
