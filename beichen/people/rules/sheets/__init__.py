"""The sheets of people in a workbook. `declare` registers them; other areas register their own."""

from beichen.people.rules.sheets import assignments, persons, seats, units
from beichen.platform.registry.imports import ImportSheet, register

SHEETS: tuple[ImportSheet, ...] = (persons.SHEET, units.SHEET, assignments.SHEET, seats.SHEET)


def declare() -> None:
    """Register every sheet of people; called once at start."""
    for sheet in SHEETS:
        register(sheet)
