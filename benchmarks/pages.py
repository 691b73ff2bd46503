"""Every page as the people of the demo open it: server time, statements, size, memory.

Each signs in, follows the links of what is shown to them until no new door of the URL map turns up, then opens one
address per door in `ROUNDS` rounds. So ids are real and nobody is asked for what they cannot reach. The whole WSGI
application runs, sign-in, audit and connection pool included, on the web login; only the socket is left out.
"""

from __future__ import annotations

import argparse
import gzip
import io
import os
import re
import resource
import statistics
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import django

CAST = {
    "C012": "employee", "C011": "manager", "C010": "head", "C001": "executive", "C013": "HR partner",
    "C014": "HR administrator", "C015": "compensation", "C016": "facilitator", "C008": "auditor",
}  # fmt: skip
SEEDS = ("/", "/people/search/?q=%E6%9D%8E", "/people/options/person/?q=%E6%9D%8E", "/parts/", "/account/", "/healthz")
LINK = re.compile(r'(?:href|hx-get|data-url|data-href)="([^"#]+)"')
LEAVES = ("/account/logout/", "/static/", "/api/")
ROUNDS = 5
SLOW_MS, MANY = 100, 15
LINES = "{page:<34.34} {who:<16} {median:>7} {p95:>7} {cpu:>6} {sql:>4} {kb:>6} {peak:>6}"
HEADS = LINES.format(page="page", who="who", median="median", p95="p95 ms", cpu="cpu", sql="SQL", kb="kB gz", peak="MB")


@dataclass(frozen=True, slots=True)
class Answer:
    """One opening."""

    status: int
    headers: dict[str, str]
    body: bytes
    ms: float
    cpu: float
    statements: int


