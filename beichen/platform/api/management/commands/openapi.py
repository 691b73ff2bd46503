"""Print the API's description, or write the snapshot that a review sees change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import translation
from django.utils.module_loading import import_string


def text() -> str:
    """The description as the snapshot holds it: in English, whatever language was spoken before."""
    with translation.override("en"):
        schema = import_string("beichen.config.api.api").get_openapi_schema()
        return json.dumps(schema, indent=1, ensure_ascii=False, sort_keys=True, default=str) + "\n"


class Command(BaseCommand):
    help = "Print the OpenAPI description; --write puts it into tests/openapi.json."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["write"]:
            self.stdout.write(text())
            return
        path = Path(settings.BASE).parent / "tests" / "openapi.json"
        path.write_text(text(), encoding="utf-8")
        self.stdout.write(str(path))
