"""`restore FILE`: a backup becomes a company again, in an empty data folder or database. Needs psycopg and pyrage."""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

import psycopg
import pyrage

from beichen.launch import binaries, copies, database, environment, places, roles
from beichen.launch.copies import DUMP, KEYS, MANIFEST, Manifest, read_manifest
from beichen.launch.database import NAME, Database
from beichen.launch.environment import Environment
from beichen.launch.failures import Stop, of_os_error
from beichen.launch.progress import note, say

USAGE = "Write it as `python3 -m beichen restore FILE` (or `restore FILE --key-file KEYFILE`)."
# What went out before the backup may have gone out after it too: mail that waited is not sent a second time.
STILL = """
UPDATE procrastinate_jobs SET status = 'cancelled' WHERE queue_name = 'mail' AND status IN ('todo', 'doing')
"""


def run(words: Sequence[str]) -> int:
    """Open, load, compare; the exit code. `--base` goes back to a moment (launch/recovery.py)."""
    if words and words[0] == "--base":
        from beichen.launch import recovery

        return recovery.back(words)
    if tuple(words) == ("--fence",):
        return fence()
    source, key_file = _words(words)
    env = environment.read()
    _require_empty(env)
    identity = _identity(key_file)
    try:
        with tempfile.TemporaryDirectory(prefix="beichen-restore-", dir=_near(env.data_dir)) as folder:
            manifest = _open(source, identity, Path(folder))
            held_back = _load(env, Path(folder), manifest, source.name)
    except OSError as error:
        raise of_os_error(error, f"restoring {source}") from error
    say(
        f"Restored {manifest.rows:,} rows of {len(manifest.tables)} tables as they were at {manifest.made_at}; "
        f"every fingerprint agrees. {held_back} mails that waited then are not sent."
    )
    return 0


def _words(words: Sequence[str]) -> tuple[Path, Path | None]:
    left = list(words)
    key_file: Path | None = None
    if "--key-file" in left[:-1]:
        place = left.index("--key-file")
        key_file = Path(left[place + 1])
        del left[place : place + 2]
    if len(left) != 1 or left[0].startswith("-"):
        raise Stop(USAGE)
    for path in filter(None, (Path(left[0]), key_file)):
        if not path.is_file():
            raise Stop(f"There is no file {path}.")
    return Path(left[0]), key_file


def _near(data_dir: Path) -> Path:
    """A folder on the disk of the data, so that unpacking fits where the data will."""
    while not data_dir.exists():
        data_dir = data_dir.parent
    return data_dir


def _require_empty(env: Environment) -> None:
    """Nothing is ever overwritten: a restore goes where nothing is."""
    if env.database is None and (places.database_place(env.data_dir).folder / "PG_VERSION").exists():
        raise Stop(
            f"{env.data_dir} holds a database already, and a restore replaces nothing; "
            "name an empty folder: BEICHEN_DATA_DIR=/a/new/folder python3 -m beichen restore FILE"
        )
    found = [name for name in ("audit_key", "anchors.log") if (env.data_dir / name).exists()]
    if found:
        raise Stop(f"{env.data_dir} holds {found[0]} of another company; name an empty folder in BEICHEN_DATA_DIR.")


def _identity(key_file: Path | None) -> pyrage.x25519.Identity:
    text = key_file.read_text(encoding="utf-8") if key_file else os.environ.get("BEICHEN_RECOVERY_KEY", "")
    if not text and sys.stdin.isatty():
        text = getpass.getpass("Recovery key: ")
    if not text:
        raise Stop("Give the recovery key with --key-file FILE or in BEICHEN_RECOVERY_KEY.")
    try:
        return pyrage.x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError:
        raise Stop("This is no recovery key; it begins with AGE-SECRET-KEY-1 and was shown at a backup.") from None


def _open(source: Path, identity: pyrage.x25519.Identity, folder: Path) -> Manifest:
    """Unseal into `folder`; what is not whole to its last byte is refused."""
    note("Opening the backup …")
    reading, writing = os.pipe()
    faults: list[Exception] = []
    unpacker = threading.Thread(target=unpack, args=(os.fdopen(reading, "rb"), folder, faults))
    unpacker.start()
    try:
        with source.open("rb") as sealed, os.fdopen(writing, "wb") as out:
            pyrage.decrypt_io(sealed, out, [identity])
    except (pyrage.DecryptError, OSError) as fault:
        unpacker.join()
        known = isinstance(fault, pyrage.DecryptError) and "matching" in str(fault)
        raise Stop(
            "This recovery key does not open this backup."
            if known
            else f"{source} is no whole backup of Beichen: it was cut off or changed. Take an earlier one."
        ) from fault
    unpacker.join()
    if faults or not (folder / MANIFEST).exists() or not (folder / DUMP).exists():
        raise Stop(f"{source} is no whole backup of Beichen: it was cut off or changed. Take an earlier one.")
    return read_manifest((folder / MANIFEST).read_bytes())


