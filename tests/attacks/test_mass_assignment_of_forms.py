"""A02: fields that no page drew, sent along with the forms that pages do draw: nothing of them is kept."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.test import Client

from tests.access import acts
from tests.access.test_acts import everything
from tests.access.worlds import World
from tests.attacks.test_mass_assignment import FORBIDDEN, LOOKUPS, columns
from tests.cast import sign_in
from tests.database import login
from tests.test_every_door import DOORS, filled, known

WHO = ("E015", "E004", "E006")
"""An HR administrator, a manager, an employee."""
PLANTED = "98765432"
"""A number, a text, and a yes; no row of the company holds it."""
STEERS = {
    "version", "q", "next", "after", "csrfmiddlewaretoken", "idempotency_key", "address", "all", "file", "files",
    "session", "unit", "goal", "peer", "invite", "refuse", "closing",
}  # fmt: skip
"""Words that mean something to one page or another without an input of their own on each."""
SHOWN = {"date": "2026-05-20", "number": "1", "email": "form@example.com", "datetime-local": "2026-05-20T10:00"}
ELSEWHERE = re.compile(r"/account/(logout|login|as/|sessions|tokens)|/ui/parts/")
"""The own way in, where a password is asked for first, and the showroom of parts, which keeps nothing."""
DRAWN_BY_LOT = {("identity_onetimecode", "digest")}
"""Columns that differ each time."""
LOOKED = {"identity_account"}
"""Says when somebody was here last."""


@dataclass
class Form:
    """A form as a page draws it, filled in as far as it has to be."""

    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    drawn: set[str] = field(default_factory=set)

    @property
    def route(self) -> str:
        """The address without what it is about: one of each kind is tried."""
        return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|\d+", "#", self.action) + " " + ",".join(sorted(self.values))


class Forms(HTMLParser):
    """The forms of a page that write."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.found = path, list[Form]()
        self._form: Form | None = None
        self._name, self._options = "", list[tuple[str, bool]]()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attributes}
        if tag == "form":
            posts = said.get("method", "").lower() == "post"
            self._form = Form(said.get("action") or self.path) if posts else None
        elif self._form is not None and said.get("name"):
            self._takes(tag, said["name"], said)
        elif tag == "option" and self._name:
            self._options.append((said.get("value", ""), "selected" in said))

    def _takes(self, tag: str, name: str, said: dict[str, str]) -> None:
        assert self._form is not None
        self._form.drawn.add(name)
        kind = said.get("type", "text")
        if tag == "select":
            self._name, self._options = name, []
        elif kind in ("checkbox", "radio"):
            if "checked" in said or kind == "radio":
                self._form.values.setdefault(name, [said.get("value", "on")])
        elif tag == "textarea" or (tag == "input" and kind != "file"):
            empty = SHOWN.get(kind, "x") if "required" in said else ""
            self._form.values.setdefault(name, []).append(said.get("value") or empty)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._name and self._form is not None:
            chosen = [value for value, selected in self._options if selected] or [v for v, _ in self._options if v][:1]
            self._form.values[self._name] = chosen
            self._name = ""
        elif tag == "form" and self._form is not None:
            self.found.append(self._form)
            self._form = None


def drawn(client: Client, world: World, ids: dict[str, list[str]]) -> Iterator[Form]:
    """One form of each kind that a person is offered, wherever it is drawn first."""
    seen = set()
    for address in DOORS:
        if "GET" not in getattr(address.view, "methods", ("GET",)):
            continue
        for path in filled(address, ids, world)[:4]:
            answer = client.get(path)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            page = Forms(path)
            page.feed(answer.content.decode())
            for form in page.found:
                if form.route not in seen and not ELSEWHERE.search(form.action):
                    seen.add(form.route)
                    yield form


def content(names: set[str]) -> dict[str, Any]:
    """What these tables say, without keys and moments, which differ from one time to the next."""
    found = {}
    models_of = {model._meta.db_table: model for model in apps.get_models()}
    with login(None), connection.cursor() as cursor:
        for name in sorted(names):
            kept = [
                f'"{one.column}"' for one in models_of[name]._meta.concrete_fields
                if not one.primary_key and not one.is_relation and (name, one.column) not in DRAWN_BY_LOT
                and not isinstance(one, models.DateTimeField | models.UUIDField)
            ]  # fmt: skip
            cursor.execute(f"SELECT to_jsonb(t)::text FROM (SELECT {', '.join(kept) or '1'} FROM {name}) t ORDER BY 1")
            found[name] = cursor.fetchall()
    return found


def holders(names: set[str]) -> list[str]:
    """Tables in which the planted value stands anywhere."""
    with login(None), connection.cursor() as cursor:
        found = []
        for name in sorted(names):
            cursor.execute(f"SELECT count(*) FROM {name} t WHERE t::text LIKE %s", [f"%{PLANTED}%"])
            found += [name] if cursor.fetchone()[0] else []
    return found


def sent(client: Client, form: Form, more: dict[str, str], before: dict[str, int]) -> tuple[int, Any, list[str]]:
    """Status, what changed into what, and where the planted value ended up; all of it is taken back."""
    with transaction.atomic():
        status = client.post(form.action, {**form.values, **more}).status_code
        changed = {name for name, was in everything().items() if before[name] != was}
        found = content(changed), holders(changed)
        transaction.set_rollback(True)
    return status, *found


@pytest.mark.django_db
@pytest.mark.attack("A02")
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize(
    "who", [("E004",), pytest.param(WHO, marks=pytest.mark.slow)], ids=["a manager", "everybody"]
)  # fmt: skip
def test_a_form_keeps_nothing_that_its_page_did_not_draw(who: tuple[str, ...]) -> None:
    world = acts.make()
    ids, before = known(world), everything()
    wrong: list[str] = []
    seen = Counter[str]()
    for number in who:
        with login(None):
            client = sign_in(world.golden.id(number))
        for form in drawn(client, world, ids):
            names = (columns() | {*LOOKUPS, *FORBIDDEN}) - form.drawn - STEERS
            status, plain, _ = sent(client, form, {}, before)
            again, planted, where = sent(client, form, dict.fromkeys(sorted(names), PLANTED), before)
            seen["sent"] += 1
            seen["wrote"] += bool(set(plain) - LOOKED)
            if (status, plain) != (again, planted) or where:
                wrong.append(f"{number} {form.route}: {status} became {again}, {[*plain]} became {[*planted]}, {where}")
    assert not wrong, f"{len(wrong)} forms take what they did not ask for:\n" + "\n".join(wrong[:20])
    assert seen["wrote"] >= 4 * len(who), seen
