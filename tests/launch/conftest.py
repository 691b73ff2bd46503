"""Folders and servers of the launcher's own tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from beichen.launch import places
from beichen.launch.cluster import UNSAFE, Cluster
from beichen.launch.servant import choose

LONG_NAME = "北辰 试用/" + "/".join(["很长的路径"] * 14) + "/checkout"


@pytest.fixture
def home() -> Iterator[Path]:
    """A data folder the server's user can reach (pytest's own are closed to others), its path long and Chinese."""
    base = Path(tempfile.mkdtemp(prefix="beichen-launch-"))
    base.chmod(0o755)
    folder = base / LONG_NAME / "var"
    places.prepare_data(folder)
    yield folder
    shutil.rmtree(base)


@pytest.fixture
def cluster(home: Path) -> Iterator[Cluster]:
    """A running server on that folder."""
    server = open_cluster(home)
    yield server
    server.close()


@pytest.fixture
def reckless(home: Path) -> Iterator[Cluster]:
    """A running server that would lose work in a power cut."""
    server = open_cluster(home, *UNSAFE)
    yield server
    server.close()


def open_cluster(home: Path, *extra: str) -> Cluster:
    """Attach to or start the server of a data folder."""
    place = places.DatabasePlace(home / "postgres", home, choose(home / "postgres"), moved=False)
    server = Cluster(place, "", home / "log" / "postgres.log", *extra)
    server.open()
    return server
