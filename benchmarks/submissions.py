"""J9: the hour before the deadline. Self reviews handed in over HTTP by many at once: form, answers, state, audit.

The product's own web process (4 threads) answers on a port of this machine; a process beside it sends and shares the
cores, so the rate is what is left when the sender has had its part. A floor beside it: the same rows as one statement
for each, committed, by as many connections. Everything acknowledged must be there afterwards; then it is put back.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import django
import psycopg

from benchmarks import launch, measure

MANY, CLIENTS = 400, 8
CORES = "/proc/{pid}/stat"
WRITERS = """
    SELECT p.id, p.rater_id, a.id, c.answers FROM reviews_part p
    JOIN identity_account a ON a.person_id = p.rater_id AND a.is_active
    JOIN LATERAL (
        SELECT v.answers FROM reviews_part o JOIN reviews_partversion v ON v.part_id = o.id
        WHERE o.rater_id = p.rater_id AND o.role = 'self' AND o.plan_id <> p.plan_id
        ORDER BY v.saved_at DESC LIMIT 1
    ) c ON true
    WHERE p.plan_id = %s AND p.role = 'self' ORDER BY md5(p.id::text) LIMIT %s
"""
KEPT = """
    SELECT count(*) FROM reviews_part p JOIN reviews_partcontent c ON c.part_id = p.id AND c.counted
    JOIN reviews_partversion v ON v.part_id = p.id AND v.number = 1
    WHERE p.plan_id = %s AND p.state = 'submitted'
        AND EXISTS (SELECT FROM audit_entry e WHERE e.act = 'reviews.submit_part' AND e.object_id = p.id::text)
"""
PUT_BACK = """
    DELETE FROM reviews_partversion v USING reviews_part p WHERE p.id = v.part_id AND p.plan_id = {plan};
    DELETE FROM reviews_partcontent c USING reviews_part p WHERE p.id = c.part_id AND p.plan_id = {plan};
    DELETE FROM identity_personaltoken WHERE name = 'benchmark';
    DELETE FROM audit_entry WHERE act = 'bench.floor'
