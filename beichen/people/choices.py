"""The words of people: kinds, seats, phases."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.notify.choices import template


class UnitKind(models.TextChoices):
    GROUP = "group", _("Group")
    COMPANY = "company", _("Company")
    BUSINESS_UNIT = "business_unit", _("Business unit")
    DEPARTMENT = "department", _("Department")
    TEAM = "team", _("Team")


class RoleType(models.TextChoices):
    """How the work behaves; it steers the goal tools and the flattening of a bonus pool."""

    STABLE = "stable", _("Stable")
    EXPLORATORY = "exploratory", _("Exploratory")
    COLLABORATIVE = "collaborative", _("Collaborative")


class PersonKind(models.TextChoices):
    EMPLOYEE = "employee", _("Employee")
    EXTERNAL = "external", _("External")


class SeatKind(models.TextChoices):
    """Role grants; the values are the columns of the table of rights."""

    HRBP = "BP", _("HRBP")
    HR_ADMIN = "HA", _("HR administrator")
    COMPENSATION = "CA", _("Compensation administrator")
    EXECUTIVE = "EX", _("Executive")
    FACILITATOR = "CF", _("Calibration facilitator")
    AUDITOR = "AU", _("Auditor")
    PILOT_ADMIN = "PA", _("System administrator")


class PeriodKind(models.TextChoices):
    YEAR = "year", _("Year")
    HALF = "half", _("Half-year")
    QUARTER = "quarter", _("Quarter")
    MONTH = "month", _("Month")


class Phase(models.TextChoices):
    """The phases of a cycle, in their order (`access.md` 1.4)."""

    SETUP = "C00", _("Set-up")
    GOALS = "C01", _("Setting goals")
    EXECUTION = "C02", _("Execution")
    SELF = "C03", _("Self reviews")
    PEER = "C04", _("Peer reviews")
    MANAGER = "C05", _("Manager reviews")
    CALIBRATION = "C06", _("Calibration")
    LOCK = "C07", _("Approval and lock")
    COMPENSATION = "C08", _("Compensation")
    RELEASE = "C09", _("Release")
    APPEAL = "C10", _("Appeal window")
    CLOSED = "C11", _("Closed")
    ARCHIVED = "C12", _("Archived")


class ImportState(models.TextChoices):
    PREVIEWED = "previewed", _("Previewed")
    WAITING = "waiting", _("Waiting for a second person")
    APPLYING = "applying", pgettext_lazy("of a workbook", "Being written")
    APPLIED = "applied", _("Written")
    REFUSED = "refused", _("Refused")


class ChangeKind(models.TextChoices):
    """What two people change in the organisation."""

    HIRE = "hire", _("Joins")
    MOVE = "move", _("Moves")
    LEAVE = "leave", _("Leaves")
    UNIT = "unit", _("Unit")


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a second person")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


CODE_FOR_YOU = template(
    "people.code_for_you",
    _("%(who)s gave out a one-time code for your account. If nobody agreed this with you, tell the auditor at once."),
    params=("who",), icon="key",
)  # fmt: skip
CODE_GIVEN = template(
    "people.code_given", _("%(who)s gave out a one-time code for %(name)s."), params=("who", "name"), icon="key"
)
CODES_GIVEN = template(
    "people.codes_given",
    _("%(who)s gave out one-time codes for %(count)s people."),
    params=("who", "count"),
    icon="key",
)
