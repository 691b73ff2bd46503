"""Workbooks as table programs write them: WPS and Excel, hidden parts, formulas, dates of every form, rare signs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.translation import gettext, override

from beichen.people.formulas import cells, reading, workbook
from beichen.people.models import Person
from beichen.people.rules import imports
from beichen.people.rules.imports import previews
from beichen.people.tests import packed as parts
from beichen.people.tests.books import ASSIGNMENTS, book, preview
from beichen.people.tests.packed import line, number, packed, text, words
from beichen.platform.registry import imports as registry
from beichen.platform.registry.imports import Column, Kind
from tests.cast import Golden

HEADER = ("工号", "姓名", "邮箱", "入职", "离职")


def newcomer(row: int, code: str, *more: str, hidden: bool = False) -> str:
    return words(row, code, f"新人{code}", f"{code}@example.com", "2026-01-05", *more, hidden=hidden)


@pytest.mark.req("PEOPLE-05")
def test_a_workbook_of_wps_is_read(golden: Golden) -> None:
    """The dimension names one cell, parts lie elsewhere, text is inline, kept by a formula, or shared with a sound."""
    shared = '<si><t>0007</t></si><si><r><t>张</t></r><r><t>三</t></r><rPh sb="0" eb="1"><t>zhang</t></rPh></si>'
    rows = words(1, *HEADER) + line(
        2, '<c r="A2" t="s"><v>0</v></c>', '<c r="B2" t="s"><v>1</v></c>', text("C2", "n7@example.com", "str"),
        number("D2", 46027, parts.CHINESE_DAY, "DATE(2026,1,5)"), '<c r="E2" s="1"/>',
    )  # fmt: skip
    card = preview(golden, ("员工.xlsx", packed({"员工": rows}, dimension="A1", shared=shared)))
    assert (card.total("added"), card.refused) == (1, [])
    assert [line["label"] for line in card.changes] == ["0007 张三"]


@pytest.mark.req("PEOPLE-05")
def test_hidden_rows_are_counted_and_hidden_sheets_are_named(golden: Golden) -> None:
    rows = words(1, *HEADER, hidden=True) + newcomer(2, "N1") + newcomer(3, "N2", hidden=True)
    rows += newcomer(4, "N3", hidden=True) + words(5, "", hidden=True)
    kept = {"员工": rows, "去年": words(1, *HEADER) + newcomer(2, "N9"), "WpsReserved_CellImgList": words(1, "x")}
    card = preview(golden, ("x.xlsx", packed(kept, hidden=["去年", "WpsReserved_CellImgList"])))
    assert card.total("added") == 3
    assert [(note["note"], note["params"]) for note in card.notes] == [
        (str(previews.HIDDEN_SHEET), {"sheet": "去年"}), (str(previews.HIDDEN_ROWS), {"sheet": "People", "count": 2}),
    ]  # fmt: skip
    with override("zh-hans"):
        assert [gettext(note["note"]) % note["params"] for note in card.notes] == [
            "表“去年”是隐藏的，已略过。如需导入，请取消隐藏。", "“People”中有 2 个隐藏行，也已读入。",
        ]  # fmt: skip


@pytest.mark.req("PEOPLE-05")
def test_what_a_formula_left_is_read_and_what_it_did_not_is_refused(golden: Golden) -> None:
    """A result is a value; none, and an error known or new, is a fault of its cell and no empty cell."""
    rows = words(1, *HEADER) + newcomer(2, "N1") + newcomer(9, "N9")
    rows += line(3, text("A3", "N2"), text("B3", "乙", "str"), text("C3", "n2@example.com"),
                 number("D3", 46027, parts.DAY, "D2"), '<c r="E3" t="str"><f>IF(1,"")</f><v></v></c>')  # fmt: skip
    left = {4: "<f>TODAY()</f>", 5: "<f>TODAY()</f><v></v>", 6: "<f>NA()</f><v>#N/A</v>", 7: "<v>#SPILL!</v>"}
    for row, inside in left.items():
        kind = ' t="e"' if "#" in inside else ""
        code = f"N{row}"
        broken = f'<c r="E{row}"{kind}>{inside}</c>'
        start = [text(f"{letter}{row}", value) for letter, value in zip(
            "ABCD", (code, "丙", f"{code}@example.com", "2026-01-05"), strict=True)]  # fmt: skip
        rows += line(row, *start, broken)
    rows += line(11, '<c r="E11"><f>TODAY()</f></c>')
    card = preview(golden, ("x.xlsx", packed({"People": rows})))
    assert card.total("added") == 3
    said = [(line["row"], line["column"], line["reason"], line["params"]) for line in card.refused]
    assert [one for one in said if one[1] == "left"] == [
        (4, "left", str(cells.NOT_COMPUTED), {}), (5, "left", str(cells.NOT_COMPUTED), {}),
        (6, "left", str(cells.ERROR_VALUE), {"value": "#N/A"}),
        (7, "left", str(cells.ERROR_VALUE), {"value": "#SPILL!"}),
        (11, "left", str(cells.NOT_COMPUTED), {}),
    ]  # fmt: skip
    assert {one[0] for one in said} == {*left, 11}


@pytest.mark.req("PEOPLE-05")
def test_an_error_that_a_csv_kept_is_refused_as_well(golden: Golden) -> None:
    lines = "number,name,email,hired,left\nN1,甲,n1@example.com,2026-01-05,#REF!\n"
    [line] = preview(golden, ("People.csv", lines.encode())).refused
    assert (line["row"], line["column"], line["params"]) == (2, "left", {"value": "#REF!"})


DAYS = (
    "2026年3月1日", "2026年03月01号", "２０２６年３月１日", "2026/3/1", "2026.3.1", "2026-03-01", "20260301", "46082",
    46082, 46082.0, 46082.75, " 2026/3/1 ", "2026-03-01 00:00:00", "2026/3/1 9:30", "２０２６．３．１",
)  # fmt: skip


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("written", DAYS)
def test_a_day_in_each_of_its_usual_forms(written: Any) -> None:
    assert cells.read(written, Column(key="hired", name_zh="入职", kind=Kind.DAY)) == date(2026, 3, 1)


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("written", ["26/3/1", "2026年3月", "3月1日", "2026-02-30", "20261301", "1", "2026/3/1/2"])
def test_what_is_no_day_or_could_be_two_is_refused(written: str) -> None:
    with pytest.raises(cells.BadCell):
        cells.read(written, Column(key="hired", name_zh="入职", kind=Kind.DAY))


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize(("since_1904", "serial"), [(False, 46082), (True, 44620)])
def test_days_of_a_table_in_every_format(since_1904: bool, serial: int) -> None:
    """As a day, in the format of Chinese editions, in one of the company's own, and where the format was lost."""
    rows = words(1, *HEADER)
    for row, style in enumerate((parts.DAY, parts.CHINESE_DAY, parts.OWN_DAY, parts.PLAIN), start=2):
        rows += line(row, text(f"A{row}", f"N{row}"), text(f"B{row}", "甲"), text(f"C{row}", f"n{row}@example.com"),
                     number(f"D{row}", serial, style))  # fmt: skip
    content = packed({"People": rows}, since_1904=since_1904)
    read = reading.read(workbook.tables(content, "x.xlsx"), registry.sheets()).sheets["People"]
    assert [row["hired"] for row in read.rows] == [date(2026, 3, 1)] * 4


