"""`migrate`, then the SQL functions of every area, the locks and the grants: one command, one state."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.apps import apps
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection, transaction

from beichen.platform.access import locks

BEFORE = ("access/sql/access.sql", "kit/sql/half_even.sql")


class Command(DjangoMigrate):
    """Bring the schema to this version and write row security anew from the table of rights."""

    def handle(self, *args: Any, **options: Any) -> None:
        platform = Path(__file__).resolve().parents[3]
        with transaction.atomic():
            for name in BEFORE:
                _run(platform / name)
        super().handle(*args, **options)
        if args or options.get("app_label") or options.get("plan") or options.get("check_unapplied"):
            return
        with transaction.atomic():
            for path in _functions():
                _run(path)
            count = locks.apply()
        if options["verbosity"]:
            self.stdout.write(f"Row security written for {count} tables.")


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
