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


MASKS: dict[str, str | Promise] = {
    "M1": _("reads it without author, unit and time, in another order"),
    "M3": _("reads the last four released grades and the development text agreed on"),
    "M5": _(
        "reads band and ratio to the middle of the band; the exact amount only for own reports, while pay is decided,"
        " where the cycle says so"
    ),
    "M6": _("reads the grounds addressed to them and the outcome, no names of witnesses, no confidential files"),
    "M7": _("reads when, who in which seat, what kind of data and by which door"),
    "M8": _("reads the shape of the data, every value blanked"),
    "M9": _("reads it with the names and words of others removed"),
    "M10": _("reads their own earlier managers and units alone"),
}

REASONS: dict[str, str | Promise] = {
    "SE": _("it is about them"),
    "LM": _("leads this person from day to day"),
    "PM": _("led this person for a part of the cycle"),
    "SK": _("answers for the manager’s decisions"),
    "DL": _("works with this person in a project"),
    "CO": _("works in the same company"),
    "PR": _("was asked for a view of this person’s work"),
    "BP": _("looks after the people of this unit"),
    "HA": _("runs the process"),
    "CA": _("works out pay and bonuses"),
    "EX": _("answers for the whole company"),
    "CF": _("leads the session where grades are compared"),
    "AU": _("checks that the rules are kept"),
    "TK": _("another program of the company, with leave for this alone"),
    "PA": _("keeps the system running"),
    "TE": _("it was about them; their own file stays open for 90 days"),
}

CLASSES: dict[str, str | Promise] = {
    "C2": _("open inside the company"),
    "C3": _("for those concerned"),
    "C4": _("confidential: every look by somebody else is noted"),
    "C5": _("most confidential: every look by somebody else is noted, and the database itself guards each row"),
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
