"""A08: text that a spreadsheet would compute, in every field that is exported."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.apps import apps

import beichen
from beichen.people.formulas import workbook
from beichen.people.formulas.writing import Written
from beichen.people.formulas.writing import workbook as written
from beichen.platform.events.tests.drain import drain
from beichen.platform.kit import clock
from beichen.platform.kit.cells import as_text, read_back
from tests.access import worlds
from tests.access.worlds import World
from tests.attacks.payloads import FORMULAS, LEADS
from tests.cast import sign_in
from tests.database import login

WRITERS = {"people/formulas/writing.py", "people/pages/codes.py", "platform/audit/pages.py", "goals/pages/map.py"}
"""Every place that writes a table for a spreadsheet: another one belongs into this file as well."""
TYPED = [payload for payload in FORMULAS if payload == payload.strip()]
"""What survives the trimming of an input."""


def world() -> World:
    """People, units and assignments whose every text is a formula, each another one."""
    made = worlds.make("people")
    with login(None):
        for label, fields in (
            ("people.Person", ("name", "name_en", "position")), ("people.Assignment", ("position",)),
            ("people.OrgUnit", ("name", "name_en")),
        ):  # fmt: skip
            model = apps.get_model(label)
            for turn, row in enumerate(model._base_manager.all()):
                model._base_manager.filter(pk=row.pk).update(
                    **{f: TYPED[(turn * 3 + n) % len(TYPED)] for n, f in enumerate(fields)}
                )
    return made


def formula_cells(content: bytes) -> list[str]:
    """Cells that a spreadsheet computes, and links to elsewhere: as the file says it, and as a reader takes it."""
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        names = packed.namelist()
        raw = [name for name in names if re.search(rb"<(\w+:)?f[ >/]|ddeLink|externalLink", packed.read(name))]
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"
    ]  # fmt: skip
    return [*raw, *cells, *(name for name in names if "externalLink" in name)]


def of_csv(content: bytes) -> Iterator[str]:
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")):
        yield from row


@pytest.mark.django_db
@pytest.mark.attack("A08")
@pytest.mark.req("BASE-01")
def test_the_company_as_a_workbook_computes_nothing_and_reads_back_as_it_was() -> None:
    made = world()
    with login(None):
        client = sign_in(made.golden.id("E015"))
        names = set(apps.get_model("people.Person")._base_manager.values_list("name", flat=True))
    asked = client.post("/files/ask/people.company/")["Location"]
    with login("beichen_worker"):
        drain()
    for path in (f"{asked}content/", f"/api/v1{asked}content"):
        content = b"".join(client.get(path).streaming_content)  # type: ignore[attr-defined]
        assert formula_cells(content) == []
        read = {cell for table in workbook.tables(content, "x.xlsx") for line in table.lines for cell in line.cells}
        assert len(names & read) >= len(names) - 3, "whom the table closes to the reader is left out"
        assert {str(cell) for cell in read if str(cell).startswith(LEADS)} <= set(TYPED)


@pytest.mark.django_db
@pytest.mark.attack("A08")
@pytest.mark.req("BASE-01")
@pytest.mark.parametrize("path", ["/people/codes/", "/company/audit/export/", "/goals/map/goal-map.csv"])
def test_a_csv_holds_no_cell_that_begins_like_a_formula(path: str) -> None:
    made = world()
    with login(None):
        client = sign_in(made.golden.id("E019" if "audit" in path else "E015"))
    if "codes" in path:
        answer = client.post(path, {"unit": "U0", "file": "1"})
    else:
        client.get("/company/audit/" if "audit" in path else "/goals/map/")
        answer = client.get(path)
    assert answer.status_code == 200, answer.content[:300]
    cells = list(of_csv(b"".join(answer)))
    assert [cell for cell in cells if cell.lstrip(" ").startswith(LEADS)] == []
    assert any(cell.startswith("'") for cell in cells), "nothing was marked: the test shows nothing"


@pytest.mark.attack("A08")
@pytest.mark.parametrize("lead", LEADS)
def test_what_was_marked_is_read_back_as_it_was(lead: str) -> None:
    for payload in [one for one in FORMULAS if one.startswith(lead)]:
        marked = as_text(payload)
        assert not marked.startswith(LEADS)
        assert read_back(marked) == payload
        out = io.StringIO()
        csv.writer(out).writerows([["number", "name"], ["N1", marked]])
        [table] = workbook.tables(out.getvalue().encode("utf-8"), "x.csv")
        assert [line.cells for line in table.lines][1:] == [("N1", payload)]
    assert read_back("'t Hooft") == "'t Hooft"
    assert read_back(as_text("plain")) == "plain"


@pytest.mark.attack("A08")
def test_every_kind_of_payload_is_text_in_a_workbook() -> None:
    out = io.BytesIO()
    written([Written("x", ["a", "b"], [[payload, payload[1:]] for payload in FORMULAS])], clock.now(), out)
    content = out.getvalue()
    assert formula_cells(content) == []
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {cell.data_type for row in book["x"].iter_rows() for cell in row} == {"s"}
    assert len(FORMULAS) >= 60


@pytest.mark.attack("A08")
def test_nothing_else_writes_tables() -> None:
    root, found = Path(beichen.__file__).parent, set()
    for path in root.rglob("*.py"):
        text: Any = path.read_text(encoding="utf-8")
        if "/tests/" not in str(path) and re.search(r"csv\.writer|csv\.DictWriter|xlsxwriter\.|openpyxl", text):
            found.add(str(path.relative_to(root)))
    assert {name for name in found if not name.startswith(("demo/", "launch/"))} == WRITERS
