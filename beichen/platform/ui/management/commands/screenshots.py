"""`manage screenshots`: every page as each person, wide and narrow, zh and en, light and dark, in a real browser.

Writes pictures for a person to look at, and fails on console errors, horizontal scroll and axe violations. Without
addresses it follows the links from each person's home and opens one page of every door it meets. With `--readme`, takes
the pictures of the README instead, in the demo, as its cast. Needs the development packages and a running server on the
same database.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.staticfiles import finders
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.test import Client

from beichen.launch.browser import chromium
from beichen.platform.auth import queries
from beichen.platform.auth import rules as account_rules
from beichen.platform.ui import crawl
from beichen.platform.ui.shell import THEME_COOKIE

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
SIZES = {1440: 900, 375: 812}
README_PICTURES = settings.BASE.parent / "docs" / "pictures"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look: as whom, in which language, how wide, in which colours."""

    email: str
    locale: str
    width: int
    theme: Literal["light", "dark"]
    cookie: str

    @property
    def name(self) -> str:
        who = re.sub(r"\W+", "-", self.email.split("@")[0]) or "nobody"
        return f"{who}-{self.locale[:2]}-{self.width}-{self.theme}"


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture of the README: `who` is a place in the demo's cast, `follow` a link to press on the page first.

    It shows the first `height` pixels, which keeps the file small.
    """

    name: str
    who: int | None
    path: str
    width: int
    height: int
    follow: str = ""


PICTURES = (
    Picture("sign-in", None, "/account/login/", 1280, 800),
    Picture("home-phone", 0, "/", 390, 844),
    Picture("home-manager", 1, "/", 1280, 1290),
    Picture("goal-plan", 0, "/goals/", 1280, 860),
    Picture("result", 0, "/reviews/", 1280, 900, "main a[href$='/result/']"),
    Picture("bonus", 7, "/reward/", 1280, 900, "main table a[href^='/reward/plans/']"),
)


class Command(BaseCommand):
    """See the module."""

    help = "Open pages as each person in a browser, write pictures, and fail on what a machine can see."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="*", help="addresses; without any: a page of every door they reach")
        parser.add_argument("--as", dest="people", action="append", default=[], metavar="EMAIL", help="else the cast")
        parser.add_argument("--once", action="store_true", help="each door only as the first person who reaches it")
        parser.add_argument("--at", default=f"http://{settings.ENV.host}:{settings.ENV.port}")
        parser.add_argument("--locale", action="append", choices=["zh-hans", "en"], default=[])
        parser.add_argument("--width", action="append", type=int, choices=list(SIZES), default=[])
        parser.add_argument("--theme", action="append", choices=["light", "dark"], default=[])
        parser.add_argument("--to", type=Path, default=settings.ENV.data_dir / "screenshots")
        parser.add_argument("--readme", action="store_true", help=f"the README's pictures, into {README_PICTURES}")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["readme"]:
            self._readme(options["at"])
            return
        options["to"].mkdir(parents=True, exist_ok=True)
        people = options["people"] or [account.email for account in queries.cast()] or [""]
        paths = self._paths(people, options)
        faults: list[str] = []
        for locale in options["locale"] or ["zh-hans", "en"]:
            looks = list(_looks(people, options, locale))
            for look, path, found in _open_all(looks, paths, options["at"], options["to"]):
                faults += [f"{path} [{look.name}] {fault}" for fault in found]
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults seen; the pictures are in {options['to']}.")
        self.stdout.write(f"No faults seen. Pictures to look at: {options['to']}")

    def _paths(self, people: list[str], options: dict[str, Any]) -> dict[str, list[str]]:
        if options["paths"]:
            return {email: list(dict.fromkeys(options["paths"])) for email in people}
        paths, seen = {}, set[str]()
        for email in people:
            found = _doors(_sign_in(email, "zh-hans") if email else "", options["at"])
            paths[email] = [path for door, path in found.items() if door not in seen or not options["once"]]
            seen |= set(found)
            self.stdout.write(f"{email}: {len(found)} doors, {len(paths[email])} to open")
        return paths

    def _readme(self, at: str) -> None:
        cast = [account.email for account in queries.cast()]
        if not cast:
            raise CommandError("Only the demo has a cast; start `python3 -m beichen demo` on this data folder.")
        cookies = {one.who: _sign_in(cast[one.who], "zh-hans") for one in PICTURES if one.who is not None}
        README_PICTURES.mkdir(parents=True, exist_ok=True)
        for one in _taken(cookies, at):
            size = (README_PICTURES / f"{one.name}.png").stat().st_size
            self.stdout.write(f"{one.name}.png  {size // 1000} kB")


def _doors(cookie: str, at: str) -> dict[str, str]:
    """A page of every door met from home; parts of pages are seen where they belong."""
    whole: set[str] = set()

    def get(path: str) -> str:
        try:
            with urlopen(Request(at + path, headers={"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}"})) as answer:
                html = "html" in answer.headers.get_content_type()
                text: str = answer.read().decode() if html else ""
        except HTTPError:
            return ""
        if text.lstrip().lower().startswith("<!doctype"):
            whole.add(path)
        return text

    found = crawl.reached(get, each=2)
    return {door: next(p for p in paths if p in whole) for door, paths in found.items() if whole & set(paths)}


def _looks(people: list[str], options: dict[str, Any], locale: str) -> Iterator[Look]:
    """Signs each person in beforehand: the browser's event loop and the database do not go together."""
    for email in people:
        cookie = _sign_in(email, locale) if email else ""
        for width in options["width"] or list(SIZES):
            for theme in options["theme"] or ["light", "dark"]:
                yield Look(email, locale, width, theme, cookie)


