"""`manage audit_verify`: read the whole audit and name the first thing somebody touched."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from beichen.platform.audit.verification import verify


class Command(BaseCommand):
    """Ends with 1 and a sentence when something was touched."""

    help = "Verify the audit: rows, seals, chain and signed heads."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Reads in one snapshot; safe beside everything."""
        report = verify()
        read = f"{report.rows} rows in {report.seals} seals, {report.anchors} signed heads"
        if report.finding:
            raise CommandError(f"{report.finding.sentence()}. Read so far: {read}.", returncode=1)
        self.stdout.write(f"The audit holds: {read}.")
