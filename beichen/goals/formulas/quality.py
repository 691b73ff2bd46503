"""What the wording of a goal lacks, found by plain rules: no number, no date, activity, several goals, empty words,
a copy, the wrong size for its cycle, more work than time. Hints to think about, never a verdict; no text leaves here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

NUMBER = re.compile(r"\d|[一二两三四五六七八九十百千万半]+(?=[个家人次项场份成倍万亿%天周月款条起台套])|零")
DIGITS = re.compile(r"[\d０-９]+([.．,，][\d０-９]+)*\s*[%％‰万亿千百]?")
SIGNS = re.compile(r"[\s\W_]+")
DAY = re.compile(
    r"\d{1,2}\s*月|\d{1,2}\s*[日号]|[一二三四]季度|[上下]半年|[月季年][底末]|\bQ[1-4]\b|周[一二三四五六日]"
    r"|\b(jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b|\bby the end\b|\d{4}-\d{2}",
    re.IGNORECASE,
)
ACTIVITY = re.compile(
    r"^(继续|持续|积极|大力|全力)?(推进|推动|开展|参与|支持|配合|跟进|协助|组织|负责|做好|加强|落实|执行|完成.{0,12}工作|进行)"
    r"|^(continue|keep|help|support|assist|participate|work on|drive|carry out|take part|follow up|be responsible)\b",
    re.IGNORECASE,
)
EMPTY_ZH = (
    "提升协同", "优化体验", "赋能", "抓手", "闭环", "夯实", "打造", "全面提升", "进一步", "不断", "大幅", "显著",
    "有效", "深化", "强化", "做大做强", "提质增效", "降本增效", "优化流程", "提升效率", "提高效率", "提升体验",
    "提升质量", "加强协作", "高质量", "行业领先", "国内领先", "一流", "最佳实践", "更好",
)  # fmt: skip
EMPTY_EN = (
    "synergy", "empower", "world-class", "best-in-class", "seamless", "holistic", "leverage", "better collaboration",
    "improve the experience", "optimise", "optimize", "enhance", "significantly", "as much as possible", "high quality",
    "best practice",
)  # fmt: skip
JOINS = re.compile(r"[；;]|以及|同时|并且|，并|，且|\band also\b|\bas well as\b", re.IGNORECASE)
FINE = re.compile(
    r"今天|明天|本周|这周|下周|每天|每日|每周一次|周报|日报|\b(today|tomorrow|this week|daily|weekly)\b", re.IGNORECASE
)
COARSE = re.compile(
    r"(?<![\d一二三四五六七八九])(三|五|十|3|5|10)\s*年(?!前|代|级)|长期|未来几年"
    r"|\b(three|five|ten|3|5|10)[- ]years?\b|\blong[- ]term\b",
    re.IGNORECASE,
)
YEARLY = re.compile(r"全年|年度|今年|本年|明年|\b(this|next|full) year\b|\bannual(ly)?\b", re.IGNORECASE)
SHORTEST, ALIKE = 4, Fraction(4, 5)
FINER = Fraction(1, 3)
"""A goal that runs for less than a third of its cycle is a task of it."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to look at; `words` name what was found, such as a phrase, a colleague or a period."""

    code: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Other:
    """A goal to compare with: its wording, and whose it is or of which period."""

    title: str
    of: str


def looks(
    title: str, *, measured: bool, due: date | None = None, start: date | None = None,
    cycle: tuple[date, date] | None = None,
) -> list[Finding]:  # fmt: skip
    """What a wording lacks by itself. `measured`: numbers stand beside it, such as a key result's from and to."""
    text = title.strip()
    if len(text) < SHORTEST:
        return []
    has_number = measured or bool(NUMBER.search(text))
    found = [Finding("activity", (word,)) for word in _first(ACTIVITY, text)]
    if not has_number:
        found += [Finding("empty", (word,)) for word in _empty(text)]
        found.append(Finding("no_number"))
    if due is None and not DAY.search(text):
        found.append(Finding("no_date"))
    if len(JOINS.findall(text)) >= 1 or text.count("、") >= 3:
        found.append(Finding("several"))
    return found + _size(text, due, start, cycle)


def _first(pattern: re.Pattern[str], text: str) -> list[str]:
    match = pattern.search(text)
    return [match.group(0)] if match else []


def _empty(text: str) -> list[str]:
    """The first empty phrase, by its place in the text."""
    lower = text.lower()
    places = [(text.find(word), word) for word in EMPTY_ZH if word in text]
    places += [(match.start(), word) for word in EMPTY_EN if (match := re.search(rf"\b{re.escape(word)}", lower))]
    return [min(places)[1]] if places else []


def _size(
    text: str, due: date | None, start: date | None, cycle: tuple[date, date] | None
) -> list[Finding]:  # fmt: skip
    """Finer than its cycle (monthly work belongs to key tasks), or coarser."""
    if cycle is None:
        return []
    first, last = cycle
    whole = (last - first).days + 1
    runs = ((due or last) - (start or first)).days + 1
    word = _first(FINE, text)
    if word or (whole > 45 and Fraction(runs, whole) < FINER):
        return [Finding("finer", tuple(word))]
    wide = _first(COARSE, text) or (_first(YEARLY, text) if whole < 300 else [])
    return [Finding("coarser", tuple(wide))] if wide or (due is not None and due > last) else []


def bare(title: str) -> str:
    """A wording without its numbers and signs: what stays when only the number changed."""
    return SIGNS.sub("", DIGITS.sub("", title)).lower()


def copies(title: str, others: Iterable[Other], code: str) -> list[Finding]:
    """The first goal that says the same: "only_number" where words are the same without numbers, else "duplicate"."""
    mine = bare(title)
    if len(mine) < SHORTEST:
        return []
    for other in others:
        theirs = bare(other.title)
        if code == "only_number":
            if mine == theirs:
                return [Finding(code, (other.title, other.of))]
        elif alike(mine, theirs) >= ALIKE:
            return [Finding(code, (other.title, other.of))]
    return []


def alike(one: str, other: str) -> Fraction:
    """How much two wordings have in common: shared pairs of signs over all pairs (0 … 1)."""
    pairs, theirs = _pairs(one), _pairs(other)
    every = pairs | theirs
    return Fraction(len(pairs & theirs), len(every)) if every else Fraction(0)


def _pairs(text: str) -> set[str]:
    return {text[n : n + 2] for n in range(len(text) - 1)}


def overload(stated: Sequence[int], left: Fraction, whole: int) -> Finding | None:
    """A plan that says it takes more working days than there are: of the `whole` of the cycle those `left` after part
    time and what is promised to projects."""
    wanted = sum(stated)
    if wanted <= left:
        return None
    shown = f"{left.numerator // left.denominator}"
    return Finding("overload", (str(wanted), shown)) if left == whole else Finding("overcommitted", (
        str(wanted), shown, str(whole)
    ))  # fmt: skip
