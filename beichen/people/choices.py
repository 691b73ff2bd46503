"""The words of people: kinds, seats, phases."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say


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


say(
    acts={
        "people.ask_hire": pgettext_lazy("audit", "Ask for a hire"),
        "people.ask_move": pgettext_lazy("audit", "Ask for a move"),
        "people.ask_leave": pgettext_lazy("audit", "Ask for somebody's leaving"),
        "people.ask_unit": pgettext_lazy("audit", "Ask for a change of a unit"),
        "people.ask_move_cycle": pgettext_lazy("audit", "Ask to move a cycle on"),
        "people.withdraw_change": pgettext_lazy("audit", "Withdraw a planned change"),
        "people.first_administrator": pgettext_lazy("audit", "Make the first administrator"),
        "people.hire": pgettext_lazy("audit", "Hire"),
        "people.leave": pgettext_lazy("audit", "Let somebody leave"),
        "people.come_back": pgettext_lazy("audit", "Let somebody come back"),
        "people.save_unit": pgettext_lazy("audit", "Change a unit"),
        "people.upload": pgettext_lazy("audit", "Upload a workbook"),
        "people.ask_import": pgettext_lazy("audit", "Ask for an import"),
        "people.discard_import": pgettext_lazy("audit", "Discard an import"),
        "people.import_failed": pgettext_lazy("audit", "Import broken off"),
        "people.imported": pgettext_lazy("audit", "Import written"),
    },
    kinds={
        "people.person": pgettext_lazy("audit", "Person"),
        "people.orgunit": pgettext_lazy("audit", "Unit"),
        "people.cycle": pgettext_lazy("audit", "Cycle"),
        "people.seat": pgettext_lazy("audit", "Seat"),
        "people.orgchange": pgettext_lazy("audit", "Planned change"),
        "people.importbatch": pgettext_lazy("audit", "Import"),
    },
    jobs={
        "import_company": pgettext_lazy("audit", "Import of a company"),
        "load_demo": pgettext_lazy("audit", "Demo company"),
        "people.apply_due": pgettext_lazy("audit", "Dated moves"),
        "people.write_workbook": pgettext_lazy("audit", "Import of a company"),
    },
)
