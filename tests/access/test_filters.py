"""Row filters as text: the same rows, whatever the query calls the table."""

from __future__ import annotations

import re

import pytest
from django.db.models import Exists, OuterRef, Q

from beichen.goals import access as goals
from beichen.goals.models import Goal, KeyResult
from beichen.platform.access.filters import INNER, pieces, written
from beichen.reviews import access as reviews
from beichen.reviews.models import Part, PartContent
from beichen.reward import access as reward
from beichen.reward.models import BonusAward

pytestmark = pytest.mark.django_db
INNER_NAME = re.compile(r'(?:FROM|JOIN) "\w+" (\w+)')


def sql(found: object) -> str:
    return str(getattr(found, "query"))  # noqa: B009


@pytest.mark.req("BASE-01")
def test_a_filter_stands_under_the_name_that_the_query_has_for_the_table() -> None:
    text = sql(Goal.objects.filter(goals.visible_goals()))
    assert '"goals_goal"."owner_id"' in text
    joined = sql(KeyResult.objects.filter(goals.visible_goals("goal__")))
    assert 'INNER JOIN "goals_goal" ON' in joined
    assert '"goals_goal"."owner_id"' in joined
    inner = Goal.objects.filter(goals.visible_goals(), cycle_id=OuterRef("cycle_id"))
    under = sql(Goal.objects.annotate(seen=Exists(inner)).filter(goals.visible_goals()))
    assert 'U0."owner_id"' in under
    assert '"goals_goal"."owner_id"' in under


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("of", [reviews.readable_part_contents, reward.readable_bases, goals.visible_goals])
def test_no_name_inside_a_filter_hides_one_of_the_query(of: object) -> None:
    text = "".join(pieces(of)[0])
    assert not INNER.search(text)
    names = set(INNER_NAME.findall(text))
    assert names
    assert all(re.fullmatch(r"f\d+_u\d+", name) for name in names), names


@pytest.mark.req("BASE-01")
def test_a_filter_that_joins_is_refused() -> None:
    with pytest.raises(ValueError, match="joins another table"):
        written(Goal, Q(owner__name="x"))


@pytest.mark.req("BASE-01")
@pytest.mark.parametrize(
    "found",
    [
        Part.objects.filter(reviews.readable_parts()),
        PartContent.objects.filter(reviews.readable_part_contents()),
        BonusAward.objects.filter(reward.readable_awards()),
        Goal.objects.filter(goals.visible_goals()),
    ],
)
def test_a_filter_of_many_rows_asks_each_relation_once(found: object) -> None:
    """PostgreSQL plans what is written down: one subquery for each row of the table was ten times as much."""
    assert sql(found).count("access.reports()") == 1
