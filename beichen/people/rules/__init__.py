"""Every change to people."""

from beichen.people.rules import changes, codes, imports, persons, places, processes, profiles, projects, seats, units
from beichen.people.rules.cycles import move_cycle, open_cycle, start_cycle
from beichen.people.rules.founding import first_administrator
from beichen.people.rules.persons import Hire, Move, Profile, Return
from beichen.people.rules.profiles import ProfileFields
from beichen.people.rules.projects import MemberFields, ProjectFields
from beichen.people.rules.settings import choose_goal_rules, set_steps
from beichen.people.rules.units import UnitFields

__all__ = [
    "Hire",
    "MemberFields",
    "Move",
    "Profile",
    "ProfileFields",
    "ProjectFields",
    "Return",
    "UnitFields",
    "changes",
    "choose_goal_rules",
    "codes",
    "first_administrator",
    "imports",
    "move_cycle",
    "open_cycle",
    "persons",
    "places",
    "processes",
    "profiles",
    "projects",
    "seats",
    "set_steps",
    "start_cycle",
    "units",
]
