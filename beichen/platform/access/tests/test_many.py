"""Many rows written at once are the rows they were given as."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from beichen.goals.models import Goal, KeyResult, KeyResultStat, Update
from beichen.goals.tests.makers import FIRST, LAST, NOON, goal, world
from beichen.platform.access.many import write_many

pytestmark = pytest.mark.django_db
WORDS = ("plain", "“引号” 'single' \"double\"", "back\\slash \\u0041 %s", "𠮷田\n新行\t", "")


def _key_results(made: Goal) -> list[KeyResult]:
    return [
        KeyResult(
            goal=made,
            title=words,
            measure="increase",
            baseline=0,
            target=Decimal("0.000001") * (n + 1),
            start=FIRST,
            due=LAST,
        )
        for n, words in enumerate(WORDS)
    ]


@pytest.mark.req("BASE-08")
def test_rows_come_back_as_they_were_given(owner_db):
    with owner_db():
        results = _key_results(goal(world(), "g", "A1"))
        assert write_many(iter(results)) == len(WORDS)
        assert write_many([]) == 0
        updates = [Update(key_result=kr, at=NOON, day=FIRST, finished=[kr.pk, 2], text=kr.title) for kr in results]
        write_many(updates)
        write_many(KeyResultStat(key_result=kr, current=kr.target, answer=None) for kr in results)
        for kr, update in zip(results, updates, strict=True):
            kept = KeyResult.objects.select_related("stat").get(pk=kr.pk)
            assert (kept.title, kept.target, kept.start, kept.low) == (kr.title, kr.target, FIRST, None)
            assert (kept.stat.current, kept.stat.answer) == (kr.target, None)
            told = Update.objects.get(pk=update.pk)
            assert (told.at, told.finished, told.text) == (NOON, [kr.pk, 2], kr.title)
        assert [kr.pk for kr in results] == sorted(kr.pk for kr in results)
        after = KeyResult.objects.create(goal=results[0].goal, title="next", measure="yes_no", start=FIRST, due=LAST)
        assert after.pk > results[-1].pk


@pytest.mark.req("BASE-08")
def test_the_database_still_refuses_a_bad_row_and_the_cost_does_not_grow(owner_db):
    with owner_db():
        made = goal(world(), "g", "A1")
        bad = [*_key_results(made), KeyResult(goal=made, measure="yes_no", weight=10_001, start=FIRST, due=LAST)]
        with pytest.raises(IntegrityError), transaction.atomic():
            write_many(bad)
        assert not KeyResult.objects.filter(goal=made).exists()
        with CaptureQueriesContext(connection) as told:
            write_many(_key_results(made))
        assert len(told) == 2
