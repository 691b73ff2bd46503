"""Units, persons, dated assignments, seats, periods, cycles; uploaded workbooks. One table holds one class of data."""

from beichen.people.models.imports import ImportBatch, ImportContent, ImportFile
from beichen.people.models.organisation import (
    Assignment,
    Branch,
    Conflict,
    Cycle,
    Employment,
    FormerEmployment,
    LegalEntity,
    OrgChange,
    OrgUnit,
    Period,
    Person,
    PlacesField,
    Seat,
    TargetBonus,
    WorkDay,
    _SamePerson,
)

__all__ = [
    "Assignment",
    "Branch",
    "Conflict",
    "Cycle",
    "Employment",
    "FormerEmployment",
    "ImportBatch",
    "ImportContent",
    "ImportFile",
    "LegalEntity",
    "OrgChange",
    "OrgUnit",
    "Period",
    "Person",
    "PlacesField",
    "Seat",
    "TargetBonus",
    "WorkDay",
    "_SamePerson",
]
