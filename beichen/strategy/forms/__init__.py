"""The one page and the statements as people type them."""

from beichen.strategy.forms.page import PageForm, number
from beichen.strategy.forms.statements import StatementForm

__all__ = ["PageForm", "StatementForm", "number"]
