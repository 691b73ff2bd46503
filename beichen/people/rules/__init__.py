"""Every change to people."""

from beichen.people.rules import imports
from beichen.people.rules.cycles import move_cycle, open_cycle, start_cycle

__all__ = ["imports", "move_cycle", "open_cycle", "start_cycle"]
