"""`manage audit_verify`: read the whole audit and name the first thing somebody touched."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext

from beichen.platform.audit.verification import verify
from beichen.platform.kit import terminal


class Command(BaseCommand):
    """Ends with 1 and a sentence when something was touched."""

    help = "Verify the audit: rows, seals, chain and signed heads."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Reads in one snapshot; safe beside everything."""
        report = verify()
        read = {"rows": report.rows, "seals": report.seals, "heads": report.anchors}
        with translation.override(terminal.language()):
            if report.finding:
                so_far = gettext("Read so far: %(rows)s rows in %(seals)s seals, %(heads)s signed heads.") % read
                raise CommandError(f"{report.finding.sentence()}. {so_far}", returncode=1)
            self.stdout.write(
                gettext("The audit holds: %(rows)s rows in %(seals)s seals, %(heads)s signed heads.") % read
            )
