"""Make a personal API token for local use; prints the value and nothing else on standard output."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext

from beichen.platform.auth import queries, rules
from beichen.platform.auth.choices import Scope
from beichen.platform.kit import terminal
from beichen.platform.kit.errors import NotFound, Refused


class Command(BaseCommand):
    help = "Make a personal API token for an account. The value is shown once and never kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scopes", default=Scope.READ.value, help=f"by comma, of: {', '.join(Scope.values)}")
        parser.add_argument("--days", type=int, default=90, help="1 to 365, 90 if not given")
        parser.add_argument("--name", default="command line", help="purpose")

    def handle(self, *args: Any, **options: Any) -> None:
        scopes = [scope.strip() for scope in options["scopes"].split(",") if scope.strip()]
        try:
            actor = rules.actor_of(queries.account_by_email(options["email"]))
            token, value = rules.create_token(actor, options["name"], scopes, options["days"])
        except NotFound as missing:
            with translation.override(terminal.language()):
                said = gettext("Nobody signs in with '%(email)s'; a token needs an account.")
                raise CommandError(said % {"email": options["email"]}) from missing
        except Refused as refusal:
            with translation.override(terminal.language()):
                raise CommandError(refusal.sentence(gettext)) from refusal
        self.stderr.write(f"Until {token.expires_at:%Y-%m-%d}, may: {', '.join(token.scopes)}. Shown this once:")
        self.stdout.write(value)
