"""One person's result from what raters entered, with every term, and back again (formulas §6).

A story is plain JSON: exact scores as "n/d" text, so that whoever reads it recomputes the total to the digit.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from beichen.platform.kit.rounding import COEFFICIENT, SCORE, WEIGHT, fraction, scaled, shown
from beichen.reviews.formulas.sections import (
    PEERS_NEEDED,
    GoalPart,
    ManagerDays,
    PeerMode,
    goals_section,
    manager_part,
    peers_part,
    section_score,
)
from beichen.reviews.formulas.totals import Grade, Scale, SectionResult, suggested_grade, total

FORMULAS = "reviews-1"
GOALS = "goals"
Story = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PlanRules:
    """What a plan says about numbers. Weights in whole percents, `maximum` in hundredths."""

    sections: tuple[tuple[str, int], ...]
    rater_weights: Mapping[str, int]
    peer_mode: PeerMode
    peers_needed: int
    maximum: int
    scale: Scale
    version: str


@dataclass(frozen=True, slots=True)
class Scored:
    """One rater's scores by section; `days` in charge for managers, `who` a person id."""

    role: str
    who: int
    scores: Mapping[str, Fraction]
    days: int = 0


@dataclass(frozen=True, slots=True)
class GoalTerm:
    """A goal of the goals section with the titles a reader knows it by; `full` of a shared one, in hundredths."""

    part: GoalPart
    title: str
    title_en: str = ""
    full: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A goals score entered by a manager, where the person has no scored goals."""

    score: Fraction
    by: int
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """`total` in hundredths and `suggested` are None until every section has a score."""

    total: int | None
    suggested: str | None
    missing: tuple[str, ...]
    story: Story = field(repr=False)


def plan_rules(settings: Mapping[str, Any], weights: Mapping[str, int]) -> PlanRules:
    """Read a plan's settings (the shape of [reviews] in defaults.toml) and the weights of its form's sections.

    A scale that falls wrongly is refused; fewer peers than the mode needs never count, whatever the settings say.
    """
    mode = PeerMode(settings["peers"]["mode"])
    grades = tuple(
        Grade(g["key"], scaled(str(g["min"]), SCORE), scaled(str(g["coefficient"]), COEFFICIENT))
        for g in settings["grades"]
    )
    return PlanRules(
        sections=tuple(weights.items()),
        rater_weights={role: int(weight) for role, weight in settings["rater_weights"].items()},
        peer_mode=mode,
        peers_needed=max(int(settings["peers"]["count_min"].get(mode.value, 0)), PEERS_NEEDED[mode]),
        maximum=scaled(str(settings["total_max"]), SCORE),
        scale=Scale(grades),
        version=rule_version(settings, weights),
    )


def rule_version(settings: Mapping[str, Any], weights: Mapping[str, int]) -> str:
    """A fingerprint of the formulas and of the settings and weights they ran with."""
    text = json.dumps([FORMULAS, settings, weights], sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def compute(rules: PlanRules, raters: Sequence[Scored], goals: Sequence[GoalTerm], given: Given | None) -> Result:
    """The result of one person: sections, total, suggestion, and the story of each. Cost: linear in the terms."""
    lines = [
        _goals(weight, goals, given) if key == GOALS else _judged(rules, key, weight, raters)
        for key, weight in rules.sections
    ]
    missing = tuple(line["key"] for line in lines if line["score"] is None)
    whole = total([SectionResult(line["key"], line["weight"], _exact(line["score"])) for line in lines], rules.maximum)
    value = None if missing else whole.value
    suggested = None if value is None else suggested_grade(value, rules.scale).key
    story: Story = {
        "sections": lines,
        "maximum": rules.maximum,
        "clipped": whole.clipped,
        "total": value,
        "suggested": suggested,
        "scale": [{"key": grade.key, "minimum": grade.minimum} for grade in rules.scale.grades],
        "rule": rules.version,
    }
    return Result(value, suggested, missing, story)


def recompute(story: Mapping[str, Any]) -> int | None:
    """The total from the terms of a story alone: what a reader with a pencil does. Equals `story["total"]`."""
    sections = [SectionResult(line["key"], line["weight"], _section_again(line)) for line in story["sections"]]
    if any(part.score is None for part in sections):
        return None
    return total(sections, story["maximum"]).value


def contributions(story: Mapping[str, Any]) -> list[tuple[str, int, str, Fraction]]:
    """What each section adds to the total: key, weight, its score as people read it, and the exact addend."""
    counted = [line for line in story["sections"] if line["score"] is not None]
    whole = sum(line["weight"] for line in counted)
    return [
        (line["key"], line["weight"], line["shown"], Fraction(line["score"]) * line["weight"] / whole)
        for line in counted
    ]


def _section_again(line: Story) -> Fraction | None:
    if line["key"] == GOALS:
        return _goals_again(line)
    answers = {role["role"]: _role_again(role) for role in line["roles"]}
    return section_score(answers, {role["role"]: role["weight"] for role in line["roles"]}).value


def _goals_again(line: Story) -> Fraction | None:
    if line.get("given"):
        return _exact(line["given"]["score"])
    parts = [
        GoalPart(str(g["goal"]), fraction(g["weight"]) * WEIGHT, g["score"], g.get("days", 1)) for g in line["goals"]
    ]
    stored = goals_section(parts, by_time=True).stored
    return None if stored is None else Fraction(stored, SCORE)


def _role_again(role: Story) -> Fraction | None:
    if role["role"] != "manager":
        return _exact(role["score"])
    counted = [(part["days"], _exact(part["score"])) for part in role["by"] if part["score"] is not None]
    if not any(weight for weight, _ in counted):
        counted = [(1, value) for _, value in counted]
    days = sum(weight for weight, _ in counted)
    return sum((weight * (value or 0) for weight, value in counted), Fraction(0)) / days if days else None


def _goals(weight: int, goals: Sequence[GoalTerm], given: Given | None) -> Story:
    section = goals_section([term.part for term in goals], by_time=True)
    score = None if section.stored is None else Fraction(section.stored, SCORE)
    line: Story = {
        "key": GOALS,
        "weight": weight,
        "goals": [
            {"goal": term.part.goal, "title": term.title, "title_en": term.title_en,
             "weight": shown(Fraction(term.part.weight) / WEIGHT, 2), "score": term.part.score,
             **({"days": term.part.days} if term.part.days != 1 else {}),
             **({"full": shown(Fraction(term.full) / WEIGHT, 2)} if term.full is not None else {})}
            for term in goals
        ],
        "given": None,
    }  # fmt: skip
    if score is None and given is not None:
        score = given.score
        line["given"] = {"score": str(given.score), "by": given.by, "reason": given.reason}
    return line | _number(score, 2)


def _judged(rules: PlanRules, key: str, weight: int, raters: Sequence[Scored]) -> Story:
    managers = [rater for rater in raters if rater.role == "manager"]
    days = [ManagerDays(str(m.who), m.days, 0, date.min) for m in managers]
    led = manager_part(days, {str(m.who): m.scores.get(key) for m in managers})
    peers = peers_part(
        [r.scores[key] for r in raters if r.role == "peer" and key in r.scores], rules.peer_mode, rules.peers_needed
    )
    own = next((rater.scores.get(key) for rater in raters if rater.role == "self"), None)
    answers = {"manager": led.value, "peers": peers.score, "self": own}
    score = section_score(answers, rules.rater_weights).value if led.value is not None else None
    by = [
        {"person": m.who, "days": m.days, "score": None if key not in m.scores else str(m.scores[key])}
        for m in managers
    ]
    roles = [
        {"role": "manager", "weight": rules.rater_weights.get("manager", 0), "by": by} | _number(led.value, 4),
        {"role": "peers", "weight": rules.rater_weights.get("peers", 0), "answers": peers.answers,
         "needed": peers.needed} | _number(peers.score, 2),
        {"role": "self", "weight": rules.rater_weights.get("self", 0)} | _number(own, 2),
    ]  # fmt: skip
    return {"key": key, "weight": weight, "roles": roles} | _number(score, 2)


def _number(value: Fraction | None, digits: int) -> Story:
    """An exact value as text, and as people read it."""
    return {"score": None if value is None else str(value), "shown": None if value is None else shown(value, digits)}


def _exact(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)
