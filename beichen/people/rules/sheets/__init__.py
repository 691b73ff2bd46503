"""The sheets of people in a workbook. `declare` registers them; other areas register their own."""

from beichen.people.rules.sheets import assignments, memberships, persons, projects, seats, units
from beichen.platform.registry.imports import ImportSheet, register

SHEETS: tuple[ImportSheet, ...] = (
    persons.SHEET, units.SHEET, assignments.SHEET, seats.SHEET, projects.SHEET, memberships.SHEET,
)  # fmt: skip


def declare() -> None:
    """Register every sheet of people; called once at start."""
    for sheet in SHEETS:
        register(sheet)
