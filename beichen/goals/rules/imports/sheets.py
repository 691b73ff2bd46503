"""The sheets of goals as the importer knows them: titles, headers, words, order."""

from __future__ import annotations

from beichen.goals.rules.imports.goals import apply_goals, notes_of_goals, preview_goals
from beichen.goals.rules.imports.key_results import (
    _with_key_results,
    apply_key_results,
    preview_bands,
    preview_key_results,
    preview_milestones,
)
from beichen.goals.rules.imports.reports import apply_updates, preview_updates
from beichen.platform.registry.imports import Column, ImportSheet, Kind

KINDS = {"objective": ("目标",), "kpi": ("KPI", "GS"), "milestone": ("里程碑",), "behaviour": ("行为",)}
AMBITIONS = {"committed": ("承诺",), "stretch": ("挑战",)}
MEASURES = {
    "increase": ("提升",),
    "decrease": ("降低",),
    "percent": ("百分比",),
    "count": ("次数", "number of times"),
    "within": ("保持", "keep within"),
    "yes_no": ("是否", "yes/no"),
    "band": ("KPI 区间", "区间"),
    "milestones": ("里程碑", "milestone"),
}
CONFIDENCE = {"on_track": ("正常", "on track"), "at_risk": ("有风险", "at risk"), "off_track": ("落后", "off track")}

SHEETS = (
    ImportSheet(
        key="Goals",
        name_zh="目标",
        order=200,
        preview=preview_goals,
        apply=apply_goals,
        notes=notes_of_goals,
        columns=(
            Column(key="goal", kind=Kind.CODE, name_zh="编号", required=True),
            Column(key="title", name_zh="标题", required=True),
            Column(key="title_en", name_zh="英文标题"),
            Column(key="kind", name_zh="类型", kind=Kind.CHOICE, words=KINDS),
            Column(key="ambition", name_zh="承诺/挑战", kind=Kind.CHOICE, words=AMBITIONS),
            Column(key="owner", kind=Kind.CODE, name_zh="负责", required=True),
            Column(key="period", kind=Kind.CODE, name_zh="周期", required=True),
            Column(key="weight", name_zh="计划权重", kind=Kind.DECIMAL),
            Column(key="parent", kind=Kind.CODE, name_zh="上级目标"),
            Column(key="rollup_weight", name_zh="汇总权重", kind=Kind.DECIMAL),
            Column(key="priority", kind=Kind.CODE, name_zh="战略重点"),
        ),
    ),
    ImportSheet(
        key="KeyResults",
        name_zh="关键结果",
        order=210,
        preview=preview_key_results,
        apply=apply_key_results,
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="编号", required=True),
            Column(key="goal", kind=Kind.CODE, name_zh="目标", required=True),
            Column(key="title", name_zh="标题", required=True),
            Column(key="title_en", name_zh="英文标题"),
            Column(key="measure", name_zh="度量", kind=Kind.CHOICE, words=MEASURES, required=True),
            *(
                Column(key=key, name_zh=zh, kind=Kind.DECIMAL)
                for key, zh in (
                    ("baseline", "起点"),
                    ("target", "目标值"),
                    ("low", "下限"),
                    ("high", "上限"),
                    ("tolerance", "容差"),
                )
            ),
            Column(key="unit", name_zh="单位"),
            Column(key="weight", name_zh="权重", kind=Kind.DECIMAL),
        ),
    ),
    ImportSheet(
        key="Milestones",
        name_zh="里程碑",
        order=220,
        preview=preview_milestones,
        apply=_with_key_results("milestones"),
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="关键结果", required=True),
            Column(key="name", name_zh="名称", required=True),
            Column(key="weight", name_zh="权重", kind=Kind.DECIMAL),
            Column(key="due", name_zh="到期", kind=Kind.DAY, required=True),
        ),
    ),
    ImportSheet(
        key="Bands",
        name_zh="评分区间",
        order=215,
        preview=preview_bands,
        apply=_with_key_results("bands"),
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="关键结果", required=True),
            Column(key="value", name_zh="值", kind=Kind.DECIMAL, required=True),
            Column(key="score", name_zh="得分", kind=Kind.DECIMAL, required=True),
        ),
    ),
    ImportSheet(
        key="Updates",
        name_zh="进展",
        order=230,
        preview=preview_updates,
        apply=apply_updates,
        columns=(
            Column(key="key_result", kind=Kind.CODE, name_zh="关键结果", required=True),
            Column(key="date", name_zh="日期", kind=Kind.DAY, required=True),
            Column(key="value", name_zh="值", required=True),
            Column(key="confidence", name_zh="信心", kind=Kind.CHOICE, words=CONFIDENCE),
            Column(key="risk", name_zh="风险"),
        ),
    ),
)
