"""A company of any size, made by SQL, and its workbook with changes and faults of which the numbers are known."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time

import xlsxwriter
from django.db import connection

from beichen.people.models import LegalEntity
from beichen.people.rules import places

SPAN, TEAM = 8, 12
"""How many report to one manager, and how many sit in one unit."""

_UNITS = """
    INSERT INTO people_orgunit (code, name, name_en, kind, entity_id, role_type, place, place_end, depth, is_active,
                                version)
    SELECT 'U' || lpad(n::text, 5, '0'), '单元' || n, '', 'team', %(entity)s, 'stable', 0, 0, 0, true, 1
    FROM generate_series(1, %(units)s) n;
    UPDATE people_orgunit u SET parent_id = p.id FROM people_orgunit p
    WHERE substr(u.code, 2)::int > 1 AND p.code = 'U' || lpad(((substr(u.code, 2)::int - 2) / 8 + 1)::text, 5, '0');
"""
_PEOPLE = """
    INSERT INTO people_person (number, entity_id, kind, name, name_en, sort_key, email, position, role_type, unit_id,
                               place, is_active, version)
    SELECT lpad(n::text, 6, '0'), %(entity)s, 'employee', '员工' || n, '', lpad(n::text, 6, '0'),
           'p' || n || '@example.com', '工程师', 'stable', u.id, 0, true, 1
    FROM generate_series(1, %(people)s) n
    JOIN people_orgunit u ON u.code = 'U' || lpad(((n - 1) / %(team)s + 1)::text, 5, '0');
    UPDATE people_person p SET manager_id = m.id FROM people_person m
    WHERE p.number::int > 1 AND m.number = lpad(((p.number::int - 2) / 8 + 1)::text, 6, '0');
    INSERT INTO people_employment (person_id, hired_on, level) SELECT id, DATE '2021-03-01', 'P5' FROM people_person;
    INSERT INTO people_assignment (person_id, unit_id, manager_id, position, level, fte_percent, period)
    SELECT id, unit_id, manager_id, position, 'P5', 100, tstzrange('2021-03-01 00:00+08', NULL) FROM people_person;
    INSERT INTO people_orgunit (code, name, name_en, kind, entity_id, role_type, place, place_end, depth, is_active,
                                version, parent_id)
    SELECT 'HR', '人力', '', 'team', %(entity)s, 'stable', 0, 0, 0, true, 1, id
    FROM people_orgunit WHERE code = 'U00001';
    INSERT INTO people_person (number, entity_id, kind, name, name_en, sort_key, email, position, role_type, unit_id,
                               manager_id, place, is_active, version)
    SELECT 'HR' || n, %(entity)s, 'employee', '人力' || n, '', 'HR' || n, 'hr' || n || '@example.com', 'HR', 'stable',
           (SELECT id FROM people_orgunit WHERE code = 'HR'), (SELECT id FROM people_person WHERE number = '000001'), 0,
           true, 1
    FROM generate_series(1, 2) n;
    INSERT INTO people_seat (person_id, seat, scope_id, granted_at, granted_by)
    SELECT p.id, 'HA', u.id, now(), 0 FROM people_person p, people_orgunit u
    WHERE p.number IN ('HR1', 'HR2') AND u.code = 'U00001';
    ANALYZE people_person; ANALYZE people_employment; ANALYZE people_assignment;
