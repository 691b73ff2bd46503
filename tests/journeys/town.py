"""Hands and eyes of the journeys: whoever is named sits before a browser of their own and starts at `/`."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils import translation
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Error,
    Locator,
    Page,
    Request,
    Response,
    TimeoutError,
)

from beichen.platform.events.tests.drain import drain
from beichen.platform.kit.actor import system
from tests.cast import Golden, sign_in
from tests.database import login, put_in_phase

WIDE = (1280, 900)
PHONE = (375, 812)
PATIENCE_MS, BUSY_MS = 5_000, 30_000
"""How long a look waits for what should stand there, and an act for a machine that has other work."""
STEP_MS, STILL = 30, 3
"""A page is settled when so many looks in a row, so far apart, found nothing under way."""
LOOK = """({
  busy: document.readyState !== "complete"
    || document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling") !== null,
  sideways: document.documentElement.scrollWidth > window.innerWidth,
})"""


@dataclass
class Town:
    """The company, its server, and everybody's browser."""

    golden: Golden
    browser: Browser
    url: str
    contexts: list[BrowserContext] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    # ── people ──────────────────────────────────────────────────────────────────────────────────────────────────

    def browse(self, number: str, *, phone: bool = False, locale: str = "en") -> Person:
        """A browser in which this person is signed in, at the home page."""
        with login(None):
            client = sign_in(self.golden.id(number))
        cookies = {
            settings.SESSION_COOKIE_NAME: client.cookies[settings.SESSION_COOKIE_NAME].value,
            settings.LANGUAGE_COOKIE_NAME: locale,
        }
        with login(None):
            from django.contrib.auth import get_user_model

            get_user_model()._default_manager.filter(person_id=self.golden.id(number)).update(locale=locale)
        found = self.open(phone=phone)
        found.locale = locale
        found.page.context.add_cookies([{"name": k, "value": v, "url": self.url} for k, v in cookies.items()])
        found.home()
        return found

    def open(self, *, phone: bool = False) -> Person:
        """A browser nobody is signed in to."""
        width, height = PHONE if phone else WIDE
        context = self.browser.new_context(viewport={"width": width, "height": height}, has_touch=phone, locale="en-US")
        self.contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(BUSY_MS)
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))
        page.on("response", self._answered)
        return Person(self, page)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.faults.append(f"console: {message.text}")

    def _answered(self, response: Response) -> None:
        """Refusals with a form are part of life (422); anything else that fails is a fault unless expected."""
        if response.status >= 400 and response.status not in (404, 409, 422):
            self.faults.append(f"{response.status} {response.request.method} {response.url}")

    def close(self) -> None:
        for context in self.contexts:
            context.close()

    # ── what happens behind ─────────────────────────────────────────────────────────────────────────────────────

    def work(self) -> None:
        """The worker runs what waits."""
        drain()

    def move_to(self, phase: str) -> None:
        """The cycle is in another phase, without the ceremony (the ceremony has a journey of its own)."""
        from beichen.people.events import CycleMoved
        from beichen.people.models import Cycle
        from beichen.platform.access.current import acting
        from beichen.platform.events.bus import publish

        with login(None):
            cycle_id = Cycle.objects.get().pk
            put_in_phase(phase)
        with login("beichen_worker"), acting(system("test", "a journey begins in this phase")):
            publish(CycleMoved(cycle_id=cycle_id, phase=phase))
        self.work()

    def owner(self) -> Any:
        """`with town.owner():` looks into the tables."""
        return login(None)


