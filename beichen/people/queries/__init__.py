"""Every read of people. Returns frozen cards, never models, so that no template can start a query."""

from beichen.people.queries.calendar import work_calendar
from beichen.people.queries.cycles import (
    CycleCard,
    company_settings,
    current_cycle,
    cycle,
    cycles,
    period,
)
from beichen.people.queries.persons import (
    PersonCard,
    by_number,
    find_persons,
    me,
    person,
    persons,
    reports_of,
    target_bonuses,
    unit_people,
    who_acts,
)
from beichen.people.queries.stretches import Stretch, people_on, stretches
from beichen.people.queries.units import UnitCard, children_of, unit, unit_path, units

__all__ = [
    "CycleCard",
    "PersonCard",
    "Stretch",
    "UnitCard",
    "by_number",
    "children_of",
    "company_settings",
    "current_cycle",
    "cycle",
    "cycles",
    "find_persons",
    "me",
    "people_on",
    "period",
    "person",
    "persons",
    "reports_of",
    "stretches",
    "target_bonuses",
    "unit",
    "unit_path",
    "unit_people",
    "units",
    "who_acts",
    "work_calendar",
]
