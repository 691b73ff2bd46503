"""Make the very first account of an installation: an HR administrator who also runs the pilot."""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext

from beichen.platform.auth import queries, rules
from beichen.platform.auth.errors import AccountsExist, WrongPassword
from beichen.platform.kit import terminal
from beichen.platform.kit.errors import Refused

PASSWORD = "BEICHEN_FIRST_PASSWORD"


class Command(BaseCommand):
    help = "Make the first account. Asks for what is not given; refuses once any account exists."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--email", default="", help="the work e-mail to sign in with")
        parser.add_argument("--name", default="", help="the person's name")
        parser.add_argument("--number", default="", help="the employee number, as in the workbook")
        parser.add_argument("--if-none", action="store_true", help="do nothing, quietly, when there are accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        if queries.any_account():
            if options["if_none"]:
                return
            with translation.override(terminal.language()):
                raise CommandError(AccountsExist().sentence(gettext))
        try:
            email = options["email"] or self._ask("Work e-mail")
            name = options["name"] or self._ask("Name")
            number = options["number"] or self._ask("Employee number")
            with translation.override(terminal.language()):
                self._make(name, number, email)
        except EOFError as ended:
            raise CommandError("The terminal was closed before all was answered; nothing was made.") from ended
        self.stdout.write(f"{email} can sign in now.")

    def _make(self, name: str, number: str, email: str) -> None:
        """Make it; a password typed here that is not safe enough is asked for again."""
        given = os.environ.get(PASSWORD)
        while True:
            try:
                rules.first_administrator(name, number, email, given or self._ask_password())
            except WrongPassword as refusal:
                if given:
                    raise CommandError(refusal.sentence(gettext)) from refusal
                self.stdout.write(refusal.sentence(gettext))
            except Refused as refusal:
                raise CommandError(refusal.sentence(gettext)) from refusal
            else:
                return

    def _ask(self, what: str) -> str:
        _needs_terminal()
        while True:
            self.stdout.write(f"{what}: ", ending="")
            self.stdout.flush()
            if answer := input().strip():
                return answer

    def _ask_password(self) -> str:
        _needs_terminal()
        while True:
            first, second = getpass.getpass("Password: "), getpass.getpass("Once more: ")
            if first == second:
                return first
            self.stdout.write("The two passwords do not match.")


def _needs_terminal() -> None:
    if not sys.stdin.isatty():
        raise CommandError(f"Without a terminal, give --email, --name and --number, and the password in {PASSWORD}.")
