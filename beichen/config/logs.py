"""Lines of the logs: when, where from, what. Of a database error only the first line: the rest may repeat a row."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import django.db
import psycopg

LINE = "%(asctime)s %(levelname)s %(name)s: %(message)s"
Trace = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Lines(logging.Formatter):
    """Keeps what people wrote out of the logs."""

    def __init__(self) -> None:
        super().__init__(LINE, "%Y-%m-%d %H:%M:%S%z")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """One record begins one line: what was asked for cannot write a second one."""
        said = super().formatMessage(record)
        return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in said)

    def formatException(self, ei: Trace) -> str:
        """The traceback, its database errors cut to their first line."""
        text = super().formatException(ei)
        for error in _causes(ei[1]):
            if isinstance(error, django.db.Error | psycopg.Error):
                text = text.replace(str(error), str(error).partition("\n")[0])
        return text


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": Lines}},
    "handlers": {"log": {"class": "logging.StreamHandler", "formatter": "lines"}},
    "root": {"handlers": ["log"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING"},
        "django.request": {"level": "ERROR"},
    },
}
"""A fault is written down whole, also with debugging off; a refusal is not one."""
