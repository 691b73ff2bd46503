"""`test`: every test on a database server of its own, thrown away afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from beichen.launch import environment, places, roles
from beichen.launch.cluster import SUPERUSER, UNSAFE, Cluster
from beichen.launch.environment import CHECKOUT
from beichen.launch.progress import note
from beichen.launch.servant import choose

PROCESSES = "3"
"""On two cores: a browser and a database have work while a test waits for them."""
SWITCHES = (*UNSAFE, "-c", "autovacuum=off")
"""Tests roll back what they write: a vacuum in between finds full tables empty, and plans made after it crawl."""


def run(words: Sequence[str]) -> int:
    """Run pytest with the given words; `--breaks` plants each listed fault instead."""
    with throw_away_server() as variables:
        if "--breaks" in words:
            from beichen.launch import breaks

            return breaks.run([word for word in words if word != "--breaks"], variables)
        alone = any(word in ("-n", "--pdb", "-s") or word.startswith("-n") for word in words)
        spread = [] if alone else ["-n", PROCESSES, "--dist", "loadfile"]  # the tests of a journey build on each other
        return subprocess.run(
            [sys.executable, "-m", "pytest", *spread, *words], cwd=CHECKOUT, env=variables, check=False
        ).returncode


@contextmanager
def throw_away_server() -> Iterator[dict[str, str]]:
    """Start an empty server in the temp folder; yields the variables of a test process.

    Tests change from login to login, which only the server's superuser may. What is written there is thrown away, so
    the switches that guard it against a power cut are off.
    """
    with tempfile.TemporaryDirectory(prefix="beichen-test-") as name:
        home = Path(name)
        home.chmod(0o755)
        places.prepare_data(home)
        place = places.DatabasePlace(home / "postgres", home, choose(home / "postgres"), moved=False)
        note("Starting a database for the tests …")
        cluster = Cluster(place, os.environ.get("BEICHEN_PG_BIN", ""), home / "log" / "postgres.log", *SWITCHES)
        try:
            cluster.open()
            roles.make_database(cluster.conninfo(), "beichen")
            roles.ensure(cluster.conninfo("beichen"), "beichen", "")
            yield _variables(cluster, home)
        finally:
            cluster.close()


def _variables(cluster: Cluster, home: Path) -> dict[str, str]:
    address = environment.DatabaseAddress("beichen", SUPERUSER, "", str(cluster.socket), "")
    ours = {key: value for key, value in os.environ.items() if not key.startswith("BEICHEN_")}
    return {
        **ours,
        "BEICHEN_DATABASE_URL": roles.url(address, SUPERUSER, ""),
        "BEICHEN_DATA_DIR": str(home),
        "PYTHONPATH": str(CHECKOUT),
        "PYTHONUTF8": "1",
    }
