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


class MetricKind(models.TextChoices):
    """What a metric speaks of: what came out, how it was reached, how somebody acts and what they can do."""

    RESULT = "result", pgettext_lazy("kind of metric", "Result")
    PROCESS = "process", pgettext_lazy("kind of metric", "Process")
    BEHAVIOUR = "behaviour", pgettext_lazy("kind of metric", "Behaviour and ability")


class Subject(models.TextChoices):
    """Whose figure it is."""

    UNIT = "unit", pgettext_lazy("of a metric", "Units")
    PERSON = "person", pgettext_lazy("of a metric", "People")


class OnZero(models.TextChoices):
    """What a division by zero gives."""

    MISSING = "missing", _("No value")
    ZERO = "zero", pgettext_lazy("division", "0")


class VersionState(models.TextChoices):
    """A definition: proposed by one person, agreed to by another."""

    PROPOSED = "proposed", _("Proposed")
    AGREED = "agreed", pgettext_lazy("of a version", "Agreed")


class Origin(models.TextChoices):
    """Where a value came from."""

    BY_HAND = "by_hand", pgettext_lazy("of a figure", "Entered by hand")
    IMPORT = "import", pgettext_lazy("of a figure", "Imported")
    TOKEN = "token", pgettext_lazy("of a figure", "Through the API")
    FORMULA = "formula", _("Computed")


class HeldReason(models.TextChoices):
    """The quality rule that a value failed."""

    RANGE = "range", _("Outside its range")
    JUMP = "jump", _("Jump against the period before")


class HeldState(models.TextChoices):
    """What became of a value that was held back."""

    HELD = "held", _("Held back")
    RELEASED = "released", _("Let through")
    DROPPED = "dropped", _("Thrown out")


class PublicationState(models.TextChoices):
    """Whether a period's values are still being collected."""

    OPEN = "open", _("Being collected")
    PUBLISHED = "published", pgettext_lazy("of figures", "Published")


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
        "metrics.keep_figures": pgettext_lazy("audit", "Keep the figures a cycle was scored with"),
        "metrics.compute": pgettext_lazy("audit", "Compute values by formula"),
    },
    kinds={
        "metrics.metric": pgettext_lazy("audit", "Metric"),
        "metrics.unitvalue": pgettext_lazy("audit", "Value of a unit"),
        "metrics.personvalue": pgettext_lazy("audit", "Value of a person"),
        "metrics.heldvalue": pgettext_lazy("audit", "Value held back"),
        "metrics.publication": pgettext_lazy("audit", "Figures of a period"),
        "metrics.bandtable": pgettext_lazy("audit", "Band table"),
        "metrics.recommendedset": pgettext_lazy("audit", "Recommended metrics"),
    },
    jobs={
        "metrics.freeze_bands": pgettext_lazy("audit", "Freezing the band tables of a cycle"),
    },
)
