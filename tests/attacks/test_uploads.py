"""A27, A28: files that are no tables, that unpack without end, or that reach beyond themselves."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from beichen.people.formulas import workbook
from beichen.platform.kit.errors import Invalid
from tests.access import worlds
from tests.cast import sign_in
from tests.database import login

HEAD = '<?xml version="1.0" encoding="UTF-8"?>'
SHEET = f'{HEAD}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
TYPES = (
    f'{HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels"'
    ' ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELS = (
    f'{HEAD}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="r1" Type="{OF}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{OF}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
BOOK = (
    f'{HEAD}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="{OF}">'
    '<sheets><sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>'
)
DOCUMENT = "/officeDocument"
MEGABYTE = 1 << 20


def book(sheet: str | bytes, **more: str | bytes) -> bytes:
    """A workbook of one sheet as it stands, with further parts."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", TYPES)
        packed.writestr("_rels/.rels", RELS.replace("worksheets/sheet1", "xl/workbook").replace("/worksheet", DOCUMENT))
        packed.writestr("xl/workbook.xml", more.pop("workbook", BOOK))
        packed.writestr("xl/_rels/workbook.xml.rels", RELS)
        packed.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in more.items():
            packed.writestr(name.replace("__", "/").replace("_xml", ".xml"), content)
    return out.getvalue()


def rows(text: str) -> str:
    return f"{SHEET}<sheetData>{text}</sheetData></worksheet>"


def cell(at: str, row: int, *, how: str = '<row r="{1}"><c r="{0}"><v>1</v></c></row>') -> str:
    return how.format(at, row)


def entities(levels: int, width: int) -> str:
    """Each entity is many of the one before."""
    kinds = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * width}">' for n in range(1, levels))
    return f'{HEAD}<!DOCTYPE worksheet [<!ENTITY e0 "boom">{kinds}]>'


def nested(depth: int) -> bytes:
    """Zips inside zips."""
    inner = bytes(MEGABYTE)
    for _ in range(depth):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for n in range(10):
                packed.writestr(f"{n}.zip", inner)
        inner = out.getvalue()
    return inner


def many_entries() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("xl/workbook.xml", BOOK)
        for n in range(5_000):
            packed.writestr(f"xl/x{n}.xml", b"")
    return out.getvalue()


def lying() -> bytes:
    """A zip that says its sheet is ten bytes long; it is three hundred megabytes."""
    content = bytearray(book(rows("") + " " * (40 * MEGABYTE)))
    at = content.rfind(b"PK\x01\x02", 0, content.find(b"xl/worksheets/sheet1.xml", content.rfind(b"PK\x05\x06") - 500))
    content[at + 24 : at + 28] = (10).to_bytes(4, "little")
    return bytes(content)


