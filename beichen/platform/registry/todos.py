"""What a person owes, collected from every area and put in order of urgency."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class TodoEntry:
    """One thing to do. `act_url` is a form fragment that opens in place, or empty; `kind` groups and gives the icon."""

    key: str
    title: str | Promise
    subtitle: str | Promise
    url: str
    due: dt.date | None = None
    kind: str = ""
    subject_id: int | None = None
    act_url: str = ""


TodoProvider = Callable[[Actor, int], Sequence[TodoEntry]]
_providers: list[TodoProvider] = []


def todo(provider: TodoProvider) -> TodoProvider:
    """Decorator: register `f(actor, limit) -> list[TodoEntry]`, most urgent first, at most `limit` entries."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def todo_providers() -> tuple[TodoProvider, ...]:
    """Every provider, for the test that asks each one as each member of the cast."""
    return tuple(_providers)


def todos(actor: Actor, limit: int) -> list[TodoEntry]:
    """The `limit` most urgent entries of all areas; those with a date first. Cost: that of the providers."""
    entries = [entry for provider in _providers for entry in provider(actor, limit)]
    return sorted(entries, key=lambda entry: (entry.due or dt.date.max, entry.key))[:limit]
