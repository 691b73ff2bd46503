"""A workbook comes in: read, previewed, confirmed by two people, written in one transaction."""

from beichen.people.rules.imports.batches import (
    NothingRecognised,
    NothingToWrite,
    NotYoursToConfirm,
    OwnSeatInside,
    confirm,
    discard,
    import_now,
    read,
    upload,
)
from beichen.people.rules.imports.previews import ForbiddenRows, company_is_empty
from beichen.people.rules.imports.writing import Written, write

__all__ = [
    "ForbiddenRows",
    "NotYoursToConfirm",
    "NothingRecognised",
    "NothingToWrite",
    "OwnSeatInside",
    "Written",
    "company_is_empty",
    "confirm",
    "discard",
    "import_now",
    "read",
    "upload",
    "write",
]  # fmt: skip