FAR = '<row r="1"><c r="A1"><v>1</v></c></row>'
BOMBS: dict[str, Callable[[], bytes]] = {
    "cells at both ends of the largest sheet": lambda: book(rows(FAR + cell("XFD1048576", 1048576))),
    "a far cell in the last column": lambda: book(rows(FAR + cell("XFD400", 400))),
    "a far cell in the last row": lambda: book(rows(FAR + cell("Z1048576", 1048576))),
    "far cells in another order of attributes": lambda: book(
        rows(FAR + cell("XFD5000", 5000, how="<row><c s=\"1\" r='{0}'><v>1</v></c></row>"))
    ),
    "far cells under a prefix": lambda: book(
        rows(FAR)
        .replace("<row", "<x:row")
        .replace("<c ", "<x:c ")
        .replace("A1", "XFD9999")
        .replace("worksheet xmlns", "worksheet xmlns:x")
    ),
    "a far cell across two stretches": lambda: book(
        rows(FAR + " " * (MEGABYTE - len(SHEET) - len(FAR) - 20) + cell("XFD9999", 9999) + FAR)
    ),
    "blanks": lambda: book(rows(" " * (310 * MEGABYTE))),
    "one row a million times": lambda: book(rows('<row><c t="inlineStr"><is><t>x</t></is></c></row>' * 3_000_000)),
    "shared strings": lambda: book(rows(FAR), xl__sharedStrings_xml=b"<sst>" + b"<si><t>x</t></si>" * 20_000_000),
    "one long string": lambda: book(rows(FAR), xl__sharedStrings_xml=b"<sst><si><t>" + b"A" * (310 * MEGABYTE)),
    "styles": lambda: book(rows(FAR), xl__styles_xml=b" " * (310 * MEGABYTE)),
    "something else in the file": lambda: book(rows(FAR), x__y_xml=bytes(310 * MEGABYTE)),
    "zips in zips": lambda: nested(4),
    "zips in a workbook": lambda: book(rows(FAR), xl__media__a=nested(3), xl__media__b=bytes(200 * MEGABYTE)),
    "thousands of parts": many_entries,
    "a sheet that lies about its size": lying,
    "a million laughs": lambda: book(
        entities(10, 10) + f"{rows(cell('A1', 1)).removeprefix(HEAD)}".replace(">1<", ">&e9;<")
    ),
    "laughs of one level": lambda: book(
        entities(2, 50_000)
        + rows('<row><c t="inlineStr"><is><t>' + "&e1;" * 50_000 + "</t></is></c></row>").removeprefix(HEAD)
    ),
    "laughs in the workbook": lambda: book(
        rows(FAR), workbook=entities(10, 10) + BOOK.removeprefix(HEAD).replace("People", "&e9;")
    ),
    "a file of the machine": lambda: book(
        f'{HEAD}<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
        + rows('<row><c t="inlineStr"><is><t>&e;</t></is></c></row>').removeprefix(HEAD)
    ),
    "commas": lambda: b"," * (49 * MEGABYTE),
    "line ends": lambda: b"number\n" + b"\n" * (49 * MEGABYTE),
    "one quote that never ends": lambda: b'number,"' + b"x\n" * (24 * MEGABYTE),
    "short lines": lambda: b"a\n" * (24 * MEGABYTE),
    "more than fifty megabytes": lambda: b"x" * (51 * MEGABYTE),
    "a workbook of the other kind": lambda: book(rows(FAR), xl__workbook_bin=b"x").replace(
        b"workbook_bin", b"workbook.bin"
    ),
}
MEASURED = """
import json, resource, sys, time
from pathlib import Path
from beichen.people.formulas import workbook
content = Path(sys.argv[1]).read_bytes()
before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
try:
    found = [list(table.lines) for table in workbook.tables(content, "x.xlsx")]
    said = "taken: " + str(found[0][0].cells)[:200]
except Exception as refusal:
    said = type(refusal).__name__
rss = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([said, time.process_time() - began, (rss - before) / 1024]))
"""


