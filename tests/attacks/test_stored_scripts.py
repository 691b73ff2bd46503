"""A09: markup in every text that people can write, then every page drawn: nothing of it becomes markup."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.test import Client

from tests.access import acts
from tests.access.worlds import World
from tests.attacks.payloads import SCRIPTS
from tests.cast import sign_in
from tests.database import login, past_the_guards
from tests.test_every_door import DOORS, filled, known

MARK = "attacked"
CARRIER = "\"'><img src=x onerror=attacked()><script>attacked()</script>{{7*7}}"
"""Breaks out of a text, of an attribute in either quotes, and of a script."""
SPARED = {"code", "key", "number", "email", "template", "kind", "state", "digest", "url", "horizon", "act", "time_zone",
          "currency", "measure", "form_digest"}  # fmt: skip
"""Columns whose form the database or the code fixes."""
AREAS = ("people", "metrics", "strategy", "goals", "conversations", "reviews", "reward", "approvals", "notify", "forms")


def stain() -> int:
    """Write the carrier into every text of the company, as its owner; how many columns took it."""
    stained = 0
    for label in AREAS:
        for model in apps.get_app_config(label).get_models():
            for field in model._meta.concrete_fields:
                if model._meta.managed and _takes(field) and _written(model, field):
                    stained += 1
    return stained


def _takes(field: models.Field[Any, Any]) -> bool:
    text = isinstance(field, models.TextField | models.CharField)
    return text and not field.choices and not field.primary_key and not field.unique and field.name not in SPARED


def _written(model: type[models.Model], field: models.Field[Any, Any]) -> bool:
    room = field.max_length or 400
    try:
        with transaction.atomic(), past_the_guards():
            return bool(model._base_manager.update(**{field.name: CARRIER[:room]}))
    except DatabaseError:
        return False


def stain_json(world: World) -> None:
    """Answers of forms and pages of the strategy: every text inside them."""
    for label, name in (("conversations.CheckInPrivate", "answers"), ("reviews.PartContent", "answers"),
                        ("strategy.StrategyVersion", "content"), ("strategy.StatementVersion", "content"),
                        ("notify.Notice", "params")):  # fmt: skip
        model = apps.get_model(label)
        for row in model._base_manager.all():
            with transaction.atomic(), past_the_guards():
                model._base_manager.filter(pk=row.pk).update(**{name: _stained(getattr(row, name))})
    assert world.people


def _stained(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: _stained(one, inner) for inner, one in value.items()}
    if isinstance(value, list):
        return [_stained(one) for one in value]
    spared = ("score", "load", "horizon", "period", "key", "id", "group")
    return CARRIER if isinstance(value, str) and value and key not in spared else value


class Markup(HTMLParser):
    """What of a page became an element or an attribute."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name.startswith("on") or (
                name in ("href", "src", "action") and MARK in (value or "") and ":" in (value or "")
            ):
                self.found.append(f"<{tag} {name}={value}>")
        if tag == "img" and ("src", "x") in attrs:
            self.found.append("<img src=x>")

    def handle_data(self, data: str) -> None:
        if self.cdata_elem != "script" or MARK not in data:
            return
        try:
            json.loads(data)
        except ValueError:
            self.found.append(f"script: {data[:80]}")
        if "<" in data:
            self.found.append("a raw < inside a script")


def became(text: str) -> list[str]:
    seen = Markup()
    seen.feed(text)
    return seen.found


def pages(world: World) -> Iterator[str]:
    """Addresses of every page, filled with what there is."""
    ids = known(world)
    for address in DOORS:
        if "GET" in getattr(address.view, "methods", ()):
            yield from filled(address, ids, world)[:2]


@pytest.mark.django_db
@pytest.mark.attack("A09")
@pytest.mark.req("BASE-01")
def test_no_text_of_the_company_becomes_markup_on_any_page() -> None:
    world = acts.make()
    with login(None):
        clients = [sign_in(world.golden.id(number)) for number in ("E015", "E004", "E006")]
        paths = list(pages(world))
        assert stain() > 30
        stain_json(world)
    wrong, shown = [], 0
    for turn, path in enumerate(paths):
        answer = clients[turn % 3].get(path)
        if answer.headers.get("Content-Type", "").startswith("text/html"):
            text = b"".join(answer).decode()
            shown += MARK in html.unescape(text)
            wrong += [f"{path}: {one}" for one in became(text)]
            wrong += [f"{path}: a template was run"] if "49{{" in text or re.search(r"x>49|>49<", text) else []
    assert wrong == []
    assert shown > 40, f"only {shown} pages showed what was written"


def test_the_parser_of_this_test_sees_what_a_browser_would() -> None:
    assert became("<p title='x' onclick=attacked()>")
    assert became("<img src=x>")
    assert became("<a href='javascript:attacked()'>x</a>")
    assert not became(f'<p title="{html.escape(CARRIER)}">{html.escape(CARRIER)}</p>')


@pytest.mark.django_db
@pytest.mark.attack("A09")
def test_every_payload_is_kept_as_it_was_typed_or_refused_and_drawn_as_text() -> None:
    """A hundred and fifty titles by program, then the page of the goal."""
    world = acts.make()
    with login(None):
        client = sign_in(world.golden.id("E006"))
    cycle, kept = world.cycles["2026G1"].pk, 0
    for turn, payload in enumerate(SCRIPTS):
        sent = {"title": payload, "weight": 0, "cycle_id": cycle}
        answer = client.post("/api/v1/goals", sent, content_type="application/json")
        if answer.status_code == 201:
            kept += 1
            if turn % 5 == 0:
                assert client.get(f"/api/v1/goals/{answer.json()['id']}").json()["goal"]["title"] == payload
                text = client.get(f"/goals/{answer.json()['id']}/").content.decode()
                assert payload in html.unescape(text)
                assert became(text) == []
        else:
            assert answer.status_code == 422, (payload, answer.status_code)
    assert kept > 100
    assert len(SCRIPTS) >= 145


@pytest.mark.django_db
@pytest.mark.attack("A09")
def test_a_page_that_is_not_found_repeats_nothing_as_markup() -> None:
    for payload in SCRIPTS[::5]:
        answer = Client().get(f"/nowhere/{payload}/", {"q": payload, "next": payload})
        assert became(answer.content.decode()) == [], payload
