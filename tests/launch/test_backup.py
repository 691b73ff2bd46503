"""`backup` and `restore`: the whole company comes back row by row, sealed on the way, and mail is not sent twice."""

from __future__ import annotations

import io
import re
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pyrage
import pytest

from beichen.launch import copies, restore
from beichen.launch.cluster import SUPERUSER
from tests.launch.conftest import open_cluster
from tests.launch.running import Running

LETTER = """
INSERT INTO notify_notice (id, addressee_id, template, params, url, created_at)
VALUES (gen_random_uuid(), 7, 'waiting', '{}', '/', now());
INSERT INTO procrastinate_jobs (queue_name, task_name, args, status)
VALUES ('mail', 'notify.mail', '{}', 'todo'), ('default', 'audit.seal', '{}', 'todo');
"""
KEY = re.compile(r"AGE-SECRET-KEY-1\w+")


class Drill:
    """A filled installation, its first backup, and what was said."""

    def __init__(self, base: Path) -> None:
        self.base = base
        self.live = Running(base / "数据 data", base / "output.txt")
        self.live.prepare(sys.executable)
        self.ask(self.live.home, LETTER)
        self.file = base / "2026 备份.age"
        self.said = self.live.run("backup", str(self.file))
        found = KEY.search(self.said.stdout)
        assert found, self.said.stderr
        self.key = found[0]

    def ask(self, home: Path, statement: str) -> list[tuple[object, ...]]:
        """Ask the database of a data folder as its superuser."""
        server = open_cluster(home)
        try:
            with psycopg.connect(server.conninfo("beichen")) as connection:
                done = connection.execute(statement.encode())
                return done.fetchall() if done.description else []
        finally:
            server.close()

    def prints(self, home: Path) -> dict[str, tuple[int, str]]:
        server = open_cluster(home)
        try:
            with psycopg.connect(server.conninfo("beichen")) as connection:
                return copies.fingerprints(connection)
        finally:
            server.close()

    def restore(self, name: str, *words: str, key: str = "") -> tuple[Running, str]:
        """Restore into another folder; the installation and what was said there."""
        other = Running(self.base / name, self.base / f"{name}.txt")
        other.base = {**other.base, "BEICHEN_RECOVERY_KEY": key or self.key}
        done = other.run("restore", *(words or (str(self.file),)))
        return other, f"{done.returncode} {done.stdout}{done.stderr}"


@pytest.fixture(scope="module")
def drill() -> Iterator[Drill]:
    base = Path(tempfile.mkdtemp(prefix="beichen-backup-"))
    base.chmod(0o755)
    try:
        yield Drill(base)
    finally:
        shutil.rmtree(base)


@pytest.mark.req("BASE-07")
@pytest.mark.fault("F26")
def test_everything_comes_back_and_no_mail_goes_out_again(drill: Drill) -> None:
    sealed = drill.prints(drill.live.home)
    drill.ask(drill.live.home, "UPDATE notify_notice SET template = 'written after the backup'")
    other, said = drill.restore("restored")
    assert said.startswith("0 "), said
    assert "1 mails that waited then are not sent" in said
    back = drill.prints(other.home)
    changed = {name for name in sealed if sealed[name] != back[name]}
    assert changed <= {"public.procrastinate_jobs", "launch.memory", "public.audit_entry", "public.audit_pending",
                       "public.audit_seal", "public.procrastinate_events"}  # fmt: skip
    assert drill.ask(other.home, "SELECT template FROM notify_notice") == [("waiting",)]
    jobs = drill.ask(other.home, "SELECT queue_name, status::text FROM procrastinate_jobs ORDER BY 1")
    assert jobs == [("default", "todo"), ("mail", "cancelled")]
    acts = drill.ask(other.home, "SELECT act FROM audit_entry WHERE act LIKE 'operate.%' ORDER BY at")
    assert acts == [("operate.backup",), ("operate.restore",)]
    assert (other.home / "secret_key").read_bytes() == (drill.live.home / "secret_key").read_bytes()


@pytest.mark.slow
@pytest.mark.req("BASE-07", "BASE-02")
def test_a_backup_of_what_runs_restores_to_an_audit_that_holds(drill: Drill) -> None:
    running = drill.live
    running.start()
    try:
        running.until(running.ready, 30)
        file = drill.base / "running.age"
        assert running.run("backup", str(file)).returncode == 0
        assert running.answers()
        running.until(lambda: "The audit holds" in running.run("audit", "verify").stdout, 30)
        sealed = drill.base / "sealed.age"
        assert running.run("backup", str(sealed)).returncode == 0
    finally:
        running.stop()
    other, said = drill.restore("beside it", str(sealed))
    assert said.startswith("0 "), said
    assert "The audit holds" in other.run("audit", "verify").stdout
    other.start()
    try:
        other.until(lambda: "The audit holds" in other.run("audit", "verify").stdout, 30)
    finally:
        other.stop()


@pytest.mark.req("BASE-07")
def test_nothing_of_it_can_be_read_without_the_key(drill: Drill) -> None:
    assert drill.file.read_bytes().startswith(b"age-encryption.org/v1")
    assert drill.file.stat().st_mode & 0o077 == 0
    _, said = drill.restore("another", key=str(pyrage.x25519.Identity.generate()))
    assert "This recovery key does not open this backup." in said
    _, said = drill.restore("another", key="not a key")
    assert "begins with AGE-SECRET-KEY-1" in said
    assert not (drill.base / "another").exists()


