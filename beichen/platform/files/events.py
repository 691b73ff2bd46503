"""What is said of files."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ExportAsked:
    """A file is to be written, with the rights of the person who asked."""

    file_id: UUID
    person_id: int
