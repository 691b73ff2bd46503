"""The table of rights in words: who sees one kind of data, and what they may do with it."""

from __future__ import annotations

import re
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

COLLEAGUES: dict[str, str | Promise] = {
    "01k": _("colleagues in the unit"),
    "01l": _("colleagues in the direct team"),
    "02g": _("colleagues in the direct team"),
}
"""Which colleagues a row is open to, where its note narrows them (G19)."""

CODES: dict[str, str | Promise] = {
    "r": _("reads it"),
    "w": _("reads and writes it"),
    "o": _("writes and reads only their own part"),
    "c": _("can write, but never read it"),
    "t": _("moves it on: approves, returns, releases"),
    "x": _("sees only that it exists, its state and its dates"),
    "m": _("can read it with names hidden"),
    "a": _("sees group figures, never individuals"),
    "b": _("only by emergency access, which is announced"),
}


MASKS: dict[str, str | Promise] = {
    "M1": _("can read it without author, unit and time, in a different order"),
    "M3": _("can read the last four released grades and the agreed development text"),
    "M5": _(
        "can read the pay range and compa-ratio; the exact amount only for direct reports, while "
        "pay is being decided, and only if the cycle allows it"
    ),
    "M6": _("can read the reasons addressed to them and the outcome, without names of witnesses or confidential files"),
    "M7": _("can read when, who, in which seat, what kind of data and through which channel"),
    "M8": _("can see the structure of the data with every value blanked"),
    "M9": _("can read it with the names and words of others removed"),
    "M10": _("can only read their own earlier managers and units"),
}

REASONS: dict[str, str | Promise] = {
    "SE": _("it is about them"),
    "LM": _("manages this person day to day"),
    "PM": _("managed this person for part of the cycle"),
    "SK": _("is responsible for the manager’s decisions"),
    "DL": _("works with this person on a project"),
    "CO": _("works in the same company"),
    "PR": _("was invited to comment on this person’s work"),
    "BP": _("looks after the people in this unit"),
    "HA": _("runs the process"),
    "CA": _("calculates pay and bonuses"),
    "EX": _("is responsible for the whole company"),
    "CF": _("leads the session where grades are compared"),
    "AU": _("checks that the rules are followed"),
    "TK": _("another program of the company, with permission for this only"),
    "PA": _("keeps the system running"),
    "TE": _("it was about them; their own file stays open for 90 days"),
}

CLASSES: dict[str, str | Promise] = {
    "C2": _("open inside the company"),
    "C3": _("only for the people concerned"),
    "C4": _("confidential: every view by somebody else is recorded"),
    "C5": _("highly confidential: every view by somebody else is recorded, and the database itself guards each row"),
}


def _mask(note: str) -> str | Promise:
    """What “masked” means in a row: the mask its note names, the longest name first (M10 before M1)."""
    named = [key for key in sorted(MASKS, key=len, reverse=True) if re.search(rf"\b{key}\b", note)]
    return MASKS[named[0]] if named else CODES["m"]


def cell_words(cell: str, note: str = "") -> list[str]:
    """What a cell of the table of rights allows, in words; empty for "-". `note` names the mask of an `m`."""
    words = [str(_mask(note) if code == "m" else CODES[code]) for code in cell if code in CODES]
    return [*words, gettext("always two different people")] if "!" in cell else words


NOT_ANNOUNCED = ("AU", "TK", "TE", "PA")


def readers(row_id: str) -> list[str]:
    """The relations that read the content of a row in the ordinary course, as columns of the table."""
    found = policy.row(row_id)
    return [key for key in RELATIONS if key not in NOT_ANNOUNCED and found.holds(key, policy.CONTENT)]


def who_sees(row_id: str) -> str:
    """One sentence: who will read what is written here. Costs no query."""
    columns = readers(row_id)
    if "CO" in columns and row_id not in COLLEAGUES:
        return gettext("Everyone in the company can see this")
    if not columns:
        return gettext("Nobody can see individual answers; only group figures are shown")
    if columns == ["SE"]:
        return gettext("Only you can see this")
    names = [gettext("you") if key == "SE" else str(relation(row_id, key)) for key in columns]
    return gettext("Only %(people)s can see this") % {"people": listed(names)}


def relation(row_id: str, column: str) -> str | Promise:
    """Who a column of a row is."""
    return COLLEAGUES.get(row_id, RELATIONS[column]) if column == "CO" else RELATIONS[column]


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