RARE = ("买买提·艾力", "𠮷田㛃", "㐂䶮", "é́e", "葛\U000e0100城", "王〇")
"""A dot between two names, four bytes, an older block, marks that combine, a chosen form, the zero that is a sign."""


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("coding", ["xlsx", "utf-8-sig", "gb18030"])
def test_rare_signs_of_names_come_in_as_written(
    golden: Golden, worker_db: Any, owner_db: Any, drain_jobs: Any, coding: str
) -> None:
    lines = [HEADER[:4], *((f"00{n}", name, f"r{n}@example.com", "2026-01-05") for n, name in enumerate(RARE))]
    if coding == "xlsx":
        content = packed({"员工": "".join(words(n, *values) for n, values in enumerate(lines, start=1))})
    else:
        content = "\r\n".join(",".join(values) for values in lines).encode(coding)
    file = ("员工.xlsx" if coding == "xlsx" else "员工.csv", content)
    card = preview(golden, file)
    assert (card.total("added"), card.refused) == (len(RARE), [])
    for who in ("E015", "E016"):
        imports.confirm(golden.actor(who), card.id, card.version)
    with worker_db():
        drain_jobs()
    with owner_db():
        known = dict(Person.objects.filter(number__startswith="00").values_list("number", "name"))
    assert known == {f"00{n}": name for n, name in enumerate(RARE)}
    assert preview(golden, file).writes == 0


@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("turned", [False, True])
def test_managers_may_stand_before_or_after_their_people(golden: Golden, turned: bool) -> None:
    """In the sheet of people, in that of assignments, and whichever of the two comes first."""
    rows = {
        "People": [["N1", "总", "n1@example.com", "2026-01-05"], ["N2", "员", "n2@example.com", "2026-01-05"]],
        "Assignments": [["N1", "U2", "E003", "2026-01-05"], ["N2", "U2", "N1", "2026-01-05"]],
    }
    heads = {"People": list(HEADER[:4]), "Assignments": ASSIGNMENTS}
    order = ["Assignments", "People"] if turned else ["People", "Assignments"]
    sheets = {key: [heads[key], *(rows[key][::-1] if turned else rows[key])] for key in order}
    card = preview(golden, ("x.xlsx", book(**sheets)))
    assert (card.total("added"), card.refused) == (4, [])


@pytest.mark.req("PEOPLE-05")
def test_newcomers_who_would_lead_each_other_are_named_in_a_sentence(golden: Golden) -> None:
    people = [[f"N{n}", name, f"n{n}@example.com", "2026-01-05"] for n, name in enumerate("甲乙丙", start=1)]
    above = [["N1", "U2", "N2", "2026-01-05"], ["N2", "U2", "N3", "2026-01-05"], ["N3", "U2", "N1", "2026-01-05"]]
    card = preview(golden, ("x.xlsx", book(People=[list(HEADER[:4]), *people], Assignments=[ASSIGNMENTS, *above])))
    assert {(line["sheet"], line["row"], line["column"]) for line in card.refused} == {
        ("Assignments", row, "manager") for row in (2, 3, 4)
    }
    with override("zh-hans"):
        assert "N1 甲 → N2 乙 → N3 丙 → N1 甲" in gettext(card.refused[0]["reason"]) % card.refused[0]["params"]
