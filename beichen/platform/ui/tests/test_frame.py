from __future__ import annotations

import json
import re
from pathlib import Path

import polib
import pytest
from django.contrib.staticfiles import finders as static_finders
from django.db import OperationalError
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation

from beichen.launch.environment import CHECKOUT
from beichen.platform import registry, ui
from beichen.platform.access import policy
from beichen.platform.kit.actor import Actor
from beichen.platform.ui import finders, keys, names, pages, readiness, rights
from beichen.platform.ui.shell import Shell

ROOT = Path(ui.__file__).parent
DEFINED, USED, SET = (
    re.compile(r"(--[\w-]+)\s*:"),
    re.compile(r"var\((--[\w-]+)"),
    re.compile(r'setProperty\("(--[\w-]+)'),
)
TEMPLATES = sorted(ROOT.glob("templates/**/*.html"))


def drawn(source, **context):
    request = RequestFactory().get("/")
    vars(request)["actor"] = None
    return Template("{% load ui %}" + source).render(Context({"request": request, **context}))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_inline_style_or_script(path):
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|\|safe|<script(?![^>]*src=)", text)


def test_every_colour_and_length_of_a_style_sheet_is_one_of_ours():
    """A name that nobody defines falls back in silence, and is wrong in one of the two colour schemes."""
    sheets = {path: path.read_text(encoding="utf-8") for path in ROOT.parents[1].glob("**/static/**/*.css")}
    entrance = {path for path in sheets if path.name == "entrance.css"}  # it stands alone, without the frame
    assert len(entrance) == 1
    assert len(sheets) > 8
    drawn = {name for path, text in sheets.items() if path not in entrance for name in DEFINED.findall(text)}
    drawn |= {
        name for path in ROOT.parents[1].glob("**/static/**/*.js") for name in SET.findall(path.read_text("utf-8"))
    }
    for path, text in sheets.items():
        known = set(DEFINED.findall(text)) if path in entrance else drawn
        used = {name for name in USED.findall(text) if not name.startswith("--tblr-")}
        assert used <= known, f"{path.name}: {sorted(used - known)}"


@pytest.mark.parametrize("cookie", ["dark", "light", "auto", "", "<b>"])
def test_the_theme_comes_from_the_cookie_and_only_known_ones(cookie):
    request = RequestFactory().get("/")
    request.COOKIES["beichen_theme"] = cookie
    shell = Shell(request)
    assert shell.theme == (cookie if cookie in ("dark", "light") else "auto")
    assert shell.theme_drawn == ("dark" if cookie == "dark" else "light")


@pytest.mark.django_db
def test_navigation_shows_only_what_the_person_may_use(monkeypatch):
    monkeypatch.setattr(registry.navigation, "_entries", {})
    registry.nav(registry.NavEntry("a", "Open", "ui:parts", "home", order=2))
    registry.nav(registry.NavEntry("b", "Shut", "ui:parts", "home", shown=lambda actor: False))
    registry.nav(
        registry.NavEntry("c", "Mine", "ui:healthz", "home", shown=lambda actor: actor.person_id == 7, order=1)
    )
    request = RequestFactory().get("/ui/parts/drawer/")
    vars(request)["actor"] = Actor(person_id=7, account_id=1)
    links = [link for _, link in Shell(request).links]
    assert [(link.label, link.current) for link in links] == [("Mine", False), ("Open", True)]


def test_a_key_of_the_navigation_belongs_to_one_area(monkeypatch):
    monkeypatch.setattr(registry.navigation, "_entries", {})
    entry = registry.NavEntry("a", "Open", "ui:parts", "home")
    registry.nav(entry)
    registry.nav(entry)
    with pytest.raises(ValueError, match="twice"):
        registry.nav(registry.NavEntry("a", "Other", "ui:parts", "home"))


def test_slots_and_todos_are_merged_in_order(monkeypatch):
    monkeypatch.setattr(registry.slots, "_slots", {})
    ann = Actor(person_id=7)
    registry.slot("p", order=2)(lambda request, actor, subject: registry.Panel("late", str(subject)))
    registry.slot("p", order=1)(lambda request, actor, subject: None)
    assert [panel.title for panel in registry.panels("p", None, ann, 5)] == ["5"]
    assert not registry.has_slot("q")


