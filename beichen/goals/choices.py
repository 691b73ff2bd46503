"""The words of goals: kinds, states, measures, confidence, visibility."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.people.choices import Phase
from beichen.platform.approvals import choices as approvals
from beichen.platform.audit.choices import say
from beichen.platform.notify.choices import template


class GoalKind(models.TextChoices):
    OBJECTIVE = "objective", _("Objective")
    KPI = "kpi", _("KPI")
    MILESTONE = "milestone", _("Milestone goal")
    BEHAVIOUR = "behaviour", _("Behaviour goal")


class Ambition(models.TextChoices):
    """Committed and stretch goals are told apart, scored and shown apart."""

    COMMITTED = "committed", _("Committed")
    STRETCH = "stretch", _("Stretch")


class GoalState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PROPOSED = "proposed", _("Awaiting approval")
    ACTIVE = "active", _("Running")
    CHANGING = "changing", _("Change proposed")
    CLOSED = "closed", _("Closed")


RUNNING = (GoalState.ACTIVE, GoalState.CHANGING)
AGREED = (*RUNNING, GoalState.CLOSED)
WRITING = (Phase.GOALS, Phase.EXECUTION)
"""The phases in which goals are written and agreed to."""
CHANGING = (Phase.GOALS, Phase.EXECUTION, Phase.SELF, Phase.PEER)
"""The phases in which a running goal is reported on, and its terms may still change."""


class Visibility(models.TextChoices):
    """Who in the company sees an agreed goal; the line always does."""

    PUBLIC = "public", _("Everyone in the company")
    UNIT = "unit", _("The unit")
    RESTRICTED = "restricted", _("Reporting line only")


class Preset(models.TextChoices):
    """How far the agreed goals of a unit are open at most, whatever each goal says; the line always sees them."""

    OPEN = "open", _("All public")
    NUMBERS = "numbers", _("Goals public, numbers and updates for the line and the direct team")
    TEAM = "team", _("Line and direct team only")
    RESTRICTED = "restricted", _("Reporting line only")


HIDING = (Preset.TEAM, Preset.RESTRICTED)
NARROWING = (Preset.NUMBERS, *HIDING)


class Measure(models.TextChoices):
    """How a key result is measured."""

    INCREASE = "increase", _("Increase")
    DECREASE = "decrease", _("Decrease")
    PERCENT = "percent", _("Percent complete")
    COUNT = "count", _("Number of times")
    WITHIN = "within", _("Stay within a range")
    YES_NO = "yes_no", _("Yes or no")
    BAND = "band", _("KPI by bands")
    MILESTONES = "milestones", _("Milestones")


LINEAR = (Measure.INCREASE, Measure.DECREASE, Measure.PERCENT, Measure.COUNT)
VALUED = (*LINEAR, Measure.WITHIN, Measure.BAND)


class Confidence(models.TextChoices):
    """The owner's own view; it stands beside the computed health."""

    ON_TRACK = "on_track", _("On track")
    AT_RISK = "at_risk", _("At risk")
    OFF_TRACK = "off_track", _("Off track")


class Source(models.TextChoices):
    """Where a value came from."""

    BY_HAND = "by_hand", _("Entered by hand")
    TOKEN = "token", _("Through the API")
    IMPORT = "import", _("Imported")
    METRIC = "metric", _("From the metric")


BY_PEOPLE = (Source.BY_HAND, Source.TOKEN)


class ChangeKind(models.TextChoices):
    """What is asked of a running goal."""

    TERMS = "terms", _("Change the goal")
    DROP = "drop", _("Drop the goal")


class ChangeState(models.TextChoices):
    """Where a request for a change is; `at_once` took effect without a decision, inside the cycle's range."""

    PROPOSED = "proposed", _("Awaiting approval")
    AGREED = "agreed", pgettext_lazy("change of a goal", "Approved")
    AT_ONCE = "at_once", _("In effect at once")
    REFUSED = "refused", _("Sent back")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", _("Not decided in time")


