"""Permissions as declared values, and the one place that decides whether an actor holds one.

A permission names the cells it draws from: a row of the table (or a function that finds the row from the
object's state) and a code. The decision reads the table, the viewer's relations to the subject and the
bans of G6; it never looks at a role name in code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.functional import Promise

from beichen.platform.access import policy
from beichen.platform.access.current import scope_of
from beichen.platform.auth import choices
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound

READING = frozenset("rx")
RowOf = Callable[[Any], str]
Person = Callable[[Any], int | None]
Holds = Callable[[Actor, Any], bool]


def _subject(obj: Any) -> int | None:
    found: int | None = obj.subject_id
    return found


@dataclass(frozen=True, kw_only=True)
class Permission:
    """An act somebody may do.

    `row`     the row of the table, or a function from the object to it; "" = any signed-in person.
    `code`    the code a cell must hold: r, w, t, x …; `o` needs `own`.
    `subject` finds the person the object is about; None when it has none (G17).
    `unit`    finds the unit of an object about nobody: a seat counts where its scope holds that unit (G20).
    `only`    narrows the columns (who does this act, `access.md` 1.10).
    `own`     whether the actor wrote the object (opens cells with `o`).
    `special` relations only the area knows, by column: {"PR": is_peer_of}.
    `banned`  attributes whose person may not do this act (G6); the subject is always banned for `t`.
    `jobs`    system actors that may do it.
    """

    key: str
    label: str | Promise
    row: str | RowOf = ""
    code: str = "r"
    subject: Person | None = _subject
    only: frozenset[str] | None = None
    own: Holds | None = None
    unit: Person | None = None
    special: tuple[tuple[str, Holds], ...] = ()
    banned: tuple[str, ...] = ()
    jobs: frozenset[str] = frozenset()

    def row_for(self, obj: Any) -> str:
        """The row of the table this object is in now."""
        return self.row(obj) if callable(self.row) else self.row


def relations_to(actor: Actor, subject_id: int) -> frozenset[str]:
    """The columns of the table in which the actor stands to this person. Cost: one statement, then remembered."""
    known = scope_of(actor).relations
    if subject_id not in known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT access.relations_to(%s)", [subject_id])
            known[subject_id] = frozenset(cursor.fetchone()[0])
    return known[subject_id]


def know_relations(actor: Actor, subject_ids: Iterable[int]) -> None:
    """Look up the relations to many people before asking `may` about each. Cost: one statement, however many."""
    known = scope_of(actor).relations
    wanted = sorted(set(subject_ids) - set(known))
    if wanted:
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, access.relations_to(id) FROM unnest(%s::bigint[]) AS id", [wanted])
            known.update((pk, frozenset(columns)) for pk, columns in cursor.fetchall())


def seats_of(actor: Actor) -> frozenset[str]:
    """The seats the actor holds as the transaction begins, and CO for anyone who works here. Cost: none."""
    return scope_of(actor).seats


def leads_people(actor: Actor) -> bool:
    """Whether somebody who works here reports to the actor, as the transaction begins. Cost: none."""
    return scope_of(actor).leads


def heads_units(actor: Actor) -> bool:
    """Whether the actor heads a unit or is the HR partner of one, as the transaction begins. Cost: none."""
    return scope_of(actor).heads


def has_left(actor: Actor) -> bool:
    """Whether the actor left the company and comes through the portal (TE). Cost: that of `seats_of`."""
    return "TE" in seats_of(actor)


def not_for_leavers(actor: Actor) -> None:
    """Raise NotFound for whoever left: the door opens nothing of column TE. Cost: that of `seats_of`."""
    if actor.person_id is not None and has_left(actor):
        raise NotFound


def seats_over(actor: Actor, unit_id: int) -> frozenset[str]:
    """The seats of the actor whose scope holds this unit, and CO for anyone who works here. Cost: one statement."""
    known = scope_of(actor).units
    if unit_id not in known:
        with connection.cursor() as cursor:
            cursor.execute("SELECT access.seats_over(%s)", [unit_id])
            known[unit_id] = frozenset(cursor.fetchone()[0])
    return known[unit_id]


def _columns(actor: Actor, permission: Permission, obj: Any, row_id: str, wanted: frozenset[str]) -> frozenset[str]:
    subject_id = permission.subject(obj) if permission.subject and obj is not None else None
    unit_id = permission.unit(obj) if permission.unit and obj is not None else None
    if subject_id is not None:
        columns = relations_to(actor, subject_id)
    else:
        columns = seats_of(actor) if unit_id is None else seats_over(actor, unit_id)
    if "GONE" in columns and not wanted & READING:
        columns = columns - {"LM", "SK", "UP", "DL"}
    added = {column for column, holds in permission.special if obj is not None and holds(actor, obj)}
    if "UP" in columns and policy.goes_up(row_id, wanted):
        added.add("SK")
    columns = (columns | added) & frozenset(policy.COLUMNS)
    return columns if permission.only is None else columns & permission.only


def _banned(actor: Actor, permission: Permission, obj: Any) -> bool:
    """G6: nobody moves an object of which they are subject, last editor, proposer or beneficiary."""
    if obj is None or actor.person_id is None:
        return False
    concerned: set[int | None] = set()
    for name in permission.banned:
        found = getattr(obj, name)
        concerned |= found if isinstance(found, frozenset) else {found}
    if permission.code == "t" and permission.subject and "SE" not in (permission.only or ()):
        concerned.add(permission.subject(obj))
    return actor.person_id in concerned


def may(actor: Actor, permission: Permission, obj: Any = None) -> bool:
    """Whether the actor holds the permission on this object (or at all, without one). Cost: 0–1 statements."""
    if actor.person_id is None:
        return actor.job in permission.jobs
    if _banned(actor, permission, obj):
        return False
    row_id = permission.row_for(obj)
    if not row_id:
        return True
    row = policy.row(row_id)
    if actor.scopes is not None and not _in_scope(actor.scopes, permission, row):
        return False
    wanted = {"r": frozenset("rw"), "x": policy.STATUS}.get(permission.code, frozenset(permission.code))
    columns = _columns(actor, permission, obj, row_id, wanted)
    if any(row.holds(column, wanted) for column in columns):
        return True
    mine = permission.own is not None and obj is not None and permission.own(actor, obj)
    return mine and any("o" in row.cells[column] for column in columns)


def _in_scope(scopes: frozenset[str], permission: Permission, row: policy.Row) -> bool:
    """G16: what a token may at all, whoever owns it: its scopes, never class C5."""
    if permission.code in ("r", "x"):
        return choices.may_read(scopes, row.sensitivity)
    return row.sensitivity != "C5" and choices.may_write(scopes, permission.key.partition(".")[0])


def require(actor: Actor, permission: Permission, obj: Any = None) -> None:
    """Raise Forbidden unless the actor holds the permission. The object was found visible before (else NotFound)."""
    if not may(actor, permission, obj):
        raise Forbidden(act=str(permission.label), key=permission.key)


SIGNED_IN = Permission(key="platform.signed_in", label="Signed in")
"""Any signed-in person: the page itself filters what is shown."""
