"""`demo` and `up`: database, web and worker, until Ctrl-C. Needs psycopg."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from beichen.launch import database, environment, loading, memory, places, roles
from beichen.launch.cluster import Cluster
from beichen.launch.database import Database
from beichen.launch.environment import Environment
from beichen.launch.failures import Stop, of_os_error
from beichen.launch.places import Lock
from beichen.launch.processes import Service
from beichen.launch.progress import say

READY_SECONDS = 60
BEAT = 0.1
PAUSE = 3
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
ACCOUNTS = "identity_account"
COMPANY = ("people_person", ACCOUNTS)
FIRST = {"--email", "--name", "--number"}
SIZE = "--people"
WORK = (sys.executable, "-m", "django", "worker")
LOADING, DEMO = "demo, loading", "demo"


class Interrupted(Exception):
    """Ctrl-C or SIGTERM."""


def demo(words: Sequence[str]) -> int:
    """The demo company, ready to sign in to; `--people N` for another size than 800."""
    if words and (len(words) != 2 or words[0] != SIZE or not words[1].isdigit()):
        raise Stop("`demo` takes --people N alone; address and port are BEICHEN_HOST and BEICHEN_PORT.")
    os.environ["BEICHEN_DEMO"] = "1"
    env = environment.read()
    with _alone(env), _signals(), database.opened(env) as opened:
        _load_demo(opened, words)
        return _serve(env, opened, show_cast=True)
    return 130


def up(words: Sequence[str]) -> int:
    """One's own company; without any account the first administrator is asked for."""
    if not set(words[::2]) <= FIRST or len(words) % 2:
        raise Stop(f"`up` takes {', '.join(sorted(FIRST))}, each with its value, for the first administrator alone.")
    env = environment.read()
    with _alone(env), _signals(), database.opened(env) as opened:
        database.migrate_when_needed(opened)
        with roles.connect(opened.logins, "owner") as connection:
            company = memory.recall(connection, "company")
            known = memory.has_rows(connection, ACCOUNTS)
        if company.startswith(DEMO):
            raise Stop(
                f"The data folder {env.data_dir} holds the demo company; "
                "start your own in another with BEICHEN_DATA_DIR=/a/folder python3 -m beichen up."
            )
        if not known:
            database.command(opened, "up --email … --name … --number …", "first_administrator", *words)
        return _serve(env, opened, show_cast=False)
    return 130


def _load_demo(opened: Database, words: Sequence[str]) -> None:
    """Fill an empty database; one that was filled halfway is made anew, one that is full stays as it is."""
    with roles.connect(opened.logins, "owner") as connection:
        company = memory.recall(connection, "company")
    if company == LOADING:
        say("An earlier loading of the demo company was cut off; starting over with an empty database.")
        database.start_over(opened)
    database.migrate_when_needed(opened)
    if company == DEMO:
        if words:
            say("This data folder holds the demo company already; --people counts where it is loaded anew.")
        return
    with roles.connect(opened.logins, "owner") as connection:
        if company != LOADING and memory.has_rows(connection, *COMPANY):
            raise Stop(
                "The data folder holds a company of your own, so the demo is not loaded over it; start `up`, "
                "or look at the demo with BEICHEN_DATA_DIR=/another/folder python3 -m beichen demo."
            )
        memory.remember(connection, "company", LOADING)
    say("Loading the demo company …")
    loading.load_demo(opened, int(words[1]) if words else loading.USUAL)
    with roles.connect(opened.logins, "owner") as connection:
        memory.remember(connection, "company", DEMO)


def _serve(env: Environment, opened: Database, *, show_cast: bool) -> int:
    """Start web and worker, say where, and keep everything alive until told to stop."""
    services = _services(env, opened)
    web, worker = services
    try:
        web.start()
        worker.start()
        _await_web(env, web, worker)
        say(f"\nBeichen is ready: {address(env)}   (Ctrl-C stops it)")
        if show_cast:
            database.manage(opened, "cast")
        else:
            say("Next: sign in, and bring your people in with `python3 -m beichen import FILE.xlsx`.")
        _keep_alive(opened, services)
    except Interrupted:
        say("\nStopping …")
    finally:
        worker.stop()
        web.stop()
    return 0


