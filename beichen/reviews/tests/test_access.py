"""The table of rights, cell by cell: raw SQL as the web login, and pages. Expected comes from policy.csv alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.db import connection

from beichen.people.models import Assignment
from beichen.people.rules import places
from beichen.people.tests.makers import company
from beichen.platform.access import policy
from beichen.platform.access.current import acting
from beichen.reviews import rules
from beichen.reviews.tests.makers import REASON, world
from tests.cast import sign_in

pytestmark = pytest.mark.django_db

COLUMNS = {
    "SE": "A2", "LM": "M1", "PM": "M2", "SK": "E1", "CO": "B9", "PR": "B2", "BP": "HR2", "HA": "HA1", "CA": "CA1",
    "EX": "X1", "CF": "F1", "AU": "W1",
}  # fmt: skip
CANARY = {
    "self": "canary-self-7193",
    "peer": "canary-peer-2284",
    "manager": "canary-manager-5561",
    "past": "canary-past-9107",
    "reason": "canary-reason-8842 因为这一年的协作远超岗位要求",
    "move": "canary-move-3305 两位主管一致",
}  # fmt: skip
CONTENT, HEAD = frozenset("rw"), frozenset("xrwt")


@pytest.fixture
def made(owner_db, worker_db):
    """A2 led by M2 until 15 May, then by M1; B1, B2, B3 are peers; every seat has a holder of its own."""
    with owner_db():
        small = company(
            {"U0": None, "U1": "U0", "U2": "U0", "HR": "U0", "HR2": "U0"},
            {
                "E1": ("U0", None), "M1": ("U1", "E1"), "M2": ("U2", "E1"), "A1": ("U1", "M1"), "A2": ("U1", "M1"),
                "B1": ("U2", "M2"), "B2": ("U2", "M2"), "B3": ("U2", "M2"), "B9": ("U2", "M2"), "HR2": ("HR2", "E1"),
                "HA1": ("HR", "HR2"), "HA2": ("HR2", "HR2"), "CA1": ("HR", "HR2"), "X1": ("U2", "E1"),
                "F1": ("U2", "M2"), "W1": ("U2", "E1"),
            },
            {"HR2": [("BP", "U0")], "HA1": [("HA", "U0")], "HA2": [("HA", "U0")], "CA1": [("CA", "U0")],
             "X1": [("EX", "U0")], "F1": [("CF", "U0")], "W1": [("AU", "U0")]},
        )  # fmt: skip
        moved = datetime(2026, 5, 15, 16, tzinfo=UTC)
        now = Assignment.objects.get(person=small.people["A2"])
        now.period = (moved, None)
        now.save()
        Assignment.objects.create(
            person=small.people["A2"], unit=small.units["U2"], manager=small.people["M2"],
            period=(datetime(2020, 1, 1, tzinfo=UTC), moved),
        )  # fmt: skip
        places.renumber()
    found = world(owner_db, worker_db, small)
    found.make_plan(without=[i.pk for number, i in small.people.items() if number != "A2"])
    found.launch()
    return found


def _count(made, number, sql, *values):
    with acting(made.actor(number)), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {sql}", values)
        return cursor.fetchone()[0]


def _check(made, row_id, codes, sql, *values, own=(), skip=()):
    """Whoever holds a code of the row sees the rows of `sql`, and nobody else; `own`: columns that wrote it."""
    row = policy.row(row_id)
    for column, number in COLUMNS.items():
        if column in skip:
            continue
        wanted = row.holds(column, codes) or column in own
        seen = _count(made, number, sql, *values) > 0
        assert seen == wanted, f"{row_id} {column} ({row.cells[column]}) on {sql}: {seen}"


def _part(made, row_id, part_id, own=(), masked=()):
    _check(made, row_id, HEAD, "reviews_part WHERE id = %s", part_id, own=own)
    _check(made, row_id, CONTENT, "reviews_partcontent WHERE part_id = %s", part_id, own=(*own, *masked))
    _check(made, row_id, frozenset(), "reviews_partversion WHERE part_id = %s", part_id, own=own)


def _answers(canary, score="80", **more):
    return {"behaviour": {"score": score, "text": canary}, "contribution": {"score": score, "text": canary}, **more}


def _draft(made, subject, rater, role, canary, **more):
    part_id = made.part(subject, rater, role)
    rules.save_part(made.actor(rater), part_id, _answers(canary, **more), "", 0)
    return part_id


def _submit(made, rater, part_id, canary, **more):
    rules.submit_part(made.actor(rater), part_id, _answers(canary, **more), "", 1)


@pytest.mark.req("BASE-02", "REVIEW-07")
def test_every_cell_of_a_review_from_draft_to_release(made):
    review = made.reviews["A2"]
    _check(made, "41c", HEAD, "reviews_review WHERE id = %s", review, skip=("PR",))
    made.phase("C03")
    own = _draft(made, "A2", "A2", "self", CANARY["self"])
    _part(made, "06a", own, own=("SE",))
    _submit(made, "A2", own, CANARY["self"])
    _part(made, "06b", own, own=("SE",))
    made.phase("C04")
    rules.nominate(made.actor("A2"), review, [made.id("B2")])
    _check(made, "07a", HEAD, "reviews_nomination WHERE review_id = %s", review, own=("SE",))
    made.invite("A2", "B1", "B3")
    with made.owner():
        from beichen.reviews.models import Nomination

        proposed = Nomination.objects.get(peer_id=made.id("B2")).pk
    rules.settle(made.actor("M1"), review, [proposed])
    peer = _draft(made, "A2", "B2", "peer", CANARY["peer"])
    _part(made, "07b", peer, own=("PR",))
    _submit(made, "B2", peer, CANARY["peer"])
    for other in ("B1", "B3"):
        made.write("A2", other, "peer", {"behaviour": "70", "contribution": "70"})
    _part(made, "07c", peer, own=("PR",), masked=("CF",))
    made.phase("C05")
    goals = {"goals": {"score": "80", "text": "三个目标都由我直接验收"}}
    past = _draft(made, "A2", "M2", "manager", CANARY["past"])
    _submit(made, "M2", past, CANARY["past"])
    manager = _draft(made, "A2", "M1", "manager", CANARY["manager"], **goals)
    _part(made, "08a", manager, own=("LM",))
    assert _count(made, "M1", "reviews_partcontent WHERE part_id = %s", past) == 1
    _check(made, "10a", HEAD, "reviews_rating WHERE review_id = %s", review)
    _submit(made, "M1", manager, CANARY["manager"], **goals)
    _part(made, "08b", manager, own=("LM",))
    _part(made, "08b", past, own=("PM",))
    rules.decide(made.actor("M1"), review, "A", CANARY["reason"], 1)
    _rating(made, "10a", "20g", review)
    made.phase("C06")
    rules.move_grade(made.actor("F1"), review, "S", CANARY["move"], 3)
    _rating(made, "10b", "20g", review)
    _check(made, "09e", CONTENT, "reviews_grademove WHERE review_id = %s", review)
    made.phase("C07")
    made.step("lock")
    _rating(made, "10c", "20g", review)
    _part(made, "08c", manager, own=("LM",))
    _part(made, "06c", own, own=("SE",))
    made.phase("C09")
    made.step("release")
    _rating(made, "10d", "20h", review)
    _part(made, "08d", manager, own=("LM",))
    _part(made, "08d", past, own=("PM",))
    _part(made, "06c", own, own=("SE",))
    _part(made, "07e", peer, own=("PR",), masked=("SE",))
    rules.acknowledge(made.actor("A2"), review, "read_disagree", "canary-answer-1174")
    _check(made, "08d", HEAD, "reviews_acknowledgement WHERE review_id = %s", review)
    _check(made, "08d", CONTENT, "reviews_acknowledgementcontent WHERE acknowledgement_id = %s", review)


def _rating(made, row_id, story_id, review):
    _check(made, row_id, HEAD, "reviews_rating WHERE review_id = %s", review)
    _check(made, row_id, CONTENT, "reviews_ratingcontent WHERE rating_id = %s", review)
    _check(made, story_id, CONTENT, "reviews_explanation WHERE review_id = %s", review)


TABLES = (
    "review", "part", "partcontent", "partversion", "nomination", "rating", "ratingcontent", "explanation",
    "grademove", "acknowledgement", "acknowledgementcontent",
)  # fmt: skip


@pytest.mark.req("BASE-02")
def test_without_an_actor_every_table_is_empty(made):
    made.phase("C03")
    _draft(made, "A2", "A2", "self", CANARY["self"])
    for table in TABLES:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM reviews_{table}")
            assert cursor.fetchone()[0] == 0, table


def _bodies(made, client, review, part_ids):
    urls = [
        "/reviews/", "/reviews/plans/", f"/reviews/plans/{made.plan_id}/",
        f"/reviews/plans/{made.plan_id}/calibration/",
        f"/reviews/{review}/", f"/reviews/{review}/live/", f"/reviews/{review}/result/", f"/reviews/{review}/peers/",
        f"/reviews/{review}/move/", f"/reviews/people/{made.id('A2')}/panel/", "/reviews/home/panel/",
        *(f"/reviews/parts/{part}/" for part in part_ids),
        f"/api/v1/reviews/{review}", f"/api/v1/reviews/{review}/result", f"/api/v1/reviews/{review}/peers",
        f"/api/v1/reviews/plans/{made.plan_id}/calibration", "/api/v1/reviews/mine", "/api/v1/reviews/parts",
        f"/api/v1/reviews/results/locked?cycle_id={made.cycle_id}",
    ]  # fmt: skip
    return {url: client.get(url) for url in urls}


def _clients(made):
    account = get_user_model()
    with made.owner():
        for number in COLUMNS.values():
            account._default_manager.create(
                email=f"{number.lower()}@example.com", person_id=made.id(number), name=number
            )
    return {column: sign_in(made.id(number)) for column, number in COLUMNS.items()}


@pytest.mark.req("BASE-02")
def test_pages_and_api_give_words_to_those_the_table_names(made):
    """Every channel: a canary appears only before a column whose cell holds r or w; it does appear where it should."""
    review = made.reviews["A2"]
    clients = _clients(made)
    made.phase("C03")
    own = _draft(made, "A2", "A2", "self", CANARY["self"])
    _submit(made, "A2", own, CANARY["self"])
    made.phase("C04")
    made.invite("A2", "B1", "B2", "B3")
    peer = _draft(made, "A2", "B2", "peer", CANARY["peer"])
    _submit(made, "B2", peer, CANARY["peer"])
    made.phase("C05")
    goals = {"goals": {"score": "80", "text": "三个目标都由我直接验收"}}
    manager = _draft(made, "A2", "M1", "manager", CANARY["manager"], **goals)
    _submit(made, "M1", manager, CANARY["manager"], **goals)
    rules.decide(made.actor("M1"), review, "A", CANARY["reason"], 1)
    made.phase("C06")
    rows = {"self": ("06b", "SE"), "peer": ("07c", "PR"), "manager": ("08b", "LM"), "reason": ("10b", "")}
    for column, client in clients.items():
        answers = _bodies(made, client, review, [own, peer, manager])
        assert all(answer.status_code < 500 for answer in answers.values())
        text = "".join(answer.content.decode() for answer in answers.values())
        for kind, (row_id, writer) in rows.items():
            row = policy.row(row_id)
            wanted = row.holds(column, CONTENT) or column == writer or (row_id == "07c" and "m" in row.cells[column])
            # An earlier manager holds r on the self review and has no page that shows it.
            if column == "PM" and row_id == "06b":
                continue
            assert (CANARY[kind][:16] in text) == wanted, f"{column} {kind}"


@pytest.mark.req("BASE-02")
def test_peers_names_never_reach_the_person(made):
    """M1: after release the person reads peers' words; no page, no API answer and no readable row names the writer."""
    review = made.reviews["A2"]
    clients = _clients(made)
    with made.owner():
        for number in ("B1", "B2", "B3"):
            person = made.company.people[number]
            person.name = f"名字金丝雀{number}"
            person.save()
    made.phase("C04")
    made.invite("A2", "B1", "B2", "B3")
    for number in ("B1", "B2", "B3"):
        made.write("A2", number, "peer", {"behaviour": "80", "contribution": "80"}, text=CANARY["peer"])
    made.phase("C05")
    made.write("A2", "M1", "manager", {"behaviour": "80", "contribution": "80", "goals": "80"})
    rules.decide(made.actor("M1"), review, "B", "", 1)
    for phase, step in (("C06", ""), ("C07", "lock"), ("C09", "release")):
        made.phase(phase)
        if step:
            made.step(step)
    answers = _bodies(made, clients["SE"], review, [])
    text = "".join(answer.content.decode() for answer in answers.values())
    assert CANARY["peer"] in text
    assert "名字金丝雀" not in text
    assert _count(made, "A2", "reviews_part WHERE role = 'peer'") == 0
    assert _count(made, "A2", "reviews_partcontent WHERE role = 'peer'") == 3


