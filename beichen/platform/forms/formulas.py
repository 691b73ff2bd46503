"""Changing a form before it is used: plain values in, a new form out. A question's place is (section key, index)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from beichen.platform.forms.schema import Form, Kind, Question, Section, Words

Questions = tuple[Question, ...]


def _in_section(form: Form, key: str, change: Callable[[Section], Section]) -> Form:
    return replace(form, sections=tuple(change(each) if each.key == key else each for each in form.sections))


def _with_questions(form: Form, key: str, change: Callable[[Questions], Questions]) -> Form:
    return _in_section(form, key, lambda each: replace(each, questions=change(each.questions)))


def weighed(form: Form, weights: Mapping[str, int]) -> Form:
    """Other weights for the sections that count; those not named keep theirs."""
    return replace(
        form,
        sections=tuple(
            each if each.weight is None else replace(each, weight=weights.get(each.key, each.weight))
            for each in form.sections
        ),
    )


def worded(form: Form, section: str, at: int, text: Words) -> Form:
    """Another wording: of what is asked, and for a score of the words beside it."""

    def change(questions: Questions) -> Questions:
        old = questions[at]
        new = replace(old, label=text) if old.is_open else replace(old, words=text)
        return (*questions[:at], new, *questions[at + 1 :])

    return _with_questions(form, section, change)


def wording(question: Question) -> Words:
    """What `worded` changes."""
    return question.label if question.is_open else question.words


def added(form: Form, section: str, question: Question) -> Form:
    """One more question at the end of a section, under a key that no other question has."""
    taken = {each.key for each in form.questions()}
    number = next(n for n in range(1, len(taken) + 2) if f"more{n}" not in taken)
    return _with_questions(form, section, lambda questions: (*questions, replace(question, key=f"more{number}")))


def removed(form: Form, section: str, at: int) -> Form:
    """Without one question."""
    return _with_questions(form, section, lambda questions: (*questions[:at], *questions[at + 1 :]))


def moved(form: Form, section: str, at: int, to: int) -> Form:
    """A question at another place of its section; beyond its ends nothing moves."""

    def change(questions: Questions) -> Questions:
        if not (0 <= at < len(questions) and 0 <= to < len(questions)):
            return questions
        rest = [*questions[:at], *questions[at + 1 :]]
        return (*rest[:to], questions[at], *rest[to:])

    return _with_questions(form, section, change)


def limited(form: Form, *, high: int, below: int, above: int) -> Form:
    """The same limits for every score: the highest, and outside of which evidence is asked for."""

    def change(each: Question) -> Question:
        if each.kind != Kind.SCORE:
            return each
        anchors = tuple(option for option in each.options if int(option.key) <= high)
        if each.evidence_below is None:
            return replace(each, high=high, options=anchors)
        return replace(each, high=high, options=anchors, evidence_below=below, evidence_above=above)

    return replace(
        form, sections=tuple(replace(each, questions=tuple(map(change, each.questions))) for each in form.sections)
    )


def same_frame(one: Form, other: Form) -> bool:
    """Whether two forms differ only in wording, open questions and weights: what is computed stays what it was."""
    return _frame(one) == _frame(other)


def _frame(form: Form) -> object:
    scores = [
        (section.key, section.title, section.weight is None,
         sorted((replace(each, words={}) for each in section.questions if not each.is_open), key=_place))
        for section in form.sections
    ]  # fmt: skip
    return form.key, form.title, form.decline, scores


def _place(question: Question) -> tuple[str, tuple[str, ...]]:
    return question.key, question.parts