def _services(env: Environment, opened: Database) -> tuple[Service, Service]:
    logs = env.data_dir / "log"
    return (
        Service("web server", web_command(env), opened.environment("web"), logs / "web.log", patience=10),
        Service("worker", list(WORK), opened.environment("worker"), logs / "worker.log", patience=25),
    )


def web_command(env: Environment) -> list[str]:
    """One web process on its address, with a connection for each of its threads."""
    serve = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", env.host, "--port", str(env.port)]
    serve += ["--workers", "1", "--blocking-threads", str(environment.WEB_THREADS), "--respawn-failed-workers"]
    return [*serve, "--log-level", "warning", "--workers-kill-timeout", "5", "beichen.config.wsgi:application"]


def _await_web(env: Environment, web: Service, worker: Service) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not answers(env):
        if time.monotonic() > deadline:
            raise Stop(f"The web server did not answer within {READY_SECONDS} s: {web.last_words()}")
        web.watch()
        worker.watch()
        time.sleep(BEAT)


def answers(env: Environment) -> bool:
    """Whether /healthz is answered, with whatever status below 500."""
    try:
        with urllib.request.urlopen(f"{address(env)}/healthz", timeout=5):
            return True
    except urllib.error.HTTPError as error:
        return error.code < 500
    except (OSError, ValueError):
        return False


def _keep_alive(opened: Database, services: Sequence[Service]) -> None:
    why = ""
    while True:
        if opened.cluster is not None and not opened.cluster.alive():
            why = _revived(opened.cluster, why)
            for service in services:
                service.hush()
        for service in services:
            service.watch()
        time.sleep(BEAT)


def _revived(cluster: Cluster, before: str) -> str:
    """Start an ended database again; empty, or why it does not start, said once. A full disk may be freed later."""
    if not before:
        say("The database ended; starting it again.")
    try:
        cluster.revive()
    except Stop as stop:
        why = str(stop)
    except OSError as error:
        why = str(of_os_error(error, "starting the database"))
    else:
        if before:
            say("The database is back.")
        return ""
    if why != before:
        say(f"{why} Trying again every {PAUSE} seconds.")
    time.sleep(PAUSE)
    return why


def address(env: Environment) -> str:
    """The address to open in a browser on this machine."""
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(env.host, env.host)
    if ":" in host and not host.startswith("["):
        host = f"[{host}]"
    return f"http://{host}:{env.port}"


@contextmanager
def _alone(env: Environment) -> Iterator[None]:
    """One `demo` or `up` per data folder, and a free port, before anything slow begins."""
    places.prepare_data(env.data_dir)
    lock = Lock(env.data_dir / "running")
    if not lock.take(fcntl.LOCK_EX | fcntl.LOCK_NB):
        raise Stop(f"Beichen already runs from {env.data_dir}: {lock.noted() or 'it is just starting'}.")
    try:
        require_free_port(env)
        lock.note(f"open {address(env)}, or stop process {os.getpid()}")
        yield
    finally:
        lock.note("")
        lock.free()


def require_free_port(env: Environment) -> None:
    """Refuse early, in one sentence, an address that cannot be had."""
    kind = socket.AF_INET6 if ":" in env.host else socket.AF_INET
    with socket.socket(kind, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((env.host, env.port))
        except OSError as error:
            raise _no_port(env, error) from error


def _no_port(env: Environment, error: OSError) -> Stop:
    if error.errno == errno.EADDRINUSE:
        other = env.port + 1 if env.port < 65535 else 8000
        return Stop(f"Port {env.port} on {env.host} is taken by another program; choose one with BEICHEN_PORT={other}.")
    if error.errno in (errno.EACCES, errno.EPERM):
        return Stop(f"This user may not open port {env.port}; choose one above 1023 with BEICHEN_PORT=8000.")
    return Stop(f"BEICHEN_HOST is {env.host!r}, which is no address of this machine; use 127.0.0.1 or 0.0.0.0.")


@contextmanager
def _signals() -> Iterator[None]:
    """Ctrl-C, SIGTERM and a closed terminal all end in the same orderly way, also from background shells."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in ENDINGS:  # once is enough: stopping in order takes its time
            signal.signal(number, signal.SIG_IGN)
        raise Interrupted

    for number in ENDINGS:
        signal.signal(number, interrupt)
    with contextlib.suppress(Interrupted):
        yield
