"""F09, F11: no room left on the disk, no connection or thread left to answer with. Clean refusals, back by itself."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

from beichen.launch import binaries
from beichen.launch.cluster import made_by
from beichen.launch.progress import say
from beichen.launch.servant import choose
from tests.faults.conftest import all_of
from tests.faults.journal import Answer, Ask, ask, reckon, until, within, writing
from tests.launch.running import Running

WRITERS, WRITES = 4, 1_000
CLIENTS, REQUESTS, PATIENCE = 40, 200, 1.5
"""So many at once, so many in all; how long one waits alone for a refusal (a second, on a slow machine)."""
NONE_LEFT = (
    "ALTER ROLE beichen_web CONNECTION LIMIT 0",
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'beichen_web'",
)


@pytest.mark.slow
@pytest.mark.fault("F11")
@pytest.mark.req("BASE-07")
def test_no_connection_left_is_said_quickly_and_over_soon(well: Running, pen: Ask, tmp_path: Path) -> None:
    """The server refuses the web login every new connection, as where others took all there are."""

    def read(_: int) -> Answer:
        return ask(well.port, "GET", "/", Cookie="sessionid=" + "a" * 32)

    with writing(pen, tmp_path / "pool.journal", WRITERS) as journal:
        until(journal, WRITES // 2, 120, well.alive)
        with well.superuser() as database, all_of(database, NONE_LEFT, ("ALTER ROLE beichen_web CONNECTION LIMIT -1",)):
            few = [read(n) for n in range(6)]
            with ThreadPoolExecutor(CLIENTS) as threads:
                many = list(threads.map(read, range(REQUESTS)))
            stood = len(journal.acknowledged)
        began = time.monotonic()
        until(journal, stood + 1, 30, well.alive)
        recovered = time.monotonic() - began
        until(journal, WRITES, 120, well.alive)
    answers = few + many
    assert [answer.improper for answer in answers if answer.improper] == []
    assert {answer.status for answer in answers} == {503}
    assert sorted(answer.seconds for answer in few)[3] <= within(PATIENCE)
    assert recovered <= within(5)
    well.until(well.ready, 90)
    with well.superuser() as database:
        assert reckon(journal, database) == []
    slowest = max(answer.seconds for answer in many)
    say(f"{len(journal.acknowledged)} confirmed; refused alone {few[0].seconds:.2f} s, of {CLIENTS} at once"
          f" {slowest:.2f} s; recovered in {recovered:.2f} s")  # fmt: skip


# ── F09 ─────────────────────────────────────────────────────────────────────────────────────────────────────────
SPARE = 24_000_000


def may_mount() -> bool:
    """Whether this user may lay a file system of its own size over a folder."""
    with contextlib.suppress(OSError):
        folder = Path("/tmp") / f"beichen-mount-{os.getpid()}"
        folder.mkdir()
        try:
            words = ["mount", "-t", "tmpfs", "-o", "size=1m", "beichen", str(folder)]
            done = subprocess.run(words, check=False, capture_output=True)
            if done.returncode == 0:
                subprocess.run(["umount", str(folder)], check=True)
            return done.returncode == 0
        finally:
            folder.rmdir()
    return False


class SmallDisk:
    """The database moved onto a file system with little room, which ballast fills to the last byte."""

    def __init__(self, company: Running) -> None:
        self.company, self.folder = company, company.home / "postgres"
        self.aside = self.folder.with_name("postgres.aside")
        self.ballast = self.folder / "ballast"

    def __enter__(self) -> SmallDisk:
        assert self.company.stop() == 0
        size = sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file()) + 4 * SPARE
        owner = self.folder.stat()
        self.folder.rename(self.aside)
        self.folder.mkdir(mode=0o700)
        options = f"size={size},mode=700,uid={owner.st_uid},gid={owner.st_gid}"
        subprocess.run(["mount", "-t", "tmpfs", "-o", options, "beichen", str(self.folder)], check=True)
        subprocess.run(["cp", "-a", f"{self.aside}/.", str(self.folder)], check=True)
        self.company.start()
        return self

    def fill(self) -> None:
        with contextlib.suppress(OSError), self.ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 65_536)
        with contextlib.suppress(OSError), self.ballast.open("ab", buffering=0) as ballast:
            while True:
                ballast.write(b"\0" * 512)

    def free(self) -> None:
        self.ballast.unlink()

    def __exit__(self, *_: object) -> None:
        """Back onto the large disk with what was written since, or the audit would find an older database."""
        self.company.stop()
        shutil.rmtree(self.aside)
        subprocess.run(["cp", "-a", str(self.folder), str(self.aside)], check=True)
        subprocess.run(["umount", str(self.folder)], check=True)
        self.folder.rmdir()
        self.aside.rename(self.folder)
        self.company.start()


class ShortFiles:
    """No process of the server may write beyond the middle of a file of the log: for those who may not mount."""

    def __init__(self, company: Running) -> None:
        self.company = company

    def __enter__(self) -> ShortFiles:
        return self

    def _limit(self, size: str) -> None:
        """As the user the server runs as, who may always do so."""
        folder = (self.company.home / "postgres").resolve()
        servant = choose(folder)
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if Path(os.readlink(entry / "cwd")) == folder:
                    words = ["prlimit", "--pid", entry.name, f"--fsize={size}:"]
                    subprocess.run(words, check=False, capture_output=True, cwd="/", **servant.popen())

    def fill(self) -> None:
        self._limit("65536")

    def free(self) -> None:
        self._limit("unlimited")

    def __exit__(self, *_: object) -> None:
        self.free()


KINDS = [ShortFiles, *([SmallDisk] if may_mount() else [])]


@pytest.mark.slow
@pytest.mark.fault("F09")
@pytest.mark.req("BASE-07")
@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_stops_writes_and_frees_them_when_there_is_room(
    well: Running, pen: Ask, tmp_path: Path, kind: type[SmallDisk] | type[ShortFiles]
) -> None:
    """The log of the database cannot be written, which ends it; the launcher goes on trying until it can."""
    with kind(well) as disk:
        well.until(well.ready, 90)
        with writing(pen, tmp_path / f"disk{kind.__name__}.journal", WRITERS) as journal:
            until(journal, WRITES // 2, 120, well.alive)
            disk.fill()
            switching = threading.Thread(target=switch, args=[well], daemon=True)
            switching.start()
            stood, began = len(journal.acknowledged), time.monotonic()
            while time.monotonic() - began < 20:
                assert well.alive(), well.said()
                time.sleep(0.2)
            assert journal.answers[503] + journal.answers[0] > 0, "nobody noticed: nothing was tried"
            switching.join(30)
            stood = len(journal.acknowledged)
            disk.free()
            freed = time.monotonic()
            until(journal, stood + 8, 60, well.alive)
            recovered = time.monotonic() - freed
            until(journal, WRITES, 120, well.alive)
        well.until(well.ready, 90)
        with well.superuser() as database:
            assert reckon(journal, database) == []
        check_pages(well)
        say(f"{kind.__name__}: {len(journal.acknowledged)} confirmed; back {recovered:.1f} s after there was room")


def check_pages(company: Running) -> None:
    """Every page of every file agrees with its checksum; `pg_amcheck` needs an extension that the packages lack."""
    assert company.stop() == 0
    program = binaries.find("", made_by(company.home / "postgres")).program("pg_checksums")
    done = subprocess.run(
        [program, "--check", "-D", str(company.home / "postgres")], check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    company.start()


def switch(company: Running) -> None:
    """Ask for new files of the log, so that the end of the room is reached soon."""
    for _ in range(40):
        with contextlib.suppress(psycopg.Error, AssertionError), company.superuser() as database:
            database.execute("SELECT pg_switch_wal()")
        time.sleep(0.2)
