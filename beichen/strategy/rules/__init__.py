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
from beichen.strategy.rules.targets import TargetInput, confirm_target

__all__ = [
    "PRIORITIES",
    "PageInput",
    "PriorityInput",
    "TargetInput",
    "confirm_target",
    "name_editors",
    "publish_page",
    "put_priorities",
    "restore",
    "save_draft",
    "set_limit",
]
