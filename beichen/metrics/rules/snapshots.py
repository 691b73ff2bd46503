"""The figures a cycle is scored with are kept as its goals close."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from beichen.metrics.choices import Subject
from beichen.metrics.models import PersonSnapshot, PersonValue, UnitSnapshot, UnitValue
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.many import write_many
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


@rule
def keep_figures(actor: Actor, cycle_id: int, subject: str, value_ids: Collection[int]) -> int:
    """Keep figures of units (or people) as those the cycle was scored with; gives how many are new.

    Whoever closes the goals has asked for the right; this rule is reached by no door. What is kept stays: a later
    correction is another figure. Cost: four statements, however many.
    """
    values: Any = PersonValue if subject == Subject.PERSON else UnitValue
    table: Any = PersonSnapshot if subject == Subject.PERSON else UnitSnapshot
    new = values.objects.filter(pk__in=value_ids).exclude(snapshots__cycle_id=cycle_id)
    ids = list(new.order_by("metric__code", "period", "id").values_list("id", flat=True))
    write_many(table(cycle_id=cycle_id, value_id=pk, at=clock.now()) for pk in ids)
    if ids:
        kind = values._meta.label_lower
        audit.record_bulk(actor, "metrics.keep_figures", kind, ids, {"cycle": cycle_id})
    return len(ids)
