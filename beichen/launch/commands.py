"""The commands by name. Standard library only: what needs more is imported after everything is installed."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from beichen.launch import environment, install
from beichen.launch.environment import CHECKOUT, BadEnvironment
from beichen.launch.failures import Stop

USAGE = """Beichen 北辰, performance management.   python3 -m beichen COMMAND

  demo             set everything up and open the demo company on http://127.0.0.1:8000
                   (--people N: of another size than 800, from 50 on)
  up               your own company: the first administrator, then the same address
  web, worker      one process of a kind, for production on a database of your own (docs/operate.md)
  migrate          bring the database to this version, beside running processes
  install          packages and front-end files only, for images and upgrades
  import FILE      bring a company in from a workbook
  token EMAIL      make a personal API token
  doctor           say what is here, what is missing, what is risky
  bench [JOB]      what the product costs with --people N; the jobs stand in benchmarks/
  backup FILE      the whole company in one sealed file, while it runs
  restore FILE     make a company of it again, in an empty data folder
  audit verify     prove that no audit line was changed
  test [--slow]    run every test; further arguments go to pytest
  check            style, types, borders, migrations, translations, templates
  manage …         Django's own commands

Variables: BEICHEN_DATABASE_URL, BEICHEN_DATA_DIR, BEICHEN_HOST, BEICHEN_PORT, BEICHEN_PUBLIC_URL, BEICHEN_TLS,
BEICHEN_SMTP_URL, BEICHEN_TIME_ZONE, BEICHEN_SECRET_KEY(_FILE), BEICHEN_METRICS_TOKEN(_FILE), BEICHEN_PG_BIN.
docs/operate.md explains them."""


@dataclass(frozen=True)
class Command:
    """What a name stands for; `front_end` when pages are served or tested."""

    act: Callable[[Sequence[str]], int]
    front_end: bool = False


def run(words: Sequence[str]) -> int:
    """Run one command; whatever people can mend is said in one sentence."""
    try:
        if not words or words[0] in ("help", "--help", "-h"):
            print(USAGE, flush=True)
            return 0
        command = _named(words[0])
        environment.read()
        _stand_on_packages(words)
        return _run(command, words[1:])
    except (Stop, BadEnvironment) as sentence:
        print(sentence, file=sys.stderr, flush=True)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # `doctor | head -3`: whoever read has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _named(name: str) -> Command:
    if name in COMMANDS:
        return COMMANDS[name]
    near = difflib.get_close_matches(name, COMMANDS, n=1)
    hint = f"did you mean `{near[0]}`?" if near else f"there are {', '.join(COMMANDS)}."
    raise Stop(f"Beichen has no command {name!r}; {hint}")


def _stand_on_packages(words: Sequence[str]) -> None:
    """Go on inside the virtual environment; returns only when this process already is."""
    if install.ready():
        return
    if os.environ.get("BEICHEN_INSTALLING"):
        raise Stop(
            "The virtual environment in .venv does not hold what was installed; remove that folder and start again."
        )
    python = install.ensure_packages()
    path = os.pathsep.join(filter(None, [str(CHECKOUT), os.environ.get("PYTHONPATH", "")]))
    sys.stdout.flush()
    env = {**os.environ, "PYTHONPATH": path, "BEICHEN_INSTALLING": "1"}
    os.execve(python, [str(python), "-m", "beichen", *words], env)


def _run(command: Command, words: Sequence[str]) -> int:
    os.environ.pop("BEICHEN_INSTALLING", None)
    if command.front_end:
        install.ensure_front_end()
    from beichen.launch import translations

    translations.compile_all()
    return command.act(words)


def _demo(words: Sequence[str]) -> int:
    from beichen.launch import serve

    return serve.demo(words)


def _up(words: Sequence[str]) -> int:
    from beichen.launch import serve

    return serve.up(words)


def _single(name: str) -> Callable[[Sequence[str]], int]:
    def act(words: Sequence[str]) -> int:
        from beichen.launch import single

        acts = {"web": single.web, "worker": single.worker, "migrate": single.migrate}
        return acts[name](words)

    return act


def _install(words: Sequence[str]) -> int:
    """Whatever a start would bring was brought before this runs."""
    if words:
        raise Stop("`install` takes no arguments.")
    print("Packages, front-end files and translations are in place.", flush=True)
    return 0


def _test(words: Sequence[str]) -> int:
    from beichen.launch import testing

    return testing.run(words)


def _check(words: Sequence[str]) -> int:
    from beichen.launch import checks

    return checks.run(words)


def _doctor(words: Sequence[str]) -> int:
    from beichen.launch import doctor

    if words:
        raise Stop("`doctor` takes no arguments; it looks at the data folder named by BEICHEN_DATA_DIR.")
    return doctor.run()


def _backup(words: Sequence[str]) -> int:
    from beichen.launch import backup

    return backup.run(words)


def _restore(words: Sequence[str]) -> int:
    from beichen.launch import restore

    return restore.run(words)


def _manage(words: Sequence[str]) -> int:
    """Any Django command, on the database this folder stands for."""
    from beichen.launch import database

    if not words:
        raise Stop("Name a Django command after `manage`, for example `python3 -m beichen manage help`.")
    with database.opened(environment.read()) as opened:
        return database.manage(opened, *words)


def _on_company(name: str, usage: str, count: int) -> Callable[[Sequence[str]], int]:
    """A management command that needs a migrated database and `count` arguments at least."""

    def act(words: Sequence[str]) -> int:
        from beichen.launch import database

        if len(words) < count:
            raise Stop(f"Write it as `python3 -m beichen {usage}`.")
        with database.opened(environment.read()) as opened:
            database.migrate_when_needed(opened)
            return database.command(opened, usage, name, *words)

    return act


def _bench(words: Sequence[str]) -> int:
    from beichen.launch import bench

    return bench.run(words)


def _audit(words: Sequence[str]) -> int:
    if tuple(words[:1]) != ("verify",):
        raise Stop("Write it as `python3 -m beichen audit verify`.")
    return _on_company("audit_verify", "audit verify", 0)(words[1:])


COMMANDS: dict[str, Command] = {
    "demo": Command(_demo, front_end=True),
    "up": Command(_up, front_end=True),
    "import": Command(_on_company("import_company", "import FILE.xlsx", 1)),
    "token": Command(_on_company("token", "token EMAIL", 1)),
    "web": Command(_single("web"), front_end=True),
    "worker": Command(_single("worker")),
    "migrate": Command(_single("migrate")),
    "install": Command(_install, front_end=True),
    "doctor": Command(_doctor),
    "bench": Command(_bench, front_end=True),
    "backup": Command(_backup),
    "restore": Command(_restore),
    "audit": Command(_audit),
    "test": Command(_test, front_end=True),
    "check": Command(_check),
    "manage": Command(_manage),
}
