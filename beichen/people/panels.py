"""What people registers at start: its sheets of a workbook, its navigation."""

from beichen.people.rules import sheets

sheets.declare()
