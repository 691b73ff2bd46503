"""Files a person can ask for: each area registers what it can write, the files of platform keep and hand them out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.utils.functional import Promise

from beichen.platform.kit.actor import Actor

Tell = Callable[[int, int], None]
"""Called now and then with how much is done, and of how much."""


@dataclass(frozen=True, slots=True)
class ExportKind:
    """One kind of file. `allowed` is asked when it is wanted, made and fetched; `write` gives the file's name.

    `write` runs as the person who asked, so that it holds what they may read at that moment and no more.
    """

    key: str
    title: str | Promise
    media: str
    allowed: Callable[[Actor], bool]
    write: Callable[[Actor, IO[bytes], Tell], str]


_kinds: dict[str, ExportKind] = {}


def export(kind: ExportKind) -> ExportKind:
    """Declare a kind of file; called when an area's `panels.py` is imported at start."""
    _kinds[kind.key] = kind
    return kind


def export_kind(key: str) -> ExportKind | None:
    """The kind of that name, if there is one."""
    return _kinds.get(key)


def export_kinds() -> list[ExportKind]:
    """Every kind, by name."""
    return [_kinds[key] for key in sorted(_kinds)]
