"""A file that was asked for is written."""

from __future__ import annotations

from beichen.platform.events import progress
from beichen.platform.events.bus import on
from beichen.platform.files import rules
from beichen.platform.files.events import ExportAsked
from beichen.platform.kit.actor import Actor


@on(ExportAsked)
def make(event: ExportAsked) -> None:
    """Write it as the person who asked: it holds what they may read, no more."""
    with progress.reporting(event.file_id) as report:
        rules.make(Actor(event.person_id), event.file_id, report)
