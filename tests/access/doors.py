"""What pages and API answer, held against the table: a canary is in an answer exactly where the cell opens it.

A record may be reached by several doors; whoever may read it meets its canary behind one of them at least, and
whoever may not meets it behind none.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.test import Client

from tests.access import oracle, table
from tests.access.planting import Record, plant_company, plant_goals, plant_people
from tests.access.worlds import PLAN_STATES, Planted, World, make
from tests.cast import sign_in
from tests.database import login

# ── locked tables: the doors to what `worlds` planted ───────────────────────────────────────────────────────────


def _paths(world: World, one: Planted) -> tuple[str, ...]:
    if one.model == "people.ImportBatch":
        batch = world.ids["25a", one.subject]
        return (f"/people/imports/{batch}/", f"/api/v1/people/imports/{batch}")
    if one.model == "notify.Notice":
        return ("/notices/", "/api/v1/notify")
    if one.model.startswith("conversations."):
        talk = world.ids["23a" if one.row == "23a" else "23b", one.subject]
        more = (f"/api/v1/talks/check-ins/{talk}/draft",) if one.row == "23a" else ()
        return (f"/talks/{talk}/", f"/api/v1/talks/check-ins/{talk}", *more)
    if one.model.startswith("reviews.") and one.part == "content":
        return _review_paths(world, one)
    if one.model == "reward.BonusAward" and one.row != "11h":
        return _award_paths(world, one)
    if one.model == "reward.Scenario":
        plan = world.ids["bonus", one.canary.split(".")[3]]
        return (f"/reward/plans/{plan}/", f"/api/v1/reward/plans/{plan}/policies")
    return ()


def _award_paths(world: World, one: Planted) -> tuple[str, ...]:
    """The sheet of the pool and the letter, as page and as numbers."""
    state = next(state for state, row in PLAN_STATES.items() if row == one.row)
    plan, person = world.ids["bonus", state], world.people[one.subject].pk
    pool = world.ids[f"pool.{state}", one.subject]
    return (
        f"/reward/pools/{pool}/", f"/api/v1/reward/pools/{pool}", f"/reward/plans/{plan}/",
        f"/reward/letters/{plan}/{person}/", f"/api/v1/reward/letters/{plan}?person_id={person}",
    )  # fmt: skip


def _review_paths(world: World, one: Planted) -> tuple[str, ...]:
    level = one.canary.split(".")[3]
    review = world.ids.get((level, one.subject))
    if one.model == "reviews.AcknowledgementContent":
        review = world.ids["released", one.subject]
    found = [f"/reviews/{review}/", f"/reviews/{review}/result/", f"/api/v1/reviews/{review}",
             f"/api/v1/reviews/{review}/result"]  # fmt: skip
    if one.model == "reviews.PartContent":
        part = world.ids[".".join(one.canary.split(".")[3:6]), one.subject]
        found += [f"/reviews/parts/{part}/", f"/api/v1/reviews/parts/{part}"]
    if one.model == "reviews.PartVersion":
        return _part_versions(world, one)
    return tuple(found)


def _part_versions(world: World, one: Planted) -> tuple[str, ...]:
    part = world.ids[".".join(one.canary.split(".")[3:6]), one.subject]
    return (f"/reviews/parts/{part}/versions/", f"/api/v1/reviews/parts/{part}/versions")


def locked_records(world: World, subjects: Iterable[str]) -> list[Record]:
    """Records of class C4 and C5 about these people. Without a door of its own: the explanation."""
    wanted = set(subjects)
    return [
        Record(one.row, one.subject, one.canary, _paths(world, one), one.expected)
        for one in world.planted
        if one.subject in wanted and _paths(world, one)
        and one.model != "reviews.Explanation"
    ]  # fmt: skip


OPEN = {"goals": plant_goals, "staff": plant_people, "company": plant_company}
ROWS = ("01a", "01b", "01c", "01d", "01e", "01f", "01g", "01j", "01k", "01l", "01m", "02a", "02b", "02d", "02e",
        "02g", "20a", "20b", "20c", "20d", "20e", "21a", "18b", "22a", "22b", "22c", "22d", "24a", "24b", "24d", "26a",
        "26b", "26c", "26d", "26e", "26f", "41a", "41b")  # fmt: skip
OF_GROUPS = ("23d",)
"""Aggregates, probed in test_matrix_doors.py."""
LOCKED = ("people", "notices", "talks", "reviews", "reward")


def build(area: str, subjects: Iterable[str]) -> tuple[World, list[Record]]:
    """A world of one area and its records."""
    if area in OPEN:
        world = make()
        with login(None):
            return world, OPEN[area](world, subjects)
    world = make(area)
    return world, locked_records(world, subjects)


NO_DOOR = {
    ("06b", "PM"): "a former manager knows of no review (41c), so the words have no page for them yet",
    ("10c", "CA"): "compensation reads grades and totals as a list for the bonus, not the manager's reason",
    ("10d", "CA"): "as 10c",
}
"""Cells the database opens and no page leads to."""


def has_door(record: Record, viewer: str, row: table.Row) -> bool:
    """Whether more than such a cell opens the record to the viewer."""
    return not any((record.row, column) in NO_DOOR for column in oracle.columns(viewer, record.subject, row))


def told_apart(records: list[Record], subject: str) -> list[str]:
    """One viewer of each kind: the others stand to the subject as somebody here does and may read the same."""
    rows, kinds = table.read(), dict[tuple[object, ...], str]()
    for viewer in oracle.people():
        stands = (tuple(sorted(oracle.columns(viewer, subject, rows[record.row]))) for record in records)
        kinds.setdefault((*stands, *(record.expected(viewer, rows[record.row]) for record in records)), viewer)
    return list(kinds.values())


# ── the probe ───────────────────────────────────────────────────────────────────────────────────────────────────


def body(client: Client, path: str) -> str:
    """What an address answers, whatever the status."""
    answer = client.get(path)
    assert answer.status_code < 500, (path, answer.status_code)
    return b"".join(answer).decode()


def http_matrix(world: World, records: Iterable[Record], viewers: Iterable[str]) -> list[str]:
    """Every record × every viewer × every door; the decisions that differ from the table."""
    rows, wrong = table.read(), []
    by_path: dict[str, list[Record]] = {}
    for record in records:
        for path in record.paths:
            by_path.setdefault(path, []).append(record)
    for viewer in viewers:
        with login(None):
            client = sign_in(world.golden.id(viewer))
        met: set[int] = set()
        for path, behind in by_path.items():
            text = body(client, path)
            for record in behind:
                if record.canary in text:
                    met.add(id(record))
                    if not record.expected(viewer, rows[record.row]):
                        wrong.append(f"{record.row} of {record.subject}: {viewer} reads it at {path}")
        wrong += [
            f"{record.row} of {record.subject}: {viewer} meets it behind none of {record.paths}"
            for record in records
            if record.expected(viewer, rows[record.row])
            and id(record) not in met
            and (record.subject == "U0" or has_door(record, viewer, rows[record.row]))
        ]
    return wrong
