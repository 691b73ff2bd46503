"""The embedded PostgreSQL server: made, started, attached to, watched, stopped. Needs psycopg for its first hello.

Several launchers may use one server (`demo` in one window, `manage` in another). Each holds a shared lock while it
does; whoever leaves last stops the server. Starting happens under an exclusive lock, so there is never a second one.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from beichen.launch import places
from beichen.launch.binaries import find, reachable
from beichen.launch.failures import Stop, of_os_error, require_room
from beichen.launch.places import DatabasePlace, Lock

SUPERUSER = "postgres"
START_SECONDS = 60
TRIES = 3
STOP_SECONDS = 30
ROOM_MB = 300
UNSAFE = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "synchronous_commit=off")

# Servers we started that others go on using: kept here until they end, since Python complains of a child nobody
# waits for.
_LEFT_TO_OTHERS: list[subprocess.Popen[bytes]] = []


@dataclass(frozen=True)
class PidFile:
    """What a running server writes into its folder."""

    pid: int
    socket_folder: Path


class Cluster:
    """One server on one folder."""

    def __init__(self, place: DatabasePlace, env_binaries: str, log: Path, *extra: str) -> None:
        self.place = place
        self.folder = place.folder
        self.log = log
        self._extra = extra
        self.patience: float = START_SECONDS
        self.attached = False
        self._log_start = 0
        self._child: subprocess.Popen[bytes] | None = None
        self._users = Lock(place.folder.with_name(place.folder.name + ".users"))
        self._starting = Lock(place.folder.with_name(place.folder.name + ".starting"))
        self.binaries = reachable(find(env_binaries, made_by(place.folder)), place.servant, place.state)
        self.socket = Path()

    def open(self) -> None:
        """Attach to the server that runs on this folder, or make and start it."""
        try:
            self._starting.take(fcntl.LOCK_EX)
            self._users.take(fcntl.LOCK_SH)
            self._attach_or_start()
        except OSError as error:
            raise of_os_error(error, f"starting the database in {self.folder}") from error
        finally:
            self._starting.free()

    def revive(self) -> None:
        """Start again after a death, in the same socket folder, unless another launcher did so already."""
        self._starting.take(fcntl.LOCK_EX)
        try:
            if self._child is not None:
                self._child.poll()
                self._child = None
            self._attach_or_start()
        finally:
            self._starting.free()

    def alive(self) -> bool:
        """Whether the server process lives; no connection is made."""
        if self._child is not None:
            return self._child.poll() is None
        running = read_pid_file(self.folder)
        return running is not None and _lives(running.pid, self.folder)

    def close(self) -> None:
        """Leave; the last one stops the server (fast: sessions are ended, everything acknowledged is on disk)."""
        self._users.take(fcntl.LOCK_UN)
        if self._users.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
            self._stop()
        elif self._child is not None:
            _LEFT_TO_OTHERS.append(self._child)
        self._users.free()

    def _attach_or_start(self) -> None:
        running = read_pid_file(self.folder)
        if running and _lives(running.pid, self.folder):
            self.socket = running.socket_folder
            self.attached = True
            self._await_hello(running.pid)
            return
        self.attached = False
        if made_by(self.folder) is None:
            self._make()
        if not self.socket.is_absolute() or not self.socket.exists():
            self.socket = places.socket_folder(self.folder, self.place.servant)
        self._start()

    def _make(self) -> None:
        """A new database folder, made beside its place and moved there when it is whole."""
        require_room(self.folder.parent, ROOM_MB, "A new database")
        fresh = self.folder.with_name(self.folder.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        self.place.servant.give(fresh)
        locale = ["--locale-provider=builtin"] if self.binaries.major >= 17 else ["--no-locale"]
        command = [self.binaries.program("initdb"), "-D", str(fresh), "-U", SUPERUSER, "--auth=trust"]
        command += ["--encoding=UTF8", *locale, "--locale=C.UTF-8", "--data-checksums", "--no-instructions"]
        made = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
            cwd="/",
            env=_server_environment(),
            **self.place.servant.popen(),
        )
        if made.returncode != 0:
            shutil.rmtree(fresh, ignore_errors=True)
            raise Stop(f"The database folder could not be made: {_last_words(made.stderr)}")
        fresh.rename(self.folder)

    def _start(self) -> None:
        _disown_stranger(self.folder)
        deadline = time.monotonic() + self.patience
        tries = 0
        while True:
            tries += 1
            self._spawn()
            try:
                self._await_hello(None)
            except _Died as death:
                # Sessions of a killed server may outlive it for a moment and keep its memory; they hold no right to it.
                again = _leftovers_ended(self.folder, death) or tries < TRIES
                if time.monotonic() > deadline or not again:
                    raise Stop(f"The database did not start: {death} (all of it in {self.log})") from None
                time.sleep(0.3)
            else:
                return

    def _spawn(self) -> None:
        command = [self.binaries.program("postgres"), "-D", str(self.folder), *self._options()]
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            self._child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                env=_server_environment(),
                start_new_session=True,
                **self.place.servant.popen(),
            )

    def _options(self) -> list[str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        values = {
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "port": "5432",
            "logging_collector": "off",
            "log_line_prefix": "%m [%p] ",
            "log_error_verbosity": "terse",  # details and statements would repeat what people wrote
            "log_min_error_statement": "panic",
            "timezone": "UTC",
            "jit": "off",
            "wal_compression": "on",
            "max_connections": "100",
            "deadlock_timeout": "250ms",  # who is ended runs again, so that the wait before it is all people notice
            "shared_buffers": f"{max(64, min(512, memory // 8))}MB",
        }
        return [word for name, value in values.items() for word in ("-c", f"{name}={value}")] + list(self._extra)

    def _await_hello(self, other: int | None) -> None:
        """Wait until the server answers; `other` is the process of a server that is not our child."""
        import psycopg

        deadline = time.monotonic() + self.patience
        while time.monotonic() < deadline:
            with contextlib.suppress(psycopg.Error), psycopg.connect(self.conninfo(), connect_timeout=5):
                return
            if other is None and self._child is not None and self._child.poll() is not None:
                raise _Died(self._said())
            if other is not None and not _lives(other, self.folder):
                self._attach_or_start()
                return
            time.sleep(0.03)
        raise Stop(f"The database did not answer within {self.patience:.0f} s; its words are in {self.log}.")

    def _said(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self._log_start)
            return _last_words(log.read().decode("utf-8", "replace"))

    def conninfo(self, database: str = "postgres") -> str:
        """For the superuser of the embedded server; behind the 0700 socket folder no password is asked."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo(host=str(self.socket), user=SUPERUSER, dbname=database)

    def _stop(self) -> None:
        running = read_pid_file(self.folder)
        pid = self._child.pid if self._child and self._child.poll() is None else running.pid if running else None
        if pid is None or not (self._child or _lives(pid, self.folder)):
            return
        for kind, patience in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, kind)
            if self._gone(pid, patience):
                break
        _LEFT_TO_OTHERS[:] = [child for child in _LEFT_TO_OTHERS if child.poll() is None]
        with contextlib.suppress(OSError):
            self.socket.rmdir()

    def _gone(self, pid: int, patience: float) -> bool:
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            ours = self._child if self._child and self._child.pid == pid else None
            if ours.poll() is not None if ours else not _lives(pid, self.folder):
                return True
            time.sleep(0.03)
        return False