@pytest.mark.req("BASE-07")
def test_a_changed_or_cut_file_is_refused_and_leaves_nothing(drill: Drill) -> None:
    whole = drill.file.read_bytes()
    for name, content in (
        ("cut", whole[: len(whole) // 2]),
        ("changed", whole[:-100] + bytes([whole[-100] ^ 1]) + whole[-99:]),
    ):
        bad = drill.base / f"{name}.age"
        bad.write_bytes(content)
        _, said = drill.restore(name, str(bad))
        assert "it was cut off or changed" in said
        assert not (drill.base / name).exists()


class Source(io.BytesIO):
    """An archive being unsealed; `unread` when it is let go is what its writer would have been refused."""

    unread = b""

    def close(self) -> None:
        self.unread = self.unread or self.read()
        super().close()


@pytest.mark.req("BASE-07")
def test_an_archive_is_read_to_its_last_byte_whatever_its_length(tmp_path: Path) -> None:
    """It is filled up to full records: with the end mark across two of them, the last holds nothing to unpack."""
    for blocks in range(tarfile.RECORDSIZE // tarfile.BLOCKSIZE):
        content = b"x" * blocks * tarfile.BLOCKSIZE
        whole = io.BytesIO()
        with tarfile.open(fileobj=whole, mode="w") as archive:
            entry = tarfile.TarInfo(copies.DUMP)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        source = Source(whole.getvalue())
        faults: list[Exception] = []
        restore.unpack(source, tmp_path, faults)
        assert source.closed
        assert source.unread == b"", blocks
        assert faults == []
        assert (tmp_path / copies.DUMP).read_bytes() == content


@pytest.mark.req("BASE-07")
def test_rows_that_are_not_those_of_the_manifest_are_noticed(drill: Drill) -> None:
    """A backup sealed anew around other numbers: the comparison after loading is what finds it."""
    folder = drill.base / "opened"
    folder.mkdir()
    identity = pyrage.x25519.Identity.from_str(drill.key)
    pyrage.decrypt_file(str(drill.file), str(folder / "all.tar"), [identity])
    with tarfile.open(folder / "all.tar") as archive:
        archive.extractall(folder, filter="data")
    manifest = (folder / copies.MANIFEST).read_text()
    count = re.search(r'"public.notify_notice": \[\s*(\d+)', manifest)
    assert count
    (folder / copies.MANIFEST).write_text(manifest.replace(count[0], count[0][: -len(count[1])] + "12"))
    with tarfile.open(folder / "other.tar", "w") as archive:
        for name in (copies.MANIFEST, *(key for key in copies.KEYS if (folder / key).exists()), copies.DUMP):
            archive.add(folder / name, name)
    other = drill.base / "other.age"
    pyrage.encrypt_file(str(folder / "other.tar"), str(other), [identity.to_public()])
    _, said = drill.restore("lied to", str(other))
    assert "public.notify_notice (12 rows in the backup, 1 rows now)" in said
    assert not (drill.base / "lied to").exists()


@pytest.mark.req("BASE-07")
def test_nothing_is_ever_replaced(drill: Drill) -> None:
    again = drill.live.run("backup", str(drill.file))
    assert "exists already" in again.stderr
    second = drill.live.run("backup", str(drill.base / "second.age"))
    assert second.returncode == 0
    assert not KEY.search(second.stdout)
    drill.live.base = {**drill.live.base, "BEICHEN_RECOVERY_KEY": drill.key}
    over = drill.live.run("restore", str(drill.file))
    assert "holds a database already" in over.stderr
    assert list(drill.live.home.glob("backup-*")) == []


@pytest.mark.req("BASE-07")
def test_what_is_not_understood_is_said_in_one_sentence(drill: Drill) -> None:
    for words, text in (
        (("backup",), "backup FILE"),
        (("backup", "--full"), "backup FILE"),
        (("restore",), "restore FILE"),
        (("restore", "/nowhere.age"), "There is no file /nowhere.age"),
        (("restore", "--fence"), "is for a database in BEICHEN_DATABASE_URL"),
        (("backup", "--base"), "backup --base /a/new/folder --wal /a/folder"),
        (("restore", "--base", "/a", "--wal", "/b", "--until", "2026-11-28 13:00"), "write the time with its offset"),
    ):
        done = drill.live.run(*words)
        assert done.returncode == 1
        assert text in done.stderr
        assert done.stderr.strip().count("\n") == 0
    assert SUPERUSER not in drill.said.stdout


@pytest.mark.fault("F26")
@pytest.mark.req("BASE-07")
def test_a_lost_key_is_named_before_anything_is_loaded(drill: Drill) -> None:
    """The drill is the time to learn it; nothing was made that would have to be cleared away."""
    words = ("--base", "/nowhere", "--wal", "/nowhere", "--until", "2026-11-28 13:00+08:00")
    other, said = drill.restore("keyless", *words)
    assert "lacks secret_key and audit_key and anchors.log" in said
    assert not other.home.exists()
    other.home.mkdir(parents=True)
    (other.home / "secret_key").write_text("a key")
    _, said = drill.restore("keyless", *words)
    assert "lacks audit_key and anchors.log" in said
    assert [path.name for path in other.home.iterdir()] == ["secret_key"]
