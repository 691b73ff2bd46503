"""The importer: the golden workbook, refused rows of every kind, the same file twice, files as people save them."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override

from beichen.people import queries, rules
from beichen.people.formulas import cells, workbook
from beichen.people.management.commands import import_company
from beichen.people.models import (
    Assignment,
    Branch,
    Employment,
    ImportBatch,
    ImportFile,
    OrgUnit,
    Person,
    Seat,
    TargetBonus,
)
from beichen.people.rules import founding, imports
from beichen.people.rules.sheets import assignments, persons, units
from beichen.people.tests.books import ASSIGNMENTS, PEOPLE, SEATS, book, preview
from beichen.people.tests.packed import packed, words
from beichen.platform.audit.models import Entry
from beichen.platform.auth.models import Account
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Forbidden, NotFound
from tests.cast import WORKBOOK, Golden


@pytest.mark.req("PEOPLE-01", "PEOPLE-02", "PEOPLE-05")
def test_golden_company_comes_in_whole(golden: Golden, owner_db: Any) -> None:
    with owner_db():
        batch = ImportBatch.objects.get(pk=golden.batch_id)
        assert (batch.state, batch.refused, batch.is_first) == ("applied", [], True)
        assert Person.objects.count() == 17
        assert Employment.objects.get(person__number="E013").left_on is not None
        assert OrgUnit.objects.get(code="U11").parent_id == golden.unit("U1")
        assert OrgUnit.objects.get(code="U11").head_id == golden.id("E004")
        assert Assignment.objects.filter(person_id=golden.id("E008")).count() == 2
        moved = Person.objects.get(number="E008")
        assert (moved.unit_id, moved.manager_id) == (golden.unit("U12"), golden.id("E005"))
        assert Seat.objects.count() == 7
        assert Branch.objects.filter(holder_id=golden.id("E001"), kind="line").exists()
        assert TargetBonus.objects.get(person__number="E002").amount == 6_000_000
        assert Account.objects.filter(is_active=True).count() == 16


@pytest.mark.req("PEOPLE-05")
def test_the_same_workbook_again_changes_nothing(golden: Golden) -> None:
    card = preview(golden, (WORKBOOK.name, WORKBOOK.read_bytes()))
    assert card.writes == 0
    assert card.total("refused") == 0
    assert card.total("unchanged") >= 47
    with pytest.raises(imports.NothingToWrite):
        imports.confirm(golden.actor("E015"), card.id, card.version)


REFUSED: dict[str, Any] = {
    "number twice": ("People", PEOPLE, [["N1", "甲", "n1@example.com", "2026-01-01"], ["N1", "乙", "n2@example.com",
                     "2026-01-01"]], 3, "number", persons.NUMBER_TWICE),
    "address of another": ("People", PEOPLE, [["N1", "甲", "xu.zhiwei@example.com", "2026-01-01"]], 2, "email",
                           persons.EMAIL_TAKEN),
    "no address": ("People", PEOPLE, [["N1", "甲", "at-example", "2026-01-01"]], 2, "email",
                   persons.NO_EMAIL),
    "left before joining": ("People", PEOPLE, [["N1", "甲", "n1@example.com", "2026-02-01", "2026-01-01"]], 2, "left",
                            persons.LEFT_BEFORE),
    "no date": ("People", PEOPLE, [["N1", "甲", "n1@example.com", "2026-02-30"]], 2, "hired", cells.NO_DAY),
    "empty cell": ("People", PEOPLE, [["N1", "", "n1@example.com", "2026-02-01"]], 2, "name", cells.MISSING),
    "no number": ("People", PEOPLE, [["N1", "甲", "n1@example.com", "2026-02-01", None, "much"]], 2,
                  "target_bonus_cents", cells.NO_WHOLE),
    "unknown unit": ("Assignments", ASSIGNMENTS, [["E004", "U99", "E002", "2027-01-01"]], 2, "unit",
                     assignments.NO_UNIT),
    "unknown person": ("Assignments", ASSIGNMENTS, [["E999", "U1", "E002", "2027-01-01"]], 2, "number",
                       assignments.NO_PERSON),
    "own manager": ("Assignments", ASSIGNMENTS, [["E004", "U1", "E004", "2027-01-01"]], 2, "manager",
                    assignments.OWN_BOSS),
    "overlap with a row": ("Assignments", ASSIGNMENTS, [["E004", "U1", "E002", "2027-01-01"],
                           ["E004", "U2", "E003", "2027-02-01"]], 3, "from", assignments.OVERLAPS_ROW),
    "overlap with the known": ("Assignments", ASSIGNMENTS, [["E008", "U2", "E003", "2026-05-10", "2026-05-15"]], 2,
                               "from", assignments.OVERLAPS_KNOWN),
    "circle": ("Assignments", ASSIGNMENTS, [["E002", "U1", "E004", "2027-01-01"]], 2, "manager",
               assignments.IN_CIRCLE),
    "unit below itself": ("Units", ["unit", "name", "parent", "kind"], [["U1", "产品中心", "U11", "部门"]], 2, "parent",
                          units.IN_CIRCLE),
    "second root": ("Units", ["unit", "name", "parent", "kind"], [["U7", "别家", "", "公司"]], 2, "parent",
                    units.SECOND_ROOT),
    "unknown word": ("Seats", SEATS, [["E006", "国王", "U0"]], 2, "seat", cells.NO_CHOICE),
}  # fmt: skip


@pytest.mark.req("PEOPLE-05", "PEOPLE-02")
@pytest.mark.parametrize("fault", REFUSED)
def test_a_bad_row_is_refused_with_its_place_and_reason(golden: Golden, fault: str) -> None:
    sheet, header, rows, number, column, reason = REFUSED[fault]
    card = preview(golden, ("x.xlsx", book(**{sheet: [header, *rows]})))
    assert [(line["sheet"], line["row"], line["column"], line["reason"]) for line in card.refused] == [
        (sheet, number, column, str(reason))
    ]
    assert reason % card.refused[0]["params"]


@pytest.mark.req("PEOPLE-05")
def test_one_bad_row_loses_nothing(golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any) -> None:
    rows = [PEOPLE, ["N1", "新人甲", "n1@example.com", "2026-01-05"], ["N2", "新人乙", "bad", "2026-01-05"]]
    placed = [ASSIGNMENTS, ["N1", "U2", "E003", "2026-01-05"], ["N2", "U2", "E003", "2026-01-05"]]
    card = preview(golden, ("x.xlsx", book(People=rows, Assignments=placed)))
    assert (card.total("added"), card.total("refused")) == (2, 2)
    imports.confirm(golden.actor("E015"), card.id, card.version)
    imports.confirm(golden.actor("E016"), card.id, card.version)
    with worker_db():
        drain_jobs()
    with owner_db():
        assert Person.objects.get(number="N1").manager_id == golden.id("E003")
        assert not Person.objects.filter(number="N2").exists()
        assert Account.objects.filter(email="n1@example.com").exists()


@pytest.mark.req("PEOPLE-05")
def test_only_rows_that_stood_in_the_preview_are_written_and_no_file_is_kept(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    """One whose fault is gone by then was confirmed by nobody; the same row of another file was."""
    head = "number;name;email;hired\n"
    one = head + "N1;甲;n1@example.com;2026-01-05\nN2;乙;n2@example.com;五月\nN3;丙;ma.xiao@example.com;2026-01-05\n"
    other = head + "N4;丁;n4@example.com;2026-01-05\nN5;戊;n5@example.com;2026-01-05\n"
    card = preview(golden, ("people.csv", one.encode()), ("people.csv", other.encode()))
    assert [(line["row"], line["column"]) for line in card.refused] == [(3, "hired"), (4, "email")]
    with owner_db():
        assert ImportFile.objects.filter(batch_id=card.id).count() == 2
        Person.objects.filter(number="E009").update(email="xiao.ma@example.com")
    for number in ("E015", "E016"):
        imports.confirm(golden.actor(number), card.id, queries.batch(golden.actor(number), card.id).version)
    with worker_db():
        drain_jobs()
    with owner_db():
        came = Person.objects.filter(number__startswith="N").order_by("number")
        assert list(came.values_list("number", flat=True)) == ["N1", "N4", "N5"]
        assert not ImportFile.objects.exists()


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_two_people_confirm_and_nothing_is_written_before(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    rows = [PEOPLE, ["E009", "马骁", "ma.xiao@example.com", "2024-08-05", None, 9_900_000]]
    placed = [ASSIGNMENTS, ["E009", "U11", "E004", "2026-06-01"]]
    card = preview(golden, ("x.xlsx", book(People=rows, Assignments=placed)))
    assert card.counts["Assignments"]["moved"] == 1
    imports.confirm(golden.actor("E015"), card.id, card.version)
    imports.confirm(golden.actor("E015"), card.id, card.version)
    with owner_db():
        assert ImportBatch.objects.get(pk=card.id).state == "waiting"
        assert Person.objects.get(number="E009").unit_id == golden.unit("U12")
    imports.confirm(golden.actor("E016"), card.id, card.version)
    with worker_db():
        drain_jobs()
    with owner_db():
        moved = Person.objects.get(number="E009")
        assert (moved.unit_id, moved.manager_id) == (golden.unit("U11"), golden.id("E004"))
        assert Assignment.objects.filter(person=moved).count() == 2
        assert ImportBatch.objects.get(pk=card.id).state == "applied"
        assert TargetBonus.objects.get(person=moved).amount == 1_800_000


@pytest.mark.req("PEOPLE-05", "BASE-01")
def test_target_bonuses_change_when_compensation_stands_behind(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any
) -> None:
    with owner_db():
        Seat.objects.create(person_id=golden.id("E016"), seat="CA", scope_id=golden.unit("U0"), granted_at=clock.now())
    rows = [PEOPLE, ["E009", "马骁", "ma.xiao@example.com", "2024-08-05", None, 2_000_000]]
    card = preview(golden, ("x.xlsx", book(People=rows)))
    assert "2000000" not in str(card)
    imports.confirm(golden.actor("E016"), card.id, card.version)
    imports.confirm(golden.actor("E015"), card.id, card.version)
    with worker_db():
        drain_jobs()
    with owner_db():
        amounts = TargetBonus.objects.filter(person__number="E009").order_by("valid").values_list("amount", flat=True)
        assert list(amounts) == [1_800_000, 2_000_000]


@pytest.mark.req("BASE-01")
def test_who_may_not_import_cannot(golden: Golden) -> None:
    with pytest.raises(Forbidden):
        imports.upload(golden.actor("E004"), [("x.csv", b"number,name\n1,2\n")])
    card = preview(golden, ("People.csv", "number,name,email,hired\nN1,甲,n1@example.com,2026-01-01\n".encode()))
    with pytest.raises(NotFound):
        queries.batch(golden.actor("E004"), card.id)


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_as_people_save_it(golden: Golden, coding: str) -> None:
    text = (
        "工号,姓名,邮箱,入职\nＮ００１,新人,ｎ１@example.com,２０２６年１月５日\n0012,零头,n12@example.com,2026/1/5\n"
    )
    card = preview(golden, ("员工.csv", text.encode(coding)))
    assert (card.total("added"), card.total("refused")) == (2, 0)
    assert [line["label"] for line in card.changes] == ["N001 新人", "0012 零头"]


@pytest.mark.req("PEOPLE-05")
def test_sheets_may_come_in_separate_files(golden: Golden) -> None:
    card = preview(
        golden,
        ("任职.csv", "工号,单元编号,上级,开始\nN1,U2,E003,2026-01-05\n".encode()),
        ("people.csv", "number;name;email;hired\nN1;甲;n1@example.com;2026-01-05\n".encode()),
    )
    assert (card.total("added"), card.total("refused")) == (2, 0)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", b"0" * (40 * 1024 * 1024))
    return out.getvalue()


def crowded() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.xml", b"")
        for n in range(201):
            packed.writestr(f"{n}.xml", b"")
    return out.getvalue()


HOSTILE = {
    "empty": (b"", workbook.EmptyFile),
    "blank": (b"  \n ", workbook.EmptyFile),
    "picture": (b"\x89PNG\r\n\x1a\n" + b"0" * 99, workbook.PictureFile),
    "password": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), workbook.LockedFile),
    "old": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 99, workbook.OldFile),
    "bomb": (bomb(), workbook.BombFile),
    "crowded": (crowded(), workbook.BombFile),
    "torn": (b"PK\x03\x04torn", workbook.BadFile),
    "another zip": (b"", workbook.EmptyFile),
    "no sheet of ours": (b"a,b\n1,2\n", imports.NothingRecognised),
    "a page saved as a table": (b"\xef\xbb\xbf <HTML><table><tr><td>number</td></tr>", workbook.PictureFile),
    "all hidden": (packed({"People": words(1, "number", "name")}, hidden=["People"]), workbook.HiddenFile),
}


@pytest.mark.req("PEOPLE-05", "BASE-02")
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_gets_a_sentence(golden: Golden, kind: str) -> None:
    content, refusal = HOSTILE[kind]
    with pytest.raises(refusal) as caught:
        imports.upload(golden.actor("E015"), [("company.xlsx", content)])
    assert caught.value.sentence().endswith(".")
    assert caught.value.code not in ("invalid", "refused")
    with override("zh-hans"):
        assert re.search(r"[\u4e00-\u9fff].*。$", caught.value.sentence(gettext))


@pytest.mark.req("PEOPLE-05")
@pytest.mark.django_db
def test_the_first_administrator_founds_the_company_alone(worker_db: Any, owner_db: Any, drain_jobs: Any) -> None:
    person_id = rules.first_administrator("钱多多", "X1", "qian.duoduo@example.com")
    actor = Actor(person_id=person_id)
    batch_id = imports.upload(actor, [(WORKBOOK.name, WORKBOOK.read_bytes())])
    card = queries.batch(actor, batch_id)
    assert card.is_first
    assert card.total("refused") == 0
    imports.confirm(actor, batch_id, card.version)
    with worker_db():
        drain_jobs()
    with owner_db():
        assert Person.objects.count() == 17
        assert Person.objects.get(pk=person_id).number == "E015"
        assert OrgUnit.objects.filter(parent=None).values_list("code", flat=True).get() == "U0"
    with pytest.raises(founding.CompanyExists):
        rules.first_administrator("别人", "X2", "x2@example.com")


@pytest.mark.req("BASE-07")
@pytest.mark.parametrize(("terminal", "said"), [("zh_CN.UTF-8", "这里没有内容"), ("C.UTF-8", "There is nothing here")])
def test_a_refused_import_is_said_in_the_language_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, terminal: str, said: str
) -> None:
    def refuse(*given: Any) -> None:
        raise NotFound

    (tmp_path / "company.xlsx").write_bytes(b"")
    monkeypatch.setattr(import_company.Command, "_become_worker", lambda command: None)
    monkeypatch.setattr(imports, "import_now", refuse)
    monkeypatch.setenv("LC_ALL", terminal)
    with pytest.raises(CommandError, match=said):
        call_command("import_company", str(tmp_path / "company.xlsx"))


@pytest.mark.req("PEOPLE-05")
def test_the_export_comes_in_again_as_unchanged(golden: Golden, owner_db: Any) -> None:
    """Everybody but whom G2 closes to the administrator, with leading zeros and rare signs, and not one amount."""
    with owner_db():
        Person.objects.filter(number="E009").update(number="00009", name="䶮𠮷")
    kept = io.BytesIO()
    queries.company_workbook(golden.actor("E015"), kept, lambda done, total: None)
    out = kept.getvalue()
    card = preview(golden, ("company.xlsx", out))
    assert (card.writes, card.refused) == (0, [])
    sheets = openpyxl.load_workbook(io.BytesIO(out))
    rows = {row[0]: row for row in sheets["员工 People"].iter_rows(values_only=True)}
    assert rows["00009"][1] == "䶮𠮷"
    assert {"E014", "E001"}.isdisjoint(rows)
    assert {row[5] for row in rows.values()} == {"季度目标奖金(分) target_bonus_cents", None}
    assert card.total("unchanged") == sum(sheet.max_row - 1 for sheet in sheets)
    with pytest.raises(Forbidden):
        queries.company_workbook(golden.actor("E004"), io.BytesIO(), lambda done, total: None)
    with owner_db():
        assert Entry.objects.filter(act="people.export", person_id=golden.id("E015")).exists()
