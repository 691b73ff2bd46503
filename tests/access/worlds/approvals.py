"""An approval that waits, of everyone who has a manager."""

from __future__ import annotations

from functools import partial

from tests.access import oracle
from tests.access.table import Row
from tests.access.worlds.base import THEN, World, canary

ELSEWHERE = 900_000_000
"""The numbers of objects that are nowhere: what is tested is the run alone."""


def plant_approvals(world: World) -> None:
    """A run about everybody, asked of the manager, with the manager's manager as stand-in where there is one."""
    from beichen.platform.approvals.models import Run, Step

    for number in oracle.people():
        line = oracle.company().above(number)[:2]
        if not line:
            continue
        word = canary("40b", number)
        me, boss, *stand_in = (world.golden.id(one) for one in (number, *line))
        run = Run.objects.create(
            kind="goals.goal", object_id=str(ELSEWHERE + me), object_version=1, title=word, subject_id=me,
            started_by=me, started_at=THEN, participants=sorted({me, boss, *stand_in}), barred=[me],
        )  # fmt: skip
        Step.objects.create(
            run=run, n=1, role="LM", subject_id=me, started_by=me, approver_id=boss, state="asked", due_at=THEN,
            delegate_id=stand_in[0] if stand_in else None, delegated_until=THEN if stand_in else None, comment=word,
        )  # fmt: skip
        stands = partial(_takes_part, {number, *line})
        world.add("40b", number, "approvals.Run", word, stands=stands)
        world.add("40b", number, "approvals.Step", word, stands=stands)


def _takes_part(who: set[str], viewer: str, _row: Row) -> set[str]:
    return {"SE"} if viewer in who else set()
