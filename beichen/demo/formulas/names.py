"""Names of the people: curated surnames and given names, no pair twice, none of publicly known people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from pypinyin import lazy_pinyin

from beichen.demo.formulas.banks import bank


@dataclass(frozen=True, slots=True)
class Name:
    """A name, how it is written in English, and the part of an address before the @."""

    name: str
    name_en: str
    address: str


class Addresses:
    """Gives out addresses that nobody has: the second of the same name gets a 2 behind it."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._given = Counter(address.rstrip("0123456789") for address in taken)

    def give(self, wanted: str) -> str:
        """The part before the @."""
        self._given[wanted] += 1
        return wanted if self._given[wanted] == 1 else f"{wanted}{self._given[wanted]}"


def _surnames() -> list[tuple[str, str, int]]:
    entries = bank("names")["surnames"].replace("\n", "").split(";")
    found = [entry.split() for entry in entries if entry.strip()]
    return [(zh, sound, int(weight)) for zh, sound, weight in found]


def sound(given: str) -> str:
    """A given name in letters: 雨桐 gives Yutong."""
    return "".join(lazy_pinyin(given)).capitalize()


def written(name: str, english: str = "") -> Name:
    """A name told by hand; the surname is looked up."""
    surname, pinyin = next(
        (zh, py) for zh, py, _ in sorted(_surnames(), key=lambda s: -len(s[0])) if name.startswith(zh)
    )
    return _name(surname, pinyin, name.removeprefix(surname), english)


def _name(surname: str, pinyin: str, given: str, english: str) -> Name:
    family = pinyin.replace("ü", "v").capitalize()
    first = english or sound(given)
    return Name(surname + given, f"{first} {family}", f"{sound(given)}.{family}".lower())


def names(rng: Random, taken: set[str]) -> Iterator[Name]:
    """Names that differ from each other and from those taken, without an end while the lists last."""
    words = bank("names")
    surnames, avoid = _surnames(), {*words["known"].split(), *words["avoid"]}
    given = [name for name in dict.fromkeys(words["given"].split()) if len(name) == 2 and name not in words["avoid"]]
    english = words["english"].split()
    used, weights = set(taken), [weight for _, _, weight in surnames]
    while True:
        surname, pinyin, _ = rng.choices(surnames, weights)[0]
        first = rng.choice(given)
        name = surname + first
        if name in used or name in avoid or surname == first[0]:
            continue
        used.add(name)
        yield _name(surname, pinyin, first, rng.choice(english) if rng.random() < 0.35 else "")
