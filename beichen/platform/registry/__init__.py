"""Where areas register what is shown merged: to-do entries, slots, navigation, faces, a cycle's work and what holds it.

An area calls these functions in its `panels.py`, which is imported when the process is ready.
Providers take the actor first and see what the actor may see; nothing here asks for rights itself.
"""

from beichen.platform.registry.exports import ExportKind, Tell, export, export_kind, export_kinds
from beichen.platform.registry.faces import Face, faces, faces_from, find_faces
from beichen.platform.registry.holds import Hold, HoldProvider, hold, hold_providers, holds
from beichen.platform.registry.navigation import NavEntry, nav, nav_entries
from beichen.platform.registry.openings import Opening, opening, openings, openings_said
from beichen.platform.registry.phases import PhaseWork, PhaseWorkProvider, phase_work, phase_work_providers, works
from beichen.platform.registry.slots import Panel, PanelProvider, has_slot, panels, slot
from beichen.platform.registry.todos import TodoEntry, TodoProvider, todo, todo_providers, todos

__all__ = [
    "ExportKind",
    "Face",
    "Hold",
    "HoldProvider",
    "NavEntry",
    "Opening",
    "Panel",
    "PanelProvider",
    "PhaseWork",
    "PhaseWorkProvider",
    "Tell",
    "TodoEntry",
    "TodoProvider",
    "export",
    "export_kind",
    "export_kinds",
    "faces",
    "faces_from",
    "find_faces",
    "has_slot",
    "hold",
    "hold_providers",
    "holds",
    "nav",
    "nav_entries",
    "opening",
    "openings",
    "openings_said",
    "panels",
    "phase_work",
    "phase_work_providers",
    "slot",
    "todo",
    "todo_providers",
    "todos",
    "works",
]
