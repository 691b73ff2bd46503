"""J8, J8b: a workbook about everybody goes out and comes in, against a bare writer and COPY with a full join."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from itertools import chain
from typing import Any

import django
import xlsxwriter

from benchmarks import measure

HR = """
    SELECT s.person_id FROM people_seat s JOIN people_orgunit u ON u.id = s.scope_id
    WHERE s.seat = 'HA' AND s.granted_at IS NOT NULL AND s.revoked_at IS NULL ORDER BY u.depth, s.person_id LIMIT 1
"""
STAGED = """
    CREATE TEMP TABLE staged_people (number text, name text, email text, hired date, "left" date, level text);
    CREATE TEMP TABLE staged_places (number text, unit text, manager text, since date);
"""
COMPARED = """
    SELECT count(*), count(*) FILTER (WHERE p.id IS NULL),
           count(*) FILTER (WHERE (p.name, p.email, e.hired_on, e.left_on, e.level)
                            IS DISTINCT FROM (s.name, s.email, s.hired, s.left, s.level))
    FROM staged_people s
    FULL JOIN people_person p ON p.number = s.number
    LEFT JOIN people_employment e ON e.person_id = p.id;
"""
PLACED = """
    SELECT count(*), count(*) FILTER (WHERE (u.code, m.number) IS DISTINCT FROM (s.unit, s.manager))
    FROM staged_places s
    FULL JOIN people_person p ON p.number = s.number
    LEFT JOIN people_orgunit u ON u.id = p.unit_id
    LEFT JOIN people_person m ON m.id = p.manager_id
"""


def run() -> None:
    """The company goes out as a workbook, is changed here and there, and comes in as far as its preview.

    Ours come first: the memory of a process is its highest so far, and the floors hold whole tables in lists.
    """
    from beichen.people.formulas import workbook
    from beichen.platform.kit.actor import Actor

    with measure.superuser() as connection:
        actor = Actor(person_id=(connection.execute(HR).fetchone() or [0])[0])
    people = measure.people()
    out = io.BytesIO()
    written, to_write = measure.timed(lambda: _exported(actor, out)), measure.peak_mb()
    content = _changed(out.getvalue())
    (ours, counts), to_read = _previewed(actor, content), measure.peak_mb()
    floor = measure.timed(lambda: _floor(content))
    sheets = [[line.cells for line in table.lines] for table in workbook.tables(out.getvalue(), "company.xlsx")]
    bare = measure.timed(lambda: _bare(sheets))
    job = "export of the company (J8)"
    measure.report(
        measure.Line(job, people, bare.seconds, written.seconds, bare.rows, to_write, 1.2),
        measure.Line("preview of a workbook (J8b)", people, floor.seconds, ours.seconds, ours.rows, to_read),
    )
    measure.same("preview", ours.rows, sum(sum(actions.values()) for actions in counts.values()))


def _exported(actor: Any, out: io.BytesIO) -> int:
    from beichen.people import queries

    rows = 0

    def tell(done: int, total: int) -> None:
        nonlocal rows
        rows = total

    queries.company_workbook(actor, out, tell)
    return rows


def _bare(sheets: Sequence[Sequence[Sequence[object]]]) -> int:
    """The same cells by the writer alone."""
    rows = 0
    with xlsxwriter.Workbook(io.BytesIO(), {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for lines in sheets:
            sheet = book.add_worksheet()
            for number, cells in enumerate(lines):
                rows += 1
                for at, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, at, datetime.combine(cell, time()), day)
                    elif cell != "":
                        sheet.write(number, at, cell)
    return rows


def _changed(content: bytes) -> bytes:
    """One in ten gets another level, one in thirty another unit."""
    from beichen.people.formulas import workbook

    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for table in workbook.tables(content, "company.xlsx"):
            sheet = book.add_worksheet(table.title)
            for number, cells in enumerate(_told(table)):
                for at, cell in enumerate(cells):
                    if isinstance(cell, date):
                        sheet.write_datetime(number, at, datetime.combine(cell, time()), day)
                    elif cell != "":
                        sheet.write(number, at, cell)
    return out.getvalue()


def _told(table: Any) -> Iterator[list[object]]:
    head = next(table.lines)
    level = next((at for at, name in enumerate(map(str, head.cells)) if name.endswith(" level")), None)
    for number, line in enumerate(chain([head], table.lines)):
        cells = list(line.cells)
        if number and level is not None and "People" in table.title and number % 10 == 0:
            cells[level] = "P9"
        yield cells


def _floor(content: bytes) -> int:
    """Read, COPY, and one full join for people and one for where they work."""
    from beichen.people.formulas import workbook

    tables = {table.title.split(" ")[-1]: list(table.lines)[1:] for table in workbook.tables(content, "x.xlsx")}
    with measure.superuser() as connection:
        for statement in STAGED.split(";"):
            if statement.strip():
                connection.execute(statement)
        cursor = connection.cursor()
        _copy(cursor, "staged_people", ((*line.cells[:5], line.cells[6]) for line in tables["People"]))
        _copy(cursor, "staged_places", (line.cells[:4] for line in tables["Assignments"]))
        rows = sum((connection.execute(sql).fetchone() or [0])[0] for sql in (COMPARED, PLACED))
        connection.rollback()
    return int(rows)


def _copy(cursor: Any, table: str, rows: Iterable[Sequence[object]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row([None if cell == "" else cell for cell in row])


def _previewed(actor: Any, content: bytes) -> tuple[measure.Timed, dict[str, dict[str, int]]]:
    """Through the rules, as the job does it; the batch is put aside again."""
    from beichen.people import queries
    from beichen.people.rules import imports

    batch: list[int] = []

    def whole() -> int:
        batch.append(imports.upload(actor, [("company.xlsx", content)]))
        imports.read(actor, batch[0])
        card = queries.batch(actor, batch[0])
        return sum(sum(actions.values()) for actions in card.counts.values())

    ours = measure.timed(whole)
    card = queries.batch(actor, batch[0])
    if card.state != "previewed":
        raise AssertionError(f"the workbook was not read: {card.notes}")
    imports.discard(actor, card.id, card.version)
    return ours, card.counts


if __name__ == "__main__":
    django.setup()
    run()
