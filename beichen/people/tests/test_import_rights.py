"""Whose rows a workbook may hold, who may stand behind it, and a large one read with the rights of its uploader."""

from __future__ import annotations

from typing import Any

import pytest

from beichen.people import queries
from beichen.people.formulas import workbook
from beichen.people.models import (
    ImportBatch,
    ImportFile,
    Person,
    Seat,
)
from beichen.people.rules import imports
from beichen.people.rules.imports import batches
from beichen.people.tests.books import ASSIGNMENTS, PEOPLE, PLAIN_ROW, SEATS, book, preview
from tests.cast import Golden

FORBIDDEN: dict[str, Any] = {
    "seat without right": ("Seats", SEATS, ["E006", "审计员", "U0"]),
    "own seat": ("Seats", SEATS, ["E015", "审计员", "U0"]),
    "oneself": ("People", PEOPLE, ["E015", "改名", "wen.jing@example.com", "2019-04-01"]),
    "one's manager": ("People", PEOPLE, ["E001", "改名", "chen.guang@example.com", "2018-01-08"]),
    "the manager's unit": ("Assignments", ASSIGNMENTS, ["E001", "U1", None, "2027-01-01"]),
}


@pytest.mark.attack("A29")
@pytest.mark.req("PEOPLE-05", "BASE-01")
@pytest.mark.parametrize("which", FORBIDDEN)
def test_a_forbidden_row_refuses_the_whole_file(golden: Golden, owner_db: Any, which: str) -> None:
    sheet, header, row = FORBIDDEN[which]
    sheets: dict[str, Any] = {"People": [PEOPLE, PLAIN_ROW]}
    sheets[sheet] = [*sheets.get(sheet, [header]), row]
    with pytest.raises(imports.ForbiddenRows) as caught:
        imports.upload(golden.actor("E015"), [("x.xlsx", book(**sheets))])
    number = len(sheets[sheet])
    assert f"{sheet} {number}" in caught.value.sentence()
    assert caught.value.params["count"] == 1
    with owner_db():
        assert ImportBatch.objects.count() == 1
        assert not Person.objects.filter(number="N1").exists()


@pytest.mark.attack("A29")
@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_a_workbook_that_rewrites_a_third_of_the_managers_is_refused_whole(golden: Golden, owner_db: Any) -> None:
    """Of ten rows three are about people above the uploader, in the own team, or the uploader: nothing is read in."""
    theirs = [[f"N{n}", f"新人{n}", f"n{n}@example.com", "2026-01-05"] for n in range(7)]
    mine = [["E015", "甲", "a@example.com", "2019-01-01"], ["E001", "乙", "b@example.com", "2019-01-01"],
            ["E016", "丙", "c@example.com", "2019-01-01"]]  # fmt: skip
    before = people_as_they_stand(owner_db)
    with pytest.raises(imports.ForbiddenRows) as caught:
        imports.upload(golden.actor("E015"), [("x.xlsx", book(People=[PEOPLE, *theirs, *mine]))])
    assert int(str(caught.value.params["count"])) >= 2
    assert people_as_they_stand(owner_db) == before


def people_as_they_stand(owner_db: Any) -> list[Any]:
    """Every person's own fields."""
    with owner_db():
        return list(Person.objects.order_by("pk").values_list("number", "name", "email", "manager_id", "unit_id"))


@pytest.mark.attack("A29")
@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_the_second_person_must_be_allowed_every_row_as_well(golden: Golden, owner_db: Any) -> None:
    with owner_db():
        Person.objects.filter(pk=golden.id("E016")).update(manager_id=golden.id("E009"))
    rows = [PEOPLE, ["E009", "马骁骁", "ma.xiao@example.com", "2024-08-05"]]
    card = preview(golden, ("x.xlsx", book(People=rows)))
    imports.confirm(golden.actor("E015"), card.id, card.version)
    with pytest.raises(imports.NotYoursToConfirm, match="E009"):
        imports.confirm(golden.actor("E016"), card.id, card.version)


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_a_large_workbook_is_read_by_a_job_with_the_rights_of_its_uploader(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 100)
    hr = golden.actor("E015")
    batch_id = imports.upload(hr, [("x.xlsx", book(People=[PEOPLE, PLAIN_ROW]))])
    waiting = queries.batch(hr, batch_id)
    assert (waiting.state, waiting.counts) == ("reading", {})
    with pytest.raises(imports.NothingToWrite):
        imports.confirm(hr, batch_id, waiting.version)
    with worker_db():
        drain_jobs()
    card = queries.batch(hr, batch_id)
    assert (card.state, card.counts["People"]["added"]) == ("previewed", 1)
    with owner_db():
        assert ImportFile.objects.count() == 1
        assert not Person.objects.filter(number="N1").exists()
    imports.discard(hr, batch_id, card.version)
    with owner_db():
        assert not ImportFile.objects.exists()


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_what_is_wrong_with_a_large_workbook_stands_on_its_page(
    golden: Golden, worker_db: Any, drain_jobs: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "AT_ONCE", 100)
    hr = golden.actor("E015")
    with pytest.raises(workbook.PictureFile):
        imports.upload(hr, [("x.xlsx", b"\x89PNG" + b"0" * 200)])
    batch_id = imports.upload(hr, [("x.xlsx", book(People=[PEOPLE, ["E015", "改名", "w@example.com", "2019-01-01"]]))])
    with worker_db():
        drain_jobs()
    card = queries.batch(hr, batch_id)
    assert (card.state, card.changes) == ("refused", [])
    assert card.notes[0]["note"] == str(imports.ForbiddenRows.text)
    assert card.notes[0]["note"] % card.notes[0]["params"]


@pytest.mark.req("PEOPLE-05", "BASE-02")
def test_a_later_workbook_leaves_alone_who_asked_for_the_seats_of_the_first(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    with owner_db():
        before = list(Seat.objects.order_by("pk").values_list("pk", "asked_by", "granted_by"))
    card = preview(golden, ("x.xlsx", book(People=[PEOPLE, PLAIN_ROW])))
    for number in ("E015", "E016"):
        imports.confirm(golden.actor(number), card.id, queries.batch(golden.actor(number), card.id).version)
    with worker_db():
        drain_jobs()
    assert queries.batch(golden.actor("E015"), card.id).state == "applied"
    with owner_db():
        assert list(Seat.objects.order_by("pk").values_list("pk", "asked_by", "granted_by")) == before
