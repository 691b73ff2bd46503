"""What people can meet when a goal cannot be changed."""

from __future__ import annotations

from typing import ClassVar

from beichen.platform.kit.errors import Invalid, Phrase, Refused, gettext_noop


class NotDraft(Refused):
    """The goal has left the state of a draft."""

    code = "goal_not_draft"
    text = gettext_noop("This goal is no longer a draft. Changes must be agreed with the manager.")


class CorrectionNeedsReason(Invalid):
    """A figure that a metric gives is corrected by hand only with words; both stay readable."""

    code = "correction_needs_reason"
    text = gettext_noop(
        "This key result takes its value from a metric. To correct it by hand, say why; both values are kept."
    )


class NoFigures(Invalid):
    """A metric gives numbers; milestones and yes/no take none."""

    code = "measure_takes_no_figures"
    text = gettext_noop("A key result measured by milestones or yes/no cannot take its value from a metric.")


class MetricNotActive(Invalid):
    """Only an agreed metric measures goals."""

    code = "metric_not_active"
    text = gettext_noop("Choose an active metric from the library.")


class NotProposed(Refused):
    """The goal does not wait for anyone."""

    code = "goal_not_proposed"
    text = gettext_noop("This goal is no longer waiting for approval.")


class NotRunning(Refused):
    """Only running goals are reported on and changed."""

    code = "goal_not_running"
    text = gettext_noop("This goal is not in progress, so it cannot be updated.")


class NothingMeasured(Refused):
    """A goal without a measure cannot be proposed."""

    code = "goal_without_key_result"
    text = gettext_noop("This goal has no key result yet. Add at least one, so everyone can see when it is achieved.")


class WeightsOff(Refused):
    """The plan's weights do not add up and the company blocks that."""

    code = "weights_off"
    text: ClassVar[Phrase] = gettext_noop("The weights in this plan add up to %(sum)s%%; they must add up to 100%%.")


class TooManyGoals(Refused):
    """The company limits the goals of one person."""

    code = "goal_count"
    text: ClassVar[Phrase] = gettext_noop(
        "This plan has %(count)s goals; your company recommends %(least)s to %(most)s."
    )


class KeyResultWeightsOff(Refused):
    """The weights in a goal do not add up and the company blocks that."""

    code = "key_result_weights_off"
    text: ClassVar[Phrase] = gettext_noop("The weights of its key results add up to %(sum)s%%; they must make 100%%.")


class NotVerified(Refused):
    """The goal says nothing of how its result is verified and the company blocks that."""

    code = "goal_not_verified"
    text = gettext_noop("Say how the result will be verified. Your company asks for it before a goal is approved.")


class KeyTaken(Invalid):
    """Another goal of the cycle has the key."""

    code = "goal_key_taken"
    text = gettext_noop("Another goal in this cycle already has the number “%(key)s”.")


class NoReason(Invalid):
    """A return or refusal needs words."""

    code = "reason_missing"
    text = gettext_noop("Write a few words, so the other person knows what to change.")


class Circle(Refused):
    """The parent serves the child already."""

    code = "alignment_circle"
    text = gettext_noop(
        "“%(parent)s” already supports this goal, directly or through others. Goals cannot be aligned in a circle."
    )


class SecondParent(Refused):
    """A goal rolls up into one parent."""

    code = "second_rollup_parent"
    text = gettext_noop(
        "This goal already counts towards another goal. Remove that alignment first, or align without counting."
    )


class ParentNotOpen(Refused):
    """Drafts and closed goals take no children."""

    code = "parent_not_open"
    text = gettext_noop("That goal is not approved yet or is already closed, so nothing can be aligned with it.")


class NothingToSplit(Invalid):
    """A split needs parts."""

    code = "no_parts"
    text = gettext_noop("Name at least one part: what it is and who answers for it.")


class TooManyParts(Invalid):
    """More parts at once than anybody can look over."""

    code = "too_many_parts"
    text = gettext_noop("Split a goal into at most %(most)s parts at once.")


class ValueMissing(Invalid):
    """The report carries no value of this kind of measure."""

    code = "value_missing"
    text = gettext_noop("Enter the current value of this key result.")


class SentenceTooLong(Invalid):
    """A request for a word is one sentence."""

    code = "sentence_too_long"
    text = gettext_noop("Keep it to one sentence of at most %(most)s characters.")


class WrongDay(Invalid):
    """A report is about today or a day before it."""

    code = "wrong_day"
    text = gettext_noop("An update must be dated between %(first)s and %(last)s.")


class NotThisMeasure(Invalid):
    """The band table or metric does not fit."""

    code = "measure_incomplete"
    text = gettext_noop("This type of measure needs: %(missing)s.")


class OnUnagreedMetric(Refused):
    """A goal counts only what two people agreed on the meaning and the source of."""

    code = "goal_on_unagreed_metric"
    text = gettext_noop(
        "This goal counts a metric that has no agreed definition and source: %(metrics)s. It can be approved once that "
        "is there."
    )


class NoCondition(Invalid):
    """Only a point with a condition is confirmed."""

    code = "no_condition"
    text = gettext_noop("This key result has no band with a condition to confirm there.")


