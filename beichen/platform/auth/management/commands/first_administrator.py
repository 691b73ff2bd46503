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
from beichen.platform.auth.errors import AccountsExist
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
        email = options["email"] or _ask("Work e-mail")
        name = options["name"] or _ask("Name")
        number = options["number"] or _ask("Employee number")
        try:
            rules.first_administrator(name, number, email, os.environ.get(PASSWORD) or _ask_password())
        except Refused as refusal:
            with translation.override(terminal.language()):
                raise CommandError(refusal.sentence(gettext)) from refusal
        self.stdout.write(f"{email} can sign in now.")


def _needs_terminal() -> None:
    if not sys.stdin.isatty():
        raise CommandError(f"Without a terminal, give --email, --name and --number, and the password in {PASSWORD}.")


def _ask(what: str) -> str:
    _needs_terminal()
    answer = input(f"{what}: ").strip()
    return answer or _ask(what)


def _ask_password() -> str:
    _needs_terminal()
    first, second = getpass.getpass("Password: "), getpass.getpass("Once more: ")
    if first == second:
        return first
    raise CommandError("The two passwords differ; nothing was made.")
