"""Persons come, move, rise, leave and come back; every day of it stays on record.

These are the acts themselves. People reach them through `changes` (asked by one, confirmed by another);
jobs and imports call them as named system actors.
"""

from beichen.people.rules.persons.leaving import (
    PORTAL_DAYS,
    AlreadyGone,
    BeforeReturning,
    Return,
    StillHere,
    apply_due,
    come_back,
    leave,
)
from beichen.people.rules.persons.moving import (
    BeforeJoining,
    CircularLine,
    Hire,
    Move,
    NumberTaken,
    OverlappingAssignment,
    Profile,
    begins,
    edit_profile,
    hire,
    move,
)

__all__ = [
    "PORTAL_DAYS",
    "AlreadyGone",
    "BeforeJoining",
    "BeforeReturning",
    "CircularLine",
    "Hire",
    "Move",
    "NumberTaken",
    "OverlappingAssignment",
    "Profile",
    "Return",
    "StillHere",
    "apply_due",
    "begins",
    "come_back",
    "edit_profile",
    "hire",
    "leave",
    "move",
]