class TaskState(models.TextChoices):
    """Where a key task of a goal stands."""

    TO_DO = "todo", pgettext_lazy("a task", "To do")
    DOING = "doing", pgettext_lazy("a task", "Under way")
    DONE = "done", pgettext_lazy("a task", "Done")
    DROPPED = "dropped", pgettext_lazy("a task", "Dropped")


TASK_OPEN = (TaskState.TO_DO, TaskState.DOING)
TASKED = (GoalState.DRAFT, GoalState.PROPOSED, *RUNNING)
"""The states of a goal in which its tasks are written and worked on."""


class Outcome(models.TextChoices):
    """How an exploration ended."""

    CONFIRMED = "confirmed", pgettext_lazy("an exploration", "Confirmed")
    REFUTED = "refuted", pgettext_lazy("an exploration", "Refuted")
    STOPPED = "stopped", pgettext_lazy("an exploration", "Stopped")


class ShareState(models.TextChoices):
    """What somebody says of their part of a shared result."""

    ASKED = "asked", pgettext_lazy("a part of a result", "Asked")
    AGREED = "agreed", pgettext_lazy("a part of a result", "Agreed")
    DISPUTED = "disputed", pgettext_lazy("a part of a result", "Disagrees")


class Verdict(models.TextChoices):
    """What the owner says of a goal when goals are gone through."""

    KEEP = "keep", _("Keep")
    ADJUST = "adjust", _("Adjust")
    DROP = "drop", pgettext_lazy("verdict on a goal", "Drop")


class AlignmentState(models.TextChoices):
    PROPOSED = "proposed", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


# Whoever stands in for an approver must hold the same act in row 01c (G5).
GOAL = approvals.kind("goals.goal", _("Goal"), url_name="goals:goal", stand_ins=("LM", "SK", "BP", "HA"))

CHANGE = approvals.kind(
    "goals.change", _("Change of a goal"), url_name="goals:change", stand_ins=("LM", "SK", "BP", "HA")
)

CHANGED_AT_ONCE = template(
    "goals.changed_at_once",
    _("%(name)s changed “%(goal)s” within the range that needs no approval. Have a look."),
    params=("name", "goal"), icon="pencil",
)  # fmt: skip
CHANGED_BY_MANAGER = template(
    "goals.changed_by_manager", _("%(name)s changed the terms of your goal “%(goal)s”."), params=("name", "goal"),
    icon="pencil",
)  # fmt: skip
CHANGE_LAPSED = template(
    "goals.change_lapsed",
    _("The change of “%(goal)s” was not decided in time: the terms agreed before stay in force."),
    params=("goal",), icon="arrow-back",
)  # fmt: skip
DOUBTED = template(
    "goals.doubted", _("%(name)s asks whether “%(goal)s” is too conservative."), params=("name", "goal"), icon="target"
)
GIVEN_BACK = template(
    "goals.given_back",
    _("“%(goal)s” was not approved in time: it is a draft again and does not count in %(period)s."),
    params=("goal", "period"), icon="arrow-back",
)  # fmt: skip
NO_LONGER_ASKED = template(
    "goals.no_longer_asked",
    _("Goals for %(period)s can no longer be approved; %(count)s that were waiting for you went back to their owners."),
    params=("count", "period"), icon="arrow-back",
)  # fmt: skip
GIVEN = template(
    "goals.given",
    _("%(name)s gave you a draft to begin from: “%(goal)s”. Set your own numbers and weight, then submit it."),
    params=("name", "goal"), icon="template",
)  # fmt: skip
TASK_GIVEN = template(
    "goals.task_given", _("%(name)s gave you a task for “%(goal)s”: %(task)s"), params=("name", "goal", "task"),
    icon="checkbox",
)  # fmt: skip
TASK_DONE = template(
    "goals.task_done", _("%(name)s finished a task of your goal “%(goal)s”: %(task)s"),
    params=("name", "goal", "task"), icon="check",
)  # fmt: skip
SHARE_ASKED = template(
    "goals.share_asked", _("%(name)s asks whether your part of “%(goal)s” is right: %(part)s."),
    params=("name", "goal", "part"), icon="chart-pie",
)  # fmt: skip
SHARE_DISPUTED = template(
    "goals.share_disputed",
    _("%(name)s disagrees with the parts of “%(goal)s”. Please decide by %(day)s."),
    params=("name", "goal", "day"), icon="chart-pie",
)  # fmt: skip
SHARES_IN_FORCE = template(
    "goals.shares_in_force", _("The parts of “%(goal)s” are agreed: %(parts)s."), params=("goal", "parts"),
    icon="chart-pie",
)  # fmt: skip
ALIGNMENT_ASKED = template(
    "goals.alignment_asked", _("%(name)s asks to align the goal “%(child)s” with your goal “%(parent)s”."),
    params=("name", "child", "parent"), icon="arrow-merge",
)  # fmt: skip
ALIGNMENT_ACCEPTED = template(
    "goals.alignment_accepted", _("Accepted: your goal “%(child)s” now supports “%(parent)s”."),
    params=("child", "parent"), icon="check",
)  # fmt: skip
ALIGNMENT_DECLINED = template(
    "goals.alignment_declined", _("Declined: your goal “%(child)s” does not support “%(parent)s”."),
    params=("child", "parent"), icon="arrow-back",
)  # fmt: skip
LEARNED = template(
    "goals.learned", _("The exploration “%(goal)s” is concluded. Have a look at what was learned."), params=("goal",),
    icon="flask", mail=False,
)  # fmt: skip
NUDGED = template(
    "goals.nudged", _("%(name)s asks for an update on “%(goal)s”."), params=("name", "goal"), icon="bell-ringing"
)
NUDGED_WITH_WORDS = template(
    "goals.nudged_with_words", _("%(name)s asks for an update on “%(goal)s”: “%(sentence)s”"),
    params=("name", "goal", "sentence"), icon="bell-ringing",
)  # fmt: skip