def test_only_listed_files_of_others_are_served(settings, tmp_path):
    settings.VENDOR_ROOT = tmp_path
    finder = finders.VendorFinder()
    for name in ("vendor/../package.json", "vendor/tabler.min.css.map", "@tabler/core/package.json", ""):
        assert finder.find(name) == []


def test_a_brought_file_has_a_pressed_twin_that_follows_it(tmp_path):
    source, target = tmp_path / "a.css", tmp_path / "vendor" / "a.css"
    source.write_text("a{}" * 500)
    finders.bring(source, target)
    twin = target.with_name("a.css.gz")
    assert target.read_bytes() == source.read_bytes()
    assert twin.stat().st_size < target.stat().st_size


def test_idempotency_keys_are_ordered_and_of_version_seven():
    made = [keys.idempotency_key() for _ in range(50)]
    assert len(set(made)) == 50
    assert {(key[14], key[19] in "89ab") for key in made} == {("7", True)}


@pytest.mark.parametrize("state", ["ahead", "on_track", "at_risk", "off_track", "not_updated", "done"])
def test_health_is_never_colour_alone(state):
    html = drawn("{% health state %}", state=state)
    words = re.sub(r"<[^>]+>", "", html)
    assert len(words) > 2
    assert f"health-{state}" in html


def test_a_figure_opens_to_its_terms_and_the_list_behind():
    html = drawn('{% figure "7.5" terms=terms url="/goals/" label="Score" %}', terms=[("a", "2.5"), ("Total", "7.5")])
    target = re.search(r'popovertarget="([^"]+)"', html)
    assert target is not None
    assert f'id="{target[1]}"' in html
    assert "explain-total" in html
    assert 'href="/goals/"' in html


def test_what_people_type_is_escaped_in_every_part():
    bad = "<i>x</i>"
    html = drawn(
        "{% person bad unit=bad %}{% chip bad %}{% figure bad sentence=bad %}{% empty bad bad %}"
        "{% drawer bad %}a{% enddrawer %}{% table caption=bad %}{{ bad }}{% endtable %}"
        "{% menu label=bad %}{{ bad }}{% endmenu %}{% keep 'k' %}{{ bad }}{% endkeep %}{{ k }}",
        bad=bad,
    )
    assert "<i>" not in html
    assert "&amp;lt;" not in html


def test_who_sees_names_the_readers_of_the_table():
    with translation.override("en"):
        assert rights.who_sees("06a") == "Only you can see this"
        assert rights.who_sees("02a") == "Everyone in the company can see this"
        assert "colleagues in the direct team" in rights.who_sees("02g")
        assert "colleagues in the unit" in rights.who_sees("01k")
        assert "the line manager" in rights.who_sees("06b")


def test_every_noun_and_state_of_the_table_has_a_name():
    rows = policy.table().values()
    assert {row.noun for row in rows} <= set(names.NOUNS)
    assert {row.state for row in rows} <= set(names.STATES)


def test_every_text_of_the_frame_is_written_in_chinese():
    catalogue = polib.pofile(str(ROOT / "locale/zh_Hans/LC_MESSAGES/django.po"))
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []


@pytest.mark.django_db
def test_ready_says_what_is_missing(client):
    answer = client.get("/readyz")
    checks = answer.json()["checks"]
    assert (answer.status_code, checks["database"], checks["migrations"]) == (503, "ok", "ok")
    assert checks["worker"] != readiness.OK
    assert client.get("/healthz").content == b"ok\n"


