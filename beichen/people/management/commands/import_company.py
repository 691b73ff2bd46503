"""Bring a company in from its workbook: at once into an empty company, else as a preview that two people confirm."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection
from django.utils import translation
from django.utils.translation import gettext

from beichen.people import queries
from beichen.people.rules import codes, imports
from beichen.platform.kit import terminal
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Refused
from beichen.platform.registry.imports import Action, sheets

ACTOR = system("import_company", "brings a company in from the command line")


class Command(BaseCommand):
    help = "Read a company's workbook (xlsx, or several xlsx and csv files) and write it, or keep its preview."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--one-time-codes", action="store_true",
            help="print a code for every new account, once; with it its owner chooses a password at /account/begin/",
        )  # fmt: skip

    def handle(self, *args: Any, files: list[Path], one_time_codes: bool, **options: Any) -> None:
        self._become_worker()
        try:
            done = imports.import_now(ACTOR, [(path.name, path.read_bytes()) for path in files])
        except OSError as fault:
            raise CommandError(f"{fault.filename}: {fault.strerror}") from fault
        except Refused as refusal:
            with translation.override(terminal.language()):
                raise CommandError(refusal.sentence(gettext)) from refusal
        card = queries.imported(ACTOR, done.batch_id)
        with translation.override(terminal.language()):
            self._report(card)
        if one_time_codes:
            self._print_codes(done.newcomers)

    def _become_worker(self) -> None:
        """Row security gives the amounts of pay to the worker's login alone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            if cursor.fetchone()[0] == "beichen_worker":
                return
            try:
                cursor.execute("SET SESSION AUTHORIZATION beichen_worker")
            except ProgrammingError as fault:
                raise CommandError("Run this as the worker: python3 -m beichen import FILE") from fault

    def _report(self, card: queries.BatchCard) -> None:
        shown = card.written or card.counts
        for sheet in (kind.key for kind in sheets() if kind.key in card.counts):
            counts = {**card.counts[sheet], **shown.get(sheet, {})}
            said = ", ".join(f"{counts[action.value]} {action.value}" for action in Action if counts.get(action.value))
            self.stdout.write(f"{sheet}: {said}")
        for line in card.refused:
            reason = gettext(line["reason"]) % line["params"]
            self.stdout.write(f"{line['sheet']} {line['row']} {line['column']}: {reason}")
        for note in card.notes:
            self.stdout.write(gettext(note["note"]) % note["params"])
        if card.state != "applied" and card.writes:
            self.stdout.write(
                gettext("Nothing is written yet: two HR administrators have to confirm it at /people/imports/%(id)s/.")
                % {"id": card.id}
            )

    def _print_codes(self, newcomers: list[int]) -> None:
        for slip in codes.issue_by_operator(ACTOR, newcomers):
            self.stdout.write(f"{slip.way.email}\t{slip.code}")
