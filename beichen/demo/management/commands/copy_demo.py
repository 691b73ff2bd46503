"""Make a large company out of the demo that was loaded: everybody is copied so many times."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import connection

from beichen.demo.rules.copies import multiply


class Command(BaseCommand):
    help = "Copy the demo company under its own top; needs the superuser of an embedded database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("copies", type=int, help="how many copies of everybody")

    def handle(self, *args: Any, copies: int, **options: Any) -> None:
        multiply(copies)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM")
