"""The words of talks: states, reactions, and the notices that go out (they carry no content)."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.notify import template

UNSUSTAINABLE = "unsustainable"
"""The answer to "can you keep up this load?" that goes to the top of the manager's list when given twice running."""


class CheckInState(models.TextChoices):
    """How far a check-in is. Late is no state: it follows from the days."""

    DUE = "due", pgettext_lazy("check-in", "To write")
    FILLED = "filled", pgettext_lazy("check-in", "Sent, waiting for a reply")
    REPLIED = "replied", pgettext_lazy("check-in", "Replied")


class Reaction(models.TextChoices):
    """An answer in one tap."""

    SEEN = "seen", _("Read, thank you")
    GOOD = "good", _("Well done")
    HELP = "help", _("I’ll take care of it")
    TALK = "talk", _("Let’s talk about it")


DUE_TODAY = template("conversations.due", _("Your check-in is due today. It takes two minutes."), icon="message-2")
SENT = template(
    "conversations.sent", _("%(name)s sent you a check-in."), params=("name",), icon="message-2", mail=False
)
REPLIED = template("conversations.replied", _("%(name)s replied to your check-in."), params=("name",), icon="message-2")
UNANSWERED = template(
    "conversations.unanswered",
    _("%(name)s is still waiting for your reply to a check-in. One line is enough."),
    params=("name",),
    icon="message-2",
)
PASSED_ON = template(
    "conversations.passed_on",
    _("You are now %(name)s’s manager. A check-in is waiting for a reply; it was written to "
"somebody else, so you cannot read it."),
    params=("name",), icon="message-2",
)  # fmt: skip
NEW_READER = template(
    "conversations.new_reader",
    _("%(name)s is now your manager and will reply to your open check-in, but cannot read what "
"you wrote to somebody else."),
    params=("name",), icon="message-2", mail=False,
)  # fmt: skip


say(
    acts={"talks.follow_manager": pgettext_lazy("audit", "Pass a check-in to the new manager")},
    kinds={
        "conversations.checkin": pgettext_lazy("audit", "Check-in"),
        "conversations.reply": pgettext_lazy("audit", "Reply to a check-in"),
        "check_in": pgettext_lazy("audit", "Check-in"),
    },
    jobs={
        "conversations.open_due": pgettext_lazy("audit", "Scheduled check-ins"),
        "conversations.follow_manager": pgettext_lazy("audit", "Check-ins of people who changed teams"),
        "conversations.begin_check_ins": pgettext_lazy("audit", "Scheduled check-ins"),
    },
)
