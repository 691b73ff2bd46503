"""What the launcher says when it cannot go on: one sentence with the remedy, and no traceback."""

from __future__ import annotations

import errno
import shutil
from pathlib import Path


class Stop(Exception):
    """The launcher ends here; the text is the sentence people read."""


def of_os_error(error: OSError, doing: str) -> Stop:
    """The sentence for a failure of the file system; `doing` completes "… while <doing>"."""
    where = f" {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Stop(f"The disk is full, noticed while {doing}; free at least 1 GB and start again.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Stop(
            f"This user may not write{where}, needed while {doing}; "
            "start as the owner of that folder, or name another with BEICHEN_DATA_DIR."
        )
    return Stop(f"The system refused{where} while {doing}: {error.strerror or error}.")


def free_megabytes(path: Path) -> int:
    """Free room on the disk that holds `path` or its nearest existing parent."""
    while not path.exists():
        path = path.parent
    return shutil.disk_usage(path).free // 1_000_000


def require_room(path: Path, megabytes: int, what: str) -> None:
    """Refuse to begin what will not fit."""
    free = free_megabytes(path)
    if free < megabytes:
        raise Stop(
            f"{what} needs {megabytes} MB, and only {free} MB are free at {path}; free some room and start again."
        )
