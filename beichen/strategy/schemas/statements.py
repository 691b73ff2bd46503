"""Shapes of principles and rules in the API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from ninja import Schema
from pydantic import Field

from beichen.platform.api.schemas import Id, Strict

Kind = Literal["principles", "rules", "scope"]


class ItemOut(Schema):
    """One line; `share` in whole percent (uses alone), `fixed`: not open to discussion."""

    group: str
    key: str
    title: str
    title_en: str
    text: str
    text_en: str
    more: str
    more_en: str
    share: int | None
    fixed: bool


class SignerOut(Schema):
    """Whose signature it carries; `at` null while it is waited for."""

    person_id: int
    name: str
    at: datetime | None


class StatementOut(Schema):
    """One version of a statement; `read_at`: when the caller confirmed having read it."""

    kind: str
    number: int
    state: str
    opening: str
    opening_en: str
    items: list[ItemOut]
    note: str
    reason: str
    editor_name: str
    edited_at: datetime
    asked_by_name: str
    asked_at: datetime | None
    publisher_name: str
    published_at: datetime | None
    stable_until: date | None
    signers: list[SignerOut]
    read_at: datetime | None
    members_version: int
    version: int


class StatementLineOut(Schema):
    """One version in the history."""

    number: int
    state: str
    note: str
    reason: str
    edited_at: datetime
    published_at: datetime | None
    is_current: bool


class ItemIn(Strict):
    """One line as entered; the order within a group is the rank."""

    group: Literal["orientation", "principle", "grade", "use", "judged", "elsewhere"]
    key: str = Field(min_length=1, max_length=20)
    title: str = Field("", max_length=120)
    title_en: str = Field("", max_length=160)
    text: str = Field("", max_length=2000)
    text_en: str = Field("", max_length=2000)
    more: str = Field("", max_length=300)
    more_en: str = Field("", max_length=300)
    share: int | None = Field(None, ge=0, le=100)
    fixed: bool = True


class StatementIn(Strict):
    """A whole statement as entered; `version` is the draft's, 0 where there is none."""

    items: list[ItemIn] = Field(max_length=40)
    opening: str = Field("", max_length=500)
    opening_en: str = Field("", max_length=500)
    note: str = Field("", max_length=200)
    stable_until: date | None = None
    version: int = Field(0, ge=0, le=2**31)


class MembersIn(Strict):
    """Persons by part; `version` counts the namings (`members_version`)."""

    write: list[Id] = Field([], max_length=200)
    remark: list[Id] = Field([], max_length=200)
    sign: list[Id] = Field([], max_length=200)
    version: int = Field(0, ge=0, le=2**31)


class MembersOut(Schema):
    """Persons by part."""

    write: list[int]
    remark: list[int]
    sign: list[int]


class RemarkIn(Strict):
    """A comment on the draft; `item` is the key of a line, "" for the whole."""

    item: str = Field("", max_length=20)
    text: str = Field(min_length=1, max_length=1000)


class RemarkOut(Schema):
    """A comment on the draft."""

    id: int
    item: str
    author_id: int
    author_name: str
    text: str
    at: datetime


class DraftVersionIn(Strict):
    """The version that was read last."""

    version: int = Field(0, ge=0, le=2**31)


class PublishIn(DraftVersionIn):
    """`reason`: for a change before the day until which the rules stay."""

    reason: str = Field("", max_length=500)


class ReadIn(Strict):
    """The number of the version that was read."""

    number: int = Field(ge=1, le=2**31 - 1)


class UnitReadersOut(Schema):
    """A unit with everybody below it; figures are null where so few people must not be told of."""

    unit_id: int
    people: int
    read: int | None
    percent: int | None


class ReadersOut(Schema):
    """How many have read the version in force; `missing_ids`: whom the caller may know not to have (200 at most)."""

    number: int
    whole: UnitReadersOut | None
    units: list[UnitReadersOut]
    missing_ids: list[int]
    missing_count: int


class RemindedOut(Schema):
    """How many have not read it and were reminded today."""

    count: int
