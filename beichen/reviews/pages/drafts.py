"""The form of a draft plan: changed without code, and seen as each rater will see it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.platform.forms import drawing
from beichen.platform.forms.formulas import added, moved, removed, weighed, worded, wording
from beichen.platform.forms.ready import REVIEW_ROWS
from beichen.platform.forms.schema import Form, Kind, Question, Words, words
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, door
from beichen.reviews import access, queries, rules
from beichen.reviews.choices import PartRole
from beichen.reviews.pages.answers import blocks
from beichen.reviews.queries.evidence import GoalLine, ResultLine

LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """One question in the editor; `at` is its place in the section, `loaded`: its number comes from records."""

    at: int
    role: str
    is_open: bool
    loaded: bool
    text: Words
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class SectionLine:
    """One section in the editor; `weight` None where it does not count, `new` the question being added to it."""

    key: str
    title: str
    weight: int | None
    questions: list[QuestionLine]
    new: Question


def _lines(form: Form, sent: Mapping[str, Any]) -> list[SectionLine]:
    return [
        SectionLine(section.key, words(section.title, drawing.spoken()), section.weight,
                    [_line(section.questions, at) for at in range(len(section.questions))], _new(section.key, sent))
        for section in form.sections
    ]  # fmt: skip


def _line(questions: tuple[Question, ...], at: int) -> QuestionLine:
    each = questions[at]
    role = str(PartRole(each.parts[0]).label)
    first, last = (_beside(questions, at, step) == at for step in (-1, 1))
    return QuestionLine(at, role, each.is_open, bool(each.source), wording(each), first, last)


def _beside(questions: tuple[Question, ...], at: int, step: int) -> int:
    """The place of the next question of the same part in one direction; its own where there is none."""
    place = at + step
    while 0 <= place < len(questions):
        if questions[place].parts == questions[at].parts:
            return place
        place += step
    return at


def _typed(form: Form, sent: Mapping[str, Any]) -> Form:
    """The form with the words and weights as they were typed."""
    counted = [each for each in form.sections if each.weight is not None]
    weights = {each.key: _whole(sent.get(f"weight.{each.key}", each.weight)) for each in counted}
    for section in form.sections:
        for at, question in enumerate(section.questions):
            old = wording(question)
            text = {
                language: str(sent.get(f"{language}.{section.key}.{at}", old.get(language, ""))).strip()
                for language in ("zh", "en")
            }
            form = worded(form, section.key, at, text)
    return weighed(form, weights)


def _whole(text: Any) -> int:
    found = str(text).strip()
    return int(found) if found.isascii() and found.isdigit() and len(found) <= 3 else -1


def _acted(form: Form, sent: Mapping[str, Any]) -> Form:
    """The form after the button that was pressed: up, down, remove or add."""
    act, _colon, rest = str(sent.get("act", "")).partition(":")
    key, _colon, place = rest.partition(":")
    section = next((each for each in form.sections if each.key == key), None)
    if section is None:
        return form
    if act == "add":
        return added(form, key, _new(key, sent))
    at = int(place) if place.isascii() and place.isdigit() else len(section.questions)
    if at >= len(section.questions):
        return form
    if act == "remove":
        return removed(form, key, at)
    step = {"up": -1, "down": 1}.get(act, 0)
    return moved(form, key, at, _beside(section.questions, at, step)) if step else form


def _new(section: str, sent: Mapping[str, Any]) -> Question:
    part = str(sent.get(f"part.{section}", PartRole.SELF))
    text = {language: str(sent.get(f"{language}.{section}.new", "")).strip() for language in ("zh", "en")}
    return Question(
        key="new", kind=Kind.LONG_TEXT, row=REVIEW_ROWS.get(part, ""), parts=(part,), label=text, longest=LONGEST
    )


@door(access.EDIT_PLAN)
def form(request: PageRequest, plan_id: int) -> HttpResponse:
    """The editor of a draft's form; what was typed and refused stands in it again. Cost: about six statements."""
    card = queries.plan(request.actor, plan_id)
    refusal = request.drawn.refusal if request.POST else None
    sent: Mapping[str, Any] = request.POST.dict() if refusal else {}
    return page(
        request, "reviews/form.html", plan=card, sections=_lines(_typed(card.form, sent), sent), roles=PartRole.choices,
        frozen=card.state != "draft", sentence=refusal.sentence(_) if refusal else "",
    )  # fmt: skip


@door(access.EDIT_PLAN, methods=("POST",), again=form)
def edit_form(request: PageRequest, plan_id: int) -> HttpResponse:
    """Keep words and weights, and do what the button says."""
    card = queries.plan(request.actor, plan_id)
    rules.edit_form(request.actor, plan_id, _acted(_typed(card.form, request.POST), request.POST), request.version)
    tell(request, _("Saved."))
    return see(reverse("reviews:form", args=[plan_id]))


@door(access.SEE_PLANS)
def preview(request: PageRequest, plan_id: int) -> HttpResponse:
    """The form as each rater meets it, with goals made up for the picture. Cost: about six statements."""
    card = queries.plan(request.actor, plan_id)
    role = request.GET.get("as", "")
    role = role if role in PartRole.values else str(PartRole.SELF)
    goals = _example()
    url = reverse("reviews:preview", args=[plan_id])
    asked = card.form.for_part(role)
    reasons = [words(each.label, drawing.spoken()) for each in asked.decline.reasons] if asked.decline else []
    return page(
        request, "reviews/preview.html", plan=card, role=role, goals=goals, blocks=blocks(asked, {}), reasons=reasons,
        tabs=[(value, label, f"{url}?as={value}") for value, label in PartRole.choices],
    )  # fmt: skip


def _example() -> tuple[GoalLine, ...]:
    """Two goals as examples: one with key results, one KPI."""
    return (
        GoalLine(0, _("Example goal: the new version ships as promised"), 6000, 9200, "objective",
                 (ResultLine(_("released by the agreed date"), 10000), ResultLine(_("crash rate below 0.1 %"), 8400))),
        GoalLine(0, _("Example KPI: retention after seven days"), 4000, 10500, "kpi"),
    )  # fmt: skip
