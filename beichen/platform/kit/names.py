"""Order of names as a Chinese reader expects it: by pinyin, Latin names among them."""

from __future__ import annotations

from pypinyin import Style, lazy_pinyin


def pinyin_key(name: str) -> str:
    """A key that sorts names by the sounds of their characters: 陈思远 gives `chen si yuan`. Stored beside the name."""
    return " ".join(lazy_pinyin(name.strip(), style=Style.NORMAL)).lower()


def pinyin_initials(name: str) -> str:
    """The first letters, for searching as people type: 陈思远 gives `csy`."""
    return "".join(lazy_pinyin(name.strip(), style=Style.FIRST_LETTER)).lower()