class Person:
    """One person before one browser. Labels are given as the code has them and looked for as this person reads them."""

    def __init__(self, town: Town, page: Page, locale: str = "en") -> None:
        self.town, self.page, self.locale = town, page, locale
        self.under_way: set[Request] = set()
        page.on("request", self._begins)
        page.on("requestfinished", self._ends)
        page.on("requestfailed", self._ends)

    def _begins(self, request: Request) -> None:
        self.under_way.add(request)

    def _ends(self, request: Request) -> None:
        self.under_way.discard(request)

    def said(self, label: str) -> str:
        """The label in this person's language."""
        with translation.override(self.locale):
            return translation.gettext(label) if label else label

    def home(self) -> None:
        """Every journey begins here."""
        self.page.goto(self.town.url + "/")
        self.settled()

    def settled(self) -> None:
        """Nothing is loading; the page does not scroll sideways."""
        still, look = 0, {"sideways": False}
        for _ in range(PATIENCE_MS // STEP_MS):
            self.page.wait_for_timeout(STEP_MS)
            try:
                look = self.page.evaluate(LOOK)
            except Error:  # the page just went on to the next one
                still = 0
                continue
            still = 0 if look["busy"] or self.under_way else still + 1
            if still == STILL:
                break
        else:
            self.town.faults.append(f"never settles: {self.page.url} {[one.url for one in self.under_way]}")
        if look["sideways"]:
            self.town.faults.append(f"scrolls sideways: {self.page.url}")

    def go(self, *labels: str) -> None:
        """Click links and buttons by what stands on them, one after the other."""
        for label in labels:
            self.named(label).first.click()
            self.settled()

    def named(self, label: str) -> Locator:
        """A visible link, button or summary of this name, the drawer's first when it is open."""
        place, label = self.inside(), self.said(label)
        exact = re.compile(rf"^\s*{re.escape(label)}\s*$")
        found = place.get_by_role("link", name=exact).or_(place.get_by_role("button", name=exact))
        return found.or_(place.locator("summary", has_text=label)).filter(visible=True)

    def inside(self) -> Locator:
        """Where the person looks: an open dialogue, else the page."""
        dialog = self.page.locator("dialog[open], [popover]:popover-open")
        return dialog.last if dialog.count() else self.page.locator("body")

    def at(self, line: str, label: str) -> None:
        """In the line of a list or table that names somebody, click a link or button."""
        row = self.page.locator("li, tr, article").filter(has_text=line)
        row.get_by_role("link", name=self.said(label)).or_(row.get_by_role("button", name=self.said(label))).filter(
            visible=True
        ).first.click()
        self.settled()

    def fill(self, label: str, value: str) -> None:
        """Type into the field of this label."""
        fields = self.inside().get_by_label(self.said(label)).and_(self.page.locator("input, textarea"))
        fields.filter(visible=True).first.fill(value)

    def types_and_is_kept(self, area: Locator, text: str) -> None:
        """Type, wait for the form to send it by itself, and for the answer."""
        with self.page.expect_response(lambda answer: text in (answer.request.post_data or "")):
            area.fill(text)
        self.settled()

    def choose(self, label: str, option: str) -> None:
        """Choose from a list."""
        self.inside().get_by_label(self.said(label)).filter(visible=True).first.select_option(label=self.said(option))

    def tick(self, label: str) -> None:
        """Tick a box or one of several choices."""
        fields = self.inside().get_by_label(self.said(label), exact=True).and_(self.page.locator("input"))
        fields.filter(visible=True).first.check()

    def press(self, label: str) -> None:
        """Press the button that sends a form, and wait until the answer stands."""
        button = self.inside().get_by_role("button", name=self.said(label), exact=True).filter(visible=True).first
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            button.click()
        self.settled()

    def confirm(self, label: str, reason: str = "") -> None:
        """Press a button that asks first, and say yes."""
        self.inside().get_by_role("button", name=self.said(label), exact=True).filter(visible=True).first.click()
        if reason:
            self.fill("Reason", reason)
        self.press(label)

    def menu(self, label: str) -> None:
        """A page of the main navigation; on a phone through the bar below or the sheet behind "More"."""
        label = self.said(label)
        link = self.page.locator(".sidebar a, .tabbar a").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*$"))
        link = link.filter(visible=True)
        if link.count() == 0:
            self.page.locator('[popovertarget="all-pages"]').click()
            link = self.page.locator("#all-pages a").filter(has_text=re.compile(rf"^\s*{re.escape(label)}\s*$"))
        link.first.click()
        self.settled()

    def again(self) -> None:
        """Reload: what was written must still be there."""
        self.page.reload()
        self.settled()

    def scroll_down(self) -> None:
        """To the end of the page: panels come when they are reached."""
        self.page.mouse.wheel(0, 5000)
        self.settled()

    def sees(self, text: str) -> bool:
        """Whether the text stands on the page, where somebody can see it."""
        try:
            self.page.get_by_text(self.said(text)).filter(visible=True).first.wait_for(timeout=PATIENCE_MS)
        except TimeoutError:
            return False
        return True

    def reads(self) -> str:
        """Everything the page says."""
        return self.page.locator("body").inner_text()

    def typed(self) -> str:
        """Everything that stands in fields."""
        return str(self.page.evaluate("[...document.querySelectorAll('input,textarea')].map(e => e.value).join(' ')"))

    def picture(self, path: str) -> None:
        """For whoever mends a journey."""
        self.page.screenshot(path=path, full_page=True)
