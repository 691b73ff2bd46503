"""Every write of bonuses. What whole companies need runs as a job; what people decide is one row each."""

from beichen.reward.rules.adjustments import Change, adjust, pass_on, take_back
from beichen.reward.rules.letters import ask_letters, send_letters
from beichen.reward.rules.plans import create_plan, default_policy, edit_scenario
from beichen.reward.rules.simulation import ask_simulation, simulate
from beichen.reward.rules.steps import approve, choose, consolidate, unlock

__all__ = [
    "Change",
    "adjust",
    "approve",
    "ask_letters",
    "ask_simulation",
    "choose",
    "consolidate",
    "create_plan",
    "default_policy",
    "edit_scenario",
    "pass_on",
    "send_letters",
    "simulate",
    "take_back",
    "unlock",
]
