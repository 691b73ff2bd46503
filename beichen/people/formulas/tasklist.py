"""Signs that a text about a role repeats a list of tasks or an old job description: explained, never a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

DUTY = re.compile(
    r"负责|协助|配合|参与|跟进|落实|执行|完成(?!率|度)|做好|承担|处理|responsible for|in charge of|assists?\b|assisting"
    r"|supports?\b|participates? in|carr(?:y|ies) out|performs?\b|handles?\b|completes?\b|follows? up",
    re.IGNORECASE,
)
OLD = re.compile(
    r"岗位职责|任职要求|任职资格|职位描述|工作内容|工作职责|岗位说明|上级交办|领导交办|job description|job requirements"
    r"|qualifications|main duties|other duties|as assigned",
    re.IGNORECASE,
)
BULLET = re.compile(r"^\s*(?:[-*•·●]|\(?\d+[.)、．）]|[一二三四五六七八九十]+、|[①-⑳])")
MOST_DUTIES, MOST_LINES = 2, 5


@dataclass(frozen=True, slots=True)
class Sign:
    """One reason: "old" (words of a job description), "duties" (words of duty), "lines" (too many points)."""

    kind: str
    count: int
    words: tuple[str, ...] = ()


def signs(texts: Iterable[str]) -> list[Sign]:
    """Why these texts read like a list of tasks; empty where they do not."""
    written = [text for text in texts if text.strip()]
    whole = "\n".join(written)
    found = []
    old = _once(OLD.findall(whole))
    if old:
        found.append(Sign("old", len(old), old))
    duties = DUTY.findall(whole)
    if len(duties) > MOST_DUTIES:
        found.append(Sign("duties", len(duties), _once(duties)))
    longest = max((_points(text) for text in written), default=0)
    if longest > MOST_LINES:
        found.append(Sign("lines", longest))
    return found


def _points(text: str) -> int:
    return sum(bool(BULLET.match(line)) for line in text.splitlines())


def _once(words: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.lower() for word in words))
