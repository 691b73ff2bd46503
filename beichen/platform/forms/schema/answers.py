"""What makes an answer right, and how answers come out of what a browser or a program sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from beichen.platform.forms.schema.questions import Answers, Form, Kind, Question

NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer: a code, and the numbers its sentence needs."""

    code: str
    params: Mapping[str, int | str] = field(default_factory=dict)


def validate(form: Form, answers: Answers, *, complete: bool) -> dict[str, Fault]:
    """What is wrong, by field of the page; empty when all is well. `complete`: required questions must be answered too.

    A draft is checked with complete=False. Keys that the form does not ask for are faults as well.
    """
    faults = {key: Fault("unknown") for key in answers if key not in {each.key for each in form.questions()}}
    for question in form.questions():
        answer = answers.get(question.key)
        if question.kind == Kind.SCORE:
            faults |= check_score(question, answer, complete=complete)
        elif fault := check(question, answer, complete=complete):
            faults[question.key] = fault
    return faults


def check(question: Question, answer: Any, *, complete: bool) -> Fault | None:
    """What is wrong with the answer to anything but a score (None: not answered)."""
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return Fault("required") if complete and question.required else None
    if question.is_open:
        return _check_text(question, answer)
    if question.kind == Kind.CHOICE:
        offered = {option.key for option in question.options}
        return None if isinstance(answer, str) and answer in offered else Fault("choice")
    if question.kind == Kind.YES_NO:
        return None if isinstance(answer, bool) else Fault("yes_no")
    whole = isinstance(answer, int) and not isinstance(answer, bool)
    inside = whole and question.low <= answer <= question.high
    return None if inside else Fault("range", {"low": question.low, "high": question.high})


def _check_text(question: Question, answer: Any) -> Fault | None:
    if not isinstance(answer, str) or "\x00" in answer:
        return Fault("text")
    if len(answer) > question.max_length:
        return Fault("too_long", {"longest": question.max_length, "length": len(answer)})
    return None


def check_score(question: Question, answer: Any, *, complete: bool) -> dict[str, Fault]:
    """What is wrong with a number and the words beside it, by field."""
    number, text = question.field("score"), question.field("text")
    if answer is not None and not isinstance(answer, Mapping):
        return {number: Fault("range", {"low": question.low, "high": question.high})}
    given = answer or {}
    faults: dict[str, Fault] = {}
    if said := _check_text(question, given.get("text") or ""):
        faults[text] = said
    if given.get("score") in (None, ""):
        needed = complete and question.required
        if needed and (question.scored or not given.get("text")):
            faults[number if question.scored else text] = Fault("required")
        if needed and question.scored and question.reasoned and not given.get("text"):
            faults[text] = Fault("reason")
        return faults
    if wrong := _check_number(question, given):
        return {**faults, number: wrong}
    if complete and not str(given.get("text") or "").strip() and (lacks := _lacks(question, given)):
        faults[text] = lacks
    return faults


def _lacks(question: Question, given: Mapping[str, Any]) -> Fault | None:
    """What a score without words is missing."""
    if question.reasoned:
        return Fault("reason")
    score = score_of(given)
    return Fault("evidence") if score is not None and question.asks_evidence(score) else None


def _check_number(question: Question, given: Mapping[str, Any]) -> Fault | None:
    if not question.scored:
        return Fault("loaded")
    score = score_of(given)
    if score is None or not question.low <= score <= question.high:
        return Fault("range", {"low": question.low, "high": question.high})
    if -int(score.as_tuple().exponent) > question.places:
        return Fault("places", {"places": question.places})
    return None


def score_of(answer: Any) -> Decimal | None:
    """The number in a score's answer; None where there is none or it is no plain number."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("score"), str):
        return None
    typed = answer["score"].strip()
    return Decimal(typed) if NUMBER.fullmatch(typed) else None


def answers_from(form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in what a browser sent (`request.POST`), by fields: `key`, and of a score `score_key` and `text_key`.

    What cannot be read as its kind stays as typed, so that `validate` names it and the page shows it again.
    """
    found: dict[str, Any] = {}
    for question in form.questions():
        text = _line(typed.get(question.field("text"), ""))
        if question.kind == Kind.SCORE:
            score = _line(typed.get(question.field("score"), ""))
            if text or score:
                found[question.key] = {"score": score or None, "text": text}
        elif text:
            found[question.key] = _typed(question, text)
    return found


def tidy(form: Form, answers: Answers) -> dict[str, Any]:
    """The same answers without space around words and without empty ones; unknown keys stay, to be named."""
    kinds = {each.key: each.kind for each in form.questions()}
    found: dict[str, Any] = {}
    for key, answer in answers.items():
        if kinds.get(key) == Kind.SCORE and isinstance(answer, Mapping):
            found[key] = {"score": _line(answer.get("score")) or None, "text": _line(answer.get("text"))}
        else:
            found[key] = _line(answer) if isinstance(answer, str) else answer
    return {key: answer for key, answer in found.items() if answer not in (None, "", {"score": None, "text": ""})}


def _line(text: Any) -> str:
    return "" if text is None else str(text).replace("\r\n", "\n").strip()


def _typed(question: Question, text: str) -> Any:
    if question.kind == Kind.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    if question.kind == Kind.SCALE and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10:
        return int(text)
    return text
