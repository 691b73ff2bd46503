"""The one page: read, edited on one page, published, with its earlier versions."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.metrics import queries as metrics
from beichen.people import queries as people
from beichen.platform.kit.errors import Forbidden
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page as draw
from beichen.platform.ui.answers import see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import access, queries, rules
from beichen.strategy.choices import ANSWERS, Box, TradeOff
from beichen.strategy.forms import PageForm, number
from beichen.strategy.formulas.sheet import sheet_size
from beichen.strategy.queries import Agreement, PageCard, PriorityCard, TargetCard


def _chosen(card: PageCard) -> list[tuple[str, str]]:
    """The questions with the answers of a page, "" where nobody answered."""
    answers = {question: dict(choices) for question, choices in ANSWERS.items()}
    return [(str(q.label), str(answers[q].get(card.tradeoffs[q.value], ""))) for q in TradeOff]


Measured = list[tuple[PriorityCard, list[tuple[TargetCard, Agreement | None]]]]


def _lines(card: PageCard | None, asked: Mapping[int, Agreement] = MappingProxyType({})) -> Measured:
    """Priorities with their targets, and who is asked about each."""
    return [(line, [(t, asked.get(t.id)) for t in line.targets]) for line in (card.priorities if card else ())]


def _boxes(card: PageCard) -> list[tuple[str, str]]:
    return [(str(box.label), card.boxes[box.value]) for box in Box]


@door(access.VIEW)
def page(request: PageRequest) -> HttpResponse:
    """The strategy in force, or the draft for those who write it."""
    actor, wants_draft = request.actor, "draft" in request.GET
    draft = queries.draft_page(actor)
    card = draft if wants_draft else queries.current_page(actor)
    in_force = [target for line in card.priorities for target in line.targets] if card and card.is_current else []
    asked = queries.agreements(actor, in_force)
    return draw(
        request, "strategy/page.html", card=card, boxes=_boxes(card) if card else (), draft=draft,
        lines=_lines(card, asked),
        chosen=_chosen(card) if card else (), mine=[found for found in asked.values() if found.may_confirm],
        shows_draft=wants_draft and draft is not None, may_edit=queries.may_edit(actor, draft or card),
        may_publish=queries.may_publish(actor, draft), may_name=queries.may_name_editors(actor),
        editors=people.persons(actor, card.editor_ids).values() if card else (),
    )  # fmt: skip


@door(access.VIEW, methods=("GET", "POST"))
def edit(request: PageRequest) -> HttpResponse:
    """Write the draft, the whole page at once."""
    actor = request.actor
    draft = queries.draft_page(actor)
    card = draft or queries.current_page(actor)
    if request.method == "POST":
        library = [(str(m.id), m.title) for m in metrics.metrics(actor)]
        form = PageForm(request.POST, library=library)
        owners = {key: found.id for key, found in people.by_number(actor, form.owner_numbers).items()}
        rules.save_draft(actor, card.map_id if card else None, form.entered(owners), request.version)
        tell(request, _("Draft saved. Somebody with the executive seat has to publish it."))
        return see(reverse("strategy:page") + "?draft")
    if not queries.may_edit(actor, card):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    library = [(str(m.id), m.title) for m in metrics.metrics(actor) if m.state == "in_force"]
    numbers = {
        p.id: p.number for p in people.persons(actor, [p.owner_id for p in card.priorities] if card else []).values()
    }
    initial = PageForm.initial_of(card, numbers)
    form = PageForm(request.POST, library=library) if typed else PageForm(initial=initial, library=library)
    limit = card.limit if card else queries.limit_of(None)
    return draw(request, "strategy/edit.html", form=form, limit=limit, version=draft.version if draft else 0)


@door(access.PUBLISH, methods=("POST",))
def publish(request: PageRequest) -> HttpResponse:
    """Put the draft into force."""
    draft = queries.draft_page(request.actor)
    rules.publish_page(request.actor, draft.map_id if draft else 0, request.version)
    tell(request, _("Published. The previous version stays available."))
    return see(reverse("strategy:page"))


@door(access.NAME_EDITORS, methods=("POST",))
def editors(request: PageRequest) -> HttpResponse:
    """Say who edits the page."""
    card = queries.draft_page(request.actor) or queries.current_page(request.actor)
    numbers = [number(text) for text in request.POST.get("editors", "").replace("，", ",").split(",") if number(text)]
    found = people.by_number(request.actor, numbers)
    named = [found[n].id if n in found else 0 for n in numbers]
    rules.name_editors(request.actor, card.map_id if card else 0, named, request.version)
    tell(request, _("Saved."))
    return see(reverse("strategy:page"))


@door(access.SET_LIMIT, methods=("POST",))
def limit(request: PageRequest) -> HttpResponse:
    """Say how many priorities a year may have."""
    card = queries.draft_page(request.actor) or queries.current_page(request.actor)
    most = as_number(request.POST.get("limit"), digits=3) or 0
    rules.set_limit(request.actor, card.map_id if card else 0, most, request.version)
    tell(request, _("Saved."))
    return see(reverse("strategy:page"))


@door(access.CONFIRM_AS_HRBP, methods=("POST",))
def confirm(request: PageRequest, target_id: int) -> HttpResponse:
    """Agree to a target, as business head or as HR partner."""
    card = rules.confirm_target(request.actor, target_id)
    tell(
        request,
        _("Confirmed. The target is agreed.") if card.is_agreed else _("Confirmed. One more confirmation is needed."),
    )
    return see(reverse("strategy:page"))


@door(access.VIEW)
def history(request: PageRequest) -> HttpResponse:
    """Who changed what, when."""
    card = queries.current_page(request.actor) or queries.draft_page(request.actor)
    lines = queries.history(request.actor, card.map_id) if card else []
    return draw(request, "strategy/history.html", card=card, lines=lines)


@door(access.VIEW)
def version(request: PageRequest, map_id: int, number: int) -> HttpResponse:
    """An earlier version, and what differs in it from the one before or from any other."""
    actor, asked = request.actor, as_number(request.GET.get("against"), digits=6)
    against = number - 1 if asked is None else asked
    card, changes = queries.page_beside(actor, map_id, number, against or None)
    draft = queries.draft_page(actor)
    return draw(
        request, "strategy/version.html", card=card, boxes=_boxes(card), chosen=_chosen(card), lines=_lines(card),
        against=against,
        changes=[(_said(line.what), line) for line in changes],
        others=[line for line in queries.history(actor, map_id) if line.number != number],
        may_restore=not (draft and draft.number == number) and queries.may_edit(actor, draft or card),
        draft_version=draft.version if draft else 0,
    )  # fmt: skip


@door(access.VIEW)
def sheet(request: PageRequest, map_id: int, number: int) -> HttpResponse:
    """A version as one A4 sheet, to be printed or saved as PDF by the browser."""
    card = queries.page(request.actor, map_id, number)
    named = ["\n".join((line.title, *(target.said for target in line.targets))) for line in card.priorities]
    size = sheet_size(list(card.boxes.values()), named, card.exclusions, card.tradeoffs["why"])
    return draw(
        request, "strategy/sheet.html", card=card, boxes=_boxes(card), chosen=_chosen(card), lines=_lines(card),
        size=size,
    )  # fmt: skip


@door(access.EDIT, methods=("POST",))
def restore(request: PageRequest, map_id: int, number: int) -> HttpResponse:
    """Take the wording of an earlier version into the draft."""
    rules.restore(request.actor, map_id, number, request.version)
    tell(request, _("The wording is now in the draft. Somebody with the executive seat has to publish it."))
    return see(reverse("strategy:page") + "?draft")


def _said(what: str) -> str:
    if what in Box.values:
        return str(Box(what).label)
    kind, _sep, key = what.partition(" ")
    if kind == "tradeoff":
        return str(TradeOff(key).label) if key in TradeOff.values else _("Why, in a line or two")
    if kind == "priority":
        return _("Priority %(key)s") % {"key": key}
    return _("Period") if what == "period" else _("What we will not do")
