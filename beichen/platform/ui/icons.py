"""Outline icons of Tabler, drawn inline so that they take the colour of the text."""

from __future__ import annotations

import re
from functools import cache
from xml.etree import ElementTree

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from beichen.platform.ui.finders import NODE_MODULES

FOLDER = NODE_MODULES / "@tabler" / "icons" / "icons"


@cache
def paths(name: str) -> tuple[str, ...]:
    """The path data of an icon; empty where the front-end files are not installed."""
    if not re.fullmatch(r"(filled/)?[a-z0-9-]+", name):
        raise ValueError(f"{name!r} is no icon name")
    file = FOLDER / (f"{name}.svg" if name.startswith("filled/") else f"outline/{name}.svg")
    if not FOLDER.is_dir():
        return ()
    # The file comes from a package pinned by hash, not from a person.
    tree = ElementTree.fromstring(file.read_text(encoding="utf-8"))
    return tuple(node.attrib["d"] for node in tree if node.attrib.get("stroke") != "none" and "d" in node.attrib)


@cache
def svg(name: str, extra: str = "") -> SafeString:
    """The icon as decoration: hidden from screen readers, the words beside it speak."""
    drawn = format_html_join("", '<path d="{}"/>', ((data,) for data in paths(name)))
    filled = " icon-filled" if name.startswith("filled/") else ""
    return format_html(
        '<svg class="icon{}{}" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>',
        filled,
        f" {extra}" if extra else "",
        drawn,
    )
