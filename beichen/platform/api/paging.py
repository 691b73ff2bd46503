"""Pages by keyset: rows after the last one seen, so that page 1,000 costs what page 1 costs.

A cursor is signed and bound to the person, the list and its order; nobody else's cursor opens anything.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.core import signing
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, Q, QuerySet

from beichen.platform.api.schemas import PageIn
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, gettext_noop

SALT = "beichen.platform.api.cursor"
M = TypeVar("M", bound=Model)


class BadCursor(Invalid):
    code = "bad_cursor"
    text = gettext_noop("This cursor does not belong to this list. Start again without one.")


class _Exact(DjangoJSONEncoder):
    """Times with their microseconds: cut to milliseconds, a cursor would skip the rows of the same millisecond."""

    def default(self, o: Any) -> Any:
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


@dataclass(frozen=True)
class Slice(Generic[M]):
    """What `Page[…]` is drawn from."""

    items: list[M]
    next: str | None


def page_of(actor: Actor, rows: QuerySet[M], asked: PageIn, *, order: Sequence[str], name: str) -> Slice[M]:
    """The rows after the cursor in this order, and the next cursor. One query of `limit` + 1 rows.

    `order` names columns that are never null and ends with a unique one: `("-due_on", "pk")`. `name` is the list's
    (with its filters where they matter), so that a cursor serves one list only.
    """
    mark = [name, actor.person_id, list(order)]
    after = _after(_opened(asked.cursor, mark), order) if asked.cursor else Q()
    found = list(rows.filter(after).order_by(*order)[: asked.limit + 1])
    more = len(found) > asked.limit
    items = found[: asked.limit]
    return Slice(items, _sealed(items[-1], mark, order) if more else None)


def _sealed(last: Model, mark: list[Any], order: Sequence[str]) -> str:
    values = [getattr(last, column.lstrip("-")) for column in order]
    plain = json.loads(json.dumps([mark, values], cls=_Exact))
    return signing.dumps(plain, salt=SALT, compress=True)


def _opened(cursor: str, mark: list[Any]) -> list[Any]:
    try:
        found_mark, values = signing.loads(cursor, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as bad:
        raise BadCursor(field="cursor") from bad
    if found_mark != mark:
        raise BadCursor(field="cursor")
    return list(values)


def _after(values: Sequence[Any], order: Sequence[str]) -> Q:
    """(a, b) after (x, y): a > x, or a = x and b > y; the sign turns for columns in falling order."""
    found, equal = Q(), Q()
    for column, value in zip(order, values, strict=True):
        name = column.lstrip("-")
        found |= equal & Q(**{f"{name}__{'lt' if column.startswith('-') else 'gt'}": value})
        equal &= Q(**{name: value})
    return found
