"""The words of strategy: states of a version and the five boxes of the one page."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.notify.choices import template


class VersionState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class Box(models.TextChoices):
    """The boxes of the one page, in the order they are read."""

    TARGET_USERS = "target_users", _("Target users")
    CORE_VALUE = "core_value", _("Core value")
    BUSINESS_MODEL = "business_model", _("Business model")
    KEY_CAPABILITIES = "key_capabilities", _("Key capabilities")
    KEY_METRICS = "key_metrics", _("Key metrics")


class TradeOff(models.TextChoices):
    """What the page asks before anything else: choosing one is leaving another."""

    FOCUS = "focus", _("What comes first this year?")
    GROWTH = "growth", _("Where does growth come from?")
    BREADTH = "breadth", _("Many lines of business, or few?")


ANSWERS = {
    TradeOff.FOCUS: (("scale", _("Scale")), ("profit", _("Profit")), ("technology", _("Technology"))),
    TradeOff.GROWTH: (("acquisition", _("New customers")), ("retention", _("Cost and retention"))),
    TradeOff.BREADTH: (("many", _("Many lines of business")), ("few", _("A few lines of business"))),
}


class Part(models.TextChoices):
    """In which part somebody confirms a target."""

    HEAD = "head", _("Business head")
    HRBP = "hrbp", _("HR partner")


TARGET_WAITS = template(
    "strategy.target_waits",
    _("The target for “%(metric)s” is waiting for your confirmation."),
    params=("metric",),
    icon="target",
)


say(
    acts={
        "strategy.put_priorities": pgettext_lazy("audit", "Import priorities"),
    },
    kinds={
        "strategy.strategymap": pgettext_lazy("audit", "Strategy page"),
        "strategy.target": pgettext_lazy("audit", "Target of a priority"),
        "strategy.strategyversion": pgettext_lazy("audit", "Version of the strategy"),
    },
)
