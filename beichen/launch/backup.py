"""`backup FILE`: the whole company in one sealed file, while it runs. Needs psycopg and pyrage."""

from __future__ import annotations

import io
import os
import subprocess
import tarfile
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import psycopg
import pyrage

from beichen.launch import binaries, copies, database, environment, memory, roles
from beichen.launch.copies import DUMP, FORMAT, KEYS, MANIFEST, RECIPIENT, Manifest
from beichen.launch.database import NAME, Database
from beichen.launch.environment import Environment
from beichen.launch.failures import Stop, of_os_error, require_room
from beichen.launch.progress import note, say

SHOWN_ONCE = """
The recovery key of this installation, shown this once. Without it no backup can be opened, by nobody. Print it and
keep it apart from the backups (`backup FILE --new-key` makes another one, for the backups from then on):

  {}
"""


def run(words: Sequence[str]) -> int:
    """Write the backup; the exit code. `--base` copies the files instead (launch/recovery.py)."""
    if words and words[0] == "--base":
        from beichen.launch import recovery

        return recovery.keep(words)
    names = [word for word in words if word != "--new-key"]
    if len(names) != 1 or names[0].startswith("-"):
        raise Stop("Write it as `python3 -m beichen backup FILE` (or `backup FILE --new-key`).")
    target = Path(names[0]).absolute()
    if target.exists():
        raise Stop(f"{target} exists already; a backup never replaces a file. Name another.")
    env = environment.read()
    with database.opened(env) as opened:
        with roles.connect(opened.logins, "owner") as connection:
            if not memory.recall(connection, "schema"):
                raise Stop(f"There is nothing to back up: no company lives in {env.data_dir} yet.")
        database.manage(opened, "audit_operation", "backup", target.name, quiet=True)
        manifest = _write(env, opened, target, _recipient(env.data_dir, fresh="--new-key" in words))
        with roles.connect(opened.logins, "owner") as connection:
            memory.remember(connection, "backup", manifest.made_at)
    megabytes = target.stat().st_size / 1e6
    say(f"{target}: {manifest.rows:,} rows of {len(manifest.tables)} tables, {megabytes:,.1f} MB, sealed.")
    return 0


def _recipient(data_dir: Path, *, fresh: bool) -> pyrage.x25519.Recipient:
    """Whom the backup is sealed for: the recovery key, made and shown at the first backup."""
    place = data_dir / RECIPIENT
    if place.exists() and not fresh:
        return pyrage.x25519.Recipient.from_str(place.read_text(encoding="ascii").strip())
    identity = pyrage.x25519.Identity.generate()
    made = identity.to_public()
    say(SHOWN_ONCE.format(identity))
    place.write_text(f"{made}\n", encoding="ascii")
    return made


def _write(env: Environment, opened: Database, target: Path, recipient: pyrage.x25519.Recipient) -> Manifest:
    """Dump and fingerprint one snapshot, then seal; the file appears under its name only when it is whole."""
    keys = _keys(env)  # before the snapshot: a signed head newer than the rows would look like a cut audit
    conninfo, variables = copies.whole_view(env, opened.cluster.conninfo(NAME) if opened.cluster else "")
    half = target.with_name(target.name + ".part")
    try:
        with (
            psycopg.connect(conninfo, password=variables.get("PGPASSWORD")) as connection,
            tempfile.TemporaryDirectory(prefix="backup-", dir=env.data_dir) as folder,
        ):
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            copies.require_whole_view(connection)
            dump = Path(folder) / DUMP
            manifest = _dump(opened, connection, conninfo, variables, dump)
            _seal(half, recipient, {MANIFEST: manifest.text(), **keys}, dump)
        half.rename(target)
    except OSError as error:
        raise of_os_error(error, f"writing {target}") from error
    finally:
        with suppress(OSError):
            half.unlink()
    return manifest


def _keys(env: Environment) -> dict[str, bytes]:
    found = {name: env.data_dir / name for name in KEYS}
    held = {name: path.read_bytes() for name, path in found.items() if path.exists()}
    return {**held, "secret_key": env.secret_key.encode() + b"\n"}


def _dump(
    opened: Database, connection: roles.Connection, conninfo: str, variables: dict[str, str], dump: Path
) -> Manifest:
    """`pg_dump` in the snapshot of `connection`, which takes the fingerprints beside it."""
    row = connection.execute("SELECT pg_export_snapshot(), pg_database_size(current_database())").fetchone()
    snapshot, size = row or ("", 0)
    require_room(dump.parent, size // 2_000_000 + 50, "A backup")
    server = connection.info.server_version // 10000
    programs = opened.cluster.binaries if opened.cluster else binaries.find(os.environ.get("BEICHEN_PG_BIN", ""), None)
    if programs.major < server:
        raise Stop(f"The server is PostgreSQL {server}; name a folder with its pg_dump in BEICHEN_PG_BIN.")
    note("Reading the database …")
    command = [programs.program("pg_dump"), "--format=custom", f"--snapshot={snapshot}", f"--file={dump}", conninfo]
    started = datetime.now(UTC)
    child = subprocess.Popen(command, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    tables = copies.fingerprints(connection)
    _, said = child.communicate()
    if child.returncode != 0:
        raise Stop(f"pg_dump did not finish: {' '.join(said.split())[-300:]}")
    return Manifest(FORMAT, started.isoformat(timespec="seconds"), environment.version(), server, tables)


def _seal(half: Path, recipient: pyrage.x25519.Recipient, small: dict[str, bytes], dump: Path) -> None:
    """Pack into a pipe and seal what comes out of it, so that nothing lies about in clear but the dump."""
    note("Sealing …")
    reading, writing = os.pipe()
    handle = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    faults: list[OSError] = []
    packer = threading.Thread(target=_pack, args=(os.fdopen(writing, "wb"), small, dump, faults))
    with os.fdopen(reading, "rb") as source, os.fdopen(handle, "wb") as sealed:
        packer.start()
        pyrage.encrypt_io(source, sealed, [recipient])
        packer.join()
        sealed.flush()
        os.fsync(sealed.fileno())
    if faults:
        raise faults[0]


def _pack(out: BinaryIO, small: dict[str, bytes], dump: Path, faults: list[OSError]) -> None:
    try:
        with out, tarfile.open(fileobj=out, mode="w|") as archive:
            for name, content in small.items():
                entry = tarfile.TarInfo(name)
                entry.size, entry.mode = len(content), 0o600
                archive.addfile(entry, io.BytesIO(content))
            archive.add(dump, DUMP, filter=_nobodys)
    except OSError as fault:
        faults.append(fault)


def _nobodys(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Without the names of this machine's users."""
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = ""
    entry.mode = 0o600
    return entry