def test_pages_forbid_foreign_and_inline_code(client):
    policy_sent = client.get("/manifest.webmanifest")["Content-Security-Policy"]
    for rule in ("script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy_sent
    assert "unsafe" not in policy_sent


@pytest.mark.django_db
def test_looks_and_language_are_kept_and_lead_back_only_to_our_own_pages(client):
    answer = client.post("/ui/looks/", {"theme": "dark", "density": "loud", "next": "https://evil.example/"})
    assert (answer.status_code, answer["Location"]) == (303, "/")
    assert client.cookies["beichen_theme"].value == "dark"
    assert "beichen_density" not in client.cookies
    assert client.post("/ui/language/", {"language": "en", "next": "/account/login/"})["Location"] == "/account/login/"
    assert 'lang="en"' in client.get("/account/login/").content.decode()
    assert client.post("/ui/language/", {"language": "xx"}).status_code == 404


def test_the_worker_script_keeps_static_files_only_and_has_a_page_for_no_network():
    found = static_finders.find("ui/js/worker.js")
    assert isinstance(found, str)
    script = Path(found).read_text(encoding="utf-8")
    assert 'startsWith("/static/")' in script
    assert script.count("cache.put(") == 1
    assert "暂时连不上" in script
    assert "No connection" in script


def test_a_fault_of_ours_is_a_sentence_without_details():
    answer = pages.broken(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert b"<h1>" in answer.content
    assert b"Traceback" not in answer.content


@pytest.mark.req("BASE-07")
@pytest.mark.fault("F05")
def test_a_database_that_is_away_is_said_and_asks_to_come_back():
    """In the browser's language: nobody could look up the account's, and the thread may have spoken another before."""
    for wanted, spoken, sentence in (("en", "zh-hans", "One moment, please"), ("zh-CN", "en", "请稍等")):
        answer = said_away("/", wanted, spoken)
        assert (answer.status_code, answer["Retry-After"]) == (503, "1")
        assert sentence in answer.content.decode()
    answer = said_away("/api/v1/goals", "en", "zh-hans")
    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert json.loads(answer.content)["detail"] == "The system is busy. Please try again in a moment."


def said_away(path, wanted, spoken):
    with translation.override(spoken):
        try:
            raise OperationalError
        except OperationalError:
            return pages.broken(RequestFactory().get(path, headers={"Accept-Language": wanted}))


@pytest.mark.req("BASE-01")
def test_every_row_of_the_table_is_said_in_words_with_its_reason_in_both_languages():
    """No cell reads as codes, and a mask says what it hides: M5 is no "names hidden"."""
    for locale, script in (("en", r"^[^一-鿿]+$"), ("zh-hans", r"[一-鿿]")):
        with translation.override(locale):
            for row in policy.table().values():
                for column, cell in row.cells.items():
                    words = rights.cell_words(cell, row.note)
                    assert bool(words) == (cell != "-"), (row.id, column)
                    assert all(re.search(script, word) for word in [*words, str(rights.REASONS[column])]), row.id
                assert re.search(script, str(rights.CLASSES[row.sensitivity]))
            assert ("区间" if locale != "en" else "pay range") in rights.cell_words("m", policy.row("12a").note)[0]


# Templates that ask for a text and need no sentence on who reads it, with the reason.
NO_READERS = {
    "people/form.html": "names, units and days of the organisation are open to everyone, and the page says so",
    "people/code": "asks which unit, no text",
    "people/imports.html": "a file, whose rows follow their own cells",
    "people/search.html": "a search keeps nothing",
    "account": "passwords, codes and names of one's own tokens",
    "ui/": "the parts themselves and their catalogue",
    "audit/search.html": "a search keeps nothing",
    "conversations/begin.html": "asks for a name alone",
    "conversations/reply_form.html": "says it in words of its own where only two read it",
    "goals/align.html": "asks which goal, no text",
    "goals/hand_on.html": "asks for a person and a day, no text",
    "reward/plan.html": "asks which policy and until when, no text",
}


@pytest.mark.req("BASE-01")
def test_every_form_says_who_reads_what_is_typed():
    for path in sorted((CHECKOUT / "beichen").rglob("templates/**/*.html")):
        text = path.read_text(encoding="utf-8")
        name = str(path).partition("/templates/")[2]
        if "{% field" not in text or any(name.startswith(one) for one in NO_READERS):
            continue
        said = "who_sees" in text or "who=" in text or "readers" in text or "part_fields" in text
        assert said, f"{name} asks for something and does not say who reads it"
