"""The review of a report, the result unfolded, the calibration list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from beichen.people import queries as people
from beichen.platform.access.permissions import may
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.errors import Invalid
from beichen.platform.kit.rounding import shown
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, SignedIn, door
from beichen.platform.ui.drawings import Step
from beichen.platform.ui.language import for_reader
from beichen.reviews import access, queries, rules
from beichen.reviews.forms import AnswerForm, DecideForm, MoveForm, UnitForm
from beichen.reviews.formulas.distribution import differences
from beichen.reviews.formulas.results import contributions
from beichen.reviews.pages.answers import CLOSING, blocks, by_section

ROWS = 50
"""People of a calibration list drawn at once."""
READERS = SignedIn("the filters of the table decide; who may not read it meets a page that does not exist")


def waterfall(story: Mapping[str, Any], titles: Mapping[str, str]) -> list[Step]:
    """Sections adding up to the total; `titles` by the keys of sections."""
    steps = [
        Step(
            titles.get(key, key), float(part), "+" + shown(part, 2),
            _("%(score)s × %(weight)s %%") % {"score": score, "weight": weight},
        )
        for key, weight, score, part in contributions(story)
    ]  # fmt: skip
    if story["total"] is None:
        return steps
    total = story["total"] / 100
    return [*steps, Step(_("Total"), total, f"{total:.2f}", "", total=True)]


def _own_part(request: PageRequest, sheet: queries.ReviewSheet) -> queries.PartSheet | None:
    """The reader's own manager part, while it can still be written."""
    own = next((p for p in sheet.waiting if p.rater.id == request.actor.person_id and p.role == "manager"), None)
    return queries.sheet(request.actor, own.id) if own else None


def _review_context(request: PageRequest, review_id: int) -> dict[str, Any]:
    sheet = queries.review_sheet(request.actor, review_id)
    decides = request.actor.person_id == sheet.manager.id and sheet.rating is not None
    titles = sheet.plan.titles()
    return {
        "sheet": sheet,
        "decides": decides and sheet.rating is not None and sheet.rating.state == "proposed",
        "steps": waterfall(sheet.live.story, titles) if sheet.live else [],
        "story": sheet.live.story if sheet.live else None,
        "missing": [titles.get(key, key) for key in sheet.live.missing] if sheet.live else [],
        "late": [part for part in sheet.waiting if part.rater.id != request.actor.person_id],
    }


@door(READERS, leavers=True)
def review(request: PageRequest, review_id: int) -> HttpResponse:
    """One report's review before the manager: words of all, the own part, the live total, the decision."""
    context = _review_context(request, review_id)
    sheet = context["sheet"]
    own = _own_part(request, sheet)
    data = request.POST if request.drawn.refusal is not None and request.POST else None
    content = sheet.rating.content if sheet.rating else None
    form = DecideForm(
        sheet.plan.settings["grades"], get_language() or "", data, grade=content.decided if content else None,
        reason=content.reason if content else "",
    )  # fmt: skip
    sections = by_section(sheet.plan.form, sheet.voices)
    said = {section.key: heard for section, _title, heard in sections}
    return page(
        request, "reviews/review.html", **context, own=own, form=form, sections=sections,
        blocks=blocks(own.form, own.text.answers, said) if own else [], writes=sheet.plan.cycle.phase == "C05",
        returnable=_returnable(request, sheet),
    )  # fmt: skip


def _returnable(request: PageRequest, sheet: queries.ReviewSheet) -> list[queries.PartCard]:
    """The self review while the manager may still give it back."""
    if request.actor.person_id != sheet.manager.id or sheet.plan.cycle.phase not in ("C03", "C04", "C05"):
        return []
    return [
        v.card for v in sheet.voices
        if v.card and v.role == "self" and v.card.state == "submitted" and not v.card.returned
    ]  # fmt: skip


@door(READERS)
def live(request: PageRequest, review_id: int) -> HttpResponse:
    """The live total alone, fetched again after each save."""
    return page(request, "reviews/review.html", fragment="live", **_review_context(request, review_id))


@door(access.DECIDE, methods=("POST",), again=review)
def decide(request: PageRequest, review_id: int) -> HttpResponse:
    """Enter the grade."""
    sent = request.POST
    rules.decide(request.actor, review_id, sent.get("grade", ""), sent.get("reason", ""), request.version)
    tell(request, _("Your decision is saved. You can change it until the calibration opens."))
    return see(reverse("reviews:review", args=[review_id]))


@door(READERS, leavers=True)
def result(request: PageRequest, review_id: int) -> HttpResponse:
    """The result unfolded: what next, the grade, the numbers, the people. Cost: 15 statements."""
    sheet = queries.result(request.actor, review_id)
    data = request.POST if request.drawn.refusal is not None and request.POST else None
    is_subject = request.actor.person_id == sheet.subject.id
    return page(
        request, "reviews/result.html", sheet=sheet, steps=waterfall(sheet.story, sheet.plan.titles()),
        ahead=_ahead(sheet), is_subject=is_subject,
        form=AnswerForm(data) if is_subject and sheet.answer is None and sheet.state == "released" else None,
        grade=_grade_words(sheet), sections=_sections(sheet),
    )  # fmt: skip


def _ahead(sheet: queries.ResultSheet) -> list[queries.Voice]:
    """Words that look ahead: the managers' first, then the person's own."""
    found = [voice for voice in sheet.voices if voice.role != "peer" and voice.text.closing]
    return sorted(found, key=lambda voice: voice.role != "manager")


