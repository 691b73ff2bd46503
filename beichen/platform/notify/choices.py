"""The kinds of notices: each area declares its own sentences, with the places a message may fill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.platform.audit.choices import say

Value = str | int
Params = Mapping[str, Value]
LONGEST = 200


class UnknownTemplate(LookupError):
    """A notice names a template nobody declared, or fills a place the template does not have."""


@dataclass(frozen=True)
class Template:
    """One sentence with `%(name)s` places. `params` lists all of them: nothing else can get into a message."""

    key: str
    title: str | Promise
    params: frozenset[str]
    icon: str
    mail: bool

    def text(self, params: Params) -> str:
        """The sentence in the language of the reader, who is active when it is drawn."""
        return str(self.title) % params


_templates: dict[str, Template] = {}


def template(
    key: str, title: str | Promise, *, params: tuple[str, ...] = (), icon: str = "bell", mail: bool = True
) -> str:
    """Declare a kind of notice, `GOAL_APPROVED = template("goals.approved", _("… %(goal)s …"), params=("goal",))`.

    Returns the key. Places may hold names, titles of class C2 and C3, numbers and dates; never text of class C4 or C5.
    """
    _templates[key] = Template(key, title, frozenset(params), icon, mail)
    return key


def find(key: str, params: Params) -> Template:
    """The declared template; raises when it is unknown or a place is missing or surplus."""
    found = _templates.get(key)
    if found is None:
        raise UnknownTemplate(key)
    if found.params != set(params):
        raise UnknownTemplate(f"{key} has the places {sorted(found.params)}, not {sorted(params)}")
    return found


def known(key: str) -> Template:
    """The template of a stored notice; a plain one where a later version dropped it."""
    plain = Template(key, _("Something changed; open it to see what."), frozenset(), icon="bell", mail=False)
    return _templates.get(key, plain)


def footer(address: str) -> str:
    """The last lines of an e-mail."""
    return str(format_lazy("{}\n{}\n", _("Open in Beichen:"), address))


say(
    jobs={
        "notify.mail": pgettext_lazy("audit", "Send mail"),
        "notify.prune": pgettext_lazy("audit", "Remove old notifications"),
    },
)
