"""The one page: read, edited on one page, published, with its earlier versions."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.people import queries as people
from beichen.platform.kit.errors import Forbidden
from beichen.platform.ui.answers import page as draw
from beichen.platform.ui.answers import see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import access, queries, rules
from beichen.strategy.choices import Box
from beichen.strategy.forms import PageForm, number
from beichen.strategy.queries import PageCard


def _boxes(card: PageCard) -> list[tuple[str, str]]:
    return [(str(box.label), card.boxes[box.value]) for box in Box]


@door(access.VIEW)
def page(request: PageRequest) -> HttpResponse:
    """The strategy in force, or the draft for those who write it."""
    actor, wants_draft = request.actor, "draft" in request.GET
    draft = queries.draft_page(actor)
    card = draft if wants_draft else queries.current_page(actor)
    return draw(
        request, "strategy/page.html", card=card, boxes=_boxes(card) if card else (), draft=draft,
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
        form = PageForm(request.POST)
        owners = {key: found.id for key, found in people.by_number(actor, form.owner_numbers).items()}
        rules.save_draft(actor, card.map_id if card else None, form.entered(owners), request.version)
        tell(request, _("Draft saved. Somebody with the executive seat publishes it."))
        return see(reverse("strategy:page") + "?draft")
    if not queries.may_edit(actor, card):
        raise Forbidden
    typed = request.drawn.refusal is not None and request.POST
    numbers = {
        p.id: p.number for p in people.persons(actor, [p.owner_id for p in card.priorities] if card else []).values()
    }
    form = PageForm(request.POST) if typed else PageForm(initial=PageForm.initial_of(card, numbers))
    return draw(request, "strategy/edit.html", form=form, version=draft.version if draft else 0)


@door(access.PUBLISH, methods=("POST",))
def publish(request: PageRequest) -> HttpResponse:
    """Put the draft into force."""
    draft = queries.draft_page(request.actor)
    rules.publish_page(request.actor, draft.map_id if draft else 0, request.version)
    tell(request, _("Published. The earlier version stays readable."))
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


@door(access.VIEW)
def history(request: PageRequest) -> HttpResponse:
    """Who changed what, when."""
    card = queries.current_page(request.actor) or queries.draft_page(request.actor)
    lines = queries.history(request.actor, card.map_id) if card else []
    return draw(request, "strategy/history.html", card=card, lines=lines)


@door(access.VIEW)
def version(request: PageRequest, map_id: int, number: int) -> HttpResponse:
    """An earlier version, and what differs in it from the one before or from any other."""
    actor, asked = request.actor, request.GET.get("against", "")
    card = queries.page(actor, map_id, number)
    against = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else number - 1
    changes = queries.changes(actor, map_id, number, against or None)
    draft = queries.draft_page(actor)
    return draw(
        request, "strategy/version.html", card=card, boxes=_boxes(card), against=against,
        changes=[(_said(line.what), line) for line in changes],
        others=[line for line in queries.history(actor, map_id) if line.number != number],
        may_restore=not (draft and draft.number == number) and queries.may_edit(actor, draft or card),
        draft_version=draft.version if draft else 0,
    )  # fmt: skip


@door(access.EDIT, methods=("POST",))
def restore(request: PageRequest, map_id: int, number: int) -> HttpResponse:
    """Take the wording of an earlier version into the draft."""
    rules.restore(request.actor, map_id, number, request.version)
    tell(request, _("The wording is in the draft now. Somebody with the executive seat publishes it."))
    return see(reverse("strategy:page") + "?draft")


def _said(what: str) -> str:
    if what in Box.values:
        return str(Box(what).label)
    kind, _sep, key = what.partition(" ")
    if kind == "priority":
        return _("Priority %(key)s") % {"key": key}
    return _("Period") if what == "period" else _("What we will not do")
