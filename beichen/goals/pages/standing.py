"""Progress, health, confidence, score and weight of goals and key results, each with where it came from."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.goals.choices import Confidence, Source
from beichen.goals.formulas.health import Health
from beichen.goals.pages import terms
from beichen.goals.queries import GoalView, KeyResultCard, cap_of
from beichen.platform.kit import clock
from beichen.platform.ui import figures


@dataclass(frozen=True, slots=True)
class Fact:
    """One of the five: its name, value (or the key of a health), source in words, and since when it holds."""

    name: str
    value: str
    source: str
    day: date | None = None
    health: str = ""


def of_goal(view: GoalView) -> list[Fact]:
    """The five things of a goal. Cost: none."""
    goal = view.goal
    return [
        _progress(view),
        Fact(_("Health"), "", _pace(goal.shown_progress, goal.expected, goal.health), clock.today(), goal.health),
        _confidence(view),
        Fact(
            _("Score"), figures.score(goal.score),
            _until_cap(view.settings, goal.ambition, closed=goal.state == "closed"), goal.updated_on,
        ),
        Fact(
            _("Weight"), terms.weight(goal.weight),
            _("in the owner’s plan, approved by %(name)s") % {"name": view.approved_by}
            if view.approved_by else _("in the owner’s plan"),
            _day(goal.approved_at),
        ),
    ]  # fmt: skip


def _day(at: datetime | None) -> date | None:
    return clock.local(at).date() if at else None


def _progress(view: GoalView) -> Fact:
    goal, items = view.goal, [term for term in view.terms if not term.note]
    average = ngettext("weighted average of %(n)s item", "weighted average of %(n)s items", len(items)) % {
        "n": len(items)
    }
    if goal.manual_progress is None:
        value = _("not measured") if goal.progress is None else figures.percent(goal.progress, 1)
        return Fact(_("Progress"), value, average, goal.updated_on)
    by = {"name": view.manual_by, "why": goal.manual_reason}
    said = _("set by hand by %(name)s: %(why)s") if view.manual_by else _("set by hand: %(why)s")
    return Fact(_("Progress"), figures.percent(goal.manual_progress, 1), said % by, _day(goal.manual_at))


def _pace(progress: int | None, expected: int, health: str) -> str:
    """The pace that a health is read from, or why there is none."""
    if health == Health.NOT_UPDATED:
        return _("no update for too long")
    if health == Health.EARLY:
        return _("too early to tell")
    if health == Health.DONE:
        return _("all of it is reached")
    if progress is None or not expected:
        return _("nothing measured yet")
    pace = Fraction(progress, expected)
    share = f"{Decimal(pace.numerator * 100 // pace.denominator) / 100:.2f}"
    return _("pace %(pace)s: progress over what is expected by today") % {"pace": share}


def _confidence(view: GoalView) -> Fact:
    said = [card.said for card in view.key_results if card.said and not card.is_dropped]
    if not said:
        return Fact(_("Confidence"), _("not said"), _("the owner’s own view, with an update"))
    counted = Counter(point.confidence for point in said)
    value = (
        str(Confidence(said[0].confidence).label)
        if len(counted) == 1
        else " · ".join(f"{Confidence(key).label} {counted[key]}" for key in Confidence.values if counted[key])
    )
    whom = said[0].by if len({point.by for point in said}) == 1 else ""
    source = _("said by %(name)s") % {"name": whom} if whom else _("said with the updates")
    return Fact(_("Confidence"), value, source, max(point.day for point in said))


def _until_cap(settings: dict[str, object], ambition: str, *, closed: bool) -> str:
    cap = f"{(cap_of(settings, ambition) * 100).normalize():f}"
    if closed:
        return _("final, at most %(cap)s") % {"cap": cap}
    return _("as of now, at most %(cap)s; final when the cycle is reviewed") % {"cap": cap}


def of_key_result(card: KeyResultCard, settings: dict[str, object], ambition: str) -> list[Fact]:
    """The five things of a key result. Cost: none."""
    said = card.said
    value = _("not measured") if card.progress is None else figures.percent(card.progress, 1)
    return [
        Fact(_("Progress"), value, _source(card), card.updated_on),
        Fact(_("Health"), "", _pace(card.progress, card.expected, card.health), clock.today(), card.health),
        Fact(
            _("Confidence"), card.confidence_label or _("not said"),
            _("said by %(name)s") % {"name": said.by}
            if said and said.by else _("the owner’s own view, with an update"),
            said.day if said else None,
        ),
        Fact(_("Score"), figures.score(card.score), _until_cap(settings, ambition, closed=False), card.updated_on),
        Fact(_("Weight"), terms.weight(card.weight), _("in its goal")),
    ]  # fmt: skip


def _source(card: KeyResultCard) -> str:
    newest = card.newest
    if newest is None:
        return _("from its metric") if card.by_metric else _("no update yet: it stands at its start")
    word = str(Source(newest.source).label)
    return f"{word} · {newest.by}" if newest.by else word
