"""Hands of the cast: pages, API, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from beichen.platform.events.tests.drain import drain
from beichen.platform.kit import clock
from tests.database import login


@dataclass
class Story:
    """Everybody's browser, and the numbers read off the doors on the way."""

    people: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    browsers: dict[str, Client] = field(default_factory=dict)
    numbers: dict[tuple[str, str], str] = field(default_factory=dict)
    notes: dict[str, Any] = field(default_factory=dict)
    cycle_id: int = 0
    plan_id: int = 0
    bonus_id: int = 0
    reviews: dict[str, int] = field(default_factory=dict)

    # ── hands ───────────────────────────────────────────────────────────────────────────────────────────────────

    def browser(self, number: str) -> Client:
        """A browser in which this person is signed in."""
        if number not in self.browsers:
            self.browsers[number] = Client()
            with login(None):
                account = get_user_model()._default_manager.get(email=self.notes["emails"][number])
                self.browsers[number].force_login(
                    account, backend="allauth.account.auth_backends.AuthenticationBackend"
                )
        return self.browsers[number]

    def get(self, number: str, path: str, **query: Any) -> Any:
        """What this person gets from the API."""
        answer = self.browser(number).get(f"/api/v1{path}", query)
        assert answer.status_code == 200, (path, answer.status_code, answer.content.decode()[:400])
        return answer.json()

    def send(self, number: str, path: str, body: Any, method: str = "post") -> Any:
        """What the API answers to a write of this person."""
        call = getattr(self.browser(number), method)
        answer = call(f"/api/v1{path}", body, content_type="application/json")
        assert answer.status_code in (200, 201, 202, 204), (path, answer.status_code, answer.content.decode()[:600])
        return answer.json() if answer.content else None

    def press(self, number: str, door: str, /, *args: Any, **sent: Any) -> Any:
        """A button or form of a page; the answer leads on to the next page."""
        answer = self.browser(number).post(reverse(door, args=args), sent)
        assert answer.status_code == 303, (door, answer.status_code, answer.content.decode()[-1500:])
        return answer

    def page(self, number: str, name: str, *args: Any, **query: Any) -> str:
        """A page as this person reads it."""
        answer = self.browser(number).get(reverse(name, args=args), query)
        assert answer.status_code == 200, (name, answer.status_code)
        return str(answer.content.decode())

    @contextmanager
    def day(self, year: int, month: int, day: int) -> Iterator[None]:
        """The clock stands at noon of a day in China; yesterday's sessions have ended."""
        self.browsers.clear()
        with clock.frozen(datetime(year, month, day, 4, tzinfo=UTC)):
            yield
            drain()

    def note(self, what: str, of: str, value: str) -> None:
        """Keep a number read off a door."""
        self.numbers[what, of] = value