def measured(target: Path) -> tuple[str, float, float]:
    """What a process of its own says of a file, in how many seconds, with how many megabytes."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(target)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr[-500:]
    said, seconds, megabytes = json.loads(done.stdout)
    return said, seconds, megabytes


@pytest.mark.attack("A28")
@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("what", BOMBS)
def test_a_bomb_is_refused_soon_and_fills_no_memory(what: str, tmp_path: Path) -> None:
    target = tmp_path / "bomb"
    target.write_bytes(BOMBS[what]())
    said, seconds, megabytes = measured(target)
    assert said in ("BadFile", "BombFile", "LargeFile", "PictureFile", "EmptyFile"), said
    assert seconds < 2, (said, seconds)
    assert megabytes < 100, (said, megabytes)


@pytest.mark.attack("A28")
def test_a_large_honest_sheet_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="C{n}"><v>1</v></c></row>' for n in range(1, 20_001))
    monkeypatch.setattr(workbook, "MOST_CELLS", 50_000)
    [table] = workbook.tables(book(rows(lines)), "x.xlsx")
    assert len(list(table.lines)) == 20_000


EMPTY = {
    "a format on the last row": f'{FAR}<row r="1048576"><c r="H1048576" s="1"/></row>',
    "a height on every row": FAR + "".join(f'<row r="{n}" ht="15"/>' for n in range(2, 1_048_577)),
    "cells that are opened and closed": f'{FAR}<row r="1048576"><c r="XFD1048576" s="1"></c></row>',
}


@pytest.mark.attack("A28")
@pytest.mark.req("PEOPLE-05")
@pytest.mark.parametrize("what", EMPTY)
def test_a_million_empty_rows_are_read_soon_and_fill_no_memory(what: str, tmp_path: Path) -> None:
    target = tmp_path / "empty"
    target.write_bytes(book(rows(EMPTY[what]).replace("<sheetData>", '<dimension ref="A1:H1048576"/><sheetData>')))
    said, seconds, megabytes = measured(target)
    assert said == "taken: (1.0,)"
    assert seconds < 2, seconds
    assert megabytes < 100, megabytes


@pytest.mark.attack("A28")
@pytest.mark.parametrize("claim", ['a="/>"', "a='></'", 's="1" b="/"'])
def test_a_far_cell_that_only_looks_empty_is_a_bomb(claim: str) -> None:
    far = f'<row r="1048576"><c r="XFD1048576" {claim}><v>1</v></c></row>'
    with pytest.raises(workbook.BombFile):
        list(workbook.tables(book(rows(FAR + far)), "x.xlsx"))


NAMES = (
    "../../evil.xlsx", "..\\..\\evil.xlsx", "/etc/passwd", "C:\\x.xlsx", "x" * 5000 + ".xlsx", "a\x00b.xlsx",
    ".htaccess", "<img src=x onerror=attacked()>.xlsx", "%2e%2e%2fx.xlsx", "a\r\nSet-Cookie: x=y.xlsx", "CON",
    "\u202exslx.exe", "=cmd|' /C calc'!A0.xlsx", "～/x.csv", ";rm -rf x;.csv", "$(x).csv",
)  # fmt: skip
CONTENTS = {
    "svg": b"<svg onload=attacked()>", "html": b"<!doctype html><script>attacked()</script>",
    "php": b"<?php echo 1; ?>", "elf": b"\x7fELF\x02\x01\x01" + bytes(60), "pdf": b"%PDF-1.7\n1 0 obj",
    "gif": b"GIF89a/*<script>*/",
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.attack("A27")
@pytest.mark.req("PEOPLE-05")
def test_no_file_is_written_shown_as_a_page_or_reached_beyond_itself() -> None:
    """Eighty uploads: names that lead elsewhere × contents that are something else."""
    world = worlds.make("people")
    with login(None):
        client = sign_in(world.golden.id("E015"))
    client.get("/people/imports/")
    before, tried = files(), 0
    for turn, name in enumerate(NAMES):
        for kind in list(CONTENTS)[turn % 2 :]:
            upload = SimpleUploadedFile(name.replace("\x00", "") or "x", CONTENTS[kind], "text/html")
            upload.name = name
            for path in ("/people/imports/", "/api/v1/people/imports") if turn % 4 == 0 else ("/people/imports/",):
                field = "files"
                answer = client.post(path, {field: upload})
                tried += 1
                assert answer.status_code in (302, 303, 400, 422, 201), (path, name, kind, answer.status_code)
                told = answer.content.decode()
                assert "<img src=x onerror" not in told
                assert "<svg onload" not in told
    assert tried >= 80
    assert files() == before
    page = client.get("/people/imports/").content.decode()
    assert "<img src=x onerror" not in page


def files() -> set[str]:
    """Everything in the data folder but the database and the front, and what lies above it."""
    root = Path(settings.DATA_DIR)
    inside = {path for path in root.rglob("*") if not {"pg", "postgres", "front"} & set(path.relative_to(root).parts)}
    hidden = ("/pg", "/postgres")
    found = (str(path) for path in (*inside, *root.parent.glob("*evil*")))
    return {path for path in found if not any(word in path for word in hidden)}


@pytest.mark.attack("A27")
def test_a_document_under_the_name_of_a_table_is_refused() -> None:
    for kind, content in (("pdf", CONTENTS["pdf"]), ("gif", CONTENTS["gif"]), ("elf", CONTENTS["elf"])):
        with pytest.raises(Invalid):
            list(workbook.tables(content, f"x.{kind}.xlsx"))


@pytest.mark.attack("A27")
def test_nothing_in_a_zip_names_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts that climb out of the archive are counted in memory and never written."""
    monkeypatch.chdir(tmp_path)
    workbook_with_ladder: Any = book(rows(FAR), **{"../../evil_xml": b"x", "/tmp/evil_xml": b"x"})
    list(workbook.tables(workbook_with_ladder, "x.xlsx"))
    assert list(tmp_path.rglob("*")) == []
