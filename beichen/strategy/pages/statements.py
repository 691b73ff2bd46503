"""Principles and rules: read and confirmed, written, remarked on, signed, published, and who has read them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from beichen.people import queries as people
from beichen.platform.access.permissions import has_left
from beichen.platform.kit.errors import Forbidden, Invalid, NotFound
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page as draw
from beichen.platform.ui.answers import see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.language import for_reader
from beichen.platform.ui.requests import PageRequest
from beichen.strategy import access, queries, rules
from beichen.strategy.choices import GROUPS, MARKED, WITH_MORE, Group, MemberPart, StatementKind
from beichen.strategy.forms import StatementForm, number
from beichen.strategy.queries import StatementCard

LEADS = {
    StatementKind.PRINCIPLES: gettext_lazy("What performance is for, and the lines nobody crosses."),
    StatementKind.RULES: gettext_lazy("What a grade means, and how much it counts in each decision."),
    StatementKind.SCOPE: gettext_lazy("What is judged, and where everything else belongs."),
}


def _kind(kind: str) -> StatementKind:
    if kind not in StatementKind.values:
        raise NotFound
    return StatementKind(kind)


def _lists(card: StatementCard) -> list[dict[str, Any]]:
    """The lists of a version in the reader's language."""
    return [
        {
            "key": group.value, "label": str(group.label), "marked": group in MARKED,
            "ranked": group == Group.ORIENTATION, "more": str(WITH_MORE[group]) if group in WITH_MORE else "",
            "lines": [
                {"key": item.key, "title": queries.title_of(item), "text": for_reader(item.text, item.text_en),
                 "more": for_reader(item.more, item.more_en), "share": item.share, "fixed": item.fixed}
                for item in card.of(group)
            ],
        }
        for group in GROUPS[StatementKind(card.kind)]
    ]  # fmt: skip


@door(access.READ, leavers=True)
def index(request: PageRequest) -> HttpResponse:
    """The three texts: which are in force, and since when."""
    there = queries.statements_in_force(request.actor)
    lines = [(kind.value, str(kind.label), str(LEADS[kind]), there.get(kind.value)) for kind in StatementKind]
    return draw(request, "strategy/statements.html", lines=lines)


@door(access.READ, leavers=True)
def statement(request: PageRequest, kind: str) -> HttpResponse:
    """A text in force, to be read and confirmed with one tap; its draft for those named."""
    of, actor = _kind(kind), request.actor
    draft = queries.statement_draft(actor, kind)
    shows_draft = "draft" in request.GET and draft is not None
    card = draft if shows_draft else queries.statement_in_force(actor, kind)
    said = queries.remarks(actor, kind, draft.number) if shows_draft and draft else []
    titles = {item.key: queries.title_of(item) for item in card.items} if card else {}
    may = queries.may_about(actor, draft)
    names = (
        people.persons(actor, {pk for ids in draft.people_by_part.values() for pk in ids})
        if draft and may["name"]
        else {}
    )
    cycles = people.cycles(actor) if card and of == StatementKind.RULES and not shows_draft else []
    kept = queries.rules_of_cycles(actor, [c.id for c in cycles]) if cycles else {}
    in_force = queries.statement_in_force(actor, kind) if shows_draft else card
    return draw(
        request, "strategy/statement.html", of=of, card=card, draft=draft, shows_draft=shows_draft,
        lists=_lists(card) if card else (), may=may, lead=str(LEADS[of]),
        remarks=[(titles.get(line.item, ""), line) for line in said], titles=titles.items(),
        may_confirm=bool(card and card.is_current and card.asks_all and not card.read_at and not has_left(actor)),
        members=_members(draft, names), locked=in_force if in_force and in_force.is_locked else None,
        cycles=[(c, kept[c.id]) for c in cycles if c.id in kept],
    )  # fmt: skip


def _members(draft: StatementCard | None, names: dict[int, Any]) -> list[tuple[str, str, str]]:
    if draft is None:
        return []
    labels = {
        MemberPart.WRITE: _("Write the draft"), MemberPart.REMARK: _("Comment on the draft"),
        MemberPart.SIGN: _("Sign it"),
    }  # fmt: skip
    return [
        (part.value, labels[part], ", ".join(
            f"{names[pk].number} {names[pk].name}" for pk in draft.people_by_part.get(part.value, ()) if pk in names
        ))
        for part in MemberPart
    ]  # fmt: skip


@door(access.READ, methods=("GET", "POST"))
def edit(request: PageRequest, kind: str) -> HttpResponse:
    """Write the draft as a whole; a company that has none begins with the ready text."""
    of, actor = _kind(kind), request.actor
    draft = queries.statement_draft(actor, kind)
    if request.method == "POST":
        rules.save_statement(actor, kind, StatementForm(kind, request.POST).entered(), request.version)
        tell(request, _("Draft saved. Put it forward once those concerned have commented."))
        return see(reverse("strategy:statement", args=[kind]) + "?draft")
    if not queries.may_about(actor, draft)["write"]:
        raise Forbidden
    source = draft or queries.statement_in_force(actor, kind) or rules.ready(kind)
    typed = request.drawn.refusal is not None and request.POST
    form = StatementForm(kind, request.POST) if typed else StatementForm(kind, initial=StatementForm.initial_of(source))
    return draw(
        request, "strategy/statement_edit.html", of=of, form=form, is_rules=of == StatementKind.RULES,
        version=draft.version if draft else 0, is_ready=not isinstance(source, StatementCard),
    )  # fmt: skip


