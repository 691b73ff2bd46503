"""Versions freeze when they are used; a form is drawn with labels, errors and who will read it."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation

from beichen.platform.forms import drawing, queries, rules
from beichen.platform.forms.models import FormVersion
from beichen.platform.forms.ready import CHECK_IN
from beichen.platform.forms.schema import Form, Kind, Question, Section
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, NotFound

ANN = Actor(person_id=1)
BOTH = {"zh": "结果", "en": "Result"}
OTHER = dataclasses.replace(CHECK_IN, title={"zh": "周沟通", "en": "Weekly"})


@pytest.mark.django_db
def test_same_questions_are_the_same_version():
    first = rules.ensure(ANN, CHECK_IN)
    assert rules.ensure(ANN, CHECK_IN) == first
    assert rules.ensure(ANN, OTHER).version == 2
    assert queries.latest(ANN, "check_in").form == OTHER
    with pytest.raises(NotFound):
        queries.latest(ANN, "nothing")


@pytest.mark.django_db
@pytest.mark.req("REVIEW-02")
def test_used_version_never_changes(owner_db):
    version = rules.use(ANN, rules.ensure(ANN, CHECK_IN))
    used_at = version.used_at
    assert rules.use(ANN, version).used_at == used_at
    with owner_db():
        changes: list[dict[str, Any]] = [{"schema": {}}, {"used_at": None}, {"version": 9}]
        for change in changes:
            with pytest.raises(DatabaseError, match="is in use"), transaction.atomic():
                FormVersion.objects.filter(pk=version.pk).update(**change)
        with pytest.raises(DatabaseError, match="is in use"), transaction.atomic():
            FormVersion.objects.filter(pk=version.pk).delete()


@pytest.mark.django_db
def test_unused_version_may_go():
    version = rules.ensure(ANN, CHECK_IN)
    assert FormVersion.objects.filter(pk=version.pk).delete()[0] == 1


def test_refusal_holds_a_sentence_per_question():
    with translation.override("en"), pytest.raises(Invalid) as refused:
        rules.check_answers(CHECK_IN, {"load": "?", "plan": "x" * 1001, "obstacles": "no"}, complete=True)
    assert refused.value.fields == {
        "fulfilling": "This question needs an answer.",
        "load": "Choose one of the answers.",
        "plan": "At most 1000 characters; you have 1001.",
    }


def draw(form: Form, answers: dict[str, Any], language: str) -> str:
    request = RequestFactory().get("/")
    with translation.override(language):
        return "".join(
            render_to_string("forms/question.html", {"question": question}, request)
            for part in drawing.parts(form, answers)
            for question in part.questions
        )


@pytest.mark.django_db
@pytest.mark.req("TALK-02")
@pytest.mark.parametrize(
    ("language", "label", "option"),
    [
        ("zh-hans", "接下来两周打算做什么？", "难以持续"),
        ("en", "What is your plan for the next two weeks?", "Not for long"),
    ],
)
def test_form_is_drawn_in_the_language_of_the_page(language, label, option):
    html = draw(CHECK_IN, {"load": "fine", "plan": "上线新引导"}, language)
    assert label in html
    assert option in html
    assert "上线新引导" in html
    assert html.count("<fieldset") == 1
    assert html.count("<textarea") == 4
    assert html.count("23c") >= 3


@pytest.mark.django_db
def test_score_is_drawn_with_its_evidence():
    question = Question(key="result", kind=Kind.SCORE, label=BOTH, row="06a", high=120, evidence_above=110)
    form = Form("review", BOTH, (Section("s", BOTH, (question,)),))
    html = draw(form, {"result": {"score": "115", "text": "留存 +3 pt"}}, "en")
    assert 'value="115"' in html
    assert 'max="120"' in html
    assert "留存 +3 pt" in html
    assert 'name="text_result"' in html
