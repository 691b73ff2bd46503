"""A thumb on a phone: it counts what it taps, and follows a reminder by each of its ways."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Locator, expect

from beichen.platform.notify.models import Notice
from tests.journeys.town import Person, Town

MOST = 3
"""Taps from a reminder to done; typing is not counted."""


@dataclass
class Thumb:
    """One person's thumb, and how often it has tapped since the reminder."""

    me: Person
    taps: int = 0

    def tap(self, what: Locator) -> None:
        """Tap and wait until the page stands."""
        what.first.tap()
        self.taps += 1
        self.me.settled()

    def press(self, label: str) -> None:
        """Tap the button that sends the form."""
        with self.me.page.expect_response(lambda response: response.request.method == "POST"):
            button(self.me, label).tap()
        self.taps += 1
        self.me.settled()


def button(me: Person, label: str) -> Locator:
    """The button with these words, where the person looks."""
    return me.inside().get_by_role("button", name=me.said(label), exact=True).filter(visible=True).first


def opened(town: Town, number: str, *, owed: str, notice: str, act: str, locale: str = "en") -> Thumb:
    """The address in the mail, the notice behind the bell and the entry on the home page: one tap opens the form.

    Whoever is named stands before the form afterwards, come from the home page.
    """
    with town.owner():
        found = Notice.objects.filter(addressee_id=town.golden.id(number), template=notice).latest("created_at")
    me = town.browse(number, phone=True, locale=locale)
    me.page.goto(town.url + found.url)
    me.settled()
    ready(me, act)
    me.home()
    me.page.locator(".bell").tap()
    me.settled()
    thumb = Thumb(me)
    thumb.tap(me.page.locator(f"form[action$='/{found.pk}/'] button"))
    assert thumb.taps == 1
    ready(me, act)
    me.home()
    thumb = Thumb(me)
    thumb.tap(me.page.locator(".owed-title").filter(has_text=me.said(owed)))
    ready(me, act)
    return thumb


def ready(me: Person, label: str) -> None:
    """The form stands open: its button can be tapped."""
    expect(button(me, label)).to_be_visible()
