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
)

__all__ = [
    "PRIORITIES",
    "PageInput",
    "PriorityInput",
    "name_editors",
    "publish_page",
    "put_priorities",
    "restore",
    "save_draft",
]
