"""Check-ins: written every two weeks, some late, most answered, each about what its writer is working on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from beichen.demo.formulas.banks import bank, said
from beichen.demo.formulas.chance import Deck, stream
from beichen.demo.formulas.measures import plain
from beichen.demo.formulas.story import Aim, Company, Human, Quarter, Talk

RHYTHM = 14
STRICT = "C019"
BEFORE = 2
"""How many check-ins of the quarter behind are told."""
OWED = 12
"""How many days ago a check-in may have been sent that still waits for its answer."""
REACTIONS = ("seen", "good", "good", "help", "talk")


@dataclass(frozen=True, slots=True)
class Desk:
    """What check-ins are written from; decks deal each phrase once before any comes again."""

    company: Company
    seed: int
    dues: dict[str, list[date]]
    aims: dict[tuple[str, str], list[Aim]]
    mates: dict[str, list[str]]
    decks: dict[str, Deck]
    cast: frozenset[str]


@dataclass(frozen=True, slots=True)
class Occasion:
    """One person, one due day, who reads it, and chance."""

    human: Human
    manager: str
    quarter: Quarter
    due: date
    rng: Random


def talks(company: Company, aims: Sequence[Aim], seed: int, dues: dict[str, list[date]]) -> list[Talk]:
    """Every check-in; `dues`: the days they fall due, by quarter, the open one last in the running quarter."""
    mine: dict[tuple[str, str], list[Aim]] = defaultdict(list)
    for aim in aims:
        if not aim.unit and aim.state in ("active", "closed"):
            mine[aim.owner, aim.period].append(aim)
    mates: dict[str, list[str]] = defaultdict(list)
    for human in company.people:
        if human.left is None:
            mates[human.now.unit].append(human.name)
    keys = ("tails", "also", "growth", "replies", "none")
    decks = {key: Deck(bank("talks")[key], stream(seed, "talks", key)) for key in keys}
    desk = Desk(company, seed, dues, mine, mates, decks, frozenset(player.person for player in company.cast))
    return [talk for human in company.people for talk in _of(desk, human)]


def _of(desk: Desk, human: Human) -> Iterator[Talk]:
    company, rng = desk.company, stream(desk.seed, "talks", human.number)
    for quarter in (company.behind, company.running):
        is_behind = quarter == company.behind
        days = desk.dues[quarter.key][-BEFORE:] if is_behind else desk.dues[quarter.key]
        for n, due in enumerate(days):
            there = human.on(min(due, company.day))
            if there is None or not there.manager or human.hired > due - timedelta(days=7):
                continue
            told = None if is_behind else _by_hand(human, there.manager, quarter, due, n)
            if told and company.day - due > timedelta(days=2):
                yield told
                continue
            forgot = due == _last(days, company.day) and rng.random() > 0.55 + 0.5 * human.punctual
            if is_behind and (forgot or rng.random() > human.punctual + 0.1):
                continue
            if due >= company.day or forgot:
                on = company.day if human.number in desk.cast else due
                yield Talk(human.number, there.manager, quarter.key, on, None)
                break
            yield _written(desk, Occasion(human, there.manager, quarter, due, rng))


def _by_hand(human: Human, manager: str, quarter: Quarter, due: date, number: int) -> Talk | None:
    """A check-in of the running quarter in words of its own, answered the day after; counted from 0."""
    for line in bank("talks")["told"]:
        if line["of"] == f"{human.number}|{number}":
            answers = tuple((key, line[key]) for key in ("fulfilling", "obstacles", "load", "plan"))
            on = due + timedelta(days=1)
            return Talk(human.number, manager, quarter.key, due, due, answers, on, line["reaction"], line["reply"])
    return None


def _last(days: Sequence[date], day: date) -> date | None:
    return max((due for due in days if due < day), default=None)


def _written(desk: Desk, of: Occasion) -> Talk:
    human, rng = of.human, of.rng
    sent = min(of.due + timedelta(days=rng.choices((-1, 0, 1, 3), (3, 5, 2, 1))[0]), desk.company.day)
    words = _words(desk, of)
    nexts = said(human.work, "next", words)
    load = rng.choices(("light", "fine", "heavy", "unsustainable"), (8, 60, 26, 6))[0]
    answers = {
        "fulfilling": plain(rng.choice(said(human.work, "done", words)), words)
        + plain(desk.decks["tails"].deal(), words),
        "obstacles": _obstacle(desk, of, load, words),
        "load": load,
        "plan": "；".join(plain(line, words) for line in rng.sample(nexts, rng.choice((1, 2, 2)))) + "。",
    }
    if rng.random() < 0.3:
        answers["growth"] = desk.decks["growth"].deal()
    replied, reaction, reply = _reply(desk, of, sent, words)
    return Talk(
        human.number,
        of.manager,
        of.quarter.key,
        of.due,
        sent,
        tuple(answers.items()),
        replied=replied,
        reaction=reaction,
        reply=reply,
    )


def _words(desk: Desk, of: Occasion) -> dict[str, str]:
    aims = desk.aims[of.human.number, of.quarter.key]
    about = dict(of.rng.choice(aims).about) if aims else {}
    mates = [name for name in desk.mates[of.human.now.unit] if name != of.human.name] or ["同事"]
    return {"o": "手上的事", "u": "产品", "p": "用户", **about, "m": of.rng.choice(mates)}


def _obstacle(desk: Desk, of: Occasion, load: str, words: dict[str, str]) -> str:
    if load == "unsustainable":
        return str(of.rng.choice(bank("talks")["strained"]))
    if of.rng.random() < 0.4:
        return desk.decks["none"].deal()
    return plain(of.rng.choice(said(of.human.work, "stuck", words)), words) + "。" + desk.decks["also"].deal()


def _reply(desk: Desk, of: Occasion, sent: date, words: dict[str, str]) -> tuple[date | None, str, str]:
    """Most answers come within three days, a few after a week and more; of the newest some are still owed."""
    rng, day = of.rng, desk.company.day
    at = sent + timedelta(days=rng.choices((0, 1, 2, 5), (3, 4, 3, 2))[0])
    is_new = sent > day - timedelta(days=OWED)
    if rng.random() < (0.18 if is_new else 0.02):
        if is_new:
            return None, "", ""
        at += timedelta(days=7)
    if at > day:
        return None, "", ""
    text = plain(desk.decks["replies"].deal(), words) if rng.random() < 0.6 else ""
    if of.manager == STRICT and rng.random() < 0.7:
        text = rng.choice(bank("talks")["strict"])
    return at, "" if text and rng.random() < 0.5 else rng.choice(REACTIONS), text
