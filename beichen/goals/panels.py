"""What goals register at start and show on other areas' pages."""

from __future__ import annotations

from beichen.goals.rules.imports import SHEETS
from beichen.platform.registry import imports

for sheet in SHEETS:
    imports.register(sheet)
