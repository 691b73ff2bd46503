"""Workbooks about the golden company, and what the importer would do with them."""

from __future__ import annotations

import io
from typing import Any

import openpyxl

from beichen.people import queries
from beichen.people.rules import imports
from tests.cast import Golden

PEOPLE = ["工号 number", "姓名 name", "邮箱 email", "入职 hired", "离职 left", "季度目标奖金(分) target_bonus_cents"]
SEATS = ["number", "seat", "scope"]
ASSIGNMENTS = ["工号 number", "单元编号 unit", "上级 manager", "开始 from", "结束 to"]
PROJECTS = ["项目编号 project", "名称 name", "英文名 name_en", "负责人 lead", "开始 from", "结束 to", "目的 purpose"]
MEMBERS = ["项目编号 project", "工号 number", "角色 role", "投入(%) share", "开始 from", "结束 to"]
PLAIN_ROW = ["N1", "新人甲", "n1@example.com", "2026-01-05"]


def book(**sheets: Any) -> bytes:
    """An xlsx of these sheets; the first row of each is its header."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def preview(golden: Golden, *files: tuple[str, bytes], by: str = "E015") -> queries.BatchCard:
    """What a workbook would do, as an HR administrator sees it."""
    actor = golden.actor(by)
    return queries.batch(actor, imports.upload(actor, list(files)))
