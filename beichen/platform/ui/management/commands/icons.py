"""`manage icons`: the pictures of the home screen, drawn from `ui/mark.svg`; run again when the mark changes.

A maskable icon fills its square to the edge, because the phone cuts the corners itself. Needs the development packages.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand

from beichen.launch.browser import chromium

if TYPE_CHECKING:
    from playwright.sync_api import Browser

STATIC = Path(__file__).parents[2] / "static" / "ui"
CORNERS = ' rx="7"'


@dataclass(frozen=True, slots=True)
class Icon:
    """One picture: `full` to the edge, without the rounded corners."""

    name: str
    size: int
    full: bool


ICONS = (
    Icon("mark-192", 192, full=False), Icon("mark-512", 512, full=False), Icon("maskable-192", 192, full=True),
    Icon("maskable-512", 512, full=True), Icon("touch-180", 180, full=True),
)  # fmt: skip


class Command(BaseCommand):
    """See the module."""

    help = "Draw the icons of the home screen from the mark."

    def handle(self, *args: Any, **options: Any) -> None:
        from playwright.sync_api import sync_playwright

        mark = (STATIC / "mark.svg").read_text(encoding="utf-8")
        (STATIC / "icons").mkdir(exist_ok=True)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
            for icon in ICONS:
                _draw(browser, icon, mark.replace(CORNERS, "") if icon.full else mark)
            browser.close()


def _draw(browser: Browser, icon: Icon, mark: str) -> None:
    page = browser.new_page(viewport={"width": icon.size, "height": icon.size})
    page.set_content(f"<style>body{{margin:0}}svg{{display:block;width:100vw;height:100vh}}</style>{mark}")
    page.screenshot(path=str(STATIC / "icons" / f"{icon.name}.png"), omit_background=True)
    page.close()
