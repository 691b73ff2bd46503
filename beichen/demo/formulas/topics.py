"""What a goal is about: a title from a bank, given out seldom, with the words that its texts use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from beichen.demo.formulas.banks import bank, pair
from beichen.demo.formulas.chance import Deck
from beichen.demo.formulas.measures import plain

FIRST, MOST = 1, 2
"""How often one title is given out in the demo's own size: once while there are others, then twice."""
PATIENCE = 400

PRODUCTS = (("光屿笔记", "Guangyu Notes"), ("星页扫描", "Starpage Scan"), ("晨图", "Chentu"))
OWN = {
    "PDN": PRODUCTS[0],
    "PDS": PRODUCTS[1],
    "PDC": PRODUCTS[2],
    "RDC1": ("iOS 端", "iOS"),
    "RDC2": ("Android 端", "Android"),
    "RDC3": ("Android 平板端", "Android tablets"),
    "RDC4": ("鸿蒙端", "HarmonyOS"),
    "RDC5": ("桌面端", "desktop"),
}


def team(unit: str) -> str:
    """The team that a large company's unit was split from: RDS1-07 comes from RDS1."""
    return unit.partition("-")[0]


@dataclass
class Shelf:
    """Titles given out so far, and per unit a deck of sentences: neighbours do not speak alike."""

    most: int = MOST
    used: Counter[str] = field(default_factory=Counter)
    decks: dict[tuple[str, str], Deck] = field(default_factory=dict)

    def sentence(self, work: str, unit: str, rng: Random) -> tuple[int, str]:
        """The next sentence for a unit with its theme; each comes once before any comes again."""
        if (work, unit) not in self.decks:
            themes = enumerate(bank(work)["theme"])
            self.decks[work, unit] = Deck([f"{n}|{line}" for n, theme in themes for line in theme["t"]], rng)
        theme, _, line = self.decks[work, unit].deal().partition("|")
        return int(theme), line


@dataclass(frozen=True, slots=True)
class Topic:
    """A goal's words."""

    title: str
    title_en: str
    theme: int
    words: dict[str, str]


def topic_for(work: str, unit: str, rng: Random, shelf: Shelf) -> Topic:
    """A title that has not been given out too often; late in the story it also names the people or the product.

    Where a bank is dealt out, in companies larger than the story was written for, titles come once more.
    """
    attempt = 0
    while True:
        found = _drawn(shelf.sentence(work, unit, rng), work, unit, rng, closer=attempt > PATIENCE // 4)
        often = FIRST if attempt < 3 else shelf.most + attempt // PATIENCE
        if shelf.used[found.title] < often:
            shelf.used[found.title] += 1
            return found
        attempt += 1


def _drawn(sentence: tuple[int, str], work: str, unit: str, rng: Random, *, closer: bool) -> Topic:
    words, (theme, line) = bank(work), sentence
    zh, english = pair(line)
    thing, thing_en = pair(rng.choice(words["theme"][theme]["o"]))
    product, product_en = OWN.get(team(unit)) or OWN.get(unit[:3]) or rng.choice(PRODUCTS)
    place = rng.randrange(len(words["places"]))
    there, there_en = words["places"][place], words["places_en"][place]
    title = plain(zh, {"o": thing, "u": product, "p": there})
    also, also_en = rng.choice(((there, there_en), (product, product_en)))
    if closer and also not in title:
        title, english = f"{title}（{also}）", f"{english} ({also_en})"
    english = plain(english, {"o": thing_en, "u": product_en, "p_en": there_en, "p": there_en})
    about = {
        "o": thing, "u": product, "p": there, "theme": str(theme),
        "o_en": thing_en, "u_en": product_en, "p_en": there_en,
    }  # fmt: skip
    return Topic(title, english[:1].upper() + english[1:], theme, about)


def chosen(work: str, topic: Topic, rng: Random, count: int) -> list[str]:
    """Lines of key results that fit the topic."""
    lines = bank(work)["theme"][topic.theme]["k"]
    return rng.sample(lines, min(count, len(lines)))
