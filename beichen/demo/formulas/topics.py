"""What a goal is about: a title from a bank, given out seldom, with the words that its texts use."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from random import Random

from beichen.demo.formulas.banks import bank, pair
from beichen.demo.formulas.measures import plain

FIRST, MOST = 1, 2
"""How often one title is given out: once while there are others, then twice."""

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


@dataclass
class Shelf:
    """Titles given out so far."""

    used: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Topic:
    """A goal's words."""

    title: str
    title_en: str
    theme: int
    words: dict[str, str]


def topic_for(work: str, unit: str, rng: Random, shelf: Shelf) -> Topic:
    """A title that has not been given out too often; late in the story it also names the people or the product."""
    for attempt in range(400):
        found = _drawn(work, unit, rng, closer=attempt > 100)
        if shelf.used[found.title] < (FIRST if attempt < 60 else MOST):
            shelf.used[found.title] += 1
            return found
    raise ValueError(f"the bank {work} has too few titles for this company")


def _drawn(work: str, unit: str, rng: Random, *, closer: bool) -> Topic:
    words = bank(work)
    theme = rng.randrange(len(words["theme"]))
    zh, english = pair(rng.choice(words["theme"][theme]["t"]))
    thing, thing_en = pair(rng.choice(words["theme"][theme]["o"]))
    product, product_en = OWN.get(unit) or OWN.get(unit[:3]) or rng.choice(PRODUCTS)
    place = rng.randrange(len(words["places"]))
    there, there_en = words["places"][place], words["places_en"][place]
    title = plain(zh, {"o": thing, "u": product, "p": there})
    about, about_en = rng.choice(((there, there_en), (product, product_en)))
    if closer and about not in title:
        title, english = f"{title}（{about}）", f"{english} ({about_en})"
    english = plain(english, {"o": thing_en, "u": product_en, "p_en": there_en, "p": there_en})
    return Topic(title, english[:1].upper() + english[1:], theme, {"o": thing, "u": product, "p": there})


def chosen(work: str, topic: Topic, rng: Random, count: int) -> list[str]:
    """Lines of key results that fit the topic."""
    lines = bank(work)["theme"][topic.theme]["k"]
    return rng.sample(lines, min(count, len(lines)))
