"""What metrics registers at start."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from beichen.metrics import access, queries
from beichen.metrics.rules import VALUES
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import NavEntry, Panel, hold, imports, nav, slot

imports.register(VALUES)
hold(queries.held_by_bands)
nav(NavEntry(key="metrics", label=_("Metrics"), url_name="metrics:library", icon="ruler-measure", section="company",
             permission=access.EDIT, order=505))  # fmt: skip


@slot("people.role_profile", order=20)
def recommended_metrics(request: object, actor: Actor, profile_id: int) -> Panel | None:
    """The metrics a role is followed by, on the page of its role profile."""
    at = reverse("metrics:recommended", args=[profile_id])
    return Panel("metrics.recommended", _("Recommended metrics"), at, icon="ruler-measure")