@pytest.mark.req("REVIEW-07")
def test_two_worlds_that_differ_in_one_grade_read_the_same(made):
    """An unreleased grade leaves no trace on any page of the person, colleagues and peers, byte for byte."""
    review = made.reviews["A2"]
    clients = {column: client for column, client in _clients(made).items() if column in ("SE", "CO", "PR", "PM")}
    made.phase("C05")
    made.write("A2", "M1", "manager", {"behaviour": "80", "contribution": "80", "goals": "80"})
    from django.db import transaction

    seen = []
    for grade, reason in (("B", ""), ("D", REASON)):
        point = transaction.savepoint()
        rules.decide(made.actor("M1"), review, grade, reason, 1)
        made.phase("C06")
        made.phase("C07")
        made.step("lock")
        seen.append({column: _still(made, client, review) for column, client in clients.items()})
        transaction.savepoint_rollback(point)
    for column, pages in seen[0].items():
        for url, answer in pages.items():
            assert answer == seen[1][column][url], f"{column} {url}"
    assert all(seen[0].values())


def _still(made, client, review):
    """Bodies and headers without what is random in every answer."""
    import re

    found = {}
    for url, answer in _bodies(made, client, review, []).items():
        body = re.sub(rb'(name="(csrfmiddlewaretoken|idempotency_key)" value|content)="[^"]*"', b"", answer.content)
        headers = {k: v for k, v in answer.headers.items() if k not in ("Content-Security-Policy", "X-Request-ID")}
        found[url] = (answer.status_code, body, headers)
    return found
