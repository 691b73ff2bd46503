"""The words of files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say


class ExportState(models.TextChoices):
    MAKING = "making", pgettext_lazy("of a file", "Being made")
    READY = "ready", pgettext_lazy("of a file", "Ready")
    FAILED = "failed", pgettext_lazy("of a file", "Failed")


say(
    acts={
        "files.ask": pgettext_lazy("audit", "Ask for a file"),
        "files.fetch": pgettext_lazy("audit", "Fetch a file"),
    },
    kinds={"files.exportfile": pgettext_lazy("audit", "File")},
    jobs={
        "files.make": pgettext_lazy("audit", "Writing of a file"),
        "files.forget": pgettext_lazy("audit", "Forgetting of old files"),
    },
)
