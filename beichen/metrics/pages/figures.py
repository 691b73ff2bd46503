"""Figures of metrics: by period, one by one, what is held back, what is due."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from beichen.metrics import access, queries, rules
from beichen.metrics.forms import FigureForm
from beichen.metrics.queries import MetricCard
from beichen.people import queries as people
from beichen.platform.access.permissions import may, require
from beichen.platform.kit import clock, periods
from beichen.platform.kit.errors import Invalid
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW_VALUES)
def figures(request: PageRequest, metric_id: int, period: str) -> HttpResponse:
    """A metric's figures for a period."""
    actor = request.actor
    card = queries.metric(actor, metric_id)
    key = periods.parse(period).key
    after = as_number(request.GET.get("after")) or 0
    lines = queries.values(actor, card, key, after=after)
    found = queries.period_card(actor, card, key)
    now = queries.begins(clock.today(), card.rhythm)
    return page(
        request, "metrics/figures.html", fragment="rows" if after else None, metric=card, card=found,
        lines=lines[: queries.PAGE], next=lines[queries.PAGE - 1].subject_id if len(lines) > queries.PAGE else None,
        missing=queries.missing(actor, card, key) if not after else [],
        spread=_spread(request, card, key) if not after else None, held=queries.held(actor, card.id, key),
        may_write=may(actor, access.WRITE_VALUES), may_sign=_may_sign(request, found.last_editor_id),
        scored=queries.scored_cycles(actor, card, key) if not after else [],
        mine=found.last_editor_id is not None and found.last_editor_id == actor.person_id, me=actor.person_id,
        earlier=periods.parse(key).shifted(-1).key, later=periods.parse(key).shifted(1).key, is_newest=key >= now,
    )  # fmt: skip


def _spread(request: PageRequest, card: MetricCard, key: str) -> dict[str, object] | None:
    """How the figures are spread, as people read them."""
    found = queries.spread_of(request.actor, card, key)
    if found is None or found.count < 2:
        return None
    names = ("least", "lower", "middle", "upper", "most")
    return {"tells": found.tells, **{name: queries.plain(getattr(found, name)) for name in names}}


def _may_sign(request: PageRequest, last_editor: int | None) -> bool:
    return may(request.actor, access.WRITE_VALUES) and (last_editor is None or last_editor != request.actor.person_id)


def _subject(request: PageRequest, card: MetricCard, typed: str) -> dict[str, int]:
    """The person by number or the unit by code, as the form names it."""
    if card.subject == "person":
        person = people.by_number(request.actor, [typed]).get(typed)
        if person is None:
            raise Invalid(fields={"subject": _("Nobody has this employee number.")})
        return {"person_id": person.id}
    unit = people.by_code(request.actor, [typed]).get(typed)
    if unit is None:
        raise Invalid(fields={"subject": _("No unit has this code.")})
    return {"unit_id": unit.id}


@door(access.WRITE_VALUE, methods=("GET", "POST"))
def enter(request: PageRequest, metric_id: int, period: str) -> HttpResponse:
    """Enter one figure, or correct one."""
    card = queries.metric(request.actor, metric_id)
    if request.method == "POST":
        form = FigureForm(request.POST, subject=card.subject)
        values = form.values
        about = _subject(request, card, values["subject"])
        entered = rules.ValueInput(period=period, value=values["value"], reason=values["reason"], **about)
        done = rules.enter_value(request.actor, metric_id, entered)
        held = _("Held back: it fails a quality rule, so somebody else has to decide on it.")
        tell(request, held if done.held else _("Saved. It counts once somebody else has signed the period."))
        return see(reverse("metrics:figures", args=[metric_id, period]))
    require(request.actor, access.WRITE_VALUES)
    typed = request.POST if request.drawn.refusal is not None and request.POST else None
    first = {"subject": request.GET.get("subject", "")}
    return page(
        request, "metrics/figure_form.html", metric=card, period=periods.parse(period).key,
        form=FigureForm(typed, initial=first, subject=card.subject),
    )  # fmt: skip


@door(access.WRITE_VALUES, methods=("POST",))
def compute(request: PageRequest, metric_id: int, period: str) -> HttpResponse:
    """Compute a metric by its formula."""
    done = rules.compute(request.actor, metric_id, period)
    text = ngettext("%(count)s figure computed.", "%(count)s figures computed.", done.written)
    held = ngettext("%(count)s was held back.", "%(count)s were held back.", done.held) if done.held else ""
    tell(request, " ".join(filter(None, (text % {"count": done.written}, held and held % {"count": done.held}))))
    return see(reverse("metrics:figures", args=[metric_id, period]))


@door(access.SIGN, methods=("POST",))
def sign(request: PageRequest, metric_id: int, period: str) -> HttpResponse:
    """Sign and publish a period."""
    rules.sign(request.actor, metric_id, period, request.POST.get("note", ""), request.version)
    tell(request, _("Published. Goals and scores use these figures from now on."))
    return see(reverse("metrics:figures", args=[metric_id, period]))


@door(access.VIEW_VALUES)
def value(request: PageRequest, metric_id: int, value_id: int) -> HttpResponse:
    """How one figure came about."""
    card = queries.metric(request.actor, metric_id)
    told = queries.explain(request.actor, card, value_id)
    scored = queries.scored_with(request.actor, card, [told.line.id, *(one.id for one in told.earlier)])
    return page(
        request, "metrics/value.html", metric=card, told=told, line=told.line, scored=scored.get(told.line.id, []),
        earlier=[(one, scored.get(one.id, [])) for one in told.earlier],
    )  # fmt: skip


@door(access.SEE_HELD)
def desk(request: PageRequest) -> HttpResponse:
    """What is due, what is held back, what waits for a signature."""
    require(request.actor, access.SEE_HELD)
    lines, held = queries.desk(request.actor), queries.held(request.actor)
    quiet, planned = queries.untracked(request.actor)
    return page(
        request, "metrics/desk.html", lines=lines, held=held, may_write=may(request.actor, access.WRITE_VALUES),
        quiet=quiet, planned=planned, quiet_percent=round(100 * len(quiet) / planned) if planned else 0,
        scored=queries.scored_cycles(request.actor),
        me=request.actor.person_id, open=sum(not line.card.is_published for line in lines),
    )  # fmt: skip


def _decide(request: PageRequest, held_id: int, *, let_through: bool) -> HttpResponse:
    reason = request.POST.get("reason", "")
    rules.decide_held(request.actor, held_id, let_through=let_through, reason=reason, version=request.version)
    tell(request, _("Let through.") if let_through else _("Thrown out."))
    return see(reverse("metrics:desk"))


@door(access.DECIDE_HELD, methods=("POST",))
def let_through(request: PageRequest, held_id: int) -> HttpResponse:
    """Let a held figure count."""
    return _decide(request, held_id, let_through=True)


@door(access.DECIDE_HELD, methods=("POST",))
def throw_out(request: PageRequest, held_id: int) -> HttpResponse:
    """Throw a held figure out."""
    return _decide(request, held_id, let_through=False)
