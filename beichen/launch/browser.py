"""The browser of the journeys: the system's Chromium. Standard library only."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from beichen.launch.failures import Stop

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
MAC = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome, or None."""
    found = next((path for path in map(shutil.which, NAMES) if path), None)
    return found or (str(MAC) if MAC.exists() else None)


def chromium() -> str:
    """The same for a journey, which cannot go without."""
    found = find_chromium()
    if found is None:
        raise Stop("Journeys need a browser and none was found; install one with `apt-get install chromium` (as root).")
    return found


def has_chinese_font() -> bool | None:
    """Whether the machine can draw Chinese; None when it cannot be asked."""
    asked = shutil.which("fc-list")
    if asked is None:
        return None
    return bool(subprocess.run([asked, ":lang=zh"], capture_output=True, text=True, check=False).stdout.strip())
