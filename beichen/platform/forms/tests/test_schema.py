"""What makes an answer right."""

from __future__ import annotations

import dataclasses
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from beichen.platform.forms import schema
from beichen.platform.forms.ready import CHECK_IN
from beichen.platform.forms.schema import BadForm, Fault, Form, Kind, Option, Question, Section

BOTH = {"zh": "问", "en": "ask"}
SCORE = Question(key="result", kind=Kind.SCORE, label=BOTH, row="06a", high=120, evidence_below=60, evidence_above=110)
EVERY = Form(
    "every",
    BOTH,
    (
        Section("one", BOTH, (
            Question(key="short", kind=Kind.TEXT, label=BOTH, row="06a", required=True),
            Question(key="long", kind=Kind.LONG_TEXT, label=BOTH, row="06a"),
            Question(key="load", kind=Kind.CHOICE, label=BOTH, row="23c", options=(Option("a", BOTH),)),
        )),
        Section("two", BOTH, (
            Question(key="level", kind=Kind.SCALE, label=BOTH, row="06a", low=1, high=5),
            SCORE,
            Question(key="again", kind=Kind.YES_NO, label=BOTH, row="06a"),
        )),
    ),
)  # fmt: skip
GOOD = {
    "short": "好", "long": "多行\n文字", "load": "a", "level": 5,
    "result": {"score": "88", "text": ""}, "again": False,
}  # fmt: skip


def test_right_answers_have_no_fault():
    assert schema.validate(EVERY, GOOD, complete=True) == {}
    assert schema.validate(EVERY, {}, complete=False) == {}


@pytest.mark.parametrize(
    ("key", "answer", "code"),
    [
        ("short", "", "required"), ("short", "  ", "required"), ("short", "x" * 201, "too_long"), ("short", 3, "text"),
        ("short", "a\x00b", "text"), ("load", "c", "choice"), ("load", [], "choice"), ("level", 0, "range"),
        ("level", 6, "range"), ("level", "5", "range"), ("level", True, "range"), ("again", "yes", "yes_no"),
        ("result", {"score": "121", "evidence": ""}, "range"), ("result", {"score": "NaN"}, "range"),
        ("result", {"score": "1e99999999"}, "range"), ("result", "88", "range"), ("result", {"score": 88}, "range"),
        ("result", {"score": "88.5"}, "places"), ("result", {"score": "59", "text": " "}, "evidence"),
        ("result", {"score": "111"}, "evidence"), ("nobody_asks", "x", "unknown"),
    ],
)  # fmt: skip
@pytest.mark.req("REVIEW-03")
def test_wrong_answers_are_named(key, answer, code):
    faults = schema.validate(EVERY, {**GOOD, key: answer}, complete=True)
    field = {"evidence": "text_result"}.get(code, "score_result") if key == "result" else key
    assert {name: fault.code for name, fault in faults.items()} == {field: code}


def test_draft_may_lack_what_the_finished_form_needs():
    draft = {"result": {"score": "120", "text": ""}}
    assert schema.validate(EVERY, draft, complete=False) == {}
    missing = {"short": Fault("required"), "text_result": Fault("evidence")}
    assert schema.validate(EVERY, draft, complete=True) == missing


@pytest.mark.req("REVIEW-03")
def test_extreme_scores_ask_for_evidence_and_the_middle_does_not():
    asked = [n for n in range(0, 121) if SCORE.asks_evidence(Decimal(n))]
    assert asked == [*range(0, 60), *range(111, 121)]


def test_form_survives_json():
    assert schema.load(schema.dump(EVERY)) == EVERY
    assert schema.load(schema.dump(CHECK_IN)) == CHECK_IN


def test_what_a_browser_sends_becomes_answers():
    typed = {
        "short": " 好 ", "long": "多行\r\n文字", "load": "a", "level": "5", "score_result": "88", "text_result": "",
        "again": "no", "csrfmiddlewaretoken": "t", "stranger": "x",
    }  # fmt: skip
    assert schema.answers_from(EVERY, typed) == GOOD


@given(st.dictionaries(st.sampled_from([*GOOD, "score_result", "text_result", "x"]), st.text(max_size=30)))
def test_whatever_is_typed_is_either_kept_or_named(typed):
    answers = schema.answers_from(EVERY, typed)
    faults = schema.validate(EVERY, answers, complete=False)
    assert {name.removeprefix("score_").removeprefix("text_") for name in faults} <= set(answers) <= set(GOOD)


def _with(question: Question) -> Form:
    return Form("x", BOTH, (Section("s", BOTH, (question,)),))


@pytest.mark.parametrize(
    "change",
    [{"key": "version"}, {"key": "two words"}, {"label": {"zh": "问"}}, {"row": ""}, {"low": 9, "high": 9},
     {"options": (Option("a", BOTH),)}],
)  # fmt: skip
def test_form_that_cannot_be_asked_is_refused(change):
    with pytest.raises(BadForm):
        schema.check_form(_with(dataclasses.replace(SCORE, **change)))


def test_choice_without_options_and_a_key_taken_twice_are_refused():
    with pytest.raises(BadForm):
        schema.check_form(_with(Question(key="a", kind=Kind.CHOICE, label=BOTH, row="06a")))
    with pytest.raises(BadForm):
        schema.check_form(Form("x", BOTH, (Section("s", BOTH, (SCORE, SCORE)),)))
    with pytest.raises(BadForm):
        schema.load({"key": "x", "title": BOTH})


@pytest.mark.req("TALK-02")
def test_ready_check_in_asks_the_four_required_questions_and_one_wish():
    asked = {each.key: each.required for each in CHECK_IN.questions()}
    assert asked == {"fulfilling": True, "obstacles": True, "load": True, "plan": True, "growth": False}
    schema.check_form(CHECK_IN)


@pytest.mark.req("TALK-02")
def test_obstacles_load_and_wish_are_kept_apart_from_progress():
    answers = dict.fromkeys(("fulfilling", "obstacles", "plan", "growth"), "x") | {"load": "fine"}
    parts = CHECK_IN.split_by_row(answers)
    assert {row: sorted(part) for row, part in parts.items()} == {
        "23b": ["fulfilling", "plan"],
        "23c": ["growth", "load", "obstacles"],
    }
