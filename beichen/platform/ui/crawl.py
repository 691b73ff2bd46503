"""Following links: which page doors somebody reaches from a page by pressing what is drawn on it.

Links, buttons that fetch (`hx-get`) and forms that ask (`method="get"`) count; addresses typed by hand do not.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.urls import Resolver404, resolve

Get = Callable[[str], str]
"""Opens an address and answers its HTML; empty where there is none to read."""
LEAVE = ("account_logout", "account_as")
"""Doors that end the walk."""


class Links(HTMLParser):
    """The addresses a page leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and (given.get("method") or "get").lower() == "get":
            self.found.append(given.get("action") or "")
        self.found += [value for name, value in attrs if name in ("href", "hx-get") and tag != "link" and value]


def door_of(path: str) -> str:
    """The name of the page door an address belongs to; empty where it is none."""
    try:
        match = resolve(path)
    except Resolver404:
        return ""
    return match.view_name or "" if "GET" in getattr(match.func, "methods", ()) else ""


def reached(get: Get, start: str = "/", each: int = 3) -> dict[str, list[str]]:
    """The addresses met, by door, the nearest first; of each door the first `each` are opened to walk on."""
    found: dict[str, list[str]] = defaultdict(list, {door_of(start): [start]})
    waiting, opened = deque([start]), set[str]()
    while waiting:
        at = waiting.popleft()
        for path in _leads_to(at, get(at)):
            door = door_of(urlsplit(path).path)
            if door and path not in found[door] and door not in LEAVE and len(found[door]) < each:
                found[door].append(path)
                if path not in opened:
                    opened.add(path)
                    waiting.append(path)
    return {door: paths for door, paths in found.items() if door and paths}


def _leads_to(at: str, html: str) -> Iterator[str]:
    links = Links()
    links.feed(html)
    for link in links.found:
        whole = urlsplit(urljoin(at, link))
        if not whole.netloc:
            yield whole.path + (f"?{whole.query}" if whole.query else "")
