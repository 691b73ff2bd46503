"""A form as fields of the page: each question becomes a field that the shared part `field` draws.

`{% for part in parts %}{% for question in part.questions %}{% include "forms/question.html" %}{% endfor %}{% endfor %}`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import get_language, gettext

from beichen.platform.forms.schema import EVIDENCE, Answers, Form, Kind, Question, words


@dataclass(frozen=True)
class DrawnQuestion:
    """One question ready to draw: its field, the field of its evidence, and the row that says who reads it."""

    key: str
    field: BoundField
    evidence: BoundField | None
    help: str
    row: str


@dataclass(frozen=True)
class Part:
    """A section ready to draw."""

    title: str
    questions: list[DrawnQuestion]


def parts(form: Form, answers: Answers, language: str = "") -> list[Part]:
    """The form with these answers filled in, in this language (default: the page's). No query."""
    spoken = language or get_language() or "zh-hans"
    fields: dict[str, forms.Field] = {}
    initial: dict[str, Any] = {}
    for question in form.questions():
        answer = answers.get(question.key)
        fields[question.key] = _field(question, spoken)
        if question.kind == Kind.SCORE:
            given = answer if isinstance(answer, dict) else {}
            fields[question.key + EVIDENCE] = _evidence(question)
            initial |= {question.key: given.get("score", ""), question.key + EVIDENCE: given.get("evidence", "")}
        else:
            initial[question.key] = {True: "yes", False: "no"}[answer] if isinstance(answer, bool) else answer
    bound = type("Questions", (forms.Form,), fields)(initial=initial)
    return [
        Part(words(section.title, spoken), [_drawn(bound, question, spoken) for question in section.questions])
        for section in form.sections
    ]


def _drawn(bound: forms.Form, question: Question, language: str) -> DrawnQuestion:
    evidence = bound[question.key + EVIDENCE] if question.kind == Kind.SCORE else None
    return DrawnQuestion(question.key, bound[question.key], evidence, words(question.help, language), question.row)


def _field(question: Question, language: str) -> forms.Field:
    label = words(question.label, language)
    if question.kind in (Kind.TEXT, Kind.LONG_TEXT):
        widget = forms.Textarea(attrs={"rows": 3}) if question.kind == Kind.LONG_TEXT else forms.TextInput()
        return forms.CharField(label=label, required=question.required, max_length=question.max_length, widget=widget)
    if question.kind == Kind.SCORE:
        step = format(10**-question.places, "f") if question.places else "1"
        attrs = {"min": question.low, "max": question.high, "step": step, "inputmode": "decimal"}
        return forms.CharField(label=label, required=question.required, widget=forms.NumberInput(attrs=attrs))
    return forms.ChoiceField(
        label=label, required=question.required, choices=_choices(question, language), widget=forms.RadioSelect()
    )


def _choices(question: Question, language: str) -> list[tuple[str, str]]:
    named = {option.key: words(option.label, language) for option in question.options}
    if question.kind == Kind.YES_NO:
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    if question.kind == Kind.SCALE:
        points = range(question.low, question.high + 1)
        return [(str(point), f"{point} {named.get(str(point), '')}".strip()) for point in points]
    return list(named.items())


def _evidence(question: Question) -> forms.Field:
    return forms.CharField(
        label=gettext("Evidence"), required=False, max_length=question.max_length, widget=forms.Textarea({"rows": 2})
    )
