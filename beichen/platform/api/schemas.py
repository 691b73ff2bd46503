"""Bases of what goes in and out."""

from __future__ import annotations

from typing import Annotated, Generic, TypeVar

from ninja import Schema
from pydantic import ConfigDict, Field

T = TypeVar("T")
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]
"""The number of a row, in a query: what no column holds is refused at the door."""


class Strict(Schema):
    """Input: a field nobody declared makes the whole request fail, and `"3"` is no number."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Page(Schema, Generic[T]):
    """One page of a list; `next` is the cursor of the page after it, null on the last."""

    items: list[T]
    next: str | None = None


class PageIn(Strict):
    """Which page of a list: `limit` rows after `cursor`."""

    limit: int = Field(50, ge=1, le=200, description="Rows per page")
    cursor: str = Field("", max_length=2000, description="`next` of the page before; empty for the first")


class Problem(Schema):
    """What went wrong (RFC 9457): `code` for programs, `detail` for people, `fields` by field of the request."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fields: dict[str, str] = {}