def _sign_in(email: str, locale: str) -> str:
    account = get_user_model().objects.get(email=email)
    account_rules.save_preferences(account_rules.actor_of(account), locale=locale)
    client = Client()
    client.force_login(account, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _taken(cookies: Mapping[int, str], at: str) -> Iterator[Picture]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for one in PICTURES:
            cookie = "" if one.who is None else cookies[one.who]
            look = Look("", "zh-hans", one.width, "light", cookie)
            context = _context(browser, look, one.height, at)
            page = context.new_page()
            page.goto(at + one.path, wait_until="networkidle")
            if one.follow:
                page.locator(one.follow).first.click()
                page.wait_for_load_state("networkidle")
            page.screenshot(path=str(README_PICTURES / f"{one.name}.png"))
            context.close()
            yield one
        browser.close()


def _open_all(
    looks: list[Look], paths: Mapping[str, list[str]], at: str, to: Path
) -> list[tuple[Look, str, list[str]]]:
    from playwright.sync_api import sync_playwright

    found: list[tuple[Look, str, list[str]]] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for look in looks:
            found += [(look, path, faults) for path, faults in _as(browser, look, paths[look.email], at, to)]
        browser.close()
    return found


def _as(browser: Browser, look: Look, paths: list[str], at: str, to: Path) -> Iterator[tuple[str, list[str]]]:
    context = _context(browser, look, SIZES[look.width], at)
    for path in paths:
        page = context.new_page()
        name = re.sub(r"[^a-z0-9]+", "-", path).strip("-") or "home"
        yield path, _open(page, at + path, to / f"{name}-{look.name}.png")
        page.close()
    context.close()


def _context(browser: Browser, look: Look, height: int, at: str) -> BrowserContext:
    size: Any = {"width": look.width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=look.theme, has_touch=look.width < 500)
    wanted = {
        settings.SESSION_COOKIE_NAME: look.cookie,
        THEME_COOKIE: look.theme,
        settings.LANGUAGE_COOKIE_NAME: look.locale,
    }
    context.add_cookies([{"name": name, "value": value, "url": at} for name, value in wanted.items() if value])
    return context


def _open(page: Page, url: str, picture: Path) -> list[str]:
    faults: list[str] = []
    page.on("console", lambda message: faults.append(f"console: {message.text}") if message.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    answer = page.goto(url, wait_until="networkidle")
    if answer is None or answer.status >= 400:
        faults.append(f"answered {answer.status if answer else 'nothing'}")
    page.screenshot(path=str(picture), full_page=True)
    if page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        faults.append("scrolls sideways")
    return faults + violations(page)


def violations(page: Page) -> list[str]:
    """What axe finds on the page as it stands: WCAG 2.2 AA and best practice."""
    source = finders.find("vendor/axe.min.js")
    if not isinstance(source, str):
        raise CommandError("axe-core is not installed; run `npm ci` with the development packages.")
    page.evaluate(Path(source).read_text(encoding="utf-8"))
    result = page.evaluate("rules => axe.run({runOnly: {type: 'tag', values: rules}})", AXE_RULES)
    return [
        f"axe {violation['id']}: {node['target'][0]} ({(node['failureSummary'] or '').splitlines()[-1].strip()})"
        for violation in result["violations"]
        for node in violation["nodes"][:3]
    ]
