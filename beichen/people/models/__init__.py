"""The nouns of people and uploaded workbooks. One table holds one class of data."""

from beichen.people.models.imports import ImportBatch, ImportFile
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
from beichen.people.models.processes import Process, ProcessStep
from beichen.people.models.profiles import RolePosition, RoleProfile, RoleProfileVersion
from beichen.people.models.projects import Membership, Project

__all__ = [
    "Assignment",
    "Branch",
    "Conflict",
    "Cycle",
    "Employment",
    "FormerEmployment",
    "ImportBatch",
    "ImportFile",
    "LegalEntity",
    "Membership",
    "OrgChange",
    "OrgUnit",
    "Period",
    "Person",
    "PlacesField",
    "Process",
    "ProcessStep",
    "Project",
    "RolePosition",
    "RoleProfile",
    "RoleProfileVersion",
    "Seat",
    "TargetBonus",
    "WorkDay",
    "_SamePerson",
]
