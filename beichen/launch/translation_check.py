"""The translations are complete and sound: part of `check`. Needs Django and polib; no gettext."""

from __future__ import annotations

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import polib

from beichen.launch.environment import CHECKOUT
from beichen.launch.messages import Message, Use, used
from beichen.launch.translations import sources

LANGUAGE = "zh_Hans"
EQUAL_ALLOWED = 60
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|(?<!\{)\{(\w*)[^{}]*\}(?!\})")


def faults(root: Path = CHECKOUT) -> list[str]:
    """Everything that is wrong, one line each; empty when all is well."""
    catalogue: dict[tuple[str, str], polib.POEntry] = {}
    found: list[str] = []
    equal: set[str] = set()
    for path in sources(root):
        if path.parts[-3] != LANGUAGE:
            continue
        for entry in polib.pofile(str(path), encoding="utf-8"):
            if entry.obsolete or not entry.msgid:
                continue
            where = f"{path.relative_to(root)}:{entry.linenum}"
            found += [f"{where}: {fault}" for fault in _entry_faults(entry)]
            found += _contradiction(where, entry, catalogue.setdefault((entry.msgctxt or "", entry.msgid), entry))
            if entry.msgstr == entry.msgid and re.search(r"[A-Za-z]", entry.msgid):
                equal.add(entry.msgid)
    if len(equal) > EQUAL_ALLOWED:
        found.append(f"{len(equal)} translations equal their source; {EQUAL_ALLOWED} may, for names and units.")
    return found + list(_missing(root, catalogue))


def _entry_faults(entry: polib.POEntry) -> Iterator[str]:
    if entry.fuzzy:
        yield f"{entry.msgid!r} is marked fuzzy"
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not texts or not all(texts):
        yield f"{entry.msgid!r} has no translation"
        return
    wanted = placeholders(entry.msgid_plural or entry.msgid)
    for text in texts:
        if placeholders(text) != wanted:
            yield f"{entry.msgid!r} and its translation differ in placeholders"


def placeholders(text: str) -> list[str]:
    """The parts of a text that are filled in, in an order of their own (languages differ in theirs)."""
    return sorted(match.group(0) for match in PLACEHOLDER.finditer(text.replace("%%", "")))


def _contradiction(where: str, entry: polib.POEntry, first: polib.POEntry) -> list[str]:
    """Django merges all catalogues: of two translations of one text one would silently win."""
    if first.msgstr == entry.msgstr and first.msgstr_plural == entry.msgstr_plural:
        return []
    return [f"{where}: {entry.msgid!r} is translated differently elsewhere; give one of them a context"]


def _missing(root: Path, catalogue: dict[tuple[str, str], polib.POEntry]) -> Iterator[str]:
    wanted: dict[Message, list[Use]] = defaultdict(list)
    for use in used(root):
        wanted[use.message].append(use)
    for message in sorted(wanted):
        use = wanted[message][0]
        where = f"{use.path.relative_to(root)}:{use.line}"
        entry = catalogue.get(message.key)
        if entry is None:
            yield f"{where}: {message.text!r} is in no {LANGUAGE} catalogue"
        elif message.plural and entry.msgid_plural != message.plural:
            yield f"{where}: {message.text!r} has another plural in its catalogue"


def main() -> int:
    """Print the faults; the exit code says whether there are any."""
    lines = faults()
    print("\n".join(lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
