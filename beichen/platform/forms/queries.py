"""Reading form versions."""

from __future__ import annotations

from beichen.platform.forms.models import FormVersion
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


def latest(_actor: Actor, key: str) -> FormVersion:
    """The newest version of a form, or NotFound. Cost: one row."""
    found = FormVersion.objects.filter(key=key).order_by("-version").first()
    if found is None:
        raise NotFound
    return found


def version(_actor: Actor, version_id: int) -> FormVersion:
    """One version, or NotFound. Cost: one row."""
    found = FormVersion.objects.filter(pk=version_id).first()
    if found is None:
        raise NotFound
    return found
