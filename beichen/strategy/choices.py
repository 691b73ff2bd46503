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


class StatementKind(models.TextChoices):
    """The texts that are published beside the page; the values stand in their addresses."""

    PRINCIPLES = "principles", _("Positioning and principles")
    RULES = "rules", _("What results are used for")
    SCOPE = "scope", _("What performance is not for")


ASKED_OF_ALL = (StatementKind.PRINCIPLES, StatementKind.RULES)
"""What everybody is asked to acknowledge."""


class MemberPart(models.TextChoices):
    """In which part somebody works on a draft besides the seats."""

    WRITE = "write", _("writes")
    REMARK = "remark", _("comments")
    SIGN = "sign", _("signs")


class Group(models.TextChoices):
    """The lists a statement is made of."""

    ORIENTATION = "orientation", _("What performance is for, most important first")
    PRINCIPLE = "principle", _("Iron principles")
    GRADE = "grade", _("What the grades mean")
    USE = "use", _("What results are used for, and how much they count")
    JUDGED = "judged", _("What is judged")
    ELSEWHERE = "elsewhere", _("What is handled elsewhere")


GROUPS = {
    StatementKind.PRINCIPLES: (Group.ORIENTATION, Group.PRINCIPLE),
    StatementKind.RULES: (Group.GRADE, Group.USE),
    StatementKind.SCOPE: (Group.JUDGED, Group.ELSEWHERE),
}
MARKED = (Group.PRINCIPLE, Group.GRADE, Group.USE)
"""Lists whose lines say whether they are open to discussion."""
WITH_MORE = {Group.USE: _("Other evidence beside it"), Group.ELSEWHERE: _("Handled where")}


class Use(models.TextChoices):
    """What a result may be used for: the rules speak of each of these."""

    BONUS = "bonus", _("Bonus")
    PAY = "pay", _("Pay")
    PROMOTION = "promotion", _("Promotion")
    ROTATION = "rotation", _("Rotation")
    KEY_PROJECT = "key_project", _("Appointment to key projects")
    TALENT_REVIEW = "talent_review", _("Talent review")
    TRAINING = "training", _("Training places")
    PIP = "pip", _("Improvement plan")
    TRANSFER = "transfer", _("Transfer to another role")
    LEAVING = "leaving", pgettext_lazy("use of results", "Leaving")


REMARK_ASKED = template(
    "strategy.remark_asked", _("Please read and comment on the draft of “%(name)s”."), params=("name",), icon="message"
)
SIGNATURE_ASKED = template(
    "strategy.signature_asked", _("“%(name)s” is waiting for your signature."), params=("name",), icon="writing-sign"
)
READ_ASKED = template(
    "strategy.read_asked", _("Please read “%(name)s” and confirm with one tap."), params=("name",), icon="book"
)

TARGET_WAITS = template(
    "strategy.target_waits",
    _("The target for “%(metric)s” is waiting for your confirmation."),
    params=("metric",),
    icon="target",
)


say(
    acts={
        "strategy.keep_rules": pgettext_lazy("audit", "Note the rules a cycle opened with"),
        "strategy.put_priorities": pgettext_lazy("audit", "Import priorities"),
    },
    kinds={
        "strategy.strategymap": pgettext_lazy("audit", "Strategy page"),
        "strategy.statement": pgettext_lazy("audit", "Principles and rules"),
        "strategy.statementversion": pgettext_lazy("audit", "Version of principles and rules"),
        "strategy.acknowledgement": pgettext_lazy("audit", "Acknowledgement"),
        "strategy.target": pgettext_lazy("audit", "Target of a priority"),
        "strategy.strategyversion": pgettext_lazy("audit", "Version of the strategy"),
    },
)
