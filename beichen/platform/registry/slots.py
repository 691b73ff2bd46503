"""Slots: a lower page names a place, higher areas hang panels into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise

from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class Panel:
    """What an area shows in somebody else's page.

    Either `url` (a fragment that the browser loads after the page, the usual case) or `template` with its
    `context` (drawn at once: small things such as the bell). `icon` and `title` head the panel.
    """

    key: str
    title: str | Promise = ""
    url: str = ""
    template: str = ""
    context: Mapping[str, object] = field(default_factory=dict)
    icon: str = ""


PanelProvider = Callable[[object, Actor, int], Panel | None]
_slots: dict[str, list[tuple[int, str, PanelProvider]]] = {}


def slot(name: str, *, order: int = 100) -> Callable[[PanelProvider], PanelProvider]:
    """Decorator: offer `f(request, actor, subject_id) -> Panel | None` for the slot `name`."""

    def register(provider: PanelProvider) -> PanelProvider:
        line = (order, f"{provider.__module__}.{getattr(provider, '__qualname__', 'provider')}", provider)
        entries = [entry for entry in _slots.get(name, []) if entry[2] is not provider]
        _slots[name] = sorted([*entries, line], key=lambda entry: entry[:2])
        return provider

    return register


def has_slot(name: str) -> bool:
    """Whether any area offers something for this slot."""
    return bool(_slots.get(name))


def panels(name: str, request: object, actor: Actor, subject_id: int) -> list[Panel]:
    """The panels of a slot that have something to show to this actor, in order; cost: that of its providers."""
    found = (provider(request, actor, subject_id) for _, _, provider in _slots.get(name, []))
    return [panel for panel in found if panel is not None]
