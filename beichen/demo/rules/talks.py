"""The chapter of check-ins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from beichen.conversations import rules as conversations
from beichen.demo.formulas.story import Aim, Talk
from beichen.demo.formulas.talks import RHYTHM
from beichen.demo.formulas.talks import talks as told
from beichen.demo.rules.moments import moment
from beichen.people import queries as people
from beichen.platform.kit.actor import Actor

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place


def load_talks(actor: Actor, place: Place, aims: Sequence[Aim]) -> int:
    """Write every check-in, due on the days the rhythm gives."""
    rows = [_row(talk, place) for talk in told(place.story, aims, place.seed, _dues(actor, place))]
    return conversations.load_check_ins(actor, rows)


def _dues(actor: Actor, place: Place) -> dict[str, list[date]]:
    calendar, story = people.work_calendar(actor), place.story
    found: dict[str, list[date]] = {}
    for quarter in (story.behind, story.running):
        span = range(RHYTHM, (quarter.last - quarter.first).days + 1, RHYTHM)
        days = [calendar.after(quarter.first + timedelta(days=n), 0) for n in span]
        first_open = next((day for day in days if day >= story.day), days[-1])
        found[quarter.key] = [day for day in days if day <= first_open or quarter == story.behind]
    return found


def _row(talk: Talk, place: Place) -> conversations.CheckInRow:
    ids, of = place.loaded.persons, (talk.person, talk.due)
    return conversations.CheckInRow(
        person_id=ids[talk.person],
        place=place.loaded.places[talk.person],
        manager_id=ids[talk.manager],
        cycle_id=place.cycles[talk.period],
        due_on=talk.due,
        sent_at=moment(talk.sent, *of, "sent") if talk.sent else None,
        answers=dict(talk.answers),
        replied_at=moment(talk.replied, *of, "replied") if talk.replied else None,
        reaction=talk.reaction,
        reply=talk.reply,
    )
