"""Whole numbers out of what somebody sent: an address, a form field, a header."""

from __future__ import annotations


def as_number(text: str | None, digits: int = 18) -> int | None:
    """The number a text names in plain digits; None for anything else, and for more digits (a bigint holds 18)."""
    return int(text) if text and len(text) <= digits and text.isascii() and text.isdigit() else None
