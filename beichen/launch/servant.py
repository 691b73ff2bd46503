"""The system user PostgreSQL runs as: never root. Standard library only."""

from __future__ import annotations

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from beichen.launch.failures import Stop

CANDIDATES = ("postgres", "_postgres", "nobody")


@dataclass(frozen=True)
class Servant:
    """A user id to run as; `dropped` when it differs from the launcher's own."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that make the child run as this user."""
        if not self.dropped:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Hand over a path the launcher has just made, and nothing above it."""
        if self.dropped:
            os.chown(path, self.uid, self.gid)

    def may(self, path: Path, mode: int) -> bool:
        """Whether this user may reach `path` in `mode` (os.X_OK …); asked by really becoming it in a child."""
        if not self.dropped:
            return os.access(path, mode)
        letter = {os.X_OK: "-x", os.R_OK: "-r", os.W_OK: "-w"}[mode]
        ask = ["/bin/sh", "-c", f'test {letter} "$1"', "sh", str(path)]
        try:
            return subprocess.run(ask, cwd="/", check=False, **self.popen()).returncode == 0
        except PermissionError as error:
            raise Stop(
                f"PostgreSQL does not run as root, and this root may not become {self.name}; "
                "start Beichen as an ordinary user, or name a server with BEICHEN_DATABASE_URL."
            ) from error


def choose(folder: Path) -> Servant:
    """Oneself, or for root an unprivileged user: the owner of an existing database folder before any other."""
    uid = os.geteuid()
    if uid != 0:
        _require_own(folder, uid)
        return Servant(name=_name(uid), uid=uid, gid=os.getegid(), dropped=False)
    if folder.exists() and folder.stat().st_uid != 0:
        owner = folder.stat()
        return Servant(name=_name(owner.st_uid), uid=owner.st_uid, gid=owner.st_gid, dropped=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Servant(name=name, uid=entry.pw_uid, gid=entry.pw_gid, dropped=True)
    raise Stop(
        "PostgreSQL does not run as root, and this machine has neither a user postgres nor nobody; "
        "make one with `useradd --system postgres`, or start Beichen as an ordinary user."
    )


def _require_own(folder: Path, uid: int) -> None:
    try:
        owner = folder.stat().st_uid
    except OSError:
        return
    if owner != uid:
        raise Stop(
            f"The database in {folder} belongs to the user {_name(owner)}; start Beichen as the user who made it "
            "(root, if it was started as root), or name another folder with BEICHEN_DATA_DIR."
        )


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
