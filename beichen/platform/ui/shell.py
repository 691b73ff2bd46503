"""What every page needs to know for its frame: navigation by rights, theme, language, density, the person."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, pgettext_lazy

from beichen.platform import registry
from beichen.platform.access.permissions import Permission, has_left, may
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry
from beichen.platform.ui.requests import actor_of, as_actor

THEMES = ("auto", "light", "dark")
DENSITIES = ("comfortable", "compact")
THEME_COOKIE, DENSITY_COOKIE = "beichen_theme", "beichen_density"
SECTIONS: dict[str, str | Promise] = {
    "work": "",
    "results": pgettext_lazy("navigation", "Results"),
    "company": pgettext_lazy("navigation", "Company"),
}
TABS = 4


@dataclass(frozen=True, slots=True)
class Link:
    """A navigation entry ready to draw."""

    label: str
    url: str
    icon: str
    current: bool
    tab: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A group of the side bar; the first has no heading."""

    label: str
    links: list[Link]


class Shell:
    """The frame of one page; everything is found out when the template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor = actor_of(request)

    @cached_property
    def theme(self) -> str:
        return _one_of(self.request.COOKIES.get(THEME_COOKIE, ""), THEMES)

    @property
    def theme_drawn(self) -> str:
        """The server cannot know what "auto" means here: a script in the head corrects it before the first paint."""
        return "dark" if self.theme == "dark" else "light"

    @cached_property
    def density(self) -> str:
        return _one_of(self.request.COOKIES.get(DENSITY_COOKIE, ""), DENSITIES)

    @property
    def lang(self) -> str:
        """The language of the page as HTML names it."""
        return "zh-CN" if (get_language() or "").startswith("zh") else "en"

    @property
    def locale(self) -> str:
        return "zh-hans" if self.lang == "zh-CN" else "en"

    @property
    def account_name(self) -> str:
        return str(getattr(getattr(self.request, "user", None), "name", ""))

    @property
    def account_title(self) -> str:
        return str(getattr(getattr(self.request, "user", None), "title", ""))

    @cached_property
    def left(self) -> bool:
        """Whether the page is drawn for somebody who left: the ways to what is shut are not shown."""
        if self.actor is None or self.actor.person_id is None:
            return False
        with as_actor(self.request):
            return has_left(self.actor)

    @cached_property
    def company(self) -> str:
        """The company's name from whoever owns it (slot `shell.company`), else the product's."""
        found = registry.panels("shell.company", self.request, self.actor, 0) if self.actor else []
        return str(found[0].title) if found else gettext("Beichen")

    @cached_property
    def links(self) -> list[tuple[str, Link]]:
        """(section, link) of every entry the actor may use."""
        if self.actor is None or self.actor.person_id is None:
            return []
        with as_actor(self.request):
            entries = [(e, reverse(e.url_name)) for e in registry.nav_entries() if _shown(e, self.actor)]
        here = max((url for _, url in entries if _leads_to(url, self.request.path)), key=len, default="")
        return [(e.section, Link(str(e.label), url, e.icon, url == here, e.tab)) for e, url in entries]

    @property
    def sections(self) -> list[Section]:
        names = list(dict.fromkeys(section for section, _ in self.links))
        return [Section(str(SECTIONS.get(n, n)), [link for section, link in self.links if section == n]) for n in names]

    @property
    def tabs(self) -> list[Link]:
        """The phone's tab bar: the entries marked for it, else the first ones."""
        links = [link for _, link in self.links]
        return ([link for link in links if link.tab] or links)[:TABS]


def _one_of(value: str, allowed: tuple[str, ...]) -> str:
    return value if value in allowed else allowed[0]


def _shown(entry: NavEntry, actor: Actor) -> bool:
    if has_left(actor) and not entry.leavers:
        return False
    if entry.shown is not None:
        return entry.shown(actor)
    return not isinstance(entry.permission, Permission) or may(actor, entry.permission)


def _leads_to(url: str, path: str) -> bool:
    return path == url or (url != "/" and path.startswith(url))


def shell(request: HttpRequest) -> dict[str, object]:
    """Context processor: `ui` in every template."""
    return {"ui": Shell(request)}
