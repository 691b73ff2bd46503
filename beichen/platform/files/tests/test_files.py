"""Files a person asks for: written by a job with that person's rights, handed to nobody else, gone after a day."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any
from uuid import UUID

import openpyxl
import pytest

from beichen.people.models import Seat
from beichen.platform.audit.models import Entry
from beichen.platform.events import progress
from beichen.platform.files import queries, rules
from beichen.platform.files.models import ExportFile, ExportPiece
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Forbidden, NotFound
from tests.cast import Golden, sign_in

HR = "E015"


def read(golden: Golden, by: str, file_id: UUID) -> bytes:
    """The whole file, as somebody gets it."""
    return b"".join(queries.handed(golden.actor(by), file_id).content)


def ready(golden: Golden, worker_db: Any, drain_jobs: Any, by: str = HR) -> UUID:
    """The company as a workbook, asked for and written."""
    file_id = rules.ask(golden.actor(by), "people.company")
    with worker_db():
        drain_jobs()
    return file_id


@pytest.mark.req("PEOPLE-05", "BASE-09")
def test_a_file_is_written_by_a_job_and_handed_to_its_person_alone(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    hr = golden.actor(HR)
    file_id = rules.ask(hr, "people.company")
    assert rules.ask(hr, "people.company") == file_id
    assert queries.file(hr, file_id).state == "making"
    with pytest.raises(queries.NotReady):
        read(golden, HR, file_id)
    with worker_db():
        drain_jobs()
    card = queries.file(hr, file_id)
    content = read(golden, HR, file_id)
    assert (card.state, card.size) == ("ready", len(content))
    assert "员工 People" in openpyxl.load_workbook(io.BytesIO(content)).sheetnames
    assert [one.id for one in queries.files(golden.actor("E016"))] == []
    with pytest.raises(NotFound):
        read(golden, "E016", file_id)
    with owner_db():
        assert {"files.ask", "files.fetch", "people.export"} <= set(Entry.objects.values_list("act", flat=True))


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_who_may_not_have_it_gets_none(golden: Golden) -> None:
    with pytest.raises(Forbidden):
        rules.ask(golden.actor("E004"), "people.company")
    with pytest.raises(NotFound):
        rules.ask(golden.actor(HR), "people.everything")


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_a_file_is_not_handed_out_when_the_seats_changed(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    """T21: the right ends while the file is written, or after."""
    file_id = ready(golden, worker_db, drain_jobs)
    waits = rules.ask(golden.actor(HR), "people.company")
    with owner_db():
        Seat.objects.filter(person_id=golden.id(HR), seat="HA").update(revoked_at=clock.now())
    with pytest.raises(Forbidden):
        read(golden, HR, file_id)
    with worker_db():
        drain_jobs()
    assert queries.file(golden.actor(HR), waits).failed
    with owner_db():
        assert not ExportPiece.objects.filter(file_id=waits).exists()


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_more_seats_than_before_close_an_older_file_as_well(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    file_id = ready(golden, worker_db, drain_jobs)
    with owner_db():
        Seat.objects.create(
            person_id=golden.id(HR), seat="AU", scope_id=golden.unit("U0"), granted_at=clock.now(), granted_by=1
        )
    with pytest.raises(queries.RightsChanged):
        read(golden, HR, file_id)


@pytest.mark.req("PEOPLE-05")
def test_a_file_is_forgotten_after_a_day(golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any) -> None:
    file_id = ready(golden, worker_db, drain_jobs)
    with owner_db():
        ExportFile.objects.update(asked_at=clock.now() - timedelta(hours=25))
    with pytest.raises(NotFound):
        queries.file(golden.actor(HR), file_id)
    with worker_db():
        assert rules.forget(system("files.forget", "a test")) == 1
    with owner_db():
        assert not ExportPiece.objects.exists()


@pytest.mark.req("PEOPLE-05", "BASE-09")
def test_a_job_that_died_and_runs_again_writes_the_file_once(
    golden: Golden, worker_db: Any, owner_db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hr = golden.actor(HR)
    file_id = rules.ask(hr, "people.company")
    monkeypatch.setattr(rules, "PIECE", 1000)
    told: list[tuple[int, int]] = []

    def dies(*, done: int, total: int, message: str = "") -> None:
        told.append((done, total))
        raise ConnectionError("cut off")

    monkeypatch.setattr(rules, "_keep", lambda file, out: dies(done=1, total=1))
    with worker_db(), pytest.raises(ConnectionError):
        rules.make(hr, file_id, dies)  # type: ignore[arg-type]
    monkeypatch.undo()
    with worker_db(), progress.reporting(file_id) as report:
        rules.make(hr, file_id, report)
        rules.make(hr, file_id, report)
    numbers = list(_numbers(owner_db, file_id))
    assert numbers == list(range(len(numbers)))
    assert read(golden, HR, file_id).startswith(b"PK")


def _numbers(owner_db: Any, file_id: UUID) -> list[int]:
    with owner_db():
        found = ExportPiece.objects.filter(file_id=file_id).order_by("number")
        return list(found.values_list("number", flat=True))


@pytest.mark.req("PEOPLE-05", "LINK-04")
def test_pages_and_calls_hand_it_out_to_its_person_alone(golden: Golden, worker_db: Any, drain_jobs: Any) -> None:
    hr, other = sign_in(golden.id(HR)), sign_in(golden.id("E016"))
    asked = hr.post("/files/ask/people.company/")
    assert asked.status_code == 303
    with worker_db():
        drain_jobs()
    page, address = asked["Location"], f"{asked['Location']}content/"
    file_id = page.strip("/").split("/")[-1]
    assert address in hr.get(page).content.decode()
    answer = hr.get(address)
    assert answer["Cache-Control"] == "private, no-store"
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    by_call = hr.get(f"/api/v1/files/{file_id}/content")
    assert b"".join(by_call.streaming_content) == content  # type: ignore[attr-defined]
    for path in (page, address, f"/api/v1/files/{file_id}", f"/api/v1/files/{file_id}/content"):
        assert other.get(path).status_code == 404, path
    assert file_id not in other.get("/files/").content.decode()
