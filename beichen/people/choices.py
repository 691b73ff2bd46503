"""The words of people: kinds, seats, phases."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.notify.choices import template

RELEASE_ASKED = template(
    "people.release_asked", _("The release of %(period)s results is waiting for your approval."), params=("period",),
    icon="circle-check",
)  # fmt: skip


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


class JobFamily(models.TextChoices):
    """What kind of work a role profile is about."""

    PRODUCT = "product", _("Product")
    RND = "rnd", _("Research and development")
    OPERATIONS = "operations", pgettext_lazy("job family", "Operations")
    GROWTH = "growth", pgettext_lazy("job family", "Growth")
    MARKETING = "marketing", _("Marketing")
    SALES = "sales", _("Sales")
    SERVICE = "service", _("Customer service")
    DATA = "data", pgettext_lazy("job family", "Data")
    PLATFORM = "platform", pgettext_lazy("job family", "Platform")
    QUALITY = "quality", pgettext_lazy("job family", "Quality")
    OTHER = "other", pgettext_lazy("job family", "Other")


class GoalTool(models.TextChoices):
    """The tools among which a role profile recommends a mix."""

    OKR = "okr", _("OKR")
    KPI = "kpi", _("KPI")
    MILESTONE = "milestone", pgettext_lazy("goal tool", "Milestones")
    BEHAVIOUR = "behaviour", pgettext_lazy("goal tool", "Behaviour")


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


ALWAYS = (Phase.GOALS, Phase.EXECUTION, Phase.CLOSED)
"""Phases that no cycle skips, whatever is to be done in them."""

AGREES = {
    "LM": _("their manager"), "SK": _("their manager’s manager"), "BP": SeatKind.HRBP.label,
    "HA": SeatKind.HR_ADMIN.label,
}  # fmt: skip
"""Who may agree to a goal (01c), by column of the table."""

OPENS = {
    Phase.GOALS: _("Goals can be written, submitted and approved."),
    Phase.EXECUTION: _("People work on their goals: updates and check-ins; goals can still be added."),
    Phase.SELF: _("Everyone under review writes a self review."),
    Phase.PEER: _("Peers are chosen and write their reviews."),
    Phase.MANAGER: _("Goals close and are scored; managers write reviews and decide grades."),
    Phase.CALIBRATION: _("Grades are compared; the facilitator changes them with reasons."),
    Phase.LOCK: _("Two HR administrators lock the results."),
    Phase.COMPENSATION: _("The bonus is simulated, distributed and approved."),
    Phase.RELEASE: _("Two HR administrators release the results; people read and respond to them."),
    Phase.APPEAL: _("People can still respond; outstanding letters go out."),
    Phase.CLOSED: _("Everything stays visible."),
    Phase.ARCHIVED: _("The cycle is archived."),
}
"""What begins with a phase, in words."""

CLOSES = {
    Phase.SETUP: _("The cycle’s settings are frozen."),
    Phase.EXECUTION: _("Goals can no longer be added or submitted."),
    Phase.SELF: _("Self reviews can still be submitted until managers have decided."),
    Phase.PEER: _("Peers can no longer write; goals can no longer be updated."),
    Phase.MANAGER: _("Self reviews and manager reviews can no longer be written."),
    Phase.CALIBRATION: _("Grades can no longer change."),
    Phase.LOCK: _("Unlocked results can no longer be locked, and locked ones can no longer be reopened."),
    Phase.COMPENSATION: _("The bonus can no longer be changed."),
    Phase.RELEASE: _("Results that are not released can no longer be released."),
    Phase.APPEAL: _("Results can no longer be answered, and no more letters go out."),
}
"""What ends when a phase is left, in words."""


class ImportState(models.TextChoices):
    READING = "reading", pgettext_lazy("of a workbook", "Being read")
    PREVIEWED = "previewed", _("Previewed")
    WAITING = "waiting", _("Waiting for a second person")
    APPLYING = "applying", pgettext_lazy("of a workbook", "Being written")
    APPLIED = "applied", _("Written")
    REFUSED = "refused", _("Refused")


class ChangeKind(models.TextChoices):
    """What two people change in the organisation."""

    HIRE = "hire", _("Joining")
    MOVE = "move", _("Transfer")
    LEAVE = "leave", _("Leaving")
    RETURN = "return", _("Rehire")
    UNIT = "unit", _("Unit")


class ChangeState(models.TextChoices):
    WAITING = "waiting", _("Waiting for a second person")
    DONE = "done", _("Done")
    WITHDRAWN = "withdrawn", _("Withdrawn")


PROJECT_JOINED = template(
    "people.project_joined",
    _("You are a member of %(project)s from %(day)s. The lead, %(lead)s, will be able to see your goals and progress."),
    params=("project", "day", "lead"), icon="users",
)  # fmt: skip
PROJECT_LED = template(
    "people.project_led", _("You lead the project %(project)s."), params=("project",), icon="briefcase"
)
PROFILE_DUE = template(
    "people.profile_due", _("The role profile %(profile)s is due for its yearly review."), params=("profile",),
    icon="id-badge-2",
)  # fmt: skip
CODE_FOR_YOU = template(
    "people.code_for_you",
    _("%(who)s issued a one-time code for your account. If you did not expect this, tell the auditor at once."),
    params=("who",), icon="key",
)  # fmt: skip
CODE_GIVEN = template(
    "people.code_given", _("%(who)s issued a one-time code for %(name)s."), params=("who", "name"), icon="key"
)
CODES_GIVEN = template(
    "people.codes_given",
    _("%(who)s issued one-time codes for %(count)s people."),
    params=("who", "count"),
    icon="key",
)


say(
    acts={
        "people.ask_hire": pgettext_lazy("audit", "Request a hire"),
        "people.ask_move": pgettext_lazy("audit", "Request a transfer"),
        "people.ask_leave": pgettext_lazy("audit", "Request a departure"),
        "people.ask_return": pgettext_lazy("audit", "Request a rehire"),
        "people.ask_unit": pgettext_lazy("audit", "Request a change to a unit"),
        "people.ask_move_cycle": pgettext_lazy("audit", "Request to move a cycle on"),
        "people.withdraw_change": pgettext_lazy("audit", "Withdraw a planned change"),
        "people.first_administrator": pgettext_lazy("audit", "Make the first administrator"),
        "people.hire": pgettext_lazy("audit", "Hire"),
        "people.leave": pgettext_lazy("audit", "Process a departure"),
        "people.come_back": pgettext_lazy("audit", "Process a return"),
        "people.save_unit": pgettext_lazy("audit", "Change a unit"),
        "people.export": pgettext_lazy("audit", "Download the company as a workbook"),
        "people.upload": pgettext_lazy("audit", "Upload a workbook"),
        "people.ask_code": pgettext_lazy("audit", "Request a one-time code"),
        "people.agree_move_cycle": pgettext_lazy("audit", "Agree to move a cycle on"),
        "people.ask_import": pgettext_lazy("audit", "Request an import"),
        "people.discard_import": pgettext_lazy("audit", "Discard an import"),
        "people.read_import": pgettext_lazy("audit", "Read a workbook"),
        "people.import_failed": pgettext_lazy("audit", "Import aborted"),
        "people.imported": pgettext_lazy("audit", "Import completed"),
    },
    kinds={
        "people.person": pgettext_lazy("audit", "Person"),
        "people.orgunit": pgettext_lazy("audit", "Unit"),
        "people.cycle": pgettext_lazy("audit", "Cycle"),
        "people.seat": pgettext_lazy("audit", "Seat"),
        "people.orgchange": pgettext_lazy("audit", "Planned change"),
        "people.importbatch": pgettext_lazy("audit", "Import"),
        "people.project": pgettext_lazy("audit", "Project"),
        "people.process": pgettext_lazy("audit", "Process on the map"),
        "people.roleprofile": pgettext_lazy("audit", "Role profile"),
    },
    jobs={
        "import_company": pgettext_lazy("audit", "Import of a company"),
        "load_demo": pgettext_lazy("audit", "Demo company"),
        "people.apply_due": pgettext_lazy("audit", "Scheduled changes"),
        "people.read_workbook": pgettext_lazy("audit", "Read a workbook"),
        "people.remind_reviews": pgettext_lazy("audit", "Role profile reminders"),
        "people.write_workbook": pgettext_lazy("audit", "Import of a company"),
    },
)
