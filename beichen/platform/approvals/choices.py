"""The words of approvals, and the kinds of objects areas declare."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.notify.choices import template


class RunState(TextChoices):
    """Where a run is."""

    PENDING = "pending", _("Waiting for approval")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class StepState(TextChoices):
    """Where one step is."""

    WAITING = "waiting", _("Not started")
    ASKED = "asked", _("Asked")
    APPROVED = "approved", _("Approved")
    RETURNED = "returned", _("Returned")
    PASSED_ON = "passed_on", _("Moved to the next person")
    VOID = "void", _("No longer needed")


class Role(TextChoices):
    """Who is asked, by relation to the subject (G21 gives the order when nobody is there)."""

    LM = "LM", _("Line manager")
    SK = "SK", _("Manager's manager")
    BP = "BP", _("HR business partner")
    HA = "HA", _("HR administrator")
    CA = "CA", _("Compensation administrator")
    EX = "EX", _("Executive")
    OUT = "OUT", _("Outside seat")
    PERSON = "person", _("Named person")


@dataclass(frozen=True)
class Kind:
    """What can be approved. `url_name` takes the object's id; `delegable` is False for the rows G5 excludes.

    `stand_ins`: the roles whose cells hold the same act (G5: a delegate has what both have); empty narrows nothing.
    """

    key: str
    label: str | Promise
    url_name: str
    delegable: bool
    open_to_subject: bool
    stand_ins: tuple[str, ...]


_kinds: dict[str, Kind] = {}


def kind(
    key: str, label: str | Promise, *, url_name: str, delegable: bool = True, open_to_subject: bool = True,
    stand_ins: tuple[str, ...] = (),
) -> str:  # fmt: skip
    """Declare a kind in an area's `choices.py`: `GOAL = kind("goals.goal", _("Goal"), url_name="goals:detail")`.

    `open_to_subject=False` where the subject must not know of the run (a bonus, a rating).
    """
    _kinds[key] = Kind(key, label, url_name, delegable, open_to_subject, stand_ins)
    return key


def known(key: str) -> Kind:
    """The declared kind; LookupError for any other."""
    return _kinds[key]


ASKED = template("approvals.asked", _("Waiting for your approval: %(what)s"), params=("what",), icon="checks")
AGREED = template("approvals.agreed", _("Approved: %(what)s"), params=("what",), icon="check")
CAME_BACK = template("approvals.returned", _("Returned with a comment: %(what)s"), params=("what",), icon="arrow-back")


say(
    acts={
        "approvals.start": pgettext_lazy("audit", "Request approval"),
        "approvals.approve": pgettext_lazy("audit", "Approve"),
        "approvals.return": pgettext_lazy("audit", "Return"),
        "approvals.withdraw": pgettext_lazy("audit", "Withdraw"),
        "approvals.delegate": pgettext_lazy("audit", "Delegate an approval"),
        "approvals.escalate": pgettext_lazy("audit", "Reassign an overdue approval"),
    },
    kinds={
        "approvals.run": pgettext_lazy("audit", "Approval"),
    },
    jobs={
        "approvals.escalate": pgettext_lazy("audit", "Overdue approvals"),
    },
)