def _back(kind: str, *, draft: bool = True) -> HttpResponse:
    return see(reverse("strategy:statement", args=[kind]) + ("?draft" if draft else ""))


@door(access.NAME_MEMBERS, methods=("POST",))
def members(request: PageRequest, kind: str) -> HttpResponse:
    """Say who writes, comments and signs."""
    _kind(kind)
    typed = {
        part: [number(text) for text in request.POST.get(part, "").replace("，", ",").split(",") if number(text)]
        for part in MemberPart.values
    }
    found = people.by_number(request.actor, {n for numbers in typed.values() for n in numbers})
    unknown = {
        part: _("Nobody has the employee number %(number)s.") % {"number": n}
        for part, numbers in typed.items() for n in numbers if n not in found
    }  # fmt: skip
    if unknown:
        raise Invalid(fields=unknown)
    named = {part: [found[n].id for n in numbers] for part, numbers in typed.items()}
    rules.name_members(request.actor, kind, named, request.version)
    tell(request, _("Saved."))
    return _back(kind)


@door(access.REMARK, methods=("POST",))
def remark(request: PageRequest, kind: str) -> HttpResponse:
    """Say something about the draft."""
    rules.remark(request.actor, kind, request.POST.get("item", ""), request.POST.get("text", ""))
    tell(request, _("Comment added. Everyone who works on the draft sees it."))
    return _back(kind)


@door(access.PUT_FORWARD, methods=("POST",))
def put_forward(request: PageRequest, kind: str) -> HttpResponse:
    """Have the draft signed and published as it stands."""
    rules.put_forward(request.actor, kind, request.version)
    tell(request, _("Put forward. Once everybody has signed, an executive publishes it."))
    return _back(kind)


@door(access.SIGN, methods=("POST",))
def sign(request: PageRequest, kind: str) -> HttpResponse:
    """Sign the draft."""
    rules.sign_statement(request.actor, kind, request.version)
    tell(request, _("Signed."))
    return _back(kind)


@door(access.PUBLISH_STATEMENT, methods=("POST",))
def publish(request: PageRequest, kind: str) -> HttpResponse:
    """Put the draft into force."""
    rules.publish_statement(request.actor, kind, request.version, request.POST.get("reason", ""))
    tell(request, _("Published. Everyone finds it on the home page."))
    return _back(kind, draft=False)


@door(access.ACKNOWLEDGE, methods=("POST",))
def acknowledge(request: PageRequest, kind: str) -> HttpResponse:
    """Confirm with one tap that I have read it."""
    rules.acknowledge(request.actor, kind, as_number(request.POST.get("number"), digits=6) or 0)
    tell(request, _("Thank you. That you have read it is noted."))
    return _back(kind, draft=False)


@door(access.READ)
def readers(request: PageRequest, kind: str) -> HttpResponse:
    """How many have read it, unit by unit, and who has not. Cost: at most 15 statements."""
    of = _kind(kind)
    found = queries.rates(request.actor, kind, as_number(request.GET.get("unit")))
    return draw(request, "strategy/readers.html", of=of, rates=found, card=found.statement)


@door(access.REMIND, methods=("POST",))
def remind(request: PageRequest, kind: str) -> HttpResponse:
    """Remind everybody who has not read it, once a day."""
    count = rules.remind_readers(request.actor, kind)
    tell(request, _("%(count)s people have been reminded; nobody more than once a day.") % {"count": count})
    return see(reverse("strategy:statement_readers", args=[kind]))


@door(access.READ, leavers=True)
def history(request: PageRequest, kind: str) -> HttpResponse:
    """Versions: who wrote and published them, when, and why."""
    of = _kind(kind)
    return draw(request, "strategy/statement_history.html", of=of, lines=queries.statement_history(request.actor, kind))


@door(access.READ, leavers=True)
def version(request: PageRequest, kind: str, number: int) -> HttpResponse:
    """An earlier version and what it changed, beside any other."""
    of, actor = _kind(kind), request.actor
    card = queries.statement(actor, kind, number)
    others = [line for line in queries.statement_history(actor, kind) if line.number != number]
    asked = as_number(request.GET.get("against"), digits=6)
    usual = next((line.number for line in others if line.number < number), 0)
    against = usual if asked is None else asked
    changes = queries.statement_changes(actor, kind, number, against) if against else []
    return draw(
        request, "strategy/statement_version.html", of=of, card=card, lists=_lists(card), others=others,
        against=against, changes=[(line.what or _("Opening words"), line) for line in changes],
    )  # fmt: skip