class _Died(Exception):
    """Our child ended before it answered; the text is its last words."""


def made_by(folder: Path) -> int | None:
    """The major version that made the database in `folder`; None when there is none."""
    try:
        return int((folder / "PG_VERSION").read_text(encoding="ascii"))
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise of_os_error(error, "reading the database folder") from error


def read_pid_file(folder: Path) -> PidFile | None:
    """Pid and socket folder of the server that runs or ran here (lines 1 and 5)."""
    try:
        lines = (folder / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        return PidFile(int(lines[0]), Path(lines[4]))
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _lives(pid: int, folder: Path) -> bool:
    """Whether `pid` is the server of `folder`, not a stranger that got its number after a crash or a reboot."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    if not Path("/proc/self").exists():
        return True
    with contextlib.suppress(OSError):
        if os.fsencode(folder) in Path(f"/proc/{pid}/cmdline").read_bytes():
            return True
    with contextlib.suppress(OSError):
        return Path(os.readlink(f"/proc/{pid}/cwd")) == folder.resolve()
    return False


def _disown_stranger(folder: Path) -> None:
    """Remove the pid file when its number now belongs to another program: PostgreSQL would refuse to start over it.

    When the number is free the file stays, since PostgreSQL reads from it which memory to check for survivors.
    """
    old = read_pid_file(folder)
    if old and not _lives(old.pid, folder):
        with contextlib.suppress(OSError):
            os.kill(old.pid, 0)
            (folder / "postmaster.pid").unlink()


def _leftovers_ended(folder: Path, death: _Died) -> bool:
    """End the sessions a killed server left behind; True when the start is worth another try."""
    if "shared memory" not in str(death) and "lock file" not in str(death):
        return False
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError):
            if Path(os.readlink(entry / "cwd")) == folder.resolve():
                os.kill(int(entry.name), signal.SIGQUIT)
    return True


def _server_environment() -> dict[str, str]:
    """Nothing of the user's: PGDATA, PGPORT or LC_ALL of a shell must not change the server."""
    return {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _last_words(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    fatal = [line for line in lines if "FATAL" in line or "error" in line.lower() or "HINT" in line]
    words = " ".join((fatal or lines)[-2:])
    if "No space left" in text:
        return "the disk is full; free at least 1 GB and start again."
    return words or "it said nothing"
