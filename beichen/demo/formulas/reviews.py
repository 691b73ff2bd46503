"""What raters wrote about the quarter behind: scores by what was reached and by the rater's hand, words with facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from beichen.demo.formulas.banks import bank
from beichen.demo.formulas.chance import stream
from beichen.demo.formulas.measures import plain
from beichen.demo.formulas.story import Aim, Company, Human, Said, Voice

SECTIONS = ("goals", "behaviour", "contribution")
PEERS = (3, 4)
CENTRE = {"self": 86.0, "manager": 81.0, "peer": 84.0}
SPREAD = {"self": 4.5, "manager": 6.5, "peer": 4.0}
OLD_FRIENDS = 0.07
"""How often a peer declines."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the story knows of a person when others write about them; `reached`: mean score of the goals, or None."""

    human: Human
    aims: tuple[Aim, ...]
    mates: tuple[str, ...]
    reached: float | None


@dataclass(frozen=True, slots=True)
class Telling:
    """Who tells: the company, its seed, and names by number."""

    company: Company
    seed: int
    names: dict[str, str]


def seen(company: Company, aims: Iterable[Aim], reached: dict[str, float]) -> dict[str, Seen]:
    """Everybody by number, with their goals of the quarter behind and the colleagues of those days."""
    mine: dict[str, list[Aim]] = defaultdict(list)
    for aim in aims:
        if aim.period == company.behind.key and not aim.unit and aim.state == "closed":
            mine[aim.owner].append(aim)
    teams: dict[str, list[str]] = defaultdict(list)
    beside: dict[str, list[str]] = defaultdict(list)
    for human in company.people:
        there = human.on(company.behind.last)
        if there is not None and human.left is None:
            teams[there.unit].append(human.number)
            beside[there.manager].append(human.number)
    found: dict[str, Seen] = {}
    for human in company.people:
        there = human.on(company.behind.last)
        mates = [n for n in teams[there.unit] if n not in (human.number, there.manager)] if there else []
        if there and len(mates) < PEERS[0]:
            mates += [n for n in beside[there.manager] if n != human.number and n not in mates]
        found[human.number] = Seen(human, tuple(mine[human.number]), tuple(mates), reached.get(human.number))
    return found


def peers_of(person: Seen, seed: int) -> list[str]:
    """Three or four colleagues of the team, the same ones every time; fewer where the team is small."""
    rng = stream(seed, "peers", person.human.number)
    count = min(len(person.mates), rng.choice(PEERS))
    return rng.sample(list(person.mates), count)


def voice(telling: Telling, person: Seen, rater: str, role: str) -> Voice:
    """One rater's part; a manager scores the goals too where nothing was measured."""
    company, seed, names = telling.company, telling.seed, telling.names
    rng = stream(seed, "voice", person.human.number, rater, role)
    if role == "peer" and rng.random() < OLD_FRIENDS:
        return Voice(rater, role, "declined")
    hand = company.manners.get(rater, stream(seed, "hand", rater).gauss(0, 1.5)) if role == "manager" else 0.0
    words = _words(person, rng, names)
    closing = plain(rng.choice(bank("reviews")[f"closing_{role}"]), words)
    mine: dict[str, str] = _by_hand(company, person.human.number).get(role, {})
    said = tuple(
        Said(
            section,
            mine.get(f"score_{section}") or _score(section, role, person, hand, rng),
            mine.get(section) or _text(person, role, section, words, rng),
        )
        for section in SECTIONS
    )
    return Voice(rater, role, "submitted", said, mine.get("closing") or closing)


def _by_hand(company: Company, number: str) -> dict[str, Any]:
    """What is told by hand about somebody in the quarter behind."""
    found: dict[str, Any] = {} if company.is_earlier else bank("reviews")["told"].get(number, {})
    return found


def _words(person: Seen, rng: Random, names: dict[str, str]) -> dict[str, str]:
    order = sorted(person.aims, key=_ended_well)
    aim = None if not order else order[0] if _level(person) == "low" else order[-1]
    about = dict(aim.about) if aim else {}
    mates = [names[n] for n in person.mates] or ["同事"]
    given = person.human.name[-2:]
    return {"g": aim.title if aim else "本季度重点", "o": "手上的工作", **about, "m": rng.choice(mates), "n": given}


def _ended_well(aim: Aim) -> float:
    """The share of key results that were on track at the last report."""
    last = [result.reports[-1].confidence == "on_track" for result in aim.results if result.reports]
    return sum(last) / len(last) if last else 0.0


def _level(person: Seen) -> str:
    reached = 78.0 if person.reached is None else person.reached
    return "high" if reached >= 92 else "mid" if reached >= 68 else "low"


def _text(person: Seen, role: str, section: str, words: dict[str, str], rng: Random) -> str:
    told: dict[str, list[str]] = bank("reviews")[role][section]
    lines = told.get(_level(person)) or told["all"]
    return plain(rng.choice(lines), words) + plain(rng.choice(told.get("tail", [""])), words)


def _score(section: str, role: str, person: Seen, hand: float, rng: Random) -> str:
    if section == "goals" and not (role == "manager" and person.reached is None):
        return ""
    lift = 0.0 if person.reached is None else (person.reached - 80) * 0.12
    score = CENTRE[role] + hand + lift + person.human.skill * SPREAD[role] + rng.gauss(0, 2.5)
    halves = round(max(40.0, min(112.0, score)) * 2)
    return str(halves // 2) if halves % 2 == 0 else f"{halves // 2}.5"


def decision(company: Company, person: str, suggested: str, grades: Sequence[str], seed: int) -> tuple[str, str]:
    """What the manager decides: mostly what the numbers suggest, else one grade off with a reason."""
    told = _by_hand(company, person)
    if "grade" in told:
        return (told["grade"], told["reason"]) if told["grade"] != suggested else (suggested, "")
    rng = stream(seed, "decision", person)
    at = list(grades).index(suggested)
    step = rng.choices((0, -1, 1), (94, 3, 3))[0]
    if not step or not 0 <= at + step < len(grades):
        return suggested, ""
    return grades[at + step], rng.choice(bank("reviews")["reasons"]["up" if step < 0 else "down"])


def calibrated(
    by_manager: dict[str, list[tuple[str, str]]], grades: Sequence[str], seed: int
) -> list[tuple[str, str, str]]:
    """What the calibration changes, as (person, grade, reason): the lenient team comes down, the strict one up.

    `by_manager`: (person, grade) of those whom each manager decided about.
    """
    told: dict[str, Any] = bank("reviews")["reasons"]
    found: list[tuple[str, str, str]] = []
    for manager, step, reasons in (("C020", 1, told["calibrated_down"]), ("C019", -1, told["calibrated_up"])):
        rng = stream(seed, "calibrated", manager)
        for person, grade in by_manager.get(manager, [])[:3]:
            at = list(grades).index(grade) + step
            if 0 <= at < len(grades):
                found.append((person, grades[at], rng.choice(reasons)))
    return found


def receipt(company: Company, person: str, seed: int) -> tuple[str, str]:
    """What the person answers to the result; empty while it is not answered, which in earlier quarters nobody left."""
    if company.is_earlier:
        return "acknowledged", ""
    answer = _by_hand(company, person).get("receipt")
    if answer:
        return "read_disagree", str(answer)
    rng = stream(seed, "receipt", person)
    if person in ("C012",) or rng.random() < 0.1:
        return "", ""
    told = bank("reviews")["reasons"]
    if rng.random() < 0.03:
        return "read_disagree", rng.choice(told["disagree"])
    return "acknowledged", rng.choice(told["receipt"])
