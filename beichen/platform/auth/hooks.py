"""What identity needs from the rooms above it, by dotted path from settings, so that it imports none of them."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol, cast

from django.conf import settings
from django.db.models import Model
from django.utils.module_loading import import_string

from beichen.platform.kit.actor import Actor


class PersonMaker(Protocol):
    """Makes the first person with the HR administrator and pilot administrator seats; gives back the person's id."""

    def __call__(self, name: str, number: str, email: str) -> int: ...


def _hook(name: str) -> Any:
    return import_string(settings.IDENTITY_HOOKS[name])


def acting(actor: Actor) -> AbstractContextManager[None]:
    """One transaction in which the database knows who acts."""
    return cast(AbstractContextManager[None], _hook("acting")(actor))


def record(actor: Actor, act: str, obj: Model | None = None, *, details: Mapping[str, Any] | None = None) -> None:
    """One audit row in the current transaction."""
    _hook("record")(actor, act, obj, details=dict(details or {}))


def make_first_person(name: str, number: str, email: str) -> int:
    return cast(PersonMaker, _hook("person_maker"))(name=name, number=number, email=email)
