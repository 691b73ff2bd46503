"""What strategy registers at start: its sheet of a workbook, its navigation."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beichen.platform.registry import NavEntry, imports, nav
from beichen.strategy.rules import PRIORITIES

imports.register(PRIORITIES)
nav(NavEntry(key="strategy", label=_("Strategy"), url_name="strategy:page", icon="compass", order=20))
