"""Every write of the strategy."""

from beichen.strategy.rules.imports import PRIORITIES
from beichen.strategy.rules.pages import (
    PageInput,
    PriorityInput,
    name_editors,
    publish_page,
    put_priorities,
    restore,
    save_draft,
    set_limit,
)
from beichen.strategy.rules.readers import acknowledge, remind_readers
from beichen.strategy.rules.starters import ready
from beichen.strategy.rules.statements import (
    StatementInput,
    keep_rules,
    name_members,
    publish_statement,
    put_forward,
    remark,
    save_statement,
    sign_statement,
)
from beichen.strategy.rules.targets import TargetInput, confirm_target

__all__ = [
    "PRIORITIES",
    "PageInput",
    "PriorityInput",
    "StatementInput",
    "TargetInput",
    "acknowledge",
    "confirm_target",
    "keep_rules",
    "name_editors",
    "name_members",
    "publish_page",
    "publish_statement",
    "put_forward",
    "put_priorities",
    "ready",
    "remark",
    "remind_readers",
    "restore",
    "save_draft",
    "save_statement",
    "set_limit",
    "sign_statement",
]
