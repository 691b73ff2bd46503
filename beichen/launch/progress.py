"""Lines for the person who waits. Standard library only."""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

EVERY = 20


def say(line: str) -> None:
    """Print one line at once, also into a pipe; on a full disk nobody can be told, and work goes on."""
    try:
        print(line, flush=True)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise


def note(line: str) -> None:
    """Say what takes time, beside the output proper, which a script may want to read (`token`)."""
    print(line, file=sys.stderr, flush=True)


@contextmanager
def steps(total: int) -> Iterator[Callable[[str], None]]:
    """Yield a function that counts things done: redrawn in place on a terminal, every 20th line elsewhere."""
    terminal = sys.stderr.isatty()
    done = 0

    def step(name: str) -> None:
        nonlocal done
        done += 1
        if not total:
            return
        line = f"  {min(done, total)} of {total}  {name}"
        if terminal:
            print("\r\033[K" + line[:78], end="", file=sys.stderr, flush=True)
        elif done % EVERY == 0:
            note(line)

    yield step
    if terminal and done and total:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
