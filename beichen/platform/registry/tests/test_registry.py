from __future__ import annotations

import datetime as dt
from importlib import import_module

from beichen.platform import registry
from beichen.platform.kit.actor import Actor

TODOS = import_module("beichen.platform.registry.todos")
ANN = Actor(person_id=7)


def entry(key, due):
    return registry.TodoEntry(key=key, title=key, subtitle="", url="/", due=due)


def test_what_presses_most_comes_first_and_what_has_no_date_last(monkeypatch):
    monkeypatch.setattr(TODOS, "_providers", [])
    registry.todo(lambda actor, limit: [entry("later", dt.date(2026, 2, 1)), entry("some day", None)])
    registry.todo(lambda actor, limit: [entry("now", dt.date(2026, 1, 1))])
    assert [line.key for line in registry.todos(ANN, 5)] == ["now", "later", "some day"]
    assert [line.key for line in registry.todos(ANN, 1)] == ["now"]


def test_a_provider_registered_twice_is_asked_once(monkeypatch):
    monkeypatch.setattr(TODOS, "_providers", [])
    asked = []

    def provider(actor, limit):
        asked.append(actor)
        return []

    registry.todo(provider)
    registry.todo(provider)
    registry.todos(ANN, 5)
    assert asked == [ANN]
    assert registry.todo_providers() == (provider,)
