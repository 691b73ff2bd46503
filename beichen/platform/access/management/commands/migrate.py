"""`migrate`, then the SQL functions of every area, the locks and the grants: one command, one state.

It runs beside a serving installation: one at a time, waiting for a table two seconds at most (who waits for a lock
makes everybody behind it wait too), and beginning again where a table was busy. Killed at any point, it is run again.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.apps import apps
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import OperationalError, connection, transaction

from beichen.platform.access import locks

BEFORE = ("access/sql/access.sql", "kit/sql/half_even.sql")
ALONE = 0x6265_6963_6865_6E02
PATIENCE = "2s"
SET = "SELECT set_config(%s, %s, false)"
TRIES = 12
LONGEST_PAUSE = 5.0
BUSY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


class Command(DjangoMigrate):
    """Bring the schema to this version and write row security anew from the table of rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        if options.get("plan") or options.get("check_unapplied"):
            super().handle(*args, **options)
            return
        with _alone():
            for attempt in range(1, TRIES + 1):
                try:
                    self._bring(*args, **options)
                except OperationalError as error:
                    if not isinstance(error.__cause__, BUSY) or attempt == TRIES:
                        raise
                    self.stdout.write(f"A table is busy; trying again ({attempt} of {TRIES}).")
                    time.sleep(min(LONGEST_PAUSE, 0.5 * attempt))
                else:
                    return

    def _bring(self, *args: Any, **options: Any) -> None:
        platform = Path(__file__).resolve().parents[3]
        with transaction.atomic():
            for name in BEFORE:
                _run(platform / name)
        locks.open_to_migrations()
        super().handle(*args, **options)
        if args or options.get("app_label"):
            return
        with transaction.atomic():
            for path in _functions():
                _run(path)
        count = locks.apply()
        if options["verbosity"]:
            self.stdout.write(f"Row security written for {count} tables.")


@contextmanager
def _alone() -> Iterator[None]:
    """One migration at a time, whoever began it; from then on no table is waited for longer than two seconds.

    What it moves it sees (`locks.MIGRATING`).
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ALONE])
        cursor.execute(SET, ["lock_timeout", PATIENCE])
        cursor.execute(SET, [locks.MIGRATING, "on"])
    try:
        yield
    finally:
        if not connection.in_atomic_block and connection.connection is not None:
            with connection.cursor() as cursor:
                cursor.execute(SET, ["lock_timeout", "0"])
                cursor.execute(SET, [locks.MIGRATING, "off"])
                cursor.execute("SELECT pg_advisory_unlock(%s)", [ALONE])


def _run(path: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute(path.read_text(encoding="utf-8"))


def _functions() -> list[Path]:
    """`sql/relations.sql` and `sql/functions.sql` of every area, in the order of the apps."""
    found = []
    for config in apps.get_app_configs():
        if config.name.startswith("beichen.") and find_spec(config.name):
            folder = Path(config.path) / "sql"
            found += [folder / name for name in ("relations.sql", "functions.sql") if (folder / name).is_file()]
    return found
