"""Where things are kept: the data folder, the database in it, the socket, the secret key. Standard library only."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from beichen.launch.failures import Stop, of_os_error
from beichen.launch.servant import Servant, choose

SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET = 103  # 107 bytes on Linux, 103 on macOS
OUTSIDE = (Path("/var/lib"), Path("/var/tmp"))


@dataclass(frozen=True)
class DatabasePlace:
    """Where the embedded database lies and who owns it; `moved` when it could not lie in the data folder."""

    folder: Path
    state: Path
    servant: Servant
    moved: bool


def prepare_data(data_dir: Path) -> None:
    """Make the data folder and the key that signs sessions and derives database passwords."""
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True)
            data_dir.chmod(0o755)
        (data_dir / "log").mkdir(exist_ok=True)
        key = data_dir / "secret_key"
        if not key.exists():
            _write_key(key)
    except OSError as error:
        raise of_os_error(error, f"preparing the data folder {data_dir}") from error


def _write_key(path: Path) -> None:
    """Whole or not at all, and only once when two starts race."""
    fresh = path.with_name(f".secret_key.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)
        fresh.unlink()
    except FileExistsError:
        fresh.unlink()
    except OSError:  # a file system without hard links
        fresh.replace(path)


def database_place(data_dir: Path) -> DatabasePlace:
    """The folder of the database: in the data folder, unless the server's user cannot reach it there."""
    inside = data_dir / "postgres"
    servant = choose(inside)
    if not servant.dropped:
        return DatabasePlace(inside, data_dir, servant, moved=False)
    for base in OUTSIDE:
        outside = base / f"beichen-{short_hash(data_dir)}"
        if (outside / "postgres" / "PG_VERSION").exists():
            return DatabasePlace(outside / "postgres", outside, choose(outside / "postgres"), moved=True)
    if servant.may(data_dir, os.X_OK):
        return DatabasePlace(inside, data_dir, servant, moved=False)
    return _outside(data_dir, servant)


def _outside(data_dir: Path, servant: Servant) -> DatabasePlace:
    for base in OUTSIDE:
        state = base / f"beichen-{short_hash(data_dir)}"
        try:
            state.mkdir(mode=0o755, exist_ok=True)
            state.chmod(0o755)
        except OSError:
            continue
        owner = state.lstat()
        if stat.S_ISDIR(owner.st_mode) and owner.st_uid == 0 and servant.may(state, os.X_OK):
            return DatabasePlace(state / "postgres", state, servant, moved=True)
    raise Stop(
        f"PostgreSQL does not run as root, and the user {servant.name} can reach neither {data_dir} nor /var/lib; "
        "name a folder it can reach in BEICHEN_DATA_DIR, or start Beichen as an ordinary user."
    )


def short_hash(path: Path) -> str:
    """Twelve letters that stand for a path in names that must be short."""
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()[:12]


def socket_folder(database: Path, servant: Servant) -> Path:
    """A folder of mode 0700 with a short path, whatever the length of the checkout's.

    A stranger may have made the expected name first in the shared temp folder: then a random one is used.
    """
    base = Path(tempfile.gettempdir())
    if len(os.fsencode(base / f"beichen-{'x' * 12}" / SOCKET)) > LONGEST_SOCKET:
        base = Path("/tmp")
    folder = base / f"beichen-{short_hash(database)}"
    try:
        folder.mkdir(mode=0o700)
        servant.give(folder)
    except FileExistsError:
        there = folder.lstat()
        if not stat.S_ISDIR(there.st_mode) or there.st_uid != servant.uid or stat.S_IMODE(there.st_mode) & 0o077:
            folder = Path(tempfile.mkdtemp(prefix="beichen-", dir=base))
            servant.give(folder)
    except OSError as error:
        raise of_os_error(error, "making the folder of the database socket") from error
    return folder


class Lock:
    """A file lock that the system lets go when its process dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: IO[str] | None = None

    def take(self, kind: int) -> bool:
        """Take or change the lock (LOCK_SH, LOCK_EX, with or without LOCK_NB); False when another holds it."""
        if self._file is None:
            self._file = self.path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(self._file, kind)
        except BlockingIOError:
            return False
        return True

    def note(self, text: str) -> None:
        """Leave a word for who finds the lock taken."""
        if self._file is not None:
            self._file.truncate(0)
            self._file.write(text)
            self._file.flush()

    def noted(self) -> str:
        return self.path.read_text(encoding="utf-8") if self.path.exists() else ""

    def free(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
