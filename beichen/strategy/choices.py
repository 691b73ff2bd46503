"""The words of strategy: states of a version and the five boxes of the one page."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say


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


say(
    acts={
        "strategy.put_priorities": pgettext_lazy("audit", "Bring priorities in"),
    },
    kinds={
        "strategy.strategymap": pgettext_lazy("audit", "Strategy page"),
        "strategy.strategyversion": pgettext_lazy("audit", "Version of the strategy"),
    },
)
