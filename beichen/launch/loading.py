"""The demo company of any size: told up to 2,000 people, beyond that told once and copied. Needs psycopg."""

from __future__ import annotations

import subprocess
import sys

from beichen.launch import database, roles
from beichen.launch.cluster import SUPERUSER
from beichen.launch.database import Database
from beichen.launch.failures import Stop
from beichen.launch.progress import say

USUAL, TOLD = 800, 2_000
"""As many as the story was written for; as many as are told one by one (about a minute for each 800)."""


def load_demo(opened: Database, people: int) -> None:
    """Fill an empty database. More than 2,000 people take whole copies of 800, so there may be up to 799 more.

    Copying needs the superuser of the embedded server; a given database has everybody told, in proportion slower.
    """
    copied = people > TOLD and opened.cluster is not None
    if people > TOLD and not copied:
        say(f"{people} people are told one by one in a database of your own: a minute for each 800.")
    if database.manage(opened, "load_demo", "--people", str(USUAL if copied else people)) != 0:
        raise Stop("The demo company could not be loaded; what went wrong is said above.")
    if copied:
        copies = -(-people // USUAL) - 1
        say(f"Copying it {copies} times …")
        done = subprocess.run(
            [sys.executable, "-m", "django", "copy_demo", str(copies)], env=superuser(opened), check=False
        )
        if done.returncode != 0:
            raise Stop("The demo company could not be copied; what went wrong is said above.")


def superuser(opened: Database) -> dict[str, str]:
    """The variables of a child that works as the embedded server's superuser."""
    address = roles.url(opened.logins.address, SUPERUSER, "")
    return {**opened.environment("owner"), "BEICHEN_DATABASE_URL": address}
