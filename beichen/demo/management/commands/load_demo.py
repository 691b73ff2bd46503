"""Fill an empty installation with the demo company."""

from __future__ import annotations

from datetime import date
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import ProgrammingError, connection
from django.utils import translation
from django.utils.translation import gettext

from beichen.demo.formulas.sizes import LEAST, USUAL
from beichen.demo.rules import load_demo
from beichen.platform.kit import clock, terminal
from beichen.platform.kit.errors import Refused

SEED = 20180416


class Command(BaseCommand):
    help = "Fill an empty installation with 辰光科技: 800 people, six quarters behind them and one running."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--people", type=int, default=USUAL, help=f"how many people, at least {LEAST}")
        parser.add_argument("--seed", type=int, default=SEED, help="another number tells another story")
        parser.add_argument("--date", type=date.fromisoformat, default=None, help="the day the story is told on")

    def handle(self, *args: Any, people: int, seed: int, **options: Any) -> None:
        begun = monotonic()
        self._become_worker()
        try:
            load_demo(seed, options["date"] or clock.today(), people, self._say(begun))
        except Refused as refusal:
            with translation.override(terminal.language()):
                raise CommandError(refusal.sentence(gettext)) from refusal

    def _become_worker(self) -> None:
        """Row security knows who acts at the worker's login alone."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT session_user")
            if cursor.fetchone()[0] == "beichen_worker":
                return
            try:
                cursor.execute("SET SESSION AUTHORIZATION beichen_worker")
            except ProgrammingError as fault:
                raise CommandError("Run this as the worker: python3 -m beichen manage load_demo") from fault

    def _say(self, begun: float) -> Any:
        return lambda text: self.stdout.write(f"  {text} ({monotonic() - begun:.0f} s)")
