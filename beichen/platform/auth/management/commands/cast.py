"""Who anybody may sign in as in the demo."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from beichen.platform.auth import queries


class Command(BaseCommand):
    help = "List the people of the demo company one can sign in as."

    def handle(self, *args: Any, **options: Any) -> None:
        for account in queries.cast():
            self.stdout.write(f"{account.email}\t{account.name}\t{account.title}")
