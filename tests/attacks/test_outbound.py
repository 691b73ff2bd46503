"""A36: nothing leaves the machine: no call home, no foreign script, no mail unless a mail server was named."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

import beichen
from tests.access import acts
from tests.access.test_acts import everything
from tests.cast import sign_in
from tests.database import login
from tests.test_every_answer import api_paths
from tests.test_every_door import DOORS, filled, known

pytestmark = pytest.mark.attack("A36")
OWN = ("127.0.0.1", "::1", "localhost")
FOREIGN = re.compile(r"""(?:src|href|action|url\(|@import|fetch\(|import )\s*=?\s*["'(]?(?:https?:)?//([\w.-]+)""")
ROOT = Path(beichen.__file__).parent


@pytest.fixture
def outbound(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Every address beyond this machine that somebody asks for or tries to reach."""
    reached: list[Any] = []
    real = {name: getattr(socket.socket, name) for name in ("connect", "connect_ex", "sendto")}
    resolve = socket.getaddrinfo

    def watch(name: str) -> None:
        def tried(self: socket.socket, *asked: Any) -> Any:
            address = asked[-1]
            if self.family != socket.AF_UNIX and address[0] not in OWN:
                reached.append(address)
                raise OSError("nothing leaves this machine")
            return real[name](self, *asked)

        monkeypatch.setattr(socket.socket, name, tried)

    def resolved(host: Any, *rest: Any, **more: Any) -> Any:
        if host not in (*OWN, None, ""):
            reached.append(host)
            raise socket.gaierror("nothing is looked up")
        return resolve(host, *rest, **more)

    for name in real:
        watch(name)
    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    return reached


@pytest.mark.django_db
@pytest.mark.req("BASE-07")
def test_every_page_act_and_job_stays_on_this_machine(outbound: list[Any], drain_jobs: Any, worker_db: Any) -> None:
    world = acts.make()
    ids = known(world)
    with login(None):
        client, chief = sign_in(world.golden.id("E015")), sign_in(world.golden.id("E004"))
    for address in DOORS:
        if "GET" in getattr(address.view, "methods", ()):
            answer = client.get([*filled(address, ids, world), address.sample][0])
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                text = answer.content.decode()
                assert set(FOREIGN.findall(text)) <= {"testserver", "127.0.0.1"}, address.name
    for method, path in api_paths():
        if method == "GET":
            client.get(path)
    for act in acts.every(world):
        acts.sent(chief, act)
    with worker_db():
        drain_jobs()
    assert everything()
    assert outbound == []


def test_the_guard_sees_what_would_leave(outbound: list[Any]) -> None:
    with pytest.raises(OSError):
        socket.create_connection(("example.com", 443), timeout=1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagram, pytest.raises(OSError):
        datagram.sendto(b"x", ("192.0.2.1", 53))
    assert len(outbound) == 2


def test_no_file_of_the_front_names_another_host() -> None:
    found = set()
    for kind in ("*.html", "*.css", "*.js"):
        for path in ROOT.rglob(kind):
            if "vendor" not in str(path):
                found |= {f"{path.name}: {host}" for host in FOREIGN.findall(path.read_text(encoding="utf-8"))}
    assert found == set()


def test_without_a_mail_server_mail_is_not_sent() -> None:
    from beichen.config import settings as plain

    assert not plain.ENV.smtp
    assert plain.EMAIL_BACKEND.endswith("console.EmailBackend")
    assert settings.STATIC_URL.startswith("/")


@pytest.mark.slow
def test_a_part_of_the_suite_passes_where_there_is_no_network() -> None:
    """In a network of its own with nothing in it, where the machine lets us make one."""
    unshare = shutil.which("unshare")
    alone = [unshare or "", "--net", *([] if os.geteuid() == 0 else ["--map-current-user"])]
    if not unshare or subprocess.run([*alone, "true"], check=False, capture_output=True).returncode:
        return
    done = subprocess.run(
        [*alone, sys.executable, "-m", "beichen", "test", "-q", "-n0", "beichen/platform/api",
         "beichen/goals/tests/test_pages.py"],
        cwd=ROOT.parent, capture_output=True, text=True, timeout=900, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-1500:]
