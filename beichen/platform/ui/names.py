"""The names of the nouns and states in the table of rights."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NOUNS: dict[str, str | Promise] = {
    "goal": _("Goal"),
}
STATES: dict[str, str | Promise] = {}
