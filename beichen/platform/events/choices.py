"""The words of jobs: what kind of fault ended one."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Fault(TextChoices):
    """Why a run failed, as a sentence with what to do."""

    REFUSED = "refused", _("A rule refused it.")
    AWAY = "away", _("The database was away or broke off. Such a job usually succeeds when it is tried again.")
    DATABASE = "database", _("The database refused what it wanted to write.")
    OTHERS = "others", _("Another system did not answer or refused: mail, a disk, the network.")
    KILLED = "killed", _("Its worker died again and again while it ran, so it was set aside.")
    PROGRAM = "program", _("The program met something it does not expect. The worker's log holds the whole of it.")
