"""The words of reviews: states of plans, reviews, parts and ratings; roles of raters."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.notify.choices import template

RESULT_READY = template(
    "reviews.result_of", _("Your %(period)s review result is ready."), params=("period",), icon="file-text"
)
REVIEW_BEGUN = template(
    "reviews.begun",
    _("Your %(period)s review has been set up. What you need to write will appear in your to-do list."),
    params=("period",), icon="file-text", mail=False,
)  # fmt: skip
PART_RETURNED = template(
    "reviews.part_returned", _("Your self review was returned to you for another look."), icon="edit"
)
PEER_INVITED = template(
    "reviews.peer_invited", _("You were asked for feedback on working with %(who)s."), params=("who",), icon="users"
)
CALIBRATING = ("C06", "C07")
"""The phases of a cycle in which a calibration may be closed."""
SESSION_ASKED = template(
    "reviews.session_asked", _("A calibration is waiting for you before it can close."), icon="scale"
)
REMINDED = template("reviews.reminded", _("%(count)s reviews are waiting for you."), params=("count",), icon="edit")
REVIEW_YOURS = template(
    "reviews.review_yours",
    _("You are now %(who)s’s manager and decide on the open review."),
    params=("who",),
    icon="edit",
)
YOU_LED = template(
    "reviews.you_led",
    _("You no longer manage %(who)s. The review you started is still yours and counts for your "
"days in charge; please finish it."),
    params=("who",), icon="edit",
)  # fmt: skip
PASSED_ON = template(
    "reviews.passed_on",
    _("%(who)s left while %(count)s reviews were open. Others will continue them; please keep an eye on them."),
    params=("who", "count"), icon="users",
)  # fmt: skip
WENT_ON = template(
    "reviews.went_on", _("%(who)s has left. You will continue the open review."), params=("who",), icon="edit"
)
PEER_GONE = template(
    "reviews.peer_gone", _("%(who)s has left and will not write a peer review. You can invite somebody else."),
    params=("who",), icon="users",
)  # fmt: skip


class PlanState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    LAUNCHED = "launched", _("Launched")
    CLOSED = "closed", _("Closed")


class ReviewState(models.TextChoices):
    """How far a person's review is; whoever knows of the review knows this, and nothing of its content."""

    OPEN = "open", _("In progress")
    CALIBRATION = "in_calibration", _("In calibration")
    LOCKED = "locked", _("Locked")
    RELEASED = "released", _("Released")
    ARCHIVED = "archived", _("Archived")


class PartRole(models.TextChoices):
    SELF = "self", _("Self review")
    MANAGER = "manager", _("Manager’s review")
    PEER = "peer", _("Peer review")


class PartState(models.TextChoices):
    DRAFT = "draft", _("To write")
    SUBMITTED = "submitted", _("Submitted")
    DECLINED = "declined", _("Declined")
    LOCKED = "locked", _("Locked")
    RELEASED = "released", _("Released")
    ARCHIVED = "archived", _("Archived")


class RatingState(models.TextChoices):
    PROPOSED = "proposed", _("With the manager")
    CALIBRATION = "in_calibration", _("In calibration")
    LOCKED = "locked", _("Locked")
    RELEASED = "released", _("Released")
    ARCHIVED = "archived", _("Archived")


class NominationState(models.TextChoices):
    NOMINATED = "nominated", _("Nominated")
    INVITED = "invited", _("Invited")
    REFUSED = "refused", _("Not selected")


class SessionState(models.TextChoices):
    """Whether grades may still move in calibration."""

    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class PeerMode(models.TextChoices):
    """Who may know who wrote: what a plan can really keep. Anonymous peers need a store without the writer."""

    CONFIDENTIAL = "confidential", _("Confidential")


class Receipt(models.TextChoices):
    """What a person answers to their result: receipt, not agreement."""

    READ = "acknowledged", _("I have read it")
    DISAGREE = "read_disagree", _("I have read it and disagree")


say(
    acts={
        "reviews.submit_part": pgettext_lazy("audit", "Submit a review"),
        "reviews.decline_part": pgettext_lazy("audit", "Decline to write a review"),
        "reviews.remind": pgettext_lazy("audit", "Remind people to write"),
        "reviews.withdraw_nomination": pgettext_lazy("audit", "Withdraw a nomination"),
        "reviews.follow_people": pgettext_lazy("audit", "Reassign reviews after moves"),
        "reviews.follow_leaver": pgettext_lazy("audit", "Reassign a leaver’s reviews"),
        "reviews.edit_form": pgettext_lazy("audit", "Change the form of a plan"),
        "reviews.ask_close_session": pgettext_lazy("audit", "Request to close a calibration"),
        "reviews.add_person": pgettext_lazy("audit", "Add a person to a plan"),
        "reviews.ask_launch": pgettext_lazy("audit", "Request to launch a plan"),
        "reviews.ask_lock": pgettext_lazy("audit", "Request to lock results"),
        "reviews.ask_unlock": pgettext_lazy("audit", "Request to unlock results"),
        "reviews.ask_release": pgettext_lazy("audit", "Request to release results"),
        "reviews.follow_cycle": pgettext_lazy("audit", "Follow the cycle"),
        "reviews.load_parts": pgettext_lazy("audit", "Import reviews"),
        "reviews.load_decisions": pgettext_lazy("audit", "Import decided grades"),
    },
    kinds={
        "reviews.reviewplan": pgettext_lazy("audit", "Review plan"),
        "reviews.review": pgettext_lazy("audit", "Review"),
        "reviews.part": pgettext_lazy("audit", "Review by one person"),
        "reviews.nomination": pgettext_lazy("audit", "Nomination of a peer"),
        "reviews.rating": pgettext_lazy("audit", "Grade"),
        "reviews.board": pgettext_lazy("audit", "Calibration list"),
        "reviews.result": pgettext_lazy("audit", "Result"),
    },
    jobs={
        "reviews.follow_person": pgettext_lazy("audit", "Reviews of people who changed teams"),
        "reviews.follow_leaver": pgettext_lazy("audit", "Reviews of people who changed teams"),
        "reviews.launch": pgettext_lazy("audit", "Launch of reviews"),
        "reviews.begin_launch": pgettext_lazy("audit", "Launch of reviews"),
        "reviews.tell_begun": pgettext_lazy("audit", "Launch of reviews"),
        "reviews.advance": pgettext_lazy("audit", "Lock and release of results"),
        "reviews.follow": pgettext_lazy("audit", "Reviews follow the cycle"),
    },
)
