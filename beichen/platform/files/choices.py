"""The words of files."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say


class ExportState(models.TextChoices):
    MAKING = "making", pgettext_lazy("of a file", "In progress")
    READY = "ready", pgettext_lazy("of a file", "Ready")
    FAILED = "failed", pgettext_lazy("of a file", "Failed")


say(
    acts={
        "files.ask": pgettext_lazy("audit", "Request a file"),
        "files.fetch": pgettext_lazy("audit", "Download a file"),
    },
    kinds={"files.exportfile": pgettext_lazy("audit", "File")},
    jobs={
        "files.make": pgettext_lazy("audit", "Create a file"),
        "files.forget": pgettext_lazy("audit", "Remove old files"),
    },
)
