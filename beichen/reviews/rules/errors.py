"""The sentences people meet when a review act is refused."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_noop

from beichen.platform.kit.errors import Changed, Forbidden, Invalid, Refused


class PlanFrozen(Refused):
    code = "plan_frozen"
    text = gettext_noop("This plan has been launched. It is frozen until the cycle ends.")


class BadWeights(Invalid):
    code = "bad_weights"
    text = gettext_noop("The weights of the sections add up to %(sum)s. They must add up to 100.")


class AnonymousNotYet(Invalid):
    code = "anonymous_peers"
    text = gettext_noop(
        "Anonymous peer reviews are not available in this version. Choose confidential: the "
        "person does not see names; managers do."
    )


class NotThisForm(Invalid):
    code = "not_this_form"
    text = gettext_noop(
        "You can change open questions, wording and weights. What is scored, by whom and within "
        "which limits stays the same, so that every total is calculated in the same way."
    )


class BadQuestion(Invalid):
    code = "bad_question"
    text = gettext_noop("Every question needs wording in Chinese and in English.")


class OutsideTheList(Invalid):
    """A section that is weighed is not on the published list of what is judged."""

    code = "outside_the_list"
    text = gettext_noop(
        "“%(sections)s” is not on the published list of what is judged. Say why it is judged all the same, in at "
        "least %(least)s characters; everyone who sees the plan reads it."
    )


class NobodyReviewed(Refused):
    code = "nobody_reviewed"
    text = gettext_noop("This plan includes nobody. Check the unit and the exclusions.")


class NobodyDecides(Refused):
    code = "nobody_decides"
    text = gettext_noop(
        "Nobody can decide the grade of %(count)s people. Give them a manager, or leave them out of the plan."
    )


class PartClosed(Refused):
    code = "part_closed"
    text = gettext_noop("This review has been submitted and can no longer be changed.")


class PartChanged(Changed):
    """Two windows wrote the same part: `mine` and `theirs` let the page show both texts."""

    code = "part_changed"
    text = gettext_noop("This review was saved in another window. Both versions are shown; nothing you wrote is lost.")

    def __init__(self, mine: Any, theirs: Any) -> None:
        super().__init__()
        self.mine = mine
        self.theirs = theirs


class BadAnswers(Invalid):
    code = "bad_answers"
    text = gettext_noop("Something is missing or out of range. See the marked fields.")


class AlreadyReturned(Refused):
    code = "already_returned"
    text = gettext_noop("This self review has already been returned once. Talk to the person, or ask the HR partner.")


class NotSubmitted(Refused):
    code = "not_submitted"
    text = gettext_noop("This review has not been submitted, so there is nothing to return.")


class CannotDecline(Forbidden):
    code = "cannot_decline"
    text = gettext_noop("A self review, and the review of the manager who decides, cannot be declined.")


class NotAPeer(Invalid):
    code = "not_a_peer"
    text = gettext_noop("Choose a current colleague who is neither you nor the manager who decides.")


class NoSuchReason(Invalid):
    code = "no_such_reason"
    text = gettext_noop("Choose why you cannot review this person’s work.")


class TooManyPeers(Refused):
    code = "too_many_peers"
    text = gettext_noop("At most %(limit)s peers can be nominated.")


class Nominated(Refused):
    code = "already_nominated"
    text = gettext_noop("This colleague is already on the list.")


class Settled(Refused):
    code = "settled"
    text = gettext_noop("This nomination has already been decided.")


class NotAllScored(Refused):
    code = "not_all_scored"
    text = gettext_noop("A grade can be decided once every section is scored. Missing: %(sections)s.")


class PartNotHandedIn(Refused):
    code = "part_not_handed_in"
    text = gettext_noop("Submit your own review first, then decide the grade.")


class NoSuchGrade(Invalid):
    code = "no_such_grade"
    text = gettext_noop("Choose one of this plan’s grades: %(grades)s.")


class ReasonNeeded(Invalid):
    code = "reason_needed"
    text = gettext_noop(
        "This grade differs from the suggestion, %(suggested)s. Give a reason of at least %(limit)s characters."
    )


class MoveReasonNeeded(Invalid):
    code = "move_reason_needed"
    text = gettext_noop("Every grade change needs a reason of at least %(limit)s characters.")


class NotProposed(Refused):
    code = "not_proposed"
    text = gettext_noop("This grade is no longer the manager’s to decide.")


class NotInCalibration(Refused):
    code = "not_in_calibration"
    text = gettext_noop("Grades can only change while the calibration is open.")


class SameGrade(Refused):
    code = "same_grade"
    text = gettext_noop("The person already has this grade.")


class SessionOpen(Refused):
    code = "session_open"
    text = gettext_noop(
        "The calibration is still open. Once a facilitator and the most senior manager of the "
        "round have closed it, results can be locked."
    )


class SessionClosed(Refused):
    code = "session_closed"
    text = gettext_noop("The calibration is closed. Grades can no longer change.")


class SameHat(Refused):
    code = "same_hat"
    text = gettext_noop(
        "A calibration is closed by two people: its facilitator and the most senior manager of the round."
    )


class Undecided(Refused):
    code = "undecided"
    text = gettext_noop(
        "%(count)s people have no decided grade. Every grade needs a person’s decision before results are locked."
    )


class NothingToDo(Refused):
    code = "nothing_to_do"
    text = gettext_noop("Nothing to do here: no result of this plan is in the right state.")


class SomeReleased(Refused):
    code = "some_released"
    text = gettext_noop(
        "This plan’s results are already released. They can only be changed by a new version "
        "with a reason, not by unlocking."
    )


class NotReleased(Refused):
    code = "not_released"
    text = gettext_noop("There is no released result to respond to.")


class Answered(Refused):
    code = "answered"
    text = gettext_noop("You have already responded to this result.")


class CommentNeeded(Invalid):
    code = "comment_needed"
    text = gettext_noop("Say briefly what you disagree with. It is kept with the result.")