class ConditionNotReached(Refused):
    """A condition is confirmed once its number is there."""

    code = "condition_not_reached"
    text = gettext_noop("The value has not reached this band yet, so there is nothing to confirm.")


class Dropped(Refused):
    """A dropped key result takes no report."""

    code = "key_result_dropped"
    text = gettext_noop("This key result was dropped and can no longer be updated.")


class LastKeyResult(Refused):
    """A running goal keeps a measure."""

    code = "last_key_result"
    text = gettext_noop("This is the goal’s last key result. Add another one first, or close the goal.")


class ChangePending(Refused):
    """A change of the goal waits for a decision."""

    code = "goal_change_pending"
    text = gettext_noop("A change of this goal is waiting for a decision. Decide or withdraw it first.")


class NoChange(Invalid):
    """The request changes nothing."""

    code = "goal_nothing_changed"
    text = gettext_noop("Nothing is different yet. Change at least one term.")


class NotAsked(Refused):
    """The request was decided, withdrawn or is over."""

    code = "change_not_open"
    text = gettext_noop("This change is no longer waiting for a decision.")


class Locked(Refused):
    """HR fixed the goals or their progress from a day on."""

    code = "goals_locked"
    text: ClassVar[Phrase] = gettext_noop("Locked since %(day)s for this kind of goal in this cycle.")


class ProgressRange(Invalid):
    """Progress by hand is a share of the way."""

    code = "progress_range"
    text = gettext_noop("Enter a progress from 0% to 100%.")


class NoCorrection(Refused):
    """Nothing was set by hand."""

    code = "no_manual_progress"
    text = gettext_noop("The progress of this goal is calculated already.")


class NoRound(Refused):
    """Goals are not gone through in this cycle."""

    code = "no_goal_review"
    text = gettext_noop("This cycle has no regular goal review.")


class ForNobody(Invalid):
    """Steps of their own need somebody they are for."""

    code = "approval_for_nobody"
    text = gettext_noop("Name a role or a level these approvers are for.")


class ForTheSame(Invalid):
    """Two sets of steps for the same people."""

    code = "approval_for_the_same"
    text = gettext_noop("Each role and level can have its own approvers only once.")


class OutOfUse(Refused):
    """A template that is out of use is given to nobody."""

    code = "template_out_of_use"
    text = gettext_noop("This template is out of use.")


class NobodyChosen(Invalid):
    """Somebody has to get it."""

    code = "nobody_chosen"
    text = gettext_noop("Choose at least one person.")


class TasksClosed(Refused):
    """The tasks of a closed goal stay as they are."""

    code = "goal_tasks_closed"
    text = gettext_noop("This goal is closed; its tasks stay as they are.")


class CannotSee(Invalid):
    """Whoever is to do something for a goal has to be able to read it."""

    code = "assignee_cannot_see"
    text = gettext_noop("This person cannot see the goal, so the task cannot be theirs.")


class Concluded(Refused):
    """The exploration has ended; its bounds and its outcome stay."""

    code = "exploration_concluded"
    text = gettext_noop("This exploration is concluded; its bounds and its outcome stay as they are.")


class TooManyTracks(Refused):
    """A unit runs only so many explorations at once."""

    code = "too_many_explorations"
    text: ClassVar[Phrase] = gettext_noop(
        "This unit already runs as many explorations at once as it may (%(most)s). Conclude one first."
    )


class AnsweredByConclusion(Refused):
    """Whether the question of an exploration is answered is said by concluding it, not by a report."""

    code = "exploration_not_concluded"
    text = gettext_noop("This key result counts the exploration: it is answered by concluding the exploration.")


class AnswerStays(Invalid):
    """The key result that counts an exploration is a question with an answer."""

    code = "exploration_answer"
    text = gettext_noop("This key result counts the exploration: it stays a yes or no.")


class CountsAlone(Invalid):
    """An exploration is counted by one key result."""

    code = "exploration_counts_alone"
    text = gettext_noop("An exploration is counted by whether its question has an answer; nothing else in it weighs.")


class CannotShare(Refused):
    """A result is shared where everybody may see it, and by people: a unit has no plan of its own to weigh it in."""

    code = "goal_cannot_be_shared"
    text = gettext_noop("Only a person’s goal that everyone in the company can see can be shared.")


class SharesInForce(Refused):
    """The parts are agreed; who wants other ones asks the owner to share the result anew."""

    code = "shares_in_force"
    text = gettext_noop("The parts are agreed. The owner or the manager can propose other ones.")


class NotDisputed(Refused):
    """Nobody disagrees, so there is nothing to decide."""

    code = "shares_not_disputed"
    text = gettext_noop("Nobody disagrees with the parts, so there is nothing to decide.")


class PresetNeedsReason(Invalid):
    """Who sees the goals of a whole unit is not changed without a word."""

    code = "preset_needs_reason"
    text = gettext_noop("Say why who sees these goals should change: everybody can read the reason.")


class SharedStaysOpen(Invalid):
    """A shared result stays open to all: its parties may sit anywhere."""

    code = "shared_stays_open"
    text = gettext_noop("The result of this goal is shared: it stays visible to everyone in the company.")
