"""What a planted record is, and whom the table opens it to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.access import oracle, table
from tests.access.worlds import Columns

EVERYBODY: Columns = lambda viewer, row: {"CO"} | oracle.seats(viewer)  # noqa: E731


@dataclass(frozen=True)
class Record:
    """Something with a canary, the row it is in, and the doors that lead to it."""

    row: str
    subject: str
    canary: str
    paths: tuple[str, ...]
    expected: Callable[[str, table.Row], bool]


def reads(subject: str, author: str | None = None, stands: Columns | None = None) -> Callable[[str, table.Row], bool]:
    """Whether the table opens a row about this person, by this author, to a viewer."""

    def expected(viewer: str, row: table.Row) -> bool:
        columns = stands(viewer, row) if stands else oracle.columns(viewer, subject, row)
        return oracle.reads(row, columns, own=viewer == author)

    return expected
