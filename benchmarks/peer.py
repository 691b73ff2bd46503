"""Our pages beside those of a widely used open-source peer in the same stack, for the same work.

The peer's figures were measured on the same kind of machine, idle. Ours are processor time of web and database for one
opening, so that others on the machine weigh less, and the median of the clock beside it.
"""

from __future__ import annotations

import gzip
import os
import statistics
from dataclasses import dataclass
from urllib.parse import urlencode

import django
from django.db import connection

from benchmarks import measure, pages

ROUNDS = 15
MANY = 5_000
"""From so many people on the peer's figures are those of 10,000."""
OWN = """
    SELECT k.goal_id, k.id FROM goals_keyresult k
    JOIN goals_goal g ON g.id = k.goal_id AND g.state = 'active' AND g.unit_id IS NULL
    JOIN people_person p ON p.id = g.owner_id AND p.number = 'C012'
    WHERE NOT k.is_dropped AND k.measure IN ('increase', 'percent', 'count') ORDER BY g.cycle_id DESC, k.id LIMIT 1
"""
CHECK_IN = """
    SELECT c.id FROM conversations_checkin c JOIN people_person p ON p.id = c.person_id
    WHERE p.number = 'C012' ORDER BY c.due_on DESC LIMIT 1
"""
LINES = "{job:<22} {who:<9} {median:>9} {cpu:>7} {sql:>4} {kb:>6} {peer:>8} {their:>6} {ratio:>7}"


@dataclass(frozen=True, slots=True)
class Job:
    """One piece of work; the peer's median in ms at 800 and at 10,000 people and its statements (0: not told)."""

    name: str
    who: str
    url: str
    peer: tuple[float, float]
    statements: int = 0
    form: bool = False


def jobs() -> list[Job]:
    """The same work at our addresses."""
    with measure.superuser() as sql:
        goal, key_result = sql.execute(OWN).fetchone() or (0, 0)
        [check_in] = sql.execute(CHECK_IN).fetchone() or (0,)
    return [
        Job("home", "C011", "/", (118, 165), 146),
        Job("dashboard", "C001", "/goals/board/", (251, 2_116), 3_060),
        Job("objectives list", "C012", "/goals/all/", (1_959, 9_764), 1_612),
        Job("objective page", "C012", f"/goals/{goal}/", (247, 2_402)),
        Job("key-result update", "C012", f"/goals/key-results/{key_result}/update/", (91, 488), 75, form=True),
        Job("feedback list", "C001", "/talks/team/", (893, 8_954)),
        Job("new-feedback form", "C012", f"/talks/{check_in}/", (25_750, 120_000)),
    ]


def run() -> None:
    """Open each in turn, several rounds."""
    from django.core.wsgi import get_wsgi_application

    application, people = get_wsgi_application(), measure.people()
    cookies = {number: pages._signed_in(number) for number in ("C001", "C011", "C012")}
    print(LINES.format(job=f"{people:,} people", who="who", median="median ms", cpu="cpu ms", sql="SQL", kb="kB gz",
                       peer="peer ms", their="SQL", ratio="ratio"))  # fmt: skip
    for job in jobs():
        browser = pages.Browser(application, cookies[job.who])
        answers = [browser.open(job.url, _form(n) if job.form else None) for n in range(ROUNDS)][3:]
        if any(answer.status >= 400 for answer in answers):
            raise AssertionError(f"{job.url} answers {answers[0].status}")
        _print(job, answers, job.peer[people >= MANY])
    print(f"Peak memory of the process {measure.peak_mb()} MB; load of the machine {os.getloadavg()[0]:.1f}.")
    connection.close()


def _form(n: int) -> bytes:
    return urlencode({"value": str(20 + n), "confidence": "", "text": f"Measured {n}"}).encode()


def _print(job: Job, answers: list[pages.Answer], peer: float) -> None:
    cpu = statistics.median(answer.cpu for answer in answers)
    print(LINES.format(
        job=job.name, who=pages.CAST[job.who], median=f"{statistics.median(answer.ms for answer in answers):.0f}",
        cpu=f"{cpu:.0f}", sql=answers[-1].statements, kb=f"{len(gzip.compress(answers[-1].body, 6)) / 1000:.1f}",
        peer=f"{peer:,.0f}", their=job.statements or "–", ratio=f"{peer / cpu:.0f} ×",
    ), flush=True)  # fmt: skip


if __name__ == "__main__":
    django.setup()
    run()
