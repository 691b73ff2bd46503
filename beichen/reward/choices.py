"""The words of bonuses."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.notify import template


class PlanState(models.TextChoices):
    """The way of a bonus plan (`access.md` 1.10); pools and awards follow the plan that chose them."""

    DRAFT = "draft", _("Draft")
    SIMULATED = "simulated", _("Simulated")
    PROPOSED = "proposed", _("With the managers")
    CONSOLIDATED = "consolidated", _("Consolidated")
    LOCKED = "locked", _("Locked")
    RELEASED = "released", _("Letters sent")
    EXPORTED = "exported", _("Sent to payroll")


class Mode(models.TextChoices):
    """Where the money of a pool comes from."""

    POOL = "pool", _("Pools based on targets and results")
    FIXED = "fixed", _("Fixed total, split across the pools")
    FORMULA = "formula", _("Company, unit and personal parts; the total follows")


class Mover(models.TextChoices):
    """Which unit pays somebody who changed units."""

    LAST_DAY = "last_day", _("The unit on the last day")
    BY_DAYS = "by_days", _("Each unit pays for its days")


class Out(models.TextChoices):
    """Why somebody is in neither base nor share."""

    NO_RESULT = "no_result", _("No locked result in this cycle")
    LEFT = "left", _("Left before the last day of the cycle")
    NO_TARGET = "no_target", _("No target bonus")


class AtLimit(models.TextChoices):
    NONE = "", _("Within the limits")
    FLOOR = "floor", _("Raised to the floor")
    CAP = "cap", _("Capped")


POOL_OPEN = template(
    "reward.pool_open",
    _("%(plan)s: check your unit’s pool and propose adjustments"),
    params=("plan",),
    icon="adjustments",
)
POOL_OPEN_UNTIL = template(
    "reward.pool_open_until", _("%(plan)s: check your unit’s pool and propose adjustments until %(when)s"),
    params=("plan", "when"), icon="adjustments",
)  # fmt: skip
LETTER_READY = template(
    "reward.letter_ready", _("Your letter for %(plan)s is ready"), params=("plan",), icon="mail-opened"
)


class Step(models.TextChoices):
    """The steps from a target to an amount, as formulas/explain.py names them."""

    PRORATED = "prorated", _("Target bonus for days in this unit")
    GRADE = "grade", _("Grade")
    COMPANY = "company", _("Company result")
    UNIT = "unit", _("Unit result")
    FLATTENING = "flattening", _("Levelled within the team")
    SHARING = "sharing", _("Pool distributed in full")
    LIMIT = "limit", _("Floor or cap")
    ROUNDING = "rounding", _("Rounding to the cent")
    ADJUSTMENT = "adjustment", _("Manager’s adjustment")
    COMPANY_PART = "company_part", _("Company part")
    UNIT_PART = "unit_part", _("Unit part")
    PERSON_PART = "person_part", _("Personal part")


say(
    acts={
        "reward.simulated": pgettext_lazy("audit", "Bonus calculated"),
        "reward.release_asked": pgettext_lazy("audit", "Request to send bonus letters"),
        "reward.approve_asked": pgettext_lazy("audit", "Request to approve a bonus"),
        "reward.unlock_asked": pgettext_lazy("audit", "Request to reopen a locked bonus"),
        "reward.take_back": pgettext_lazy("audit", "Take a passed pool back"),
    },
    kinds={
        "reward.bonusplan": pgettext_lazy("audit", "Bonus plan"),
        "reward.scenario": pgettext_lazy("audit", "Bonus policy"),
        "reward.bonuspool": pgettext_lazy("audit", "Bonus pool"),
        "reward.bonusaward": pgettext_lazy("audit", "Bonus"),
        "reward.comparison": pgettext_lazy("audit", "Comparison of two policies"),
        "reward.letter": pgettext_lazy("audit", "Bonus letter"),
        "reward.of_review": pgettext_lazy("audit", "Bonus"),
    },
    jobs={
        "reward.simulate": pgettext_lazy("audit", "Bonus calculation"),
        "reward.send_letters": pgettext_lazy("audit", "Send letters"),
    },
)
