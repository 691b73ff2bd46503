"""Questions, and what makes an answer right. Plain Python: a form is read from and written to JSON.

Answers are JSON too, by question key: text "…", choice "key", scale 4, yes_no true,
score {"score": "87", "evidence": "…"}. A question without an answer is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Any

Words = Mapping[str, str]
"""A text in both languages: {"zh": "…", "en": "…"}."""

Answers = Mapping[str, Any]
RESERVED = frozenset({"version", "idempotency_key", "csrfmiddlewaretoken"})
EVIDENCE = "_evidence"
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,6})?", re.ASCII)


class Kind(StrEnum):
    """What is asked for."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    SCALE = "scale"
    SCORE = "score"
    YES_NO = "yes_no"


class BadForm(ValueError):
    """The form itself is wrong; the text names the question."""


@dataclass(frozen=True)
class Option:
    """One answer of a choice, or the name of one point of a scale."""

    key: str
    label: Words


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    `row` is the row of the table of rights that guards the answer. `low`–`high` bound a scale or a score, `places`
    are the score's decimals. Scores at or below `evidence_below`, or at or above `evidence_above`, need evidence.
    """

    key: str
    kind: Kind
    label: Words
    row: str
    help: Words = field(default_factory=dict)
    required: bool = False
    options: tuple[Option, ...] = ()
    low: int = 0
    high: int = 100
    places: int = 0
    evidence_below: int | None = None
    evidence_above: int | None = None
    longest: int = 0

    @property
    def max_length(self) -> int:
        """How many characters a text may have."""
        return self.longest or (200 if self.kind == Kind.TEXT else 5_000)

    def asks_evidence(self, score: Decimal) -> bool:
        """Whether this score is extreme enough to be asked for evidence."""
        below = self.evidence_below is not None and score <= self.evidence_below
        return below or (self.evidence_above is not None and score >= self.evidence_above)


@dataclass(frozen=True)
class Section:
    """Questions under one heading."""

    key: str
    title: Words
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Form:
    """A whole form."""

    key: str
    title: Words
    sections: tuple[Section, ...]

    def questions(self) -> Iterator[Question]:
        """Every question, in order."""
        for section in self.sections:
            yield from section.questions

    def question(self, key: str) -> Question:
        """One question by key; KeyError for any other."""
        return {each.key: each for each in self.questions()}[key]

    def rows(self) -> list[str]:
        """The rows of the table of rights that guard its answers, in order, each once."""
        return list(dict.fromkeys(each.row for each in self.questions()))

    def split_by_row(self, answers: Answers) -> dict[str, dict[str, Any]]:
        """The answers by the row that guards them: {"23b": {…}, "23c": {…}}; every row of the form is there."""
        parts: dict[str, dict[str, Any]] = {row: {} for row in self.rows()}
        for each in self.questions():
            if each.key in answers:
                parts[each.row][each.key] = answers[each.key]
        return parts


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer: a code, and the numbers its sentence needs."""

    code: str
    params: Mapping[str, int | str] = field(default_factory=dict)


def words(text: Words, language: str) -> str:
    """The text in this language ("zh-hans" counts as "zh"), else in the other one."""
    short = language.split("-", maxsplit=1)[0].lower()
    return text.get(short) or next((value for value in text.values() if value), "")


def validate(form: Form, answers: Answers, *, complete: bool) -> dict[str, Fault]:
    """What is wrong, by question; empty when all is well. `complete`: required questions must be answered too.

    A draft is checked with complete=False. Keys that the form does not ask for are faults as well.
    """
    faults = {key: Fault("unknown") for key in answers if key not in {each.key for each in form.questions()}}
    for question in form.questions():
        fault = check(question, answers.get(question.key), complete=complete)
        if fault:
            faults[question.key] = fault
    return faults


def check(question: Question, answer: Any, *, complete: bool) -> Fault | None:
    """What is wrong with one answer (None: not answered)."""
    if answer is None or (isinstance(answer, str) and not answer.strip()):
        return Fault("required") if complete and question.required else None
    if question.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return _check_text(question, answer)
    if question.kind == Kind.CHOICE:
        offered = {option.key for option in question.options}
        return None if isinstance(answer, str) and answer in offered else Fault("choice")
    if question.kind == Kind.YES_NO:
        return None if isinstance(answer, bool) else Fault("yes_no")
    if question.kind == Kind.SCALE:
        whole = isinstance(answer, int) and not isinstance(answer, bool)
        inside = whole and question.low <= answer <= question.high
        return None if inside else Fault("range", {"low": question.low, "high": question.high})
    return _check_score(question, answer, complete=complete)


