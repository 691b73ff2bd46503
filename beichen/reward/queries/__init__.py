"""Every read of bonuses. Frozen cards, never models; reads of amounts leave one audit row each."""

from beichen.reward.queries.comparison import Comparison, Curve, Mover, PoolPair, comparison, out_of_plan
from beichen.reward.queries.letters import (
    LetterCard,
    LetterSheet,
    has_bonus,
    letter,
    letters,
    of_review,
    plans_and_letters,
)
from beichen.reward.queries.plans import PlanCard, ScenarioCard, names_of, plan, plan_key, plans, scenarios, waiting_for
from beichen.reward.queries.pools import (
    AwardLine,
    PoolCard,
    PoolLink,
    PoolSheet,
    my_pools,
    pool_sheet,
    pools,
    to_pass_on,
)

__all__ = [
    "AwardLine",
    "Comparison",
    "Curve",
    "LetterCard",
    "LetterSheet",
    "Mover",
    "PlanCard",
    "PoolCard",
    "PoolLink",
    "PoolPair",
    "PoolSheet",
    "ScenarioCard",
    "comparison",
    "has_bonus",
    "letter",
    "letters",
    "my_pools",
    "names_of",
    "of_review",
    "out_of_plan",
    "plan",
    "plan_key",
    "plans",
    "plans_and_letters",
    "pool_sheet",
    "pools",
    "scenarios",
    "to_pass_on",
    "waiting_for",
]