say(
    acts={
        "goals.discard": pgettext_lazy("audit", "Discard a draft goal"),
        "goals.next_approver": pgettext_lazy("audit", "Pass a goal to the new manager"),
        "goals.import_change": pgettext_lazy("audit", "Change goals from a workbook"),
        "goals.import_key_results": pgettext_lazy("audit", "Import key results"),
        "goals.import_updates": pgettext_lazy("audit", "Import progress"),
    },
    kinds={
        "goals.goal": pgettext_lazy("audit", "Goal"),
        "goals.keyresult": pgettext_lazy("audit", "Key result"),
        "goals.alignment": pgettext_lazy("audit", "Alignment"),
        "goals.goaltask": pgettext_lazy("audit", "Key task"),
        "goals.bandconfirmation": pgettext_lazy("audit", "Confirmed condition"),
        "goals.sharedresult": pgettext_lazy("audit", "Shared result"),
        "goals.changerequest": pgettext_lazy("audit", "Change of a goal"),
        "goals.update": pgettext_lazy("audit", "Progress update"),
        "goals.visibilitypreset": pgettext_lazy("audit", "Who sees the goals of a unit"),
    },
    jobs={
        "goals.drain": pgettext_lazy("audit", "Roll-up of progress"),
        "goals.drain_left": pgettext_lazy("audit", "Roll-up of progress"),
        "goals.restate": pgettext_lazy("audit", "Goal health"),
        "goals.close_when_due": pgettext_lazy("audit", "Closing goals"),
        "goals.close_goals": pgettext_lazy("audit", "Closing goals"),
        "goals.find_new_approver": pgettext_lazy("audit", "Goals of people who changed teams"),
        "goals.follow_owner": pgettext_lazy("audit", "Goals of people who changed teams"),
        "goals.tell_assignees": pgettext_lazy("audit", "Key tasks of agreed goals"),
        "goals.give_back": pgettext_lazy("audit", "Goals not approved in time"),
        "goals.lapse_changes": pgettext_lazy("audit", "Changes of goals not decided in time"),
        "goals.take_figures": pgettext_lazy("audit", "Published figures in goals"),
        "goals.take_newest": pgettext_lazy("audit", "Published figures in goals"),
    },
)
