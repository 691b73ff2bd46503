"""A one-time code from the machine's own command line: when no HR administrator can give one."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext

from beichen.people.rules import codes
from beichen.platform.auth import queries as accounts
from beichen.platform.kit import terminal
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import NotFound, Refused

ACTOR = system("one_time_code", "gives out a one-time code from the command line")


class Command(BaseCommand):
    help = "Print a one-time code for an account; the person and the auditors are told."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        try:
            slip = codes.issue_by_operator(ACTOR, [accounts.account_by_email(email).person_id or 0])[0]
        except NotFound as missing:
            with translation.override(terminal.language()):
                raise CommandError(gettext("Nobody signs in with '%(email)s'.") % {"email": email}) from missing
        except Refused as refusal:
            with translation.override(terminal.language()):
                raise CommandError(refusal.sentence(gettext)) from refusal
        self.stdout.write(slip.code)
        with translation.override(terminal.language()):
            self.stderr.write(gettext("Works once, at /account/begin/. Earlier codes and open sessions have ended."))
