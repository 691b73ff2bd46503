"""Writing parts and choosing peers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.people import queries as people
from beichen.platform.forms.drawing import spoken
from beichen.platform.forms.schema import Form, answers_from, words
from beichen.platform.kit import clock
from beichen.platform.kit.errors import Refused
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, SignedIn, door
from beichen.reviews import access, queries, rules
from beichen.reviews.pages.answers import blocks, both, written

RATER = SignedIn("only the rater finds the part; everyone else meets a page that does not exist")


@door(RATER)
def part(request: PageRequest, part_id: UUID) -> HttpResponse:
    """One part before its rater. Cost: 12 statements."""
    sheet = queries.sheet(request.actor, part_id)
    refusal, form = request.drawn.refusal, sheet.form
    typed = refusal is not None and "version" in request.POST
    answers = answers_from(form, request.POST) if typed else sheet.text.answers
    theirs = refusal.theirs if isinstance(refusal, rules.PartChanged) else None
    return page(
        request, "reviews/part.html", sheet=sheet, blocks=blocks(form, answers), written=written(form, answers),
        both=both(form, answers, theirs.answers) if theirs else [], declines=_declines(sheet),
        version=theirs.version if theirs else sheet.text.version, because=_because(sheet),
    )  # fmt: skip


def _declines(sheet: queries.PartSheet) -> list[tuple[str, str]]:
    """The reasons for which this rater may leave the part out, none for the manager who decides."""
    offered = None if sheet.card.decides else sheet.form.decline
    return [(each.key, words(each.label, spoken())) for each in offered.reasons] if offered else []


def _because(sheet: queries.PartSheet) -> str:
    return reasons_of(sheet.plan.form).get(sheet.card.declined_because, "")


def reasons_of(form: Form) -> dict[str, str]:
    """The reasons for declining in the language of the page, by key."""
    return {each.key: words(each.label, spoken()) for each in form.decline.reasons} if form.decline else {}


def _sent(request: PageRequest, part_id: UUID) -> dict[str, Any]:
    """What was typed, by the questions of the part. Cost: three statements."""
    return answers_from(queries.part_form(request.actor, part_id), request.POST)


@door(access.WRITE_PART, methods=("POST",))
def save_part(request: PageRequest, part_id: UUID) -> HttpResponse:
    """The autosave: JSON with the version to go on with and a sentence."""
    try:
        saved = rules.save_part(request.actor, part_id, _sent(request, part_id), "", request.version)
    except Refused as refusal:
        return JsonResponse({"sentence": refusal.sentence(_)}, status=refusal.status)
    time = clock.local(saved.at).strftime("%H:%M")
    sentence = _("Saved %(time)s, version %(number)s") % {"time": time, "number": saved.version}
    return JsonResponse({"version": saved.version, "sentence": sentence})


@door(access.WRITE_PART, methods=("POST",), again=part)
def submit_part(request: PageRequest, part_id: UUID) -> HttpResponse:
    """Hand in."""
    try:
        rules.submit_part(request.actor, part_id, _sent(request, part_id), "", request.version)
    except rules.PartChanged as changed:
        request.drawn.refusal = changed
        response = part(request, part_id=part_id)
        response.status_code = changed.status
        return response
    tell(request, _("Submitted. Thank you."))
    return see(request.POST.get("next") or reverse("reviews:index"))


@door(access.WRITE_PART, methods=("POST",), again=part)
def decline_part(request: PageRequest, part_id: UUID) -> HttpResponse:
    """I cannot judge this person's work."""
    rules.decline_part(request.actor, part_id, request.POST.get("reason", ""))
    tell(request, _("Noted. Your review is left out."))
    return see(reverse("reviews:index"))


@door(access.RETURN_PART, methods=("POST",))
def return_part(request: PageRequest, part_id: UUID) -> HttpResponse:
    """Give a part back to its writer."""
    review_id = rules.return_part(request.actor, part_id, request.version)
    tell(request, _("Returned. The author has been notified."))
    return see(reverse("reviews:review", args=[review_id]))


@door(RATER)
def part_versions(request: PageRequest, part_id: UUID) -> HttpResponse:
    """Every save of the own part. Cost: 10 statements."""
    sheet = queries.sheet(request.actor, part_id)
    kept = [(text, written(sheet.form, text.answers)) for text in queries.versions(request.actor, part_id)]
    return page(request, "reviews/versions.html", sheet=sheet, versions=kept)


# ── peers ───────────────────────────────────────────────────────────────────────────────────────────────────────


@door(access.NOMINATE)
def peers(request: PageRequest, review_id: int) -> HttpResponse:
    """Proposed and invited peers; with `q`, colleagues to choose from. Cost: 11 statements."""
    sheet = queries.peer_sheet(request.actor, review_id)
    text = request.GET.get("q", "")
    there = {line.peer.id for line in sheet.nominations if line.state != "refused"}
    there |= {sheet.subject.id, sheet.manager_id}
    found = [card for card in people.find_persons(request.actor, text, 12) if card.id not in there] if text else []
    limits, why = sheet.plan.settings["peers"], reasons_of(sheet.plan.form)
    counted = [line for line in sheet.nominations if line.state != "refused" and not line.declined]
    return page(
        request, "reviews/peers.html", fragment="found" if request.GET else None, sheet=sheet, found=found, q=text,
        is_subject=request.actor.person_id == sheet.subject.id, limits=limits,
        left=int(limits["nominate_max"]) - len(counted),
        waiting=[line for line in sheet.nominations if line.state == "nominated"],
        lines=[(line, why.get(line.declined, "")) for line in sheet.nominations], needed=sheet.plan.rules.peers_needed,
    )  # fmt: skip


def _numbers(request: PageRequest, name: str) -> list[int]:
    return [found for text in request.POST.getlist(name) if (found := as_number(text)) is not None]


def _ids(request: PageRequest, name: str) -> list[UUID]:
    try:
        return [UUID(value) for value in request.POST.getlist(name)]
    except ValueError:
        return []


@door(access.NOMINATE, methods=("POST",))
def nominate(request: PageRequest, review_id: int) -> HttpResponse:
    """Propose (the person) or invite (the manager)."""
    rules.nominate(request.actor, review_id, _numbers(request, "peer"))
    tell(request, _("Added."))
    return see(reverse("reviews:peers", args=[review_id]))


@door(access.SETTLE_PEERS, methods=("POST",))
def settle(request: PageRequest, review_id: int) -> HttpResponse:
    """Invite or leave out those proposed."""
    rules.settle(request.actor, review_id, _ids(request, "invite"), _ids(request, "refuse"))
    tell(request, _("Done. The people invited will find it in their to-do list."))
    return see(reverse("reviews:peers", args=[review_id]))


@door(access.NOMINATE, methods=("POST",))
def withdraw(request: PageRequest, review_id: int, nomination_id: UUID) -> HttpResponse:
    """Take back an own proposal."""
    rules.withdraw(request.actor, nomination_id)
    return see(reverse("reviews:peers", args=[review_id]))
