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
    CONSOLIDATED = "consolidated", _("Put together")
    LOCKED = "locked", _("Locked")
    RELEASED = "released", _("Letters out")
    EXPORTED = "exported", _("Handed to payroll")


class Mode(models.TextChoices):
    """Where the money of a pool comes from."""

    POOL = "pool", _("Pools from targets and results")
    FIXED = "fixed", _("A fixed total, shared over the pools")
    FORMULA = "formula", _("Company, unit and person parts; the total is a result")


class Mover(models.TextChoices):
    """Which unit pays somebody who changed units."""

    LAST_DAY = "last_day", _("The unit of the last day")
    BY_DAYS = "by_days", _("Each unit for its days")


class Out(models.TextChoices):
    """Why somebody is in neither base nor share."""

    NO_RESULT = "no_result", _("No locked result in this cycle")
    LEFT = "left", _("Left before the last day of the cycle")
    NO_TARGET = "no_target", _("No target bonus")


class AtLimit(models.TextChoices):
    NONE = "", _("Between the limits")
    FLOOR = "floor", _("Raised to the floor")
    CAP = "cap", _("Cut to the cap")


POOL_OPEN = template(
    "reward.pool_open", _("%(plan)s: propose adjustments for your unit"), params=("plan",), icon="adjustments"
)
LETTER_READY = template(
    "reward.letter_ready", _("Your letter on %(plan)s is ready"), params=("plan",), icon="mail-opened"
)


class Step(models.TextChoices):
    """The steps from a target to an amount, as formulas/explain.py names them."""

    PRORATED = "prorated", _("Target bonus for the days in this unit")
    GRADE = "grade", _("Grade")
    COMPANY = "company", _("Company result")
    UNIT = "unit", _("Unit result")
    FLATTENING = "flattening", _("Evened out within the team")
    SHARING = "sharing", _("Pool spent exactly")
    LIMIT = "limit", _("Floor or cap")
    ROUNDING = "rounding", _("Rounding to the cent")
    ADJUSTMENT = "adjustment", _("Manager’s adjustment")
    COMPANY_PART = "company_part", _("Company part")
    UNIT_PART = "unit_part", _("Unit part")
    PERSON_PART = "person_part", _("Personal part")


say(
    acts={
        "reward.simulated": pgettext_lazy("audit", "Bonus computed"),
        "reward.release_asked": pgettext_lazy("audit", "Ask to send bonus letters"),
        "reward.approve_asked": pgettext_lazy("audit", "Ask to approve a bonus"),
        "reward.unlock_asked": pgettext_lazy("audit", "Ask to open a locked bonus"),
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
        "reward.simulate": pgettext_lazy("audit", "Computing of a bonus"),
        "reward.send_letters": pgettext_lazy("audit", "Sending of letters"),
    },
)