@dataclass(slots=True)
class Line:
    """A door as one person opens it."""

    page: str
    who: str
    url: str
    times: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    statements: int = 0
    size: float = 0
    peak: float = 0

    @property
    def median(self) -> float:
        """Of the rounds, in ms."""
        return statistics.median(self.times)

    @property
    def cpu(self) -> float:
        """The median of what processors really worked for it, in ms."""
        return statistics.median(self.work)

    @property
    def p95(self) -> float:
        """The slowest round but the slowest twentieth, in ms."""
        return sorted(self.times)[max(0, -(-len(self.times) * 95 // 100) - 1)]


class Browser:
    """One person at the WSGI application."""

    def __init__(self, application: Callable[..., Any], cookie: str) -> None:
        self._application, self._cookie = application, cookie
        self.backends: set[int] = set()

    def open(self, url: str, sent: bytes | None = None) -> Answer:
        """A GET, or a POST of a form, counted and timed."""
        from django.db import connection

        parts = urlsplit(url)
        told: list[Any] = []
        counted: list[str] = []

        def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  (Django's own)
            counted.append(sql)
            answered = execute(sql, params, many, context)
            self.backends.add(context["connection"].connection.info.backend_pid)
            return answered

        environ = {
            "REQUEST_METHOD": "GET", "PATH_INFO": parts.path, "QUERY_STRING": parts.query, "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000", "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_HOST": "127.0.0.1:8000", "SCRIPT_NAME": "",
            "REMOTE_ADDR": "127.0.0.1", "HTTP_COOKIE": self._cookie, "wsgi.version": (1, 0), "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(), "wsgi.errors": sys.stderr, "wsgi.multithread": True,
            "wsgi.multiprocess": True, "wsgi.run_once": False,
        }  # fmt: skip
        if sent is not None:
            token = re.search(r"csrftoken=([^;]+)", self._cookie)
            environ |= {
                "REQUEST_METHOD": "POST", "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(sent)), "wsgi.input": io.BytesIO(sent),
                "HTTP_X_CSRFTOKEN": token[1] if token else "",
            }  # fmt: skip
        database = self._database_seconds()
        began, worked = time.perf_counter(), time.thread_time()
        with connection.execute_wrapper(count):
            answer = self._application(environ, lambda *words: told.extend(words))
            body = b"".join(answer)
            answer.close()
        spent, work = time.perf_counter() - began, time.thread_time() - worked
        work += self._database_seconds() - database
        return Answer(int(told[0].split()[0]), dict(told[1]), body, spent * 1000, work * 1000, len(counted))

    def _database_seconds(self) -> float:
        """What the sessions of the embedded database have worked so far, as Linux counts it; 0 elsewhere."""
        files = [Path(f"/proc/{pid}/schedstat") for pid in self.backends]
        return sum(int(file.read_text().split()[0]) / 1e9 for file in files if file.exists())


def run(rounds: int = ROUNDS) -> list[Line]:
    """Sign everybody in, find their doors, open them; the lines in the order of the median, the slowest first."""
    from django.core.wsgi import get_wsgi_application

    application = get_wsgi_application()
    lines: list[Line] = []
    for number, who in CAST.items():
        browser = Browser(application, _signed_in(number))
        found = [Line(page, who, url) for page, url in sorted(doors(browser.open).items())]
        for _ in range(rounds):
            for line in found:
                answer = browser.open(line.url)
                line.times.append(answer.ms)
                line.work.append(answer.cpu)
        for line in found:
            _weigh(browser, line)
        lines += found
        print(f"  {who}: {len(found)} pages", file=sys.stderr, flush=True)
    return sorted(lines, key=lambda line: -line.median)


def _signed_in(number: str) -> str:
    """The cookie of a session of that person, made as the sign-in page makes it."""
    from django.contrib.auth import get_user_model
    from django.db import connection
    from django.test import Client

    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM people_person WHERE number = %s", [number])
        person_id = cursor.fetchone()[0]
    client = Client()
    client.force_login(
        get_user_model()._default_manager.get(person_id=person_id),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    client.get("/")
    return "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())


def doors(get: Callable[[str], Answer]) -> dict[str, str]:
    """One address for each door that opening addresses leads to; lists also with their next part ("…")."""
    found: dict[str, str] = {}
    waiting, met = deque(SEEDS), set(SEEDS)
    while waiting:
        url = waiting.popleft()
        page = _name(url)
        if page is None or page in found:
            continue
        answer = get(url)
        if answer.status == 200:
            found[page] = url
        elif answer.status >= 500:
            print(f"  {url} is broken: {answer.status}", file=sys.stderr, flush=True)
        for link in _links(answer, url):
            if link not in met:
                met.add(link)
                waiting.append(link)
    return found


def _links(answer: Answer, base: str) -> Iterator[str]:
    if "Location" in answer.headers:
        yield urljoin(base, answer.headers["Location"])
    if answer.headers.get("Content-Type", "").startswith("text/html"):
        for link in LINK.findall(answer.body.decode()):
            url = urljoin(base, unescape(link))
            if url.startswith("/") and not url.startswith(LEAVES):
                yield url


def _name(url: str) -> str | None:
    """The name of the door in the URL map, if it answers to GET."""
    from django.urls import Resolver404, resolve

    parts = urlsplit(url)
    try:
        match = resolve(parts.path)
    except Resolver404:
        return None
    if "GET" not in getattr(match.func, "methods", ("GET",)):
        return None
    return f"{match.view_name}{' …' if 'after=' in parts.query else ''}"


def _weigh(browser: Browser, line: Line) -> None:
    """Statements, compressed size and peak memory of one more opening (traced, so not timed)."""
    tracemalloc.start()
    answer = browser.open(line.url)
    line.peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    line.statements, line.size = answer.statements, len(gzip.compress(answer.body, 6)) / 1000


def _never_opened(lines: Sequence[Line]) -> list[str]:
    """Doors of the URL map that answer to GET and that nobody's links led to."""
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: Sequence[Any], space: str = "") -> Iterator[str]:
        for one in patterns:
            if isinstance(one, URLResolver) and one.app_name != "ninja":
                yield from walk(one.url_patterns, f"{one.namespace}:" if one.namespace else space)
            elif isinstance(one, URLPattern) and one.name and "GET" in getattr(one.callback, "methods", ()):
                yield f"{space}{one.name}"

    opened = {line.page for line in lines}
    return sorted(name for name in set(walk(get_resolver().url_patterns)) if name not in opened)


def show(lines: Sequence[Line], *, everybody: bool) -> None:
    """The table: each door as the person opens it for whom it is slowest, or all of them."""
    print(HEADS)
    shown: dict[str, Line] = {}
    for line in lines:
        if everybody or line.page not in shown:
            _print(line)
        shown.setdefault(line.page, line)
    slow = [line for line in shown.values() if line.median > SLOW_MS]
    many = sorted({line.page for line in lines if line.statements > MANY})
    missed = _never_opened(lines)
    print(f"\n{len(shown)} pages, {len(lines)} as {len(CAST)} people open them; over {SLOW_MS} ms in the median:"
          f" {len(slow)}; over {MANY} statements: {', '.join(many) or 'none'}.")  # fmt: skip
    print(f"Nobody was led to: {', '.join(missed) or 'none'}.")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"Peak memory of the process {peak:.0f} MB; load of the machine {os.getloadavg()[0]:.1f}.")


def _print(line: Line) -> None:
    print(LINES.format(
        page=line.page, who=line.who, median=f"{line.median:.0f}", p95=f"{line.p95:.0f}", cpu=f"{line.cpu:.0f}",
        sql=line.statements, kb=f"{line.size:.1f}", peak=f"{line.peak:.1f}",
    ))  # fmt: skip


if __name__ == "__main__":
    django.setup()
    reader = argparse.ArgumentParser("python3 -m beichen bench pages")
    reader.add_argument("--rounds", type=int, default=ROUNDS, help="how often each page is opened")
    reader.add_argument("--all", action="store_true", help="every person's line of a page, not only the slowest")
    asked = reader.parse_args()
    show(run(asked.rounds), everybody=asked.all)
