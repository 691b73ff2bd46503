"""What goals register at start and show on other areas' pages."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beichen.goals import access, queries
from beichen.goals.rules.imports import SHEETS
from beichen.people import queries as people
from beichen.platform.access.permissions import may
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, Panel, TodoEntry, hold, imports, nav, phase_work, slot, todo

for sheet in SHEETS:
    imports.register(sheet)

nav(NavEntry(key="goals", label=gettext_lazy("Goals"), url_name="goals:plan", icon="target", order=30, tab=True))

phase_work(queries.phase_work)
hold(queries.held_by_metrics)


@slot("people.cycle", order=10)
def cycle_rules(request: object, actor: Actor, cycle_id: int) -> Panel | None:
    """What a cycle lets happen to its goals, where cycles are set up. Cost: one statement at most."""
    card = people.cycle(actor, cycle_id)
    if not may(actor, access.READ_SEASON, card):
        return None
    chosen = queries.season(card.settings)
    return Panel("goal_rules", template="goals/season_line.html", context={"cycle": card, "chosen": chosen})


@slot("people.person", order=20)
def person_goals(request: object, actor: Actor, person_id: int) -> Panel | None:
    """The goals of a person on the person's page."""
    return Panel("goals", gettext_lazy("Goals"), reverse("goals:person_panel", args=[person_id]), icon="target")


@slot("insight.home", order=20)
def my_goals(request: object, actor: Actor, person_id: int) -> Panel | None:
    """My goals with the pace they should have, on the home page."""
    return Panel("my_goals", gettext_lazy("My goals"), reverse("goals:home_panel"), icon="target")


@slot("metrics.metric", order=10)
def where_used(request: object, actor: Actor, metric_id: int) -> Panel | None:
    """The goals that count a metric, on its page."""
    at = reverse("goals:used_by", args=[metric_id])
    return Panel("goals.used_by", gettext_lazy("Goals that count it"), at, icon="target")


@slot("metrics.library", order=10)
def metric_use(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """The way to all metrics in use, from their library."""
    return Panel("goals.metric_use", template="goals/usage_link.html") if may(actor, access.METRIC_USE) else None


@slot("strategy.coverage", order=10)
def coverage(request: object, actor: Actor, map_id: int) -> Panel | None:
    """How far each priority has come, and what serves none, on the strategy page."""
    return Panel("goals_coverage", gettext_lazy("Progress so far"), reverse("goals:coverage"), icon="chart-arrows")


@todo
def waiting(actor: Actor, limit: int) -> list[TodoEntry]:
    """Goals and changes to agree to, alignments to accept, tasks and reports that are due. Cost: two statements."""
    asked = [_asked(one) for one in queries.asked(actor, limit)]
    reports = [
        TodoEntry(
            f"goals.report:{r.key_result_id}", _("Update progress: %(title)s") % {"title": r.title}, r.goal_title,
            reverse("goals:update", args=[r.key_result_id]), due=r.due_on, kind="refresh",
            act_url=reverse("goals:update", args=[r.key_result_id]),
        )
        for r in queries.due_reports(actor, limit)
    ]  # fmt: skip
    return [*asked, *reports][:limit]


_OF_A_GOAL = {
    "share": ("goals:answer_share", "chart-pie"), "settle": ("goals:settle_shares", "chart-pie"),
    "conclude": ("goals:conclude", "flask"),
}  # fmt: skip
"""What is done on a page of its own for one goal, with its icon."""


def _asked(one: queries.Asked) -> TodoEntry:
    if one.what == "alignment":
        said, inbox = _("Alignment request for your goal: %(title)s"), reverse("goals:inbox")
        return TodoEntry(
            f"goals.alignment:{one.id}", said % {"title": one.title}, one.beside, inbox, kind="arrow-merge",
            subject_id=one.owner_id,
        )  # fmt: skip
    if one.what == "task":
        return TodoEntry(
            f"goals.task:{one.id}", _("Key task: %(title)s") % {"title": one.title}, one.beside,
            reverse("goals:tasks"), due=one.due_on, kind="checkbox", act_url=reverse("goals:task", args=[one.id]),
        )  # fmt: skip
    if one.what in _OF_A_GOAL:
        url_name, icon = _OF_A_GOAL[one.what]
        said = {
            "share": _("Your part of a shared result: %(title)s"), "settle": _("Decide the parts: %(title)s"),
            "conclude": _("Conclude the exploration: %(title)s"),
        }[one.what]  # fmt: skip
        at = reverse(url_name, args=[one.id])
        return TodoEntry(
            f"goals.{one.what}:{one.id}", said % {"title": one.title}, one.beside, at, due=one.due_on, kind=icon,
            subject_id=one.owner_id, act_url=at,
        )  # fmt: skip
    if one.what == "change":
        said, at = _("Decide a change: %(title)s"), reverse("goals:change", args=[one.id])
        return TodoEntry(
            f"goals.change:{one.id}", said % {"title": one.title}, one.beside, at, kind="edit",
            subject_id=one.owner_id, act_url=at,
        )  # fmt: skip
    return TodoEntry(
        f"goals.approve:{one.id}", _("Approve goal: %(title)s") % {"title": one.title}, one.beside,
        reverse("goals:inbox"), due=one.due_on, kind="target", subject_id=one.owner_id,
        act_url=reverse("goals:decide", args=[one.id]),
    )  # fmt: skip
