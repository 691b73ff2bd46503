"""The words of the audit: ways of reading, and what verification can find."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Channel(TextChoices):
    """By which way somebody read."""

    PAGE = "page", _("On a page")
    API = "api", _("By a program")
    EXPORT = "export", _("In an export")
    JOB = "job", _("By a scheduled job")


class Fault(TextChoices):
    """Each kind of tampering, by the name an auditor reads."""

    CHANGED_ROW = "changed_row", _("A row was changed after it was sealed")
    MISSING_ROW = "missing_row", _("A sealed row is gone")
    INSERTED_ROW = "inserted_row", _("A row was put in beside the seals")
    BACK_DATED = "back_dated", _("A row says it is older than the seals before it")
    UNSEALED_ROW = "unsealed_row", _("A row has waited for its seal for too long: is the worker running?")
    CHANGED_SEAL = "changed_seal", _("A seal was changed")
    MISSING_SEAL = "missing_seal", _("A seal is gone")
    BROKEN_LINK = "broken_link", _("A seal does not follow the one before it")
    OTHER_HEAD = "other_head", _("The chain differs from a signed head: it was rewritten from here or before")
    CUT_TAIL = "cut_tail", _("The chain is shorter than a signed head says: its end was cut or an old copy restored")
    BAD_SIGNATURE = "bad_signature", _("A signed head does not carry our signature, or the key is missing")
