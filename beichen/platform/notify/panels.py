"""The bell in the top bar."""

from __future__ import annotations

from beichen.platform import registry
from beichen.platform.kit.actor import Actor
from beichen.platform.notify import queries


@registry.slot("shell.bell", order=10)
def bell(_request: object, actor: Actor, _subject_id: int) -> registry.Panel:
    """How many notices are unread. Cost: one statement."""
    return registry.Panel(key="bell", template="notify/bell.html", context={"unread": queries.unread_count(actor)})