def unpack(source: BinaryIO, folder: Path, faults: list[Exception]) -> None:
    """Reads to the last byte, the filling after an archive's end too: a reader gone early looks like a cut file."""
    with source:
        try:
            with tarfile.open(fileobj=source, mode="r|") as archive:
                for entry in archive:
                    if entry.name in (MANIFEST, DUMP, *KEYS) and (content := archive.extractfile(entry)):
                        with (folder / entry.name).open("wb") as file:
                            shutil.copyfileobj(content, file)
        except (tarfile.TarError, OSError) as fault:
            faults.append(fault)
        while source.read(1 << 20):
            pass


def _load(env: Environment, folder: Path, manifest: Manifest, name: str) -> int:
    """Put keys and rows in their place; on any failure nothing is left. Gives the mails held back."""
    fresh = not env.data_dir.exists()
    _place_keys(env, folder)
    try:
        with database.opened(environment.read()) as opened, _whole_or_not(opened):
            held_back = _fill(env, opened, folder / DUMP, manifest)
            database.migrate_when_needed(opened)
            database.manage(opened, "audit_operation", "restore", name, quiet=True)
    except BaseException:
        for key in KEYS:
            (env.data_dir / key).unlink(missing_ok=True)
        if fresh:
            shutil.rmtree(env.data_dir, ignore_errors=True)
        raise
    return held_back


@contextmanager
def _whole_or_not(opened: Database) -> Iterator[None]:
    """Half a company in an embedded database is thrown away."""
    try:
        yield
    except BaseException:
        if opened.cluster:
            roles.drop_database(opened.cluster.conninfo(), NAME)
        raise


def _place_keys(env: Environment, folder: Path) -> None:
    env.data_dir.mkdir(parents=True, exist_ok=True)
    env.data_dir.chmod(0o755)
    for name in KEYS:
        if (folder / name).exists():
            place = env.data_dir / name
            shutil.copyfile(folder / name, place)
            place.chmod(0o600)


def _fill(env: Environment, opened: Database, dump: Path, manifest: Manifest) -> int:
    conninfo, variables = copies.whole_view(env, opened.cluster.conninfo(NAME) if opened.cluster else "")
    programs = opened.cluster.binaries if opened.cluster else binaries.find(os.environ.get("BEICHEN_PG_BIN", ""), None)
    with psycopg.connect(conninfo, password=variables.get("PGPASSWORD")) as connection:
        copies.require_whole_view(connection)
        if copies.fingerprints(connection):
            raise Stop("The database named in BEICHEN_DATABASE_URL holds tables already; name an empty one.")
    note("Loading the rows …")
    command = [programs.program("pg_restore"), "--exit-on-error", f"--dbname={conninfo}", str(dump)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Stop(f"pg_restore did not finish: {' '.join(done.stderr.split())[-300:]}")
    note("Comparing every table with the backup …")
    with psycopg.connect(conninfo, password=variables.get("PGPASSWORD")) as connection:
        differs = copies.difference(manifest.tables, copies.fingerprints(connection))
        if differs:
            raise Stop(f"The restored rows are not those of the backup: {differs}.")
        return hold_back(connection)


def hold_back(connection: roles.Connection) -> int:
    """Call off the mail that waits; how many."""
    with suppress(psycopg.errors.UndefinedTable):
        return connection.execute(STILL).rowcount
    return 0


def fence() -> int:
    """For a given database that its own server brought back: mail that waited then stays here; the exit code."""
    env = environment.read()
    if env.database is None:
        raise Stop("`restore --fence` is for a database in BEICHEN_DATABASE_URL; `restore --base` does it by itself.")
    with database.opened(env) as opened:
        with roles.connect(opened.logins, "worker") as connection:
            held_back = hold_back(connection)
        database.manage(opened, "audit_operation", "restore", "fence", quiet=True)
    say(f"{held_back} mails that waited then are not sent. Next: `python3 -m beichen audit verify`.")
    return 0
