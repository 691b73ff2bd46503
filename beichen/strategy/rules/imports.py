"""Priorities out of a company workbook: the sheet Priorities becomes a published version of the page."""

from __future__ import annotations

from collections import Counter

from beichen.people import queries as people
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Rows, refuse
from beichen.strategy import access, queries
from beichen.strategy.rules.pages import PriorityInput, put_priorities

NO_PERSON = gettext_noop("No person has the number “%(key)s”.")
TOO_MANY = gettext_noop("A year has at most %(limit)s priorities; “%(key)s” is one too many.")
TWICE = gettext_noop("“%(key)s” stands in this sheet twice.")


def preview_priorities(actor: Actor, rows: Rows) -> list[Finding]:
    """What every row would do. Cost: two statements."""
    known = {p.key: p for p in queries.priorities(actor)}
    owners = people.by_number(actor, [str(row["owner"]) for row in rows if row["owner"]])
    here, count = rows.brings("People", "number"), Counter(str(row["priority"]) for row in rows)
    findings: list[Finding] = []
    limit, kept = queries.limit_in_force(actor), set(known)
    for row in rows:
        key, owner = str(row["priority"]), str(row["owner"] or "")
        if owner and owner not in owners and owner not in here:
            findings.append(refuse(row, "owner", NO_PERSON, key=owner))
        elif count[key] > 1:
            findings.append(refuse(row, "priority", TWICE, key=key))
        elif key not in kept and len(kept) >= limit:
            findings.append(refuse(row, "priority", TOO_MANY, key=key, limit=limit))
        else:
            kept.add(key)
            findings.append(Finding(row.number, _action(row, known.get(key)), label=f"{key} {row['name']}"))
    return findings


def _action(row: object, known: queries.PriorityCard | None) -> Action:
    if known is None:
        return Action.ADDED
    same = (known.name, known.name_en) == (row["name"], row["name_en"] or "")  # type: ignore[index]
    return Action.UNCHANGED if same else Action.CHANGED


@rule
def apply_priorities(actor: Actor, rows: Rows) -> Counts:
    """Publish the page with these priorities, under the horizon in force or this year's. Cost: about ten statements."""
    require(actor, access.IMPORT)
    known = {p.key for p in queries.priorities(actor)}
    owners = people.by_number(actor, [str(row["owner"]) for row in rows if row["owner"]])
    current = queries.current_page(actor)
    entered = [
        PriorityInput(
            key=str(row["priority"]), name=row["name"], name_en=row["name_en"] or "",
            owner_id=owners[str(row["owner"])].id if str(row["owner"] or "") in owners else None,
        )
        for row in rows
    ]  # fmt: skip
    changed = put_priorities(actor, current.horizon if current else str(clock.today().year), entered)
    added = sum(1 for row in entered if row.key not in known)
    return Counts(added=added, changed=max(0, changed - added), unchanged=len(entered) - max(changed, added))


PRIORITIES = ImportSheet(
    key="Priorities", name_zh="战略", order=100, preview=preview_priorities, apply=apply_priorities,
    columns=(
        Column(key="priority", kind=Kind.CODE, name_zh="编号", required=True),
        Column(key="name", name_zh="名称", required=True),
        Column(key="name_en", name_zh="英文名"), Column(key="owner", kind=Kind.CODE, name_zh="负责人"),
    ),
)  # fmt: skip
