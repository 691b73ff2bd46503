"""The words of metrics: directions, states, ways to read a band table."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say


class Direction(models.TextChoices):
    """Which way is better."""

    HIGHER = "higher", _("Higher is better")
    LOWER = "lower", _("Lower is better")
    WITHIN = "within", _("Best within a range")


class MetricState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_FORCE = "in_force", _("Active")
    RETIRED = "retired", _("Retired")


class BandMode(models.TextChoices):
    """How a value between two points is scored."""

    INTERPOLATED = "interpolated", _("Linear between the points")
    STEPPED = "stepped", _("Stepped")


class BandState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    FROZEN = "frozen", _("Frozen")


say(
    acts={
        "metrics.put_bands": pgettext_lazy("audit", "Import band tables"),
    },
    kinds={
        "metrics.metric": pgettext_lazy("audit", "Metric"),
        "metrics.bandtable": pgettext_lazy("audit", "Band table"),
        "metrics.recommendedset": pgettext_lazy("audit", "Recommended metrics"),
    },
)
