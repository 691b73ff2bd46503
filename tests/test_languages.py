"""Two languages, really: rendered pages hold no sentence of the other one, and no catalogue has a hole."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import polib
import pytest
from django.apps import apps
from django.contrib.auth import get_user_model

from beichen.strategy.choices import StatementKind
from beichen.strategy.rules import ready
from tests.access import worlds
from tests.cast import sign_in
from tests.database import login
from tests.test_twin_worlds import addresses

ROOT = Path(__file__).parents[1] / "beichen"
CATALOGUES = sorted(ROOT.rglob("locale/*/LC_MESSAGES/django.po"))
HAN = re.compile(r"[\u4e00-\u9fff]")
SENTENCE = re.compile(r"\b[A-Za-z][a-z]+(?:[ ,’'-]+[A-Za-z][a-z’']*){3,}")
LATIN = re.compile(r"[A-Za-z]+")
SILENT = {"script", "style", "template", "code", "pre"}
SPOKEN = {"aria-label", "title", "placeholder", "alt"}
DATA = re.compile(r"canary[\w.]+|[\w.]+@example\.com")
IDENTICAL = 60
BILINGUAL = ("/ui/parts", "/people/imports", "/api")
"""The page of parts shows both languages, and a workbook's headings are the same in both: Chinese word, English key."""
NAMED = {
    "people.Person": ["position", "name_en"], "people.LegalEntity": ["name"], "people.Membership": ["role"],
    "people.Project": ["name", "name_en", "purpose", "purpose_en"], "people.RoleProfile": ["name", "name_en"],
    "people.RolePosition": ["position"], "people.Process": ["name", "result"], "people.ProcessStep": ["name"],
    "goals.Goal": ["title", "title_en"], "goals.KeyResult": ["title", "title_en", "unit"],
    "goals.GoalTemplate": ["title", "title_en"], "goals.KeyResultTemplate": ["title", "title_en", "unit"],
    "goals.GoalTask": ["title"], "goals.Exploration": ["hypothesis", "learning"],
    "goals.ContributionShare": ["reason"],
    "goals.Milestone": ["name"], "goals.Update": ["text"], "goals.UpdateText": ["risk"],
    "metrics.BandTable": ["name"], "reviews.ReviewPlan": ["name"], "reward.BonusPlan": ["name", "name_en"],
    "strategy.Priority": ["name", "name_en"],
}  # fmt: skip


WRITTEN = ("title", "title_en", "text", "text_en", "more", "more_en")


class Words(HTMLParser):
    """The words of a page, those of attributes that are read out included."""

    def __init__(self) -> None:
        super().__init__()
        self.depth, self.found = 0, list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.depth += tag in SILENT
        self.found += [value for name, value in attrs if name in SPOKEN and value]

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self.depth and data.strip():
            self.found.append(data.strip())


def words(html: str) -> list[str]:
    reader = Words()
    reader.feed(html)
    return [DATA.sub("", word) for word in reader.found]


def names(world: worlds.World) -> set[str]:
    """What people called their people, units and things: data, in the language they were entered in."""
    with login(None):
        found = {person.name for person in world.people.values()} | {unit.name for unit in world.units.values()}
        found |= {name[-2:] for name in found}  # what a face shows
        for label, fields in NAMED.items():
            for values in apps.get_model(label)._base_manager.values_list(*fields):
                found |= {value for value in values if value}
        for profile in apps.get_model("people.RoleProfile")._base_manager.all():
            found |= {
                text for line in (*profile.scenarios, *profile.responsibilities) for text in line.values() if text
            }
        found |= statement_texts()
    return found


def statement_texts() -> set[str]:
    """What principles and rules say, in each language, also the ready text that a form begins with."""
    texts = {getattr(item, name) for kind in StatementKind.values for item in ready(kind).items for name in WRITTEN}
    texts |= {text for kind in StatementKind.values for text in (ready(kind).opening, ready(kind).opening_en)}
    for version in apps.get_model("strategy.StatementVersion")._base_manager.all():
        texts |= {item.get(name, "") for item in version.content["items"] for name in WRITTEN}
    return {text for text in texts if HAN.search(text) or len(text) > 20}


@pytest.mark.django_db
@pytest.mark.req("BASE-03")
@pytest.mark.parametrize("locale", ["zh-hans", "en"])
def test_pages_speak_one_language(locale: str) -> None:
    world = worlds.make("people", "talks", "reviews", "reward")
    data = sorted(names(world), key=len, reverse=True)
    wrong: list[str] = []
    pages = 0
    for viewer in ("E015", "E004", "E006", "E017"):
        with login(None):
            get_user_model()._default_manager.filter(person_id=world.golden.id(viewer)).update(locale=locale)
            client = sign_in(world.golden.id(viewer))
        client.cookies["django_language"] = locale
        for path in addresses(world):
            answer = client.get(path)
            if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
                continue
            if path.startswith(BILINGUAL):
                continue
            pages += 1
            wrong += [f"{path}: {word[:90]}" for word in words(answer.content.decode()) if strange(word, locale, data)]
    assert pages > 60
    assert not wrong, f"{len(wrong)}:\n" + "\n".join(sorted(set(wrong))[:60])


def strange(word: str, locale: str, data: list[str]) -> bool:
    if not (HAN.search(word) if locale == "en" else len(LATIN.findall(word)) >= 4):
        return False  # taking names out adds neither
    for name in data:
        word = word.replace(name, "")
    if locale == "en":
        return bool(HAN.search(word)) and word not in ("中文", "简体中文") and "125万" not in word
    return bool(SENTENCE.search(word))


@pytest.mark.req("BASE-03")
@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: "/".join(path.parts[-5:-2]))
def test_no_catalogue_has_a_hole(path: Path) -> None:
    catalogue = polib.pofile(str(path))
    assert [entry.msgid for entry in catalogue.untranslated_entries()] == []
    assert [entry.msgid for entry in catalogue.fuzzy_entries()] == []
    for entry in catalogue:
        marks = sorted(re.findall(r"%\(\w+\)s", entry.msgid))
        if entry.msgstr:
            assert sorted(re.findall(r"%\(\w+\)s", entry.msgstr)) == marks, entry.msgid


@pytest.mark.req("BASE-03")
def test_every_area_speaks_chinese_in_its_own_words() -> None:
    chinese = [path for path in CATALOGUES if "zh_Hans" in path.parts]
    assert {path.parts[-5] for path in chinese} >= {"people", "goals", "conversations", "reviews", "reward", "strategy"}
    same = {entry.msgid for path in chinese for entry in polib.pofile(str(path)) if entry.msgid == entry.msgstr}
    assert len(same) <= IDENTICAL, sorted(same)
