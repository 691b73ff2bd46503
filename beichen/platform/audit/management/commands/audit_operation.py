"""`manage audit_operation`: note what an operator did to the whole database from the command line, and seal it.

No worker runs beside a restore, and whoever verifies then would be told that rows wait too long for their seal.
"""

from __future__ import annotations

import getpass
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from beichen.platform.audit.rules import record
from beichen.platform.audit.sealing import seal_all
from beichen.platform.kit.actor import system

OPERATIONS = {"backup": "operate.backup", "restore": "operate.restore"}


class Command(BaseCommand):
    """Called by the launcher, as the worker."""

    help = "Write one audit row about a backup or a restore, and seal what waits."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("operation", choices=OPERATIONS)
        parser.add_argument("file", help="name of the backup file")

    def handle(self, *_args: Any, operation: str, file: str, **_options: Any) -> None:
        """Cost: one statement, and one seal for every 20,000 rows that wait."""
        actor = system("operate", "works on the whole database from the command line")
        with transaction.atomic():
            record(actor, OPERATIONS[operation], details={"file": file, "user": getpass.getuser()})
        seal_all()
