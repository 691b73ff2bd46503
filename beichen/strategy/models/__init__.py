"""The tables of strategy: the one page, and the statements that are published beside it."""

from beichen.strategy.models.pages import Exclusion, Priority, StrategyMap, StrategyVersion, Target, TargetWord
from beichen.strategy.models.statements import (
    Acknowledgement,
    CycleRules,
    Remark,
    Signature,
    Statement,
    StatementMember,
    StatementVersion,
)

__all__ = [
    "Acknowledgement",
    "CycleRules",
    "Exclusion",
    "Priority",
    "Remark",
    "Signature",
    "Statement",
    "StatementMember",
    "StatementVersion",
    "StrategyMap",
    "StrategyVersion",
    "Target",
    "TargetWord",
]
