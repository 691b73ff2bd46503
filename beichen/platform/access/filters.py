"""Row filters as SQL text: Django writes a filter out once, every query that reaches its table holds the text.

A filter of many rows of the table takes milliseconds to write out, more than PostgreSQL takes to answer it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any, cast

from django.apps import apps
from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connection
from django.db.models import BooleanField, Expression, F, Model, Q

INNER = re.compile(r"\b[A-Z]{1,2}\d+\b(?=[. ])")
"""Django's names for the tables of subqueries: U0, V1."""
_numbers = count(1)


def written(model: type[Model], condition: Q) -> tuple[str, tuple[Any, ...]]:
    """The SQL of a filter over one table and its parameters; a join is refused (use Exists)."""
    query = model._base_manager.filter(condition).query
    if len([alias for alias, used in query.alias_refcount.items() if used]) > 1:
        raise ValueError(f"the filter of {model._meta.label} joins another table: use Exists")
    compiler = query.get_compiler(connection=connection)
    try:
        where, params = query.where.as_sql(compiler, connection)
    except EmptyResultSet:
        return "(false)", ()
    except FullResultSet:
        return "(true)", ()
    return where, tuple(params)


class RowFilter:
    """A filter over the rows of one table, by the function that says it; called, it gives the `Q` for a query.

    With a path ("goal__") it filters the rows that are joined there.
    """

    def __init__(self, model: str, says: Callable[[], Q]) -> None:
        self.__doc__, self._model, self._says = says.__doc__, model, says
        self._at = cache(lambda path: Q(Filtered(self, path)))

    def __call__(self, path: str = "") -> Q:
        return self._at(path)

    @property
    def model(self) -> type[Model]:
        """Whose rows it filters."""
        return apps.get_model(self._model)

    @property
    def field(self) -> str:
        """A field of the table that a join cannot do without."""
        fields = self.model._meta.concrete_fields
        return next(str(field.name) for field in fields if not field.primary_key and not field.is_relation)

    def sql(self) -> tuple[str, tuple[Any, ...]]:
        """Its text as Django writes it, and the parameters."""
        return written(self.model, self._says())


@cache
def pieces(of: RowFilter) -> tuple[list[str], tuple[Any, ...]]:
    """The text, cut where the name of the table goes, and the parameters. Cost: the first time only.

    Tables of subqueries get names no other filter has: one filter may stand in a subquery of another.
    """
    text, params = of.sql()
    own, table = f"f{next(_numbers)}_", connection.ops.quote_name(of.model._meta.db_table)
    return INNER.sub(lambda found: own + found[0].lower(), f"({text})").split(f"{table}."), params


class Filtered(Expression):
    """A row filter in a query; it stands on one column, which says under which name the query has the table."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, row_filter: RowFilter, path: str) -> None:
        super().__init__()
        self._filter, self._column = row_filter, cast(Any, F(path + row_filter.field))

    def get_source_expressions(self) -> list[Any]:
        """The column, for Django to resolve and rename."""
        return [self._column]

    def set_source_expressions(self, expressions: Any) -> None:
        """As resolved."""
        (self._column,) = expressions

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """The text under the name of the table in this query."""
        text, params = pieces(self._filter)
        return f"{compiler.quote_name_unless_alias(self._column.alias)}.".join(text), params


def filters(model: str) -> Callable[[Callable[[], Q]], RowFilter]:
    """Makes a function that says which rows of `model` into the filter itself."""
    return lambda says: RowFilter(model, says)
