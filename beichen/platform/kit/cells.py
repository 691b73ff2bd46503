"""Text in a csv that a spreadsheet would compute: marked when it is written, as it was when it is read back."""

from __future__ import annotations

MARK = "'"
LEADS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""How a formula begins, full width as well: programs that read one read the other."""


def as_text(value: object) -> str:
    """A cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"{MARK}{text}" if text.lstrip(" ").startswith(LEADS) else text


def read_back(text: str) -> str:
    """The cell as it was before `as_text`."""
    return text[1:] if text.startswith(MARK) and text[1:].lstrip(" ").startswith(LEADS) else text
