"""The sentences people meet when a review act is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from beichen.platform.kit.errors import Changed, Forbidden, Invalid, Refused


class PlanFrozen(Refused):
    code = "plan_frozen"
    text = gettext_noop("This plan was launched. What it says is frozen until the cycle ends.")


class BadWeights(Invalid):
    code = "bad_weights"
    text = gettext_noop("The weights of the sections add up to %(sum)s. They must add up to 100.")


class AnonymousNotYet(Invalid):
    code = "anonymous_peers"
    text = gettext_noop(
        "Anonymous peers are not offered in this version. Choose confidential: names are hidden from the "
        "person, and the managers know them."
    )


class NotThisForm(Invalid):
    code = "not_this_form"
    text = gettext_noop(
        "Open questions, wording and weights can change. What is scored, by whom and within which limits stays, so "
        "that every total comes about the same way."
    )


class BadQuestion(Invalid):
    code = "bad_question"
    text = gettext_noop("Every question needs its words in Chinese and in English.")


class NobodyReviewed(Refused):
    code = "nobody_reviewed"
    text = gettext_noop("This plan reaches nobody. Look at the unit and at who is left out.")


class NobodyDecides(Refused):
    code = "nobody_decides"
    text = gettext_noop(
        "%(count)s people have nobody who could decide their grade. Name a manager for them, or leave them "
        "out of the plan."
    )


class PartClosed(Refused):
    code = "part_closed"
    text = gettext_noop("This part is handed in and can no longer be changed.")


class PartChanged(Changed):
    """Two windows wrote the same part: `mine` and `theirs` let the page show both texts."""

    code = "part_changed"
    text = gettext_noop("This part was saved in another window. Both texts are shown; nothing of yours is lost.")

    def __init__(self, mine: Any, theirs: Any) -> None:
        super().__init__()
        self.mine = mine
        self.theirs = theirs


class BadAnswers(Invalid):
    code = "bad_answers"
    text = gettext_noop("Something is missing or out of range. The marked fields say what.")


class AlreadyReturned(Refused):
    code = "already_returned"
    text = gettext_noop("This self review was returned once already. Talk to the person, or ask the HR partner.")


class NotSubmitted(Refused):
    code = "not_submitted"
    text = gettext_noop("This part is not handed in, so there is nothing to return.")


class CannotDecline(Forbidden):
    code = "cannot_decline"
    text = gettext_noop("A self review and the part of the manager who decides cannot be declined.")


class NotAPeer(Invalid):
    code = "not_a_peer"
    text = gettext_noop("Choose a colleague who works here and is neither you nor the manager who decides.")


class NoSuchReason(Invalid):
    code = "no_such_reason"
    text = gettext_noop("Choose why you cannot judge this person’s work.")


class TooManyPeers(Refused):
    code = "too_many_peers"
    text = gettext_noop("At most %(limit)s peers can be nominated.")


class Nominated(Refused):
    code = "already_nominated"
    text = gettext_noop("This colleague is on the list already.")


class Settled(Refused):
    code = "settled"
    text = gettext_noop("This nomination was settled already.")


class NotAllScored(Refused):
    code = "not_all_scored"
    text = gettext_noop("A grade can be decided once every section is scored. Missing: %(sections)s.")


class PartNotHandedIn(Refused):
    code = "part_not_handed_in"
    text = gettext_noop("Hand in your own part first; then decide the grade.")


class NoSuchGrade(Invalid):
    code = "no_such_grade"
    text = gettext_noop("Choose one of the grades of this plan: %(grades)s.")


class ReasonNeeded(Invalid):
    code = "reason_needed"
    text = gettext_noop(
        "This grade differs from the suggestion, %(suggested)s. Give a reason of at least %(limit)s characters."
    )


class MoveReasonNeeded(Invalid):
    code = "move_reason_needed"
    text = gettext_noop("Every move of a grade needs a reason of at least %(limit)s characters.")


class NotProposed(Refused):
    code = "not_proposed"
    text = gettext_noop("This grade is no longer with the manager.")


class NotInCalibration(Refused):
    code = "not_in_calibration"
    text = gettext_noop("Grades move only while the calibration is open.")


class SameGrade(Refused):
    code = "same_grade"
    text = gettext_noop("The person has this grade already.")


class SessionOpen(Refused):
    code = "session_open"
    text = gettext_noop(
        "The calibration is still open. A facilitator and the highest manager of the round close it together; then "
        "the results can be locked."
    )


class SessionClosed(Refused):
    code = "session_closed"
    text = gettext_noop("The calibration is closed. Its grades no longer move.")


class SameHat(Refused):
    code = "same_hat"
    text = gettext_noop(
        "One of the two who close a calibration is its facilitator, the other the highest manager of the round."
    )


class Undecided(Refused):
    code = "undecided"
    text = gettext_noop("%(count)s people have no decided grade. Every grade needs a human decision before the lock.")


class NothingToDo(Refused):
    code = "nothing_to_do"
    text = gettext_noop("There is nothing to move here: no result of this plan is in the state before.")


class SomeReleased(Refused):
    code = "some_released"
    text = gettext_noop(
        "Results of this plan are released already. A change now is a new version with a reason, not an unlock."
    )


class NotReleased(Refused):
    code = "not_released"
    text = gettext_noop("There is no released result to answer to.")


class Answered(Refused):
    code = "answered"
    text = gettext_noop("You have answered to this result already.")


class CommentNeeded(Invalid):
    code = "comment_needed"
    text = gettext_noop("Say in a few words what you disagree with. It is kept with the result.")
