"""The language of whoever typed a command, as the terminal tells it."""

from __future__ import annotations

import os
from collections.abc import Mapping

CHINESE, ENGLISH = "zh-hans", "en"


def language(told: Mapping[str, str] = os.environ) -> str:
    """Chinese where the terminal is set to it, else English; `LC_ALL` before `LC_MESSAGES` before `LANG`."""
    wanted = next(filter(None, (told.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return CHINESE if wanted.lower().startswith("zh") else ENGLISH
