"""Goals out of a company workbook: the sheets Goals, KeyResults, Milestones, Bands and Updates.

Every sheet is asked what each row would do (`preview_…`, which writes nothing) and, after confirmation, handed the
rows still standing (`apply_…`, inside the importer's transaction). The same workbook a second time changes nothing.
Imported goals are in force: whoever confirmed the import (two people) agreed to them.
"""

from beichen.goals.rules.imports.sheets import SHEETS

__all__ = ["SHEETS"]
