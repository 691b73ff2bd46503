"""The word banks beside this file, read once."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent / "words"


@cache
def bank(name: str) -> dict[str, Any]:
    """One bank by its name."""
    with (HERE / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


def lines(text: str) -> list[list[str]]:
    """A table written as lines of parts between bars."""
    return [line.split("|") for line in text.strip().splitlines() if line.strip()]


def pair(text: str) -> tuple[str, str]:
    """A word and its English: 中文|English."""
    zh, _, en = text.partition("|")
    return zh, en or zh


def said(work: str, key: str, words: dict[str, str]) -> list[str]:
    """Lines about what a goal is about, the closest first: those of its theme, then those of the work."""
    told, theme = bank(work), words.get("theme")
    near: list[str] = told["theme"][int(theme)].get(key, []) if theme else []
    return near or list(told["bank"][key])
