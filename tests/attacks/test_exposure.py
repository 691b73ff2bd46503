"""A38: twelve configurations that would show the inside or leave the door open; each is refused at the start."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

KEY = "k3y-0f-th1s-1nst4ll4t10n-4nd-n0-0th3r"
SOUND = {
    "BEICHEN_SECRET_KEY": KEY,
    "BEICHEN_DB_ROLE": "web",
    "BEICHEN_DATABASE_URL": "postgresql:///beichen?host=/nowhere",
}
BAD: dict[str, dict[str, str]] = {
    "debugging": {"BEICHEN_DEBUG": "1"},
    "no key": {"BEICHEN_SECRET_KEY": ""},
    "a short key": {"BEICHEN_SECRET_KEY": "short"},
    "a plain key": {"BEICHEN_SECRET_KEY": "a" * 50},
    "a key that cannot be read": {"BEICHEN_SECRET_KEY": "", "BEICHEN_SECRET_KEY_FILE": "/nowhere/key"},
    "a host that is none": {"BEICHEN_HOST": "*"},
    "open to all without TLS": {"BEICHEN_HOST": "0.0.0.0"},
    "a public address without TLS": {"BEICHEN_PUBLIC_URL": "http://beichen.example.com"},
    "the cast for everybody": {"BEICHEN_DEMO": "1", "BEICHEN_HOST": "0.0.0.0", "BEICHEN_TLS": "1"},
    "an unknown role": {"BEICHEN_DB_ROLE": "superuser"},
    "another kind of database": {"BEICHEN_DATABASE_URL": "sqlite:///x"},
    "a time zone that is none": {"BEICHEN_TIME_ZONE": "Mars/Olympus"},
    "a mail address that is none": {"BEICHEN_SMTP_URL": "http://mail.example.com"},
}
ROOT = Path(__file__).parents[2]
ASK = """
import django; django.setup()
from django.core.management import call_command
call_command("check")
from beichen.platform.auth import checks
named = [message.id for message in checks.deployed()]
assert not named, named
"""


def started(**variables: str) -> subprocess.CompletedProcess[str]:
    """Load the settings and run the checks of a process that answers people, as the launcher does."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("BEICHEN_")}
    env = {**clean, **SOUND, **variables, "DJANGO_SETTINGS_MODULE": "beichen.config.settings", "PYTHONPATH": str(ROOT)}
    env |= {} if "BEICHEN_DATA_DIR" in env else {"BEICHEN_DATA_DIR": "/tmp/beichen-nowhere"}
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ASK], env=env, cwd=ROOT, capture_output=True, text=True, check=False
    )


@pytest.mark.attack("A38")
@pytest.mark.req("BASE-07")
@pytest.mark.parametrize("what", BAD)
def test_a_bad_configuration_is_refused(what: str) -> None:
    done = started(**BAD[what])
    assert done.returncode != 0, f"{what} was let through"
    assert "BEICHEN_" in done.stderr or "identity." in done.stderr, done.stderr[-800:]


@pytest.mark.attack("A38")
def test_a_sound_one_is_let_through() -> None:
    done = started(BEICHEN_TLS="1", BEICHEN_HOST="0.0.0.0", BEICHEN_PUBLIC_URL="https://beichen.example.com")
    assert done.returncode == 0, done.stderr[-800:]
    assert len(BAD) == 13


@pytest.mark.django_db
@pytest.mark.attack("A38")
def test_nothing_of_the_inside_is_open_to_a_stranger() -> None:
    stranger = Client(raise_request_exception=False)
    for path in ("/admin/", "/debug/", "/__debug__/", "/metrics/", "/.env", "/.git/config", "/server-status",
                 "/api/v1/docs/", "/static/../beichen/config/settings.py", "/phpinfo.php", "/ui/parts/"):  # fmt: skip
        answer = stranger.get(path)
        assert answer.status_code in (302, 401, 404), (path, answer.status_code)
        assert "SECRET_KEY" not in answer.content.decode(errors="replace")
    for path in ("/healthz", "/readyz"):
        told = stranger.get(path)
        assert told.status_code in (200, 503)
        assert "postgres" not in told.content.decode().lower()
        assert len(told.content) < 400, told.content
