"""Back to a moment, with PostgreSQL's own means on the embedded server. Needs psycopg.

`backup --base DIR --wal DIR` copies the files of the database and has its log kept from then on; `restore --base DIR
--wal DIR --until TIME` goes forward from the copy along the log and stops just before that time.
"""

from __future__ import annotations

import hashlib
import json
import os
import shlex
import shutil
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import psycopg
from psycopg import sql

from beichen.launch import database, environment, memory, places, roles
from beichen.launch.binaries import find, reachable
from beichen.launch.cluster import SUPERUSER, Cluster, made_by
from beichen.launch.copies import KEYS, RECIPIENT
from beichen.launch.database import NAME, Database
from beichen.launch.environment import Environment
from beichen.launch.failures import Stop, of_os_error
from beichen.launch.progress import note, say
from beichen.launch.restore import hold_back
from beichen.launch.servant import Servant

BACKUP = "backup --base /a/new/folder --wal /a/folder"
RESTORE = 'restore --base FOLDER --wal FOLDER --until "2026-11-28 13:09:58+00:00"'
NEEDED = tuple(name for name in KEYS if name != RECIPIENT)
PATIENCE = 4 * 3600
MOST_LOST = "60s"
OURS = (
    "restore_command", "recovery_target_time", "recovery_target_inclusive", "recovery_target_action", "archive_mode",
    "archive_command", "archive_timeout",
)  # fmt: skip


def keep(words: Sequence[str]) -> int:
    """Copy the files of the running database, and see that its log is kept; the exit code."""
    given = _given(words, BACKUP, "--base", "--wal")
    base, wal = Path(given["--base"]).absolute(), Path(given["--wal"]).absolute()
    if base.exists():
        raise Stop(f"{base} exists already; a backup never replaces anything. Name another folder.")
    with database.opened(_embedded(environment.read())) as opened:
        cluster = _cluster(opened)
        with roles.connect(opened.logins, "owner") as connection:
            if not memory.recall(connection, "schema"):
                raise Stop("There is nothing to back up: no company lives here yet.")
        for folder in (base.parent, wal):
            _reachable(folder, cluster.place.servant)
        _keep_log(cluster, wal)
        database.manage(opened, "audit_operation", "backup", base.name, quiet=True)
        note("Copying the files of the database …")
        base.mkdir(mode=0o700)
        cluster.place.servant.give(base)
        place = ["-D", str(base), "-h", str(cluster.socket), "-U", SUPERUSER]
        _run(cluster, "pg_basebackup", *place, "--checkpoint=fast", "--manifest-checksums=SHA256")
        _verify(base)
    say(f"{base} holds the database, and {wal} what is written from now on, {MOST_LOST} behind at most. Keep both as "
        "you keep the data folder: they are not sealed, and the keys are not in them.")  # fmt: skip
    return 0


def back(words: Sequence[str]) -> int:
    """A company as it was just before a moment, in a folder that holds its keys and no database; the exit code."""
    given = _given(words, RESTORE, "--base", "--wal", "--until")
    base, wal, until = Path(given["--base"]).absolute(), Path(given["--wal"]).absolute(), _moment(given["--until"])
    env = _embedded(environment.read())
    _require_keys(env)
    for folder in (base, wal):
        if not folder.is_dir():
            raise Stop(f"There is no folder {folder}.")
    places.prepare_data(env.data_dir)
    cluster = database.embedded(env)
    if (cluster.folder / "PG_VERSION").exists():
        raise Stop(f"{cluster.folder} holds a database already, and a restore replaces nothing; name another folder.")
    cluster.binaries = reachable(find(os.environ.get("BEICHEN_PG_BIN", ""), made_by(base)), cluster.place.servant,
                                 cluster.place.state)  # fmt: skip
    note("Comparing the copy with its manifest …")
    _verify(base)
    try:
        last = _recovered(cluster, base, wal, until)
        with database.opened(env) as opened:
            with psycopg.connect(_cluster(opened).conninfo(NAME)) as connection:
                held_back = hold_back(connection)
            database.migrate_when_needed(opened)
            database.manage(opened, "audit_operation", "restore", base.name, quiet=True)
    except OSError as error:
        shutil.rmtree(cluster.folder, ignore_errors=True)
        raise of_os_error(error, f"restoring {base}") from error
    except BaseException:
        shutil.rmtree(cluster.folder, ignore_errors=True)
        raise
    say(f"The database is as it was before {until.isoformat(sep=' ')}; its last change is of {last}. "
        f"{held_back} mails that waited then are not sent. Its log is not kept yet: make a new base.")  # fmt: skip
    return 0


def _given(words: Sequence[str], usage: str, *names: str) -> dict[str, str]:
    given = dict(zip(words[::2], words[1::2], strict=False))
    if len(words) != 2 * len(names) or set(given) != set(names):
        raise Stop(f"Write it as `python3 -m beichen {usage}`.")
    return given


def _moment(text: str) -> datetime:
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found
    raise Stop(f"--until is {text!r}; write the time with its offset: 2026-11-28 13:09:58+00:00.")


def _embedded(env: Environment) -> Environment:
    if env.database is not None:
        raise Stop(
            "The server in BEICHEN_DATABASE_URL is run by others, who keep its files and its log; when they brought it "
            "back to an earlier moment, run `python3 -m beichen restore --fence` before anything else."
        )
    return env


