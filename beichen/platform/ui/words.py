"""The words of the parts: states of health, tones of due dates, columns of the table of rights."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from beichen.platform.ui import figures


@dataclass(frozen=True, slots=True)
class Health:
    """A state of health: always a shape and a word, the colour comes on top."""

    key: str
    word: str | Promise
    shape: str


HEALTH = {
    health.key: health
    for health in (
        Health("ahead", _("Ahead"), "▲"),
        Health("on_track", _("On track"), "●"),
        Health("at_risk", _("At risk"), "◆"),
        Health("off_track", _("Off track"), "■"),
        Health("not_updated", _("Not updated"), "○"),
        Health("done", _("Done"), "✓"),
    )
}

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


@dataclass(frozen=True, slots=True)
class Due:
    """When something is due, as people say it, and how much it presses: late, today, soon or calm."""

    text: str
    tone: str


def due(date: dt.date | None, today: dt.date, locale: str) -> Due:
    """`Due today`, `2 days late`, `In 3 days`; from a week on, the day itself."""
    if date is None:
        return Due(gettext("No date"), "calm")
    days = (date - today).days
    if days < 0:
        return Due(ngettext("%(days)s day late", "%(days)s days late", -days) % {"days": -days}, "late")
    if days == 0:
        return Due(gettext("Due today"), "today")
    if days == 1:
        return Due(gettext("Due tomorrow"), "soon")
    if days <= 7:
        return Due(ngettext("In %(days)s day", "In %(days)s days", days) % {"days": days}, "soon" if days < 4 else "calm")
    return Due(gettext("By %(day)s") % {"day": figures.day(date, today, locale)}, "calm")
