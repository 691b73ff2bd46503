"""Ends a process's session at an exact point, as a kill of the process would, until the work is done all the same."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import django.db
import psycopg
from django.db import connection
from procrastinate.contrib.django import app

from beichen.platform.events import rules
from beichen.platform.events.tests.drain import TAKE
from tests.database import login

R = TypeVar("R")
DEATHS = (django.db.OperationalError, django.db.InterfaceError, psycopg.OperationalError)
DONE = "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s"
UNPARKED = "UPDATE procrastinate_jobs SET attempts = 0 WHERE status IN ('todo', 'doing') RETURNING id"


class Dying:
    """Counts statements and commits of this thread's connection; before one of them the server ends the session."""

    def __init__(self, point: int) -> None:
        self.point, self.count, self.died = point, 0, False
        self._commit = connection._commit  # type: ignore[attr-defined]

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        self._tick()
        return execute(sql, params, many, context)

    def commit(self) -> None:
        """In place of the connection's own."""
        self._tick()
        self._commit()

    def _tick(self) -> None:
        self.count += 1
        if self.count == self.point and connection.connection is not None:
            self.died = True
            _end_session(connection.connection.info.backend_pid)


def _end_session(pid: int) -> None:
    """The server ends a session and waits until it is gone."""
    found = connection.settings_dict
    with psycopg.connect(
        host=found["HOST"], port=found["PORT"] or None, user=found["USER"], dbname=found["NAME"],
        password=found["PASSWORD"] or None, autocommit=True,
    ) as other:  # fmt: skip
        other.execute("SELECT pg_terminate_backend(%s, 10000)", [pid])


@contextmanager
def dies_at(point: int) -> Iterator[Dying]:
    """Inside, this thread's session ends before its `point`-th statement or commit."""
    dying = Dying(point)
    connection._commit = dying.commit  # type: ignore[attr-defined]
    try:
        with connection.execute_wrapper(dying):
            yield dying
    finally:
        connection._commit = dying._commit  # type: ignore[attr-defined]


@dataclass
class Reaper:
    """Kills at random points, on average `every` statements apart; 1: at each of them. `deaths` counts."""

    every: int
    draw: random.Random = field(default_factory=lambda: random.Random(20))
    deaths: Counter[str] = field(default_factory=Counter)

    def _gap(self) -> int:
        return self.draw.randint(1, 2 * self.every - 1)

    def through(self, act: Callable[[], R], after: Callable[[], None], name: str = "") -> R:
        """What `act` gives once it gets through; it begins anew after each death, and dies later the next time."""
        point = self._gap()
        while True:
            dying = None
            try:
                with dies_at(point) as dying:
                    found = act()
            except DEATHS:
                if dying is None or not dying.died:
                    raise
                connection.close()
            if dying and not dying.died:
                return found
            self.deaths[name] += 1
            after()
            point += self._gap()

    def jobs(self, after: Callable[[], None]) -> None:
        """Run what waits in the queue; each job dies now and then, and is brought back."""

        def look() -> None:
            _bring_back()
            after()

        while self.through(_one_job, look, "job") is not None:
            continue


def _bring_back() -> None:
    """As the next worker does, and each death here is the first of its kind: ten would park the job."""
    with login("beichen_worker"):
        rules.bring_back()
    with login(None), connection.cursor() as cursor:
        cursor.execute(UNPARKED)


def _one_job() -> str | None:
    """The next job, as the worker runs it: taken, done, noted as done, each committed by itself."""
    with login("beichen_worker"), connection.cursor() as cursor:
        cursor.execute(TAKE)
        taken = cursor.fetchone()
        if taken is None:
            return None
        job_id, name, arguments = taken
        app.tasks[name].func(None, **(arguments if isinstance(arguments, dict) else json.loads(arguments)))
        with connection.cursor() as again:
            again.execute(DONE, [job_id])
        return str(name)
