"""A form as fields of the page: each question becomes a field that the shared part `field` draws.

`{% for part in parts %}{% for question in part.questions %}{% include "forms/question.html" %}{% endfor %}{% endfor %}`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language, gettext

from beichen.platform.forms.schema import Answers, Form, Kind, Question, words


@dataclass(frozen=True)
class DrawnQuestion:
    """One question ready to draw.

    `field` is the field of its answer, of a score the number's. `beside` is the field of the words beside a score, None
    where words alone are asked; `row` says who reads the answer; `anchors` are the named points of a score.
    """

    key: str
    field: BoundField
    beside: BoundField | None
    help: str
    row: str
    anchors: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Part:
    """A section ready to draw; `sources` are the records to show beside its questions."""

    key: str
    title: str
    questions: list[DrawnQuestion]
    weight: int | None = None
    sources: frozenset[str] = frozenset()


def spoken(language: str = "") -> str:
    """The language in which forms are drawn on this page."""
    return language or get_language() or "zh-hans"


def parts(form: Form, answers: Answers, language: str = "") -> list[Part]:
    """The form with these answers filled in, in this language (default: the page's). No query."""
    language = spoken(language)
    fields: dict[str, forms.Field] = {}
    initial: dict[str, Any] = {}
    for question in form.questions():
        answer = answers.get(question.key)
        if question.kind == Kind.SCORE:
            _add_score(fields, initial, question, answer, language)
        else:
            fields[question.key] = _field(question, language)
            initial[question.key] = {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer
    bound = type("Questions", (forms.Form,), fields)(initial=initial)
    return [
        Part(
            section.key, words(section.title, language),
            [_drawn(bound, question, language) for question in section.questions], section.weight, section.sources,
        )
        for section in form.sections
    ]  # fmt: skip


def _add_score(
    fields: dict[str, forms.Field], initial: dict[str, Any], question: Question, answer: Any, language: str
) -> None:
    given = answer if isinstance(answer, dict) else {}
    if question.scored:
        fields[question.field("score")] = _number(question, language)
        initial[question.field("score")] = given.get("score") or ""
    fields[question.field("text")] = _beside(question, language)
    initial[question.field("text")] = given.get("text", "")


def _drawn(bound: forms.Form, question: Question, language: str) -> DrawnQuestion:
    helped = words(question.help, language)
    if question.kind != Kind.SCORE:
        return DrawnQuestion(question.key, bound[question.key], None, helped, question.row)
    text = bound[question.field("text")]
    if not question.scored:
        return DrawnQuestion(question.key, text, None, "" if question.source else helped, question.row)
    anchors = tuple((option.key, words(option.label, language)) for option in question.options)
    return DrawnQuestion(question.key, bound[question.field("score")], text, helped, question.row, anchors)


def _field(question: Question, language: str) -> forms.Field:
    label = words(question.label, language)
    if question.is_open:
        return _text(label, question, required=question.required, rows=3 if question.kind == Kind.LONG_TEXT else 0)
    return forms.ChoiceField(
        label=label, required=question.required, choices=_choices(question, language), widget=forms.RadioSelect()
    )


def _text(label: str, question: Question, *, required: bool, rows: int) -> forms.Field:
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=required, max_length=question.max_length, widget=widget)


def _number(question: Question, language: str) -> forms.Field:
    limits = gettext("%(label)s (%(low)s–%(high)s)") % {
        "label": words(question.label, language), "low": question.low, "high": question.high,
    }  # fmt: skip
    step = format(10**-question.places, "f") if question.places else "1"
    attrs = {"min": question.low, "max": question.high, "step": step, "inputmode": "decimal", "autocomplete": "off"}
    return forms.CharField(label=limits, required=question.required, widget=forms.NumberInput(attrs=attrs))


def _beside(question: Question, language: str) -> forms.Field:
    label = words(question.words, language) or gettext("Evidence")
    needed = question.reasoned and (question.required or not question.source)
    return _text(label, question, required=needed, rows=3)


def _choices(question: Question, language: str) -> list[tuple[str, str]]:
    named = {option.key: words(option.label, language) for option in question.options}
    if question.kind == Kind.YES_NO:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    if question.kind == Kind.SCALE:
        points = range(question.low, question.high + 1)
        return [(str(point), f"{point} {named.get(str(point), '')}".strip()) for point in points]
    return list(named.items())
