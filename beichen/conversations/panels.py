"""What talks show on other pages: the way in, what is owed, a person's check-ins."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.conversations import queries
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, Panel, TodoEntry, nav, slot, todo

SOON = 3
"""Days before its due day a check-in is put on the list."""

nav(NavEntry("talks", _("Talks"), "conversations:mine", "message-2", section="work", order=40, tab=True))


@todo
def owed(actor: Actor, limit: int) -> list[TodoEntry]:
    """My check-in once its day is near, and those that wait for my answer. Cost: one statement."""
    if actor.person_id is None:
        return []
    cards = queries.owed(actor, limit)
    near = [card for card in cards if card.waits or (card.due_on - clock.today()).days <= SOON]
    return [_answer(card) if card.waits else _fill(card) for card in near][:limit]


def _fill(card: queries.CheckInCard) -> TodoEntry:
    url = reverse("conversations:check_in", args=[card.id])
    return TodoEntry(
        f"check-in:{card.id}", _("Write your check-in"), _("Two minutes; only your manager reads it"), url, card.due_on,
        "message-2", card.person_id,
    )  # fmt: skip


def _answer(card: queries.CheckInCard) -> TodoEntry:
    return TodoEntry(
        f"check-in-answer:{card.id}", _("Reply to a check-in"), card.person_name,
        reverse("conversations:check_in", args=[card.id]), card.answer_due_on, "message-2", card.person_id,
        reverse("conversations:check_in", args=[card.id]),
    )  # fmt: skip


@slot("people.person", order=50)
def on_person(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """Check-ins on the page of a person; drawn empty for those who may know of none. Cost: one statement."""
    if not queries.history(actor, subject_id, limit=1):
        return None
    return Panel(
        "check-ins", _("Check-ins"), url=reverse("conversations:of_person", args=[subject_id]), icon="message-2"
    )


@slot("insight.side", order=10)
def on_home(request: object, actor: Actor, subject_id: int) -> Panel | None:
    """My next check-in beside what I owe. Cost: none."""
    return Panel("next-talk", _("My next check-in"), url=reverse("conversations:next"))
