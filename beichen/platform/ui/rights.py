"""The table of rights in words: who sees one kind of data, and what they may do with it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beichen.platform.access import policy
from beichen.platform.ui import names

RELATIONS: dict[str, str | Promise] = {
    "SE": _("the person concerned"),
    "LM": _("the line manager"),
    "PM": _("an earlier manager of this cycle"),
    "SK": _("the manager's manager"),
    "DL": _("the project lead"),
    "CO": _("any colleague"),
    "PR": _("an invited peer"),
    "BP": _("the HR partner of the unit"),
    "HA": _("the HR administrator"),
    "CA": _("the compensation administrator"),
    "EX": _("the executive seat"),
    "CF": _("the facilitator of the calibration"),
    "AU": _("the auditor"),
    "TK": _("a program with the right token"),
    "PA": _("the system administrator"),
    "TE": _("the person after leaving"),
}

CODES: dict[str, str | Promise] = {
    "r": _("reads it"),
    "w": _("reads and writes it"),
    "o": _("writes and reads only their own part"),
    "c": _("may write, and can never read it"),
    "t": _("moves it on: approves, returns, releases"),
    "x": _("sees only that it exists, its state and dates"),
    "m": _("reads it with names hidden"),
    "a": _("sees figures of a group, never one person"),
    "b": _("only by breaking the glass, which is announced"),
}


def cell_words(cell: str) -> list[str]:
    """What a cell of the table of rights allows, in words; empty for "-"."""
    words = [str(CODES[code]) for code in cell if code in CODES]
    return [*words, gettext("always two different people")] if "!" in cell else words


NOT_ANNOUNCED = ("AU", "TK", "TE", "PA")


def readers(row_id: str) -> list[str]:
    """The relations that read the content of a row in the ordinary course, as columns of the table."""
    found = policy.row(row_id)
    return [key for key in RELATIONS if key not in NOT_ANNOUNCED and found.holds(key, policy.CONTENT)]


def who_sees(row_id: str) -> str:
    """One sentence: who will read what is written here. Costs no query."""
    columns = readers(row_id)
    if "CO" in columns:
        return gettext("Everyone in the company can see this")
    if not columns:
        return gettext("Nobody reads this one by one; only figures of a group are shown")
    if columns == ["SE"]:
        return gettext("Only you can see this")
    names = [gettext("you") if key == "SE" else str(RELATIONS[key]) for key in columns]
    return gettext("Only %(people)s can see this") % {"people": listed(names)}


def listed(names: Sequence[str]) -> str:
    """ "a, b and c" in the language of the page."""
    if len(names) < 2:
        return "".join(names)
    return gettext("%(most)s and %(last)s") % {"most": gettext(", ").join(names[:-1]), "last": names[-1]}


def noun(key: str) -> str:
    """What kind of data a row is about."""
    return str(names.NOUNS.get(key, key.replace("_", " ")))


def state(key: str) -> str:
    """In which state it is."""
    return str(names.STATES.get(key, key.replace("_", " ")))
