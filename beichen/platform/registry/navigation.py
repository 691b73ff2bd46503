"""Entries of the side bar and the tab bar, each registered by the area that owns the page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise

from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class NavEntry:
    """One line of the navigation.

    `shown` is asked once per page and must not cost a query of its own (read what the actor carries or
    what the request has already loaded). `permission` is a declared permission; the shell asks the access
    layer whether the actor holds it anywhere. With neither, everyone signed in sees the entry.
    `leavers`: whoever left sees it in the portal, where everything else is gone.
    `tab` puts it among the four thumbs of the phone's tab bar, in `order`.
    """

    key: str
    label: str | Promise
    url_name: str
    icon: str
    section: str = "work"
    permission: object | None = None
    shown: Callable[[Actor], bool] | None = None
    order: int = 100
    tab: bool = False
    leavers: bool = False


_entries: dict[str, NavEntry] = {}


def nav(entry: NavEntry) -> NavEntry:
    """Register an entry; the same key with another content is a mistake of two areas."""
    known = _entries.setdefault(entry.key, entry)
    if known != entry:
        raise ValueError(f"Navigation key {entry.key!r} is registered twice.")
    return entry


def nav_entries() -> list[NavEntry]:
    """All entries in the order of the side bar; rights are asked by the shell."""
    return sorted(_entries.values(), key=lambda entry: (entry.order, entry.key))
