"""What a statement consists of, as plain values; and which rates of few people are told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

STABLE_YEARS = 3
LEAST = 5
"""Fewer people than this are told of as "fewer than five" to those who may not know each (P1)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of a statement; `group` says which list it is in, the order within the list is the rank.

    `share`: how much a result counts, in whole percent (uses alone). `more`: other evidence beside the result (uses),
    or the place where something is handled (what performance is not for). `fixed`: not open to discussion.
    """

    group: str
    key: str
    title: str
    title_en: str = ""
    text: str = ""
    text_en: str = ""
    more: str = ""
    more_en: str = ""
    share: int | None = None
    fixed: bool = True


def items_of(content: Mapping[str, Any]) -> tuple[Item, ...]:
    """The lines of a stored version."""
    known = {field.name for field in fields(Item)}
    return tuple(Item(**{k: v for k, v in line.items() if k in known}) for line in content.get("items", ()))


def content_of(opening: str, opening_en: str, items: Iterable[Item]) -> dict[str, Any]:
    """A version as it is stored."""
    return {"opening": opening, "opening_en": opening_en, "items": [asdict(item) for item in items]}


def stable_until(day: date, years: int = STABLE_YEARS) -> date:
    """The day until which a version published on `day` stays; 29 February ends on the 28th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def untold(units: Mapping[int, tuple[int, int]]) -> frozenset[int]:
    """Which of the units of one level are not told; `units`: people and how many of them have read.

    Fewer than five people (P1), or fewer than ten who nearly all did or did not (P7); and then the next smallest as
    well, until those left out are two units with five people at least (P6). Units without people tell nothing.
    """
    held = {unit: count for unit, (count, _read) in units.items() if count}
    small = {unit for unit, (count, read) in units.items() if count and _is_small(count, read)}
    rest = sorted((count, unit) for unit, count in held.items() if unit not in small)
    while small and rest and (len(small) < 2 or sum(held[unit] for unit in small) < LEAST):
        small.add(rest.pop(0)[1])
    return frozenset(small)


def _is_small(count: int, read: int) -> bool:
    return count < LEAST or (count < 2 * LEAST and not count < 10 * read < 9 * count)


def outside(sections: Sequence[tuple[str, str]], items: Iterable[Item]) -> tuple[str, ...]:
    """Keys of the sections of a review, pairs (key, title), that the published list does not name as judged.

    A line names a section by its key, or by its title in either language.
    """
    judged = [item for item in items if item.group == "judged"]
    names = {name.strip().casefold() for item in judged for name in (item.key, item.title, item.title_en) if name}
    return tuple(
        key for key, title in sections if key.casefold() not in names and title.strip().casefold() not in names
    )
