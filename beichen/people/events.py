"""What others may hear of people."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CompanyImported:
    """A workbook was written."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class WorkbookUploaded:
    """A large workbook was handed in and is to be read, with the rights of the person who did."""

    batch_id: int
    person_id: int


@dataclass(frozen=True, slots=True)
class ImportConfirmed:
    """A workbook was confirmed and is to be written."""

    batch_id: int


@dataclass(frozen=True, slots=True)
class PersonMoved:
    """A person's unit or manager changed."""

    person_id: int


@dataclass(frozen=True, slots=True)
class PersonLeft:
    """A person left the company."""

    person_id: int


@dataclass(frozen=True, slots=True)
class CycleMoved:
    """A cycle went to another phase."""

    cycle_id: int
    phase: str