def _grade_words(sheet: queries.ResultSheet) -> str:
    word = "en" if (get_language() or "").startswith("en") else "zh"
    return next((str(g[word]) for g in sheet.plan.settings["grades"] if g["key"] == sheet.decision.final), "")


def _sections(sheet: queries.ResultSheet) -> list[dict[str, Any]]:
    """Each section with its title, its terms named, and the words said about it; at the end those that do not count."""
    story = {line["key"]: line for line in sheet.story["sections"]}
    return [
        {
            **line,
            "label": title,
            "roles": [{**role, "by": _named(sheet, role.get("by", ()))} for role in line.get("roles", ())],
            "goals": [_titled(goal) for goal in line.get("goals", ())],
            "heard": heard,
        }
        for section, title, heard in by_section(sheet.plan.form, sheet.voices, [CLOSING])
        if (line := story.get(section.key, {"key": section.key})) and (heard or section.key in story)
    ]  # fmt: skip


def _titled(goal: Mapping[str, Any]) -> dict[str, Any]:
    return {**goal, "title": for_reader(goal["title"], goal.get("title_en", ""))}


def _named(sheet: queries.ResultSheet, by: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    names = {person.id: person.name for person in sheet.people.values()}
    return [{**line, "name": names.get(line["person"], "")} for line in by]


@door(access.ACKNOWLEDGE, methods=("POST",), again=result, leavers=True)
def acknowledge(request: PageRequest, review_id: int) -> HttpResponse:
    """Answer to the result."""
    rules.acknowledge(request.actor, review_id, request.POST.get("answer", ""), request.POST.get("comment", ""))
    tell(request, _("Your response is kept with the result."))
    return see(reverse("reviews:result", args=[review_id]))


# ── calibration ─────────────────────────────────────────────────────────────────────────────────────────────────


@door(READERS)
def board(request: PageRequest, plan_id: int) -> HttpResponse:
    """The calibration list: people, scores, managers' averages, last grades, the guide. Cost: at most 15 statements."""
    plan = queries.plan(request.actor, plan_id)
    unit = _unit(request)
    found = queries.board(request.actor, plan_id, PageIn(limit=ROWS, cursor=request.GET.get("after", "")), unit)
    more = "after" in request.GET
    managers = {line.manager.id: line.manager for line in found.items}
    given = queries.given(request.actor, plan_id, unit)
    session = queries.session(request.actor, plan_id)
    moves = plan.cycle.phase == "C06" and (session is None or session.state == "open")
    return page(
        request, "reviews/board.html", fragment="rows" if more else None, plan=plan, lines=found.items,
        following=found.next, guide=_guide(plan, given), unit=unit, form=UnitForm(request.GET or None),
        managers=[(who, n, shown(mean / 100, 2)) for pk, who in managers.items() for n, mean in [given.means[pk]]],
        may_move=moves and may(request.actor, access.SIT_AS_FACILITATOR), grades=plan.grades, session=session,
    )  # fmt: skip


def _unit(request: PageRequest) -> people.UnitCard | None:
    """The unit asked for in the address; one that does not exist is told at its field."""
    form = UnitForm(request.GET)
    code = form.cleaned_data["unit"] if form.is_valid() else ""
    if not code:
        return None
    unit = people.by_code(request.actor, [code]).get(code)
    if unit is None:
        raise Invalid(fields={"unit": _("There is no unit with this code.")})
    return unit


def _guide(plan: queries.PlanCard, given: queries.Given) -> dict[str, Any] | None:
    """Grades given beside the guide: only from the guide's smallest group on."""
    guide = plan.settings.get("guide")
    if not guide or given.people < int(guide["min_size"]):
        return None
    shares = [int(guide["shares"][grade]) * 100 for grade in plan.grades]
    found = differences(plan.grades, given.grades, shares)
    return {
        "rows": [(d.grade, d.actual, str(d.actual)) for d in found],
        "against": [d.quota for d in found],
        "lines": found,
    }


@door(access.CLOSE_SESSION, methods=("POST",))
def close_session(request: PageRequest, plan_id: int) -> HttpResponse:
    """Close the calibration, by its facilitator and the highest manager of the round."""
    done = rules.close_session(request.actor, plan_id)
    tell(
        request,
        _("The calibration is closed.") if done else _("Requested. It closes once the other person agrees."),
    )
    return see(reverse("reviews:board", args=[plan_id]))


@door(access.MOVE_GRADE)
def move_form(request: PageRequest, review_id: int) -> HttpResponse:
    """The dialog in which a grade is moved, with what led to it. Cost: that of the review's page."""
    sheet = queries.move_sheet(request.actor, review_id)
    data = request.POST if request.drawn.refusal is not None and request.POST else None
    return page(
        request, "reviews/move.html", sheet=sheet, form=MoveForm(sheet.plan.grades, data),
        steps=waterfall(sheet.live.story, sheet.plan.titles()) if sheet.live else [],
    )  # fmt: skip


@door(access.MOVE_GRADE, methods=("POST",), again=move_form)
def move_grade(request: PageRequest, review_id: int) -> HttpResponse:
    """Move a grade with a reason."""
    sent = request.POST
    rules.move_grade(request.actor, review_id, sent.get("grade", ""), sent.get("reason", ""), request.version)
    tell(request, _("Changed. The change and its reason are on record."))
    plan_id = queries.review(request.actor, review_id).plan_id
    return see(reverse("reviews:board", args=[plan_id]))
