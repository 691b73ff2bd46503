"""From a clone and Python alone to a running page: nothing else on the path, a long Chinese folder. Longer half.

Needs the network, or an index named as everywhere (PIP_…, UV_…, npm_config_… are handed on).
"""

from __future__ import annotations

import os
import pwd
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beichen.launch.cluster import read_pid_file
from beichen.launch.environment import CHECKOUT
from tests.faults.journal import within
from tests.launch.conftest import LONG_NAME
from tests.launch.running import Running

pytestmark = pytest.mark.slow

HANDED_ON = ("PIP_", "UV_", "npm_config_", "NODE_EXTRA_CA_CERTS", "SSL_CERT_", "REQUESTS_CA_")
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
TOOLS = ("sh", "env", "ls", "cat", "id", "uname", "stat")
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "node_modules", "var", "__pycache__", ".*_cache", "*.mo")


def a_python() -> str:
    """The system's Python, which every user can run, where it is new enough."""
    ask = "import sys, importlib.util as u; sys.exit(sys.version_info < (3, 11) or not u.find_spec('ensurepip'))"
    system = Path("/usr/bin/python3")
    if system.exists() and subprocess.run([system, "-c", ask], check=False).returncode == 0:
        return str(system)
    return str(Path(sys.base_prefix) / "bin" / "python3")


@pytest.fixture
def bare() -> Iterator[Running]:
    """A copy of the checkout as a stranger gets it, and a path with a shell and Python only."""
    base = Path(tempfile.mkdtemp(prefix="beichen-bare-"))
    base.chmod(0o755)
    tools = base / "bin"
    tools.mkdir()
    for name in TOOLS:
        found = shutil.which(name)
        assert found
        (tools / name).symlink_to(found)
    (tools / "python3").symlink_to(a_python())
    checkout = base / LONG_NAME
    shutil.copytree(CHECKOUT, checkout, ignore=LEFT_OUT)
    one = Running(checkout / "var", base / "output.txt")
    one.checkout, one.python = checkout, str(tools / "python3")
    handed = {key: value for key, value in os.environ.items() if key.startswith(HANDED_ON) or key.lower() in PROXIES}
    one.base = {**handed, "PATH": str(tools)}
    yield one
    if one.process and one.process.poll() is None:
        one.stop()
    shutil.rmtree(base)


@pytest.mark.req("BASE-07")
def test_a_python_without_venv_is_told_what_to_install(bare: Running, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['ensurepip'] = None\n", encoding="ascii")
    env = {**bare.env, "PYTHONPATH": f"{tmp_path}{os.pathsep}{bare.checkout}"}
    for command in ("demo", "test", "check"):
        done = subprocess.run(
            [bare.python, "-m", "beichen", command], cwd=bare.checkout, env=env, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 1
        [progress, sentence] = done.stderr.splitlines()
        assert "Making a virtual environment" in progress
        assert "apt-get install python3-venv" in sentence
        assert not (bare.checkout / ".venv").exists()


def assert_goes_through(one: Running) -> None:
    """Install, look, start, look again, stop; then a backup becomes a company again."""
    first = one.run("manage", "check")
    assert first.returncode == 0, first.stderr
    assert "Making a virtual environment" in first.stderr
    assert "20 of" in first.stderr
    one.prepare(str(one.checkout / ".venv" / "bin" / "python"))
    one.start(patience=120)
    assert "Bringing the front-end files" in one.said()
    server = read_pid_file(one.home / "postgres") if one.process else None
    assert server
    assert Path(f"/proc/{server.pid}").stat().st_uid != 0
    assert one.stop() == 0
    again = one.start()
    assert "Installing" not in one.said()
    assert again <= within(5)
    assert one.stop() == 0
    assert_comes_back(one)


def assert_comes_back(one: Running) -> None:
    """By this very Python, which may be the oldest that will do."""
    sealed = one.checkout / "company.age"
    made = one.run("backup", str(sealed))
    assert made.returncode == 0, made.stderr
    key = re.search(r"AGE-SECRET-KEY-1\w+", made.stdout + made.stderr)
    assert key
    one.home = one.checkout / "var again"
    one.base = {**one.base, "BEICHEN_RECOVERY_KEY": key[0]}
    back = one.run("restore", str(sealed))
    assert back.returncode == 0, back.stderr
    assert "every fingerprint agrees" in back.stdout


@pytest.mark.req("BASE-07")
def test_a_clone_runs_as_the_user_of_this_test(bare: Running) -> None:
    assert len(str(bare.checkout)) > 100
    assert_goes_through(bare)


@pytest.mark.req("BASE-07")
def test_a_clone_runs_as_an_unprivileged_user_without_a_home(bare: Running) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in (bare.checkout, *bare.checkout.rglob("*")):
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
        bare.identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    assert_goes_through(bare)
