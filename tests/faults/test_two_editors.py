"""F18: two windows write one text, two people move one grade: what was confirmed can be got back, nobody is overrun."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from beichen.people.models import Seat
from beichen.people.rules import places
from beichen.people.tests.makers import START
from beichen.platform.kit.errors import Refused
from beichen.reviews import rules
from beichen.reviews.models import GradeMove, PartVersion, Rating, RatingContent
from beichen.reviews.rules import PartChanged
from beichen.reviews.tests.makers import REASON, World, world
from tests.faults.crowd import Crowd, crowd

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Window:
    """One open form: the version it was drawn with, the words it knows, and what it was told."""

    name: str
    version: int = 0
    words: list[str] = field(default_factory=list)
    confirmed: dict[int, str] = field(default_factory=dict)
    shown: list[tuple[int, str]] = field(default_factory=list)

    def save(self, made: Crowd, number: str, part: UUID, word: str) -> None:
        """Add a word and save; where the other window was first, go on from its text, which the refusal shows."""
        while True:
            text = " ".join([*self.words, word])
            try:
                answers = {"behaviour": {"score": None, "text": text}}
                saved = rules.save_part(made.actor(number), part, answers, "", self.version)
            except PartChanged as why:
                mine, theirs = (str(each.answers["behaviour"]["text"]) for each in (why.mine, why.theirs))
                self.shown.append((why.theirs.version, theirs))
                self.version, self.words = why.theirs.version, theirs.split()
                if mine == text:
                    continue
                raise
            self.version, self.words = saved.version, text.split()
            self.confirmed[saved.version] = text
            return


def _write(made: Crowd, number: str, rounds: int, seed: int) -> tuple[Window, Window]:
    """Two windows of one person, each saving now and then."""
    windows = Window("phone"), Window("desk")
    part, draw = made.parts[number], random.Random(seed)

    def type_in(window: Window) -> None:
        try:
            for n in range(rounds):
                time.sleep(draw.random() * 0.02)
                window.save(made, number, part, f"{window.name}-{n}")
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(type_in, windows))
    return windows


@pytest.mark.fault("F18")
@pytest.mark.req("REVIEW-03")
@pytest.mark.parametrize(("pairs", "rounds"), [(6, 3), pytest.param(20, 30, marks=pytest.mark.slow)])
def test_of_two_windows_the_later_sees_both_texts_and_no_word_is_lost(owner_db, worker_db, pairs, rounds):
    made = crowd(owner_db, worker_db, pairs)
    told = 0
    for seed, number in enumerate(made.parts):
        windows = _write(made, number, rounds, seed)
        with owner_db():
            kept = dict(PartVersion.objects.filter(part_id=made.parts[number]).values_list("number", "answers"))
        texts = {version: answers["behaviour"]["text"] for version, answers in kept.items()}
        assert sorted(texts) == list(range(1, 2 * rounds + 1))
        assert windows[0].confirmed | windows[1].confirmed == texts
        assert not set(windows[0].confirmed) & set(windows[1].confirmed)
        for window in windows:
            assert all(texts[version] == text for version, text in window.shown)
            told += len(window.shown)
        wanted = {f"{window.name}-{n}" for window in windows for n in range(rounds)}
        assert set(texts[2 * rounds].split()) == wanted
    assert told >= pairs


# ── one grade ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def reviewed(owner_db: Any, worker_db: Any) -> World:
    """A2 is reviewed by M1; B1 and B2 facilitate the calibration."""
    made = world(owner_db, worker_db)
    with owner_db():
        for number in ("B1", "B2"):
            Seat.objects.create(
                person=made.company.people[number], seat="CF", scope=made.company.units["U0"], granted_by=0,
                granted_at=START,
            )  # fmt: skip
        places.renumber()
    made.make_plan(without=[made.id(n) for n in made.company.people if n != "A2"])
    made.launch()
    made.phase("C05")
    made.write("A2", "M1", "manager", {"behaviour": "80", "contribution": "80", "goals": "80"})
    return made


def _at_once(*acts: Callable[[], object]) -> list[str]:
    """Both begin together; the code of the refusal of each, empty for the one that went through."""
    gate = Barrier(len(acts))

    def one(act: Callable[[], object]) -> str:
        gate.wait(20)
        try:
            act()
        except Refused as why:
            return why.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def _grade(made: World, field_name: str) -> str:
    with made.owner():
        return str(RatingContent.objects.values_list(field_name, flat=True).get())


@pytest.mark.fault("F18")
@pytest.mark.req("REVIEW-07")
def test_two_who_set_one_grade_at_once_do_not_overrun_each_other(reviewed):
    made, review = reviewed, reviewed.reviews["A2"]
    manager = made.actor("M1")
    grades = ("A", "C")
    codes = _at_once(*(partial(rules.decide, manager, review, grade, REASON, 1) for grade in grades))
    assert sorted(codes) == ["", "changed"]
    assert _grade(made, "decided") == grades[codes.index("")]
    made.phase("C06")
    with made.owner():
        version = Rating.objects.get().version
    moves = (("B1", "S"), ("B2", "B"))
    codes = _at_once(
        *(partial(rules.move_grade, made.actor(who), review, grade, REASON, version) for who, grade in moves)
    )
    assert sorted(codes) == ["", "changed"]
    who, grade = moves[codes.index("")]
    assert _grade(made, "final") == grade
    with made.owner():
        assert list(GradeMove.objects.values_list("moved_by_id", "after")) == [(made.id(who), grade)]
