"""Answers as pages show them: section by section, in the words of the form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beichen.platform.forms import drawing
from beichen.platform.forms.schema import Answers, Form, Kind, Question, Section, words
from beichen.reviews import queries

CLOSING = "closing"
"""The words that look ahead: they lead the result, and are not repeated below it."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: what was asked, the score where there is one, and the words.

    `own`: a question of the plan's own, whose words the title of the section does not tell.
    """

    asked: str
    score: str
    text: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A section to fill in, and what others said in it (None: not shown here)."""

    drawn: drawing.Part
    said: list[tuple[queries.Voice, list[Said]]] | None


def blocks(form: Form, answers: Answers, said: Mapping[str, Any] | None = None) -> list[Block]:
    """A part ready to fill in. No query."""
    return [Block(drawn, None if said is None else said.get(drawn.key, [])) for drawn in drawing.parts(form, answers)]


def said(question: Question, answer: Any, language: str) -> Said:
    """One answer in words; a choice by the name of what was chosen."""
    if question.kind == Kind.SCORE:
        given = answer if isinstance(answer, Mapping) else {}
        return Said(words(question.words, language), str(given.get("score") or ""), str(given.get("text") or ""))
    named = {option.key: words(option.label, language) for option in question.options}
    text = named.get(str(answer), str(answer or ""))
    return Said(words(question.label, language), "", text, question.key != CLOSING)


def in_section(section: Section, answers: Answers, but: Sequence[str] = ()) -> list[Said]:
    """What one part answered in a section of its form, without the questions it left empty."""
    language = drawing.spoken()
    asked = [each for each in section.questions if each.key not in but and answers.get(each.key)]
    return [said(each, answers[each.key], language) for each in asked]


def written(form: Form, answers: Answers) -> list[tuple[str, list[Said]]]:
    """A whole part: the titles of its sections with what was answered."""
    language = drawing.spoken()
    return [(words(each.title, language), in_section(each, answers)) for each in form.sections]


def both(form: Form, mine: Answers, theirs: Answers) -> list[tuple[str, Said, Said]]:
    """Question by question what two windows hold, where they differ."""
    language = drawing.spoken()
    return [
        (one.asked, one, other)
        for each in form.questions()
        if (one := said(each, mine.get(each.key), language)) != (other := said(each, theirs.get(each.key), language))
    ]


def by_section(
    form: Form, voices: Iterable[queries.Voice], but: Sequence[str] = ()
) -> list[tuple[Section, str, list[tuple[queries.Voice, list[Said]]]]]:
    """Section by section: the section, its title, and who said what in it; sections left out of the form are not."""
    heard = [
        (voice, {each.key: each for each in form.for_part(voice.role).sections})
        for voice in voices
        if not (voice.card and voice.card.state == "draft")
    ]
    language = drawing.spoken()
    return [
        (section, words(section.title, language), [
            (voice, found) for voice, own in heard
            if section.key in own and (found := in_section(own[section.key], voice.text.answers, but))
        ])
        for section in form.sections if section.weight != 0
    ]  # fmt: skip
