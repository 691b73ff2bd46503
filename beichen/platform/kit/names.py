"""Order of names as a Chinese reader expects it: by pinyin, Latin names among them."""

from __future__ import annotations


def pinyin_key(name: str) -> str:
    """A key that sorts names by the sounds of their characters: 陈思远 gives `chen si yuan`. Stored beside the name."""
    return " ".join(_sounds(name, "NORMAL")).lower()


def pinyin_initials(name: str) -> str:
    """The first letters, for searching as people type: 陈思远 gives `csy`."""
    return "".join(_sounds(name, "FIRST_LETTER")).lower()


def _sounds(name: str, style: str) -> list[str]:
    """The dictionary is loaded when a name is written first: reading pages never needs it, and a start is half a second
    shorter without it.
    """
    from pypinyin import Style, lazy_pinyin

    found: list[str] = lazy_pinyin(name.strip(), style=getattr(Style, style))
    return found
