"""The words of jobs: what kind of fault ended one."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(TextChoices):
    """Why a run failed, as a sentence with what to do."""

    REFUSED = "refused", _("Refused by a rule.")
    AWAY = (
        "away",
        _("The database was unavailable or the connection broke. Jobs like this usually succeed when retried."),
    )
    DATABASE = "database", _("The database refused the write.")
    OTHERS = "others", _("Another system did not respond or refused: mail, a disk, the network.")
    KILLED = "killed", _("Its worker stopped repeatedly while running it, so the job was set aside.")
    PROGRAM = "program", _("An unexpected error. See the worker’s log for details.")
