"""The words of the audit: acts, kinds of objects and jobs by their keys, doors, and what verification can find.

An area says its own words in its `choices.py`; an act that is a permission is named by the permission's label.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, str | Promise]

READ = "read"
REFUSED = "refused"

_acts: dict[str, str | Promise] = {}
_kinds: dict[str, str | Promise] = {}
_jobs: dict[str, str | Promise] = {}


def say(*, acts: Words | None = None, kinds: Words | None = None, jobs: Words | None = None) -> None:
    """Give words to keys that rows of the audit carry: acts no permission names, kinds of objects, jobs."""
    _acts.update(acts or {})
    _kinds.update(kinds or {})
    _jobs.update(jobs or {})


def acts() -> Words:
    """The words of acts that are no permission."""
    return _acts


def kinds() -> Words:
    """The words of kinds of objects."""
    return _kinds


def jobs() -> Words:
    """The words of jobs that act for nobody."""
    return _jobs


class Sort(TextChoices):
    """What kind of row: somebody read, changed, or was refused; or whatever people did themselves."""

    READS = "reads", _("Viewing")
    CHANGES = "changes", _("Changes")
    REFUSALS = "refusals", _("Refusals")
    PEOPLE = "people", _("Actions by people (no jobs)")


class Channel(TextChoices):
    """By which way somebody read."""

    PAGE = "page", _("On a page")
    API = "api", _("Through the API")
    EXPORT = "export", _("In an export")
    JOB = "job", _("By a scheduled job")


class Fault(TextChoices):
    """Each kind of tampering, by the name an auditor reads."""

    CHANGED_ROW = "changed_row", _("A row was changed after it was sealed")
    MISSING_ROW = "missing_row", _("A sealed row is missing")
    INSERTED_ROW = "inserted_row", _("A row was inserted outside the seals")
    BACK_DATED = "back_dated", _("A row is dated before earlier seals")
    UNSEALED_ROW = "unsealed_row", _("A row has been waiting too long for its seal: is the worker running?")
    CHANGED_SEAL = "changed_seal", _("A seal was changed")
    MISSING_SEAL = "missing_seal", _("A seal is missing")
    BROKEN_LINK = "broken_link", _("A seal does not follow the one before it")
    OTHER_HEAD = "other_head", _("The chain differs from a signed head: it was rewritten here or earlier")
    CUT_TAIL = "cut_tail", _("The chain is shorter than a signed head says: its end was cut or an old copy restored")
    BAD_SIGNATURE = "bad_signature", _("A signed head does not carry our signature, or the key is missing")


say(
    acts={
        "read": pgettext_lazy("audit", "View"),
        "refused": pgettext_lazy("audit", "Refused"),
        "job": pgettext_lazy("audit", "Run"),
        "identity.account_opened": pgettext_lazy("audit", "Open an account"),
        "identity.accounts_opened": pgettext_lazy("audit", "Open accounts"),
        "identity.account_changed": pgettext_lazy("audit", "Change an account"),
        "identity.password_set": pgettext_lazy("audit", "Set somebody's password"),
        "identity.password_changed": pgettext_lazy("audit", "Change one's own password"),
        "identity.codes_issued": pgettext_lazy("audit", "Issue one-time codes"),
        "identity.code_used": pgettext_lazy("audit", "Sign in with a one-time code"),
        "access.withdraw_act": pgettext_lazy("audit", "Withdraw a request for a second person"),
        "operate.backup": pgettext_lazy("audit", "Back up the data"),
        "operate.restore": pgettext_lazy("audit", "Restore a backup"),
        "identity.account_limited": pgettext_lazy("audit", "Limit an account to its own records"),
        "identity.account_disabled": pgettext_lazy("audit", "Disable an account"),
        "identity.account_enabled": pgettext_lazy("audit", "Enable an account"),
        "identity.sessions_ended": pgettext_lazy("audit", "Sign out everywhere"),
        "identity.session_ended": pgettext_lazy("audit", "End a session"),
        "identity.idle_set": pgettext_lazy("audit", "Set when sessions end"),
        "identity.token_created": pgettext_lazy("audit", "Create a token"),
        "identity.token_revoked": pgettext_lazy("audit", "Revoke a token"),
        "identity.signed_in": pgettext_lazy("audit", "Sign in"),
    },
    kinds={
        "events.job": pgettext_lazy("audit", "Job"),
        "identity.account": pgettext_lazy("audit", "Account"),
        "identity.personaltoken": pgettext_lazy("audit", "Token"),
        "audit.entry": pgettext_lazy("audit", "Audit trail"),
    },
    jobs={
        "first_administrator": pgettext_lazy("audit", "First administrator"),
        "operate": pgettext_lazy("audit", "Operator command line"),
        "api.forget_keys": pgettext_lazy("audit", "Remove old request keys"),
    },
)
