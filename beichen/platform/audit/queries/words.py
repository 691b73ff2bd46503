"""The rows of the audit in words: every key an act, a kind or a job carries has a label in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy

from beichen.platform.access.locks import access_modules
from beichen.platform.access.permissions import Permission
from beichen.platform.audit import choices
from beichen.platform.audit.choices import READ, REFUSED, Channel
from beichen.platform.audit.models import Entry

# What an auditor may read beside who, what and when (18b): numbers and names of steps. Whatever else an act noted
# (a title, a grade, an amount, a reason) stays with the rows of its own cell, most of which are closed to the seat.
DETAILS: Mapping[str, Promise] = {
    "count": pgettext_lazy("audit", "Rows"),
    "seat": pgettext_lazy("audit", "Seat"),
    "scope": pgettext_lazy("audit", "Scope"),
    "plan": pgettext_lazy("audit", "Plan"),
    "cycle": pgettext_lazy("audit", "Cycle"),
    "phase": pgettext_lazy("audit", "Phase"),
    "pool": pgettext_lazy("audit", "Pool"),
    "people": pgettext_lazy("audit", "People"),
    "number": pgettext_lazy("audit", "Number"),
    "version": pgettext_lazy("audit", "Version"),
    "due_on": pgettext_lazy("audit", "Due on"),
    "rows": pgettext_lazy("audit", "Rows"),
    "days": pgettext_lazy("audit", "Days"),
    "minutes": pgettext_lazy("audit", "Minutes"),
    "path": pgettext_lazy("audit", "Address"),
    "batch": pgettext_lazy("audit", "Batch"),
    "digest": pgettext_lazy("audit", "Digest"),
}
TECHNICAL = frozenset({"batch", "digest"})


@cache
def _permissions() -> Mapping[str, Permission]:
    declared = [value for _config, module in access_modules() for value in vars(module).values()]
    return {value.key: value for value in declared if isinstance(value, Permission)}


def acts() -> dict[str, str | Promise]:
    """Every act that has words: permissions by their labels, and what areas said beside."""
    return {**{key: permission.label for key, permission in _permissions().items()}, **choices.acts()}


def act(key: str) -> str:
    """What was done; a key from an older release that nobody knows any more is shown as it was noted."""
    if key in choices.acts():
        return str(choices.acts()[key])
    return str(_permissions()[key].label) if key in _permissions() else key


def kind(key: str) -> str:
    """What it was done to."""
    return str(choices.kinds().get(key, key))


def job(key: str) -> str:
    """Which job acted."""
    return gettext("System · %(job)s") % {"job": choices.jobs().get(key, key)}


def did(row: Entry) -> str:
    """The act of a row; for a refusal, what was refused."""
    if row.act == REFUSED and row.details.get("act"):
        return gettext("Refused: %(act)s") % {"act": act(str(row.details["act"]))}
    return act(row.act)


def what(row: Entry) -> str:
    """The object of a row: its kind and number; nothing for the run of a job, who is named already."""
    if row.act == "job":
        return ""
    named = kind(row.kind) if row.kind else ""
    return f"{named} {row.object_id}".strip() if row.act != READ else named


def door(row: Entry) -> str:
    """By which door the act came; empty where the row does not say."""
    said = Channel.JOB.value if row.job else str(row.details.get("channel", ""))
    return str(Channel(said).label) if said in Channel.values else ""


def open_details(row: Entry) -> dict[str, Any]:
    """What the act noted beside, as far as it is an auditor's to read."""
    return {key: value for key, value in row.details.items() if key in DETAILS}


def notes(row: Entry) -> list[tuple[str, str]]:
    """The open details with their labels, without the marks that only programs compare."""
    return [(str(DETAILS[key]), str(value)) for key, value in open_details(row).items() if key not in TECHNICAL]