"""


def settle(people: int) -> None:
    """So many people, eight to a manager and twelve to a unit, and two HR administrators in a unit of their own."""
    entity, _ = LegalEntity.objects.get_or_create(code="main", defaults={"name": "测试公司"})
    how = {"entity": entity.pk, "people": people, "units": -(-people // TEAM), "team": TEAM}
    with connection.cursor() as cursor:
        for statement in filter(str.strip, f"{_UNITS}{_PEOPLE}".split(";")):
            cursor.execute(statement, how)
    places.renumber()


def number(n: int) -> str:
    """The employee number of the n-th."""
    return f"{n:06d}"


def unit(n: int) -> str:
    """The code of the unit in which the n-th sits."""
    return f"U{(n - 1) // TEAM + 1:05d}"


PEOPLE = ("工号", "姓名", "邮箱", "入职", "离职", "季度目标奖金(分)", "职级", "岗位", "角色类型", "英文名")
ASSIGNMENTS = ("工号", "单元编号", "上级", "开始", "结束", "岗位", "职级")
IN_PEOPLE = ("number", "email", "no_email", "left", "hired", "name")
IN_ASSIGNMENTS = ("unit", "manager", "own_boss", "circle")
"""Faults, one row in a thousand of each: a number twice, the address of somebody else, none, left before joining, no
date, no name; no such unit, no such manager, oneself, somebody from the own line (two rows)."""
MOVE = date(2026, 3, 5)


@dataclass
class Story:
    """A workbook about a settled company, and what its preview has to count."""

    people: int
    expected: dict[str, Counter[str]] = field(default_factory=lambda: {"People": Counter(), "Assignments": Counter()})

    def people_rows(self) -> Iterator[list[object]]:
        """Of a hundred: ten with another level; of a thousand: one of each fault, five new, four gone."""
        for n in range(1, self.people + 1):
            fate = n % 1000
            row: list[object] = [
                number(n), f"员工{n}", f"p{n}@example.com", "2021/3/1", None, None, "P5", "工程师", "稳定型", None
            ]  # fmt: skip
            said = "unchanged"
            if fate % 10 == 3:
                row[6], said = "Ｐ６", "changed"
            elif 400 <= fate < 400 + len(IN_PEOPLE):
                said = self._spoil(row, IN_PEOPLE[fate - 400], n)
            elif fate % 200 == 50:
                row[:4], said = [f"N{n:06d}", "㐂𠮷䶮", f"n{n}@example.com", "2026年3月5日"], "added"
            elif fate % 250 == 60:
                row[4], said = 45000 + n % 7, "left"
            self.expected["People"][said] += 1
            yield row

    def _spoil(self, row: list[object], fault: str, n: int) -> str:
        spoiled: dict[str, tuple[int, object]] = {
            "number": (0, number(n - 300)), "email": (2, f"p{n - 300}@example.com"), "no_email": (2, "nobody"),
            "left": (4, "2020-01-01"), "hired": (3, "2021-02-30"), "name": (1, ""),
        }  # fmt: skip
        column, value = spoiled[fault]
        row[column] = value
        return "refused"

    def assignment_rows(self) -> Iterator[list[object]]:
        """Three of a hundred move to another unit; of a thousand one of each fault; the others stay."""
        for n in range(1, self.people + 1):
            fate = n % 1000
            boss = number((n - 2) // SPAN + 1) if n > 1 else ""
            row: list[object] = [number(n), unit(n), boss, "20210301", None, None, None]
            said = "unchanged"
            if fate % 100 in (21, 22, 27):
                row[1], row[3], said = unit(n % 997 + 1), MOVE, "moved"
                said = "moved" if row[1] != unit(n) else "added"
            elif 500 <= fate < 500 + len(IN_ASSIGNMENTS):
                said = self._misplace(row, IN_ASSIGNMENTS[fate - 500], n)
            self.expected["Assignments"][said] += 1
            yield row

    def _misplace(self, row: list[object], fault: str, n: int) -> str:
        below = number((n - 1) * SPAN + 2)
        spoiled = {"unit": (1, "U99999"), "manager": (2, "999999"), "own_boss": (2, number(n)), "circle": (2, below)}
        column, value = spoiled[fault]
        if fault == "circle" and int(below) > self.people:
            return "unchanged"
        row[column] = value
        if fault == "circle":
            self.expected["Assignments"] += Counter(refused=1)
            self.expected["Assignments"]["unchanged"] -= 1
        return "refused"

    def workbook(self) -> bytes:
        """Both sheets as a table program saves them."""
        out = io.BytesIO()
        book = xlsxwriter.Workbook(out, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
        for title, heads, rows in (
            ("员工 People", PEOPLE, self.people_rows()), ("任职 Assignments", ASSIGNMENTS, self.assignment_rows())
        ):  # fmt: skip
            sheet = book.add_worksheet(title)
            sheet.write_row(0, 0, heads)
            for n, row in enumerate(rows, start=1):
                for at, value in enumerate(row):
                    if isinstance(value, date):
                        sheet.write_datetime(n, at, datetime.combine(value, time()))
                    elif isinstance(value, str):
                        sheet.write_string(n, at, value)
                    elif value is not None:
                        sheet.write(n, at, value)
        book.close()
        return out.getvalue()
