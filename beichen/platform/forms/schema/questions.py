"""What a form is: sections of typed questions, each with the row that guards its answer and whose part asks it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

Words = Mapping[str, str]
"""A text in both languages: {"zh": "…", "en": "…"}."""

Answers = Mapping[str, Any]


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
    """One answer of a choice, or the name of one point of a scale or a score (an anchor)."""

    key: str
    label: Words


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question.

    `row` is the row of the table of rights that guards the answer; `parts` says whose part asks it (none: everyone's).
    `low`–`high` bound a scale or a score, `places` are the score's decimals. `words`: what is asked beside a score;
    scores under `evidence_below` or over `evidence_above` need them as evidence, with `reasoned` every score does.
    `source`: the number comes from these records, and only where they hold none, and `by_hand` allows it, from the
    rater. `scored`: whether a number is asked for at all (`Form.for_part` settles it).
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
    parts: tuple[str, ...] = ()
    words: Words = field(default_factory=dict)
    reasoned: bool = False
    source: str = ""
    by_hand: bool = False
    scored: bool = True

    @property
    def max_length(self) -> int:
        """How many characters a text may have."""
        return self.longest or (200 if self.kind == Kind.TEXT else 5_000)

    @property
    def is_open(self) -> bool:
        """Whether it asks for words alone, so that nothing is computed from the answer."""
        return self.kind in (Kind.TEXT, Kind.LONG_TEXT)

    def field(self, name: str) -> str:
        """The name of a field of the page: of the number ("score") or the words ("text") of a score."""
        return f"{name}_{self.key}" if self.kind == Kind.SCORE else self.key

    def asks_evidence(self, score: Decimal) -> bool:
        """Whether this score is extreme enough to be asked for evidence."""
        below = self.evidence_below is not None and score < self.evidence_below
        return below or (self.evidence_above is not None and score > self.evidence_above)


@dataclass(frozen=True)
class Section:
    """Questions under one heading. `weight` in percent of the whole; None: it does not count; 0: it is left out."""

    key: str
    title: Words
    questions: tuple[Question, ...]
    weight: int | None = None

    @property
    def sources(self) -> frozenset[str]:
        """The records that its numbers come from, to be shown beside the questions."""
        return frozenset(each.source for each in self.questions if each.source)


@dataclass(frozen=True)
class Decline:
    """ "I cannot judge this": who may answer so to the whole form, and the reasons to choose from."""

    parts: tuple[str, ...]
    reasons: tuple[Option, ...]


@dataclass(frozen=True)
class Form:
    """A whole form."""

    key: str
    title: Words
    sections: tuple[Section, ...]
    decline: Decline | None = None

    def parts(self) -> list[str]:
        """Whose parts the form asks, in order; none where everybody is asked the same."""
        return list(dict.fromkeys(part for each in self.questions() for part in each.parts))

    def for_part(self, part: str, without: Collection[str] = ()) -> Form:
        """What one part is asked: its questions, the sections that are not left out, and who may decline.

        `without`: records that hold no number for the person, so that one may be entered by hand.
        """
        return replace(
            self,
            sections=tuple(kept for each in self.sections if (kept := _kept(each, part, without)).questions),
            decline=self.decline if self.decline and part in self.decline.parts else None,
        )

    def weights(self) -> dict[str, int]:
        """The percent of every section that counts, in order."""
        return {each.key: each.weight for each in self.sections if each.weight}

    def titles(self, language: str) -> dict[str, str]:
        """What the sections are called in this language."""
        return {each.key: words(each.title, language) for each in self.sections}

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


def _kept(section: Section, part: str, without: Collection[str]) -> Section:
    """A section as one part meets it; without questions where it is left out."""
    asked = [each for each in section.questions if section.weight != 0 and (not each.parts or part in each.parts)]
    settled = [replace(each, scored=each.by_hand and each.source in without) if each.source else each for each in asked]
    return replace(section, questions=tuple(settled))


def words(text: Words, language: str) -> str:
    """The text in this language ("zh-hans" counts as "zh"), else in the other one."""
    short = language.split("-", maxsplit=1)[0].lower()
    return text.get(short) or next((value for value in text.values() if value), "")
