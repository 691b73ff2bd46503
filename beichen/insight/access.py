"""Who sees the home page: everyone signed in their own; what stands on it is filtered by the areas it comes from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beichen.platform.access.permissions import Permission

HOME = Permission(key="insight.home", label=_("See your home page"))
OVERSEERS = frozenset({"EX", "HA"})
"""Seats that look at the whole company."""
