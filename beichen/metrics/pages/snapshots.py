"""The figures a cycle was scored with, and what became of them since."""

from __future__ import annotations

from django.http import HttpResponse

from beichen.metrics import access, queries
from beichen.metrics.choices import Subject
from beichen.people import queries as people
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest


@door(access.VIEW_VALUES)
def snapshot(request: PageRequest, cycle_id: int) -> HttpResponse:
    """Figures of units, or of people, that a cycle was scored with; those corrected since alone on request."""
    actor, asked = request.actor, request.GET
    cycle = people.cycle(actor, cycle_id)
    counts = queries.frozen_counts(actor, cycle_id)
    subject = asked.get("of", "") if asked.get("of") in Subject.values else _first(counts)
    corrected, after = "corrected" in asked, as_number(asked.get("after")) or 0
    lines = queries.frozen(actor, cycle_id, subject, corrected=corrected, after=after)
    return page(
        request, "metrics/snapshot.html", fragment="rows" if after else None, cycle=cycle, lines=lines[: queries.PAGE],
        next=lines[queries.PAGE - 1].id if len(lines) > queries.PAGE else None, subject=subject, corrected=corrected,
        count=counts[subject][0], changed=counts[subject][1],
        kinds=[(one.value, one.label, f"?of={one.value}") for one in Subject if counts[one.value][0]],
    )  # fmt: skip


def _first(counts: dict[str, tuple[int, int]]) -> str:
    return next((kind for kind, (number, _changed) in counts.items() if number), Subject.UNIT.value)
