"""Reading notices: each person their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from beichen.platform.access.current import reading
from beichen.platform.auth.queries import accounts_of
from beichen.platform.kit.actor import Actor
from beichen.platform.notify.access import MINE
from beichen.platform.notify.choices import known
from beichen.platform.notify.models import Notice

ORDER = ("-created_at", "-id")


@dataclass(frozen=True)
class Line:
    """One notice as it is drawn."""

    id: UUID
    text: str
    icon: str
    url: str
    at: datetime
    is_read: bool


@dataclass(frozen=True)
class Post:
    """One notice as it is mailed."""

    id: UUID
    address: str
    locale: str
    template: str
    params: dict[str, str | int]
    url: str


def unread_count(actor: Actor) -> int:
    """How many notices the actor has not read, counted to 100. Cost: at most 100 index entries."""
    with reading(actor):
        return Notice.objects.filter(MINE, read_at__isnull=True)[:100].count()


def mine(_actor: Actor) -> QuerySet[Notice]:
    """The actor's notices, for a page of them; inside the actor's transaction. Cost: one index range."""
    return Notice.objects.filter(MINE)


def lines(rows: Iterable[Notice]) -> list[Line]:
    """Notices as they are drawn, in the active language."""
    return [_line(row) for row in rows]


def notices(actor: Actor, limit: int = 50) -> list[Line]:
    """The actor's newest notices. Cost: `limit` index entries."""
    with reading(actor):
        return lines(mine(actor).order_by(*ORDER)[:limit])


def notice(actor: Actor, notice_id: UUID) -> Line | None:
    """One of the actor's notices. Cost: one row by key."""
    with reading(actor):
        found = Notice.objects.filter(MINE, pk=notice_id).first()
        return _line(found) if found else None


def to_mail(_actor: Actor, notice_id: UUID) -> Post | None:
    """What the mail job sends: None when it was sent, never stored, or its addressee cannot be reached."""
    found = Notice.objects.select_for_update().filter(pk=notice_id, mailed_at__isnull=True).first()
    account = accounts_of([found.addressee_id]).get(found.addressee_id) if found else None
    if found is None or account is None or not account.is_active:
        return None
    return Post(found.pk, account.email, account.locale, found.template, found.params, found.url)


def _line(notice: Notice) -> Line:
    template = known(notice.template)
    text = template.text(notice.params) if template.params else str(template.title)
    return Line(notice.pk, text, template.icon, notice.url, notice.created_at, notice.read_at is not None)