def _check_text(question: Question, answer: Any) -> Fault | None:
    if not isinstance(answer, str) or "\x00" in answer:
        return Fault("text")
    if len(answer) > question.max_length:
        return Fault("too_long", {"longest": question.max_length, "length": len(answer)})
    return None


def _check_score(question: Question, answer: Any, *, complete: bool) -> Fault | None:
    score = score_of(answer)
    if score is None or not question.low <= score <= question.high:
        return Fault("range", {"low": question.low, "high": question.high})
    if -int(score.as_tuple().exponent) > question.places:
        return Fault("places", {"places": question.places})
    evidence = answer.get("evidence", "")
    if not isinstance(evidence, str) or len(evidence) > question.max_length:
        return Fault("too_long", {"longest": question.max_length, "length": len(str(evidence))})
    if complete and question.asks_evidence(score) and not evidence.strip():
        return Fault("evidence")
    return None


def score_of(answer: Any) -> Decimal | None:
    """The number in a score's answer; None where there is none or it is no plain number."""
    if not isinstance(answer, Mapping) or not isinstance(answer.get("score"), str):
        return None
    typed = answer["score"].strip()
    return Decimal(typed) if NUMBER.fullmatch(typed) else None


def answers_from(form: Form, typed: Mapping[str, Any]) -> dict[str, Any]:
    """The answers in what a browser sent (`request.POST`): fields named by question key, evidence by `<key>_evidence`.

    What cannot be read as its kind stays as typed, so that `validate` names it and the page shows it again.
    """
    found: dict[str, Any] = {}
    for question in form.questions():
        text = str(typed.get(question.key, "")).replace("\r\n", "\n").strip()
        evidence = str(typed.get(question.key + EVIDENCE, "")).replace("\r\n", "\n").strip()
        if text or (question.kind == Kind.SCORE and evidence):
            found[question.key] = _typed(question, text, evidence)
    return found


def _typed(question: Question, text: str, evidence: str) -> Any:
    if question.kind == Kind.SCORE:
        return {"score": text, "evidence": evidence}
    if question.kind == Kind.YES_NO:
        return {"yes": True, "no": False}.get(text, text)
    if question.kind == Kind.SCALE and text.isascii() and text.removeprefix("-").isdigit() and len(text) < 10:
        return int(text)
    return text


def dump(form: Form) -> dict[str, Any]:
    """The form as JSON; only what differs from the default is written."""
    return {
        "key": form.key,
        "title": dict(form.title),
        "sections": [
            {"key": each.key, "title": dict(each.title), "questions": [_dump_question(one) for one in each.questions]}
            for each in form.sections
        ],
    }


def _dump_question(question: Question) -> dict[str, Any]:
    plain = {
        "key": question.key,
        "kind": question.kind.value,
        "label": dict(question.label),
        "row": question.row,
        "help": dict(question.help),
        "required": question.required,
        "options": [{"key": option.key, "label": dict(option.label)} for option in question.options],
    }
    numbers = ("low", "high", "places", "evidence_below", "evidence_above", "longest")
    return {**plain, **{name: getattr(question, name) for name in numbers}}


def load(raw: Mapping[str, Any]) -> Form:
    """The form out of JSON. Raises BadForm for a form that cannot be asked."""
    try:
        sections = tuple(
            Section(each["key"], each["title"], tuple(_load_question(one) for one in each["questions"]))
            for each in raw["sections"]
        )
        form = Form(raw["key"], raw["title"], sections)
    except (KeyError, TypeError, ValueError) as error:
        raise BadForm(f"the form cannot be read: {error!r}") from error
    check_form(form)
    return form


def _load_question(raw: Mapping[str, Any]) -> Question:
    options = tuple(Option(each["key"], each["label"]) for each in raw.get("options", ()))
    return Question(**{**raw, "kind": Kind(raw["kind"]), "options": options})


def check_form(form: Form) -> None:
    """Raise BadForm unless every key is new, every text is there in both languages, and every range is one."""
    seen: set[str] = set()
    for each in form.questions():
        names = {each.key, each.key + EVIDENCE} if each.kind == Kind.SCORE else {each.key}
        if not each.key.isidentifier() or names & (seen | RESERVED):
            raise BadForm(f"{each.key}: the key is taken or no name")
        seen |= names
        if not all(each.label.get(language) for language in ("zh", "en")) or not each.row:
            raise BadForm(f"{each.key}: label in both languages and the row of the table of rights are needed")
        if each.kind in (Kind.SCALE, Kind.SCORE) and each.low >= each.high:
            raise BadForm(f"{each.key}: {each.low}–{each.high} is no range")
        if (each.kind == Kind.CHOICE) != bool(each.options) and each.kind != Kind.SCALE:
            raise BadForm(f"{each.key}: a choice has options, and nothing else has")