def _cluster(opened: Database) -> Cluster:
    assert opened.cluster is not None
    return opened.cluster


def _require_keys(env: Environment) -> None:
    """Said before anything is loaded: without them the copy is of no use, and a drill is the time to learn it."""
    lost = [name for name in NEEDED if not (env.data_dir / name).is_file()]
    if lost:
        raise Stop(
            f"{env.data_dir} lacks {' and '.join(lost)}: put {', '.join(NEEDED)} there first, from the data "
            "folder they were in or out of a sealed backup. Without secret_key everybody signs in again, and without "
            "the other two the audit can no longer be proved."
        )


def _reachable(folder: Path, servant: Servant) -> None:
    if not folder.exists():
        folder.mkdir(mode=0o700, parents=True)
        servant.give(folder)
    if not servant.may(folder, os.X_OK):
        raise Stop(f"The database runs as {servant.name}, who may not enter {folder}; name a folder this user can.")


def _keep_log(cluster: Cluster, wal: Path) -> None:
    """Have the server copy each finished piece of its log; what lies there already and is the same counts as copied."""
    if not cluster.place.servant.may(wal, os.W_OK):
        raise Stop(f"The database runs as {cluster.place.servant.name}, who may not write into {wal}.")
    target = shlex.quote(str(wal).replace("%", "%%")) + "/%f"
    command = f'cmp -s "%p" {target} || (test ! -e {target} && cp "%p" {target}.part && mv {target}.part {target})'
    wanted = {"archive_mode": "on", "archive_command": command, "archive_timeout": MOST_LOST}
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        for name, value in wanted.items():
            connection.execute(sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(name), sql.Literal(value)))
        connection.execute("SELECT pg_reload_conf()")
        row = connection.execute("SELECT current_setting('archive_mode')").fetchone()
    if row != ("on",):
        raise Stop(f"From its next start on the database keeps its log in {wal}: stop and start `up` once, then run "
                   "this again.")  # fmt: skip


def _run(cluster: Cluster, program: str, *words: str) -> None:
    """A program of PostgreSQL, as the user the server runs as."""
    command = [cluster.binaries.program(program), *words]
    done = subprocess.run(
        command, cwd="/", capture_output=True, text=True, errors="replace", check=False, **cluster.place.servant.popen()
    )
    if done.returncode != 0:
        raise Stop(f"{program} did not agree: {' '.join(done.stderr.split())[-300:]}")


def _verify(base: Path) -> None:
    """Every file of the copy against its manifest, as `pg_verifybackup` does, which packaged servers may lack."""
    manifest = base / "backup_manifest"
    try:
        text = manifest.read_bytes()
        listed = json.loads(text)
        body = text[: text.rindex(b'"Manifest-Checksum"')]
        wrong = "" if hashlib.sha256(body).hexdigest() == listed["Manifest-Checksum"] else manifest.name
    except (OSError, ValueError, KeyError):
        raise Stop(f"{base} holds no base made by `{BACKUP}`.") from None
    for entry in [] if wrong else listed["Files"]:
        path = base / (entry["Path"] if "Path" in entry else os.fsdecode(bytes.fromhex(entry["Encoded-Path"])))
        if not path.is_file() or _digest(path) != entry["Checksum"]:
            wrong = entry.get("Path", path.name)
            break
    if wrong:
        raise Stop(f"{base} is not as it was made: {wrong} differs or is gone. Take an earlier base.")


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _recovered(cluster: Cluster, base: Path, wal: Path, until: datetime) -> str:
    """Copy the files, let the server go along the log, and take its orders back; when its last change was."""
    note("Copying the files …")
    shutil.copytree(base, cluster.folder, symlinks=True)
    source = shlex.quote(str(wal).replace("%", "%%")) + "/%f"
    orders = {
        "restore_command": f'cp {source} "%p"', "recovery_target_time": until.isoformat(sep=" "),
        "recovery_target_inclusive": "off", "recovery_target_action": "promote",
        "archive_mode": "off",
    }  # fmt: skip
    lines = ["{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in orders.items()]
    with (cluster.folder / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.writelines(lines)
    (cluster.folder / "recovery.signal").touch()
    for path in (cluster.folder, *cluster.folder.rglob("*")):
        if not path.is_symlink():
            cluster.place.servant.give(path)
    note("Going along the log …")
    cluster.patience = PATIENCE
    try:
        cluster.open()
        return _promoted(cluster)
    finally:
        cluster.close()


def _promoted(cluster: Cluster) -> str:
    deadline = time.monotonic() + PATIENCE
    with psycopg.connect(cluster.conninfo(), autocommit=True) as connection:
        while time.monotonic() < deadline:
            row = connection.execute("SELECT pg_is_in_recovery(), pg_last_xact_replay_timestamp()::text").fetchone()
            if row and not row[0]:
                for name in OURS:
                    connection.execute(sql.SQL("ALTER SYSTEM RESET {}").format(sql.Identifier(name)))
                return str(row[1])
            time.sleep(0.1)
    raise Stop(
        f"The database was still going along its log after {PATIENCE // 3600} hours; its words are in {cluster.log}."
    )
