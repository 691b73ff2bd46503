"""Who somebody is, for platform pages that hold person ids alone: people says it, the platform asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from beichen.platform.kit.actor import Actor


@dataclass(frozen=True, slots=True)
class Face:
    """A person as everyone in the company may know them."""

    id: int
    number: str
    name: str
    unit: str


Named = Callable[[Actor, Iterable[int]], Mapping[int, Face]]
Found = Callable[[Actor, str], list[Face]]
_sources: list[tuple[Named, Found]] = []


def faces_from(named: Named, found: Found) -> None:
    """Register how ids become faces, and how people are found by a name or a number."""
    _sources[:] = [(named, found)]


def faces(actor: Actor, ids: Iterable[int]) -> Mapping[int, Face]:
    """Faces by id; unknown ids are left out. Cost: one statement, none for nobody."""
    wanted = sorted(set(ids))
    return _sources[0][0](actor, wanted) if _sources and wanted else {}


def find_faces(actor: Actor, text: str) -> list[Face]:
    """People by a part of their name or the beginning of their number, leavers as well. Cost: one statement."""
    return _sources[0][1](actor, text) if _sources and text.strip() else []
