"""Measuring a key result: the narrow row from its values and terms. Called inside rules."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from beichen.goals import queries
from beichen.goals.formulas import measures as m
from beichen.goals.models import Goal, KeyResult, KeyResultStat, Milestone
from beichen.goals.queries.standing import Bands, cap_of, measure_of
from beichen.platform.kit.actor import Actor


def restat(actor: Actor, kr: KeyResult, goal: Goal, settings: dict[str, Any]) -> None:
    """Measure again what was reported, against the terms as they are now."""
    stat = queries.stat_of(kr.pk)
    bands = queries.bands_of(actor, [kr]).get(kr.pk)
    measured(kr, stat, list(kr.milestones.all()), bands, cap_of(settings, goal.ambition))
    stat.save()


def measured(
    kr: KeyResult, stat: KeyResultStat, milestones: Sequence[Milestone], bands: Bands | None, cap: Decimal
) -> None:
    """Set progress and score of the narrow row from its values."""
    measure = measure_of(kr, stat.current, stat.answer, milestones, bands)
    reached = m.attainment(measure, cap, by_metric=kr.by_metric)
    stat.progress, stat.score = reached.progress, reached.score
