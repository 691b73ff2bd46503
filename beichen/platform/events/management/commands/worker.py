"""`manage worker`: runs jobs, and beside them the seal of the audit, the heartbeat and the care of the queue."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from functools import partial
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.psycopg_connector import PsycopgConnector

from beichen.platform.audit import sealing
from beichen.platform.events import rules
from beichen.platform.events.loops import Loop, Loops

log = logging.getLogger(__name__)
DAY = 24 * 3600
PATIENCE, TRYING = 5, 2
"""Seconds the queue waits for a connection, and goes on trying before it begins anew: pauses between tries double."""


class Command(BaseCommand):
    """Stops cleanly on SIGTERM and SIGINT: running jobs end, waiting ones stay."""

    help = "Run jobs, seal the audit, beat the heart."

    def add_arguments(self, parser: CommandParser) -> None:
        """Two jobs at a time suit two cores."""
        parser.add_argument("--concurrency", type=int, choices=range(1, 17), default=2)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Runs until told to stop."""
        loops = Loops(
            Loop("seal the audit", 1, sealing.seal_all),
            Loop("sign the audit's head", 300, sealing.anchor),
            Loop("heartbeat", 2, partial(rules.beat, f"worker:{socket.gethostname()}:{os.getpid()}")),
            Loop("bring back stalled jobs", 2, rules.bring_back),
            Loop("prune", DAY, rules.prune),
        )
        loops.start()
        try:
            asyncio.run(_work(options["concurrency"]))
        finally:
            loops.stop()


async def _work(concurrency: int) -> None:
    """Run procrastinate's worker; when the database goes away, begin again until it is back."""
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    while not stopping.is_set():
        working = asyncio.create_task(_until_broken(concurrency))
        asked = asyncio.create_task(stopping.wait())
        await asyncio.wait({working, asked}, return_when=asyncio.FIRST_COMPLETED)
        await _end(working)
        asked.cancel()


async def _until_broken(concurrency: int) -> None:
    if not isinstance(app.connector, DjangoConnector):
        raise TypeError("the queue is not on Django's connection")
    queue = PsycopgConnector(kwargs=connector_params(), timeout=PATIENCE, reconnect_timeout=TRYING)
    try:
        with app.replace_connector(queue):
            async with app.open_async():
                await app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    update_heartbeat_interval=2,
                    stalled_worker_timeout=rules.STALLED_AFTER,
                    shutdown_graceful_timeout=15,
                )
    except Exception:
        log.exception("the worker lost its queue and begins again")
    await asyncio.sleep(1)


async def _end(working: asyncio.Task[None]) -> None:
    """Cancelling asks procrastinate to finish its running jobs first."""
    working.cancel()
    try:
        await working
    except asyncio.CancelledError:
        return
