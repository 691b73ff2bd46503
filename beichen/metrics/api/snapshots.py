"""The figures cycles were scored with by program."""

from __future__ import annotations

from typing import Any

from beichen.metrics import access, queries
from beichen.metrics.api.library import router
from beichen.metrics.choices import Subject
from beichen.metrics.schemas import SnapshotOut
from beichen.people import queries as people
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest


@router.get("/snapshots/{int:cycle_id}", response=SnapshotOut, operation_id="figures_snapshot")
@door(access.VIEW_VALUES)
def snapshot(
    request: ApiRequest, cycle_id: int, of: Subject = Subject.UNIT, *, corrected: bool = False, after: int = 0
) -> dict[str, Any]:
    """The figures a cycle was scored with, those one may read, each beside what stands there today.

    `of`: units' or people's; `corrected`: only those corrected since; `after` is the `next` of the page before.
    """
    people.cycle(request.actor, cycle_id)
    lines = queries.frozen(request.actor, cycle_id, of, corrected=corrected, after=after)
    more = lines[queries.PAGE - 1].id if len(lines) > queries.PAGE else None
    return {"items": lines[: queries.PAGE], "next": more}
