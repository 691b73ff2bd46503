"""One act over HTTP: where it is done, with what body, on what stage, and whom the table of rights lets do it."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.test import Client

from tests.access import oracle, table
from tests.access.worlds import World
from tests.database import login

SNAPSHOT = Path(__file__).parents[2] / "openapi.json"
Stage = Callable[[], None]


@cache
def addresses() -> Mapping[str, tuple[str, str]]:
    """Operation → method and address, as the API describes itself."""
    described = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return {
        operation["operationId"]: (method.upper(), path)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    }


@dataclass(frozen=True)
class Act:
    """`at` fills the address, `stage` sets what must be there before, as the owner of the tables.

    `row` and `code` name the cell it needs; of the columns that hold it only those in `only` count, where it says so.
    `subject` is whom it is about (nobody: the seats alone); `special` adds columns somebody stands in for this object;
    `barred` may not although the cell says so: who asked, wrote or is concerned (G2, G6). `gone` left on the stage:
    nobody signed in any more.
    """

    operation: str
    at: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None
    query: Mapping[str, Any] = field(default_factory=dict)
    stage: Stage | None = None
    row: str = ""
    code: str = "w"
    subject: str = ""
    only: Collection[str] = ()
    special: Mapping[str, Collection[str]] = field(default_factory=dict)
    barred: Collection[str] = ()
    gone: str = ""

    def may(self, viewer: str) -> bool:
        """Whether the table lets this person do it."""
        row = table.read()[self.row]
        stands = oracle.columns(viewer, self.subject, row) if self.subject else {"CO"} | oracle.seats(viewer)
        stands = stands | {column for column, who in self.special.items() if viewer in who}
        stands = stands & set(self.only) if self.only else stands
        return viewer not in self.barred and row.opens(stands, frozenset(self.code))


def sent(client: Client, act: Act) -> Any:
    """What the API answers; nothing of the answer, the stage or the act stays."""
    with transaction.atomic():
        set_up(act)
        answer = do(client, act)
        if not connection.needs_rollback:
            transaction.set_rollback(True)
    return answer


def set_up(act: Act) -> None:
    """Set the stage of an act."""
    if act.stage is not None:
        with login(None):
            act.stage()


def do(client: Client, act: Act) -> Any:
    """Send it."""
    method, path = addresses()[act.operation]
    body = b"" if act.body is None else json.dumps(act.body, default=str)
    return client.generic(
        method, path.format(**act.at), body, content_type="application/json", query_params=dict(act.query),
        headers={"If-Match": '"1"'} if method == "DELETE" else {},
    )  # fmt: skip


def version_of(world: World, model: str, pk: Any) -> int:
    """The version a row carries now."""
    from django.apps import apps

    with login(None):
        return int(apps.get_model(model)._base_manager.values_list("version", flat=True).get(pk=pk))
