"""The words of identity: languages, themes and what a personal token may be allowed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Language(models.TextChoices):
    CHINESE = "zh-hans", "简体中文"
    ENGLISH = "en", "English"


class Theme(models.TextChoices):
    AUTO = "auto", _("Same as device")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Scope(models.TextChoices):
    """What a personal token may do, always inside what its owner may do.

    Nothing here opens class C5 (pay, unreleased grades, private notes) or an act that needs two people.
    """

    READ = "read:c3", _("Read what colleagues can see (goals, people, own plans)")
    READ_C4 = "read:c4", _("Also read released reviews and feedback")
    WRITE_PEOPLE = "write:people", _("Change people and units")
    WRITE_STRATEGY = "write:strategy", _("Change the strategy page")
    WRITE_METRICS = "write:metrics", _("Change metrics")
    WRITE_GOALS = "write:goals", _("Change goals and update progress")
    WRITE_CONVERSATIONS = "write:conversations", _("Write check-ins")
    WRITE_REVIEWS = "write:reviews", _("Write reviews")


_READABLE = {
    "C0": {Scope.READ, Scope.READ_C4},
    "C1": {Scope.READ, Scope.READ_C4},
    "C2": {Scope.READ, Scope.READ_C4},
    "C3": {Scope.READ, Scope.READ_C4},
    "C4": {Scope.READ_C4},
}


def may_read(scopes: frozenset[str], data_class: str) -> bool:
    """Whether a token with these scopes reads rows of this class; C5 and unknown classes never."""
    return any(scope in scopes for scope in _READABLE.get(data_class, ()))


def may_write(scopes: frozenset[str], area: str) -> bool:
    """Whether a token with these scopes changes rows of this area; areas without a scope (reward, access) never."""
    scope = f"write:{area}"
    return scope in Scope.values and scope in scopes