"""


@dataclass(frozen=True, slots=True)
class Hand:
    """One person with something to hand in."""

    part: str
    token: str
    body: bytes


def run() -> None:
    """Launch the draft plan, open the window of self reviews, hand in, count, put everything back."""
    with measure.superuser() as sql:
        plan, cycle = sql.execute(launch.DRAFT).fetchone() or (0, 0)
        [phase] = sql.execute("SELECT phase FROM people_cycle WHERE id = %s", [cycle]).fetchone() or ("",)
    try:
        launch._set(plan, "launched")
        _phase(cycle, "C03")
        with measure.superuser() as sql:
            sql.execute((measure.FLOORS / "launch.sql").read_text("utf-8"), {"plan": plan, "cycle": cycle})
        with measure.superuser() as sql:
            hands = [_hand(*line) for line in sql.execute(WRITERS, [plan, MANY]).fetchall()]
        floor = _floor([hand.part for hand in hands])
        took, waits, cpu = _sent(hands)
        with measure.superuser() as sql:
            kept = (sql.execute(KEPT, [plan]).fetchone() or [0])[0]
        measure.same("submissions kept", kept, len(hands))
    finally:
        with measure.superuser() as sql:
            sql.execute("SET LOCAL session_replication_role = replica")
            for statement in PUT_BACK.format(plan=plan).split(";"):
                sql.execute(statement)
        launch._put_back(plan)
        _phase(cycle, phase)
    _say(floor, took, waits, cpu)


def _say(floor: float, took: float, waits: list[float], cpu: float) -> None:
    people, many = measure.people(), len(waits)
    p95 = statistics.quantiles(waits, n=20)[-1]
    measure.report(measure.Line("a submission over HTTP (J9)", people, floor, took / many, many, measure.peak_mb()))
    print(
        f"{many / took:.0f} a second, {many / cpu:.0f} for each second a core gave web and database; waits: median"
        f" {statistics.median(waits) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms; {CLIENTS} senders share the cores;"
        f" load of the machine {os.getloadavg()[0]:.1f}."
    )


def _phase(cycle: int, phase: str) -> None:
    with measure.superuser() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        sql.execute("UPDATE people_cycle SET phase = %s WHERE id = %s", [phase, cycle])


def _hand(part: Any, rater: int, account: int, answers: dict[str, Any]) -> Hand:
    from beichen.platform.auth import rules
    from beichen.platform.kit.actor import Actor

    _, token = rules.create_token(Actor(rater, account_id=account), "benchmark", ["read:c4", "write:reviews"])
    closing = answers.pop("closing", "")
    return Hand(str(part), token, json.dumps({"answers": answers, "closing": closing, "version": 0}).encode())


def _floor(parts: list[str]) -> float:
    """Seconds for one, with as many connections as senders; rolled back in the end by setting the parts anew."""
    [statement] = [part for part in (measure.FLOORS / "submissions.sql").read_text("utf-8").split(";") if part.strip()]

    def some(client: int) -> None:
        with psycopg.connect(os.environ[measure.SUPERUSER], autocommit=True) as connection:
            for part in parts[client::CLIENTS]:
                connection.execute(statement, {"part": part})

    with ThreadPoolExecutor(CLIENTS) as pool:
        took = measure.timed(lambda: len(list(pool.map(some, range(CLIENTS))))).seconds
    with measure.superuser() as sql:
        sql.execute("SET LOCAL session_replication_role = replica")
        for table in ("reviews_partversion", "reviews_partcontent"):
            sql.execute(f"DELETE FROM {table} WHERE part_id = ANY (%s::uuid[])", [parts])
        sql.execute("UPDATE reviews_part SET state = 'draft', submitted_at = NULL, version = 1"
                    " WHERE id = ANY (%s::uuid[])", [parts])  # fmt: skip
    return took / len(parts)


def _sent(hands: list[Hand]) -> tuple[float, list[float], float]:
    """Seconds in all, how long each sender waited, and the seconds of processor of web and database."""
    from beichen.launch import environment
    from beichen.launch.serve import web_command

    env = environment.read()
    with (env.data_dir / "log" / "bench-web.log").open("ab") as log:
        web = subprocess.Popen(web_command(env), stdout=log, stderr=log, start_new_session=True)
    try:
        _await(env.port)
        with ThreadPoolExecutor(CLIENTS) as pool:
            list(pool.map(lambda n: _warm(env.port), range(CLIENTS)))
            before = _worked(web.pid)
            began = time.perf_counter()
            waits = [
                one for found in pool.map(lambda n: _some(env.port, hands[n::CLIENTS]), range(CLIENTS)) for one in found
            ]
            took = time.perf_counter() - began
        return took, waits, _worked(web.pid) - before
    finally:
        web.terminate()
        web.wait(20)


def _await(port: int) -> None:
    for _ in range(300):
        try:
            with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the web process did not answer")


def _warm(port: int) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    for _ in range(5):
        connection.request("GET", "/api/v1/me")
        connection.getresponse().read()


def _some(port: int, hands: list[Hand]) -> list[float]:
    connection, waits = HTTPConnection("127.0.0.1", port, timeout=120), []
    for hand in hands:
        began = time.perf_counter()
        connection.request(
            "POST", f"/api/v1/reviews/parts/{hand.part}/submit", hand.body,
            {"Authorization": f"Bearer {hand.token}", "Content-Type": "application/json"},
        )  # fmt: skip
        answer = connection.getresponse()
        said = answer.read()
        if answer.status != 204:
            raise AssertionError(f"{answer.status}: {said[:500]!r}")
        waits.append(time.perf_counter() - began)
    return waits


def _worked(web: int) -> float:
    """Seconds of processor of the web process with its children, and of every session of the database."""
    with measure.superuser() as sql:
        sessions = [row[0] for row in sql.execute("SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL").fetchall()]
    children = Path(f"/proc/{web}/task/{web}/children").read_text(encoding="ascii").split()
    return sum(_ticks(int(pid)) for pid in [web, *children, *sessions])


def _ticks(pid: int) -> float:
    try:
        fields = Path(CORES.format(pid=pid)).read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:
        return 0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    django.setup()
    run()
