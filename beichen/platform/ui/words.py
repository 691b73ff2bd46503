"""The words of the parts: states of health and how due dates are said."""

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
        return Due(ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}, "late")
    if days == 0:
        return Due(gettext("Due today"), "today")
    if days == 1:
        return Due(gettext("Due tomorrow"), "soon")
    if days <= 7:
        text = ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
        return Due(text, "soon" if days < 4 else "calm")
    return Due(gettext("By %(day)s") % {"day": figures.day(date, today, locale)}, "calm")
