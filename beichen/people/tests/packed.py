"""Workbooks put together part by part, with the traits of programs that nobody here can run: WPS, Excel of a Mac."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OF = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
APP = (
    f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>WPS 表格</Application><HeadingPairs/></Properties>"
)
CUSTOM = (
    f'{HEAD}<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">'
    "<property><KSOProductBuildVer>2052-12.1.0.16929</KSOProductBuildVer></property></Properties>"
)
STYLES = (
    f'{HEAD}<styleSheet xmlns="{MAIN}"><numFmts count="1"><numFmt numFmtId="176" '
    'formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/></numFmts><cellXfs count="4">'
    '<xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/><xf numFmtId="31" applyNumberFormat="1"/>'
    '<xf numFmtId="176" applyNumberFormat="1"/></cellXfs></styleSheet>'
)
PLAIN, DAY, CHINESE_DAY, OWN_DAY = range(4)
"""Places of the formats: none, a day, the built-in one of Chinese editions, one of the company's own."""


def text(at: str, value: str, kind: str = "inlineStr") -> str:
    """A cell with text: inline, or as the kept result of a formula ("str")."""
    if kind == "str":
        return f'<c r="{at}" t="str"><f>A1&amp;""</f><v>{escape(value)}</v></c>'
    return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'


def number(at: str, value: object, style: int = PLAIN, formula: str = "") -> str:
    """A cell with a number, kept beside its formula if it has one."""
    return f'<c r="{at}" s="{style}">{f"<f>{formula}</f>" if formula else ""}<v>{value}</v></c>'


def line(row: int, *cells: str, hidden: bool = False) -> str:
    """A row of cells."""
    return f'<row r="{row}" spans="1:9"{" hidden=" + quoteattr("1") if hidden else ""}>{"".join(cells)}</row>'


def words(row: int, *values: str, hidden: bool = False) -> str:
    """A row of inline text from column A on."""
    return line(row, *(text(f"{chr(65 + n)}{row}", value) for n, value in enumerate(values)), hidden=hidden)


def packed(
    sheets: Mapping[str, str], *, hidden: Sequence[str] = (), since_1904: bool = False, dimension: str = "",
    shared: str = "",
) -> bytes:  # fmt: skip
    """A workbook as WPS packs it: folders as entries, parts under a slash and another name, the dimension wrong.

    `sheets`: the rows of each by its title; `shared`: the shared strings as they stand.
    """
    names = list(sheets)
    listed = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n + 7}"{" state=" + quoteattr("hidden") if name in hidden else ""} '
        f'r:id="rId{n + 3}"/>'
        for n, name in enumerate(names)
    )
    related = "".join(
        f'<Relationship Id="rId{n + 3}" Type="{OF}/worksheet" Target="/xl/worksheets/tab_{n + 40}.xml"/>'
        for n in range(len(names))
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/tab_{n + 40}.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for n in range(len(names))
    )
    parts = {
        "[Content_Types].xml": f'{HEAD}<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType='
        f'"application/vnd.openxmlformats-package.relationships+xml"/>{kinds}</Types>',
        "_rels/": "", "xl/": "", "xl/_rels/": "",
        "_rels/.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OF}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "docProps/app.xml": APP, "docProps/custom.xml": CUSTOM, "xl/styles.xml": STYLES,
        "xl/workbook.xml": f'{HEAD}<workbook xmlns="{MAIN}" xmlns:r="{OF}"><fileVersion appName="xl" lastEdited="3" '
        f'rupBuild="9302"/><workbookPr{" date1904=" + quoteattr("1") if since_1904 else ""}/>'
        f"<sheets>{listed}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{HEAD}<Relationships xmlns="{PACKAGE}/relationships">{related}'
        f'<Relationship Id="rId1" Type="{OF}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId2" Type="{OF}/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
        "xl/sharedStrings.xml": f'{HEAD}<sst xmlns="{MAIN}">{shared}</sst>',
    }  # fmt: skip
    extent = f'<dimension ref="{dimension}"/>' if dimension else ""
    for n, rows in enumerate(sheets.values()):
        inside = f"<sheetPr/>{extent}<sheetData>{rows}</sheetData>"
        parts[f"xl/worksheets/tab_{n + 40}.xml"] = f'{HEAD}<worksheet xmlns="{MAIN}">{inside}</worksheet>'
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()
