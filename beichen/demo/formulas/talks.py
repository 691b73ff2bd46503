"""Check-ins: written every two weeks, some late, most answered, each about what its writer is working on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from random import Random

from beichen.demo.formulas.banks import bank
from beichen.demo.formulas.chance import Deck, stream
from beichen.demo.formulas.measures import plain
from beichen.demo.formulas.story import Aim, Company, Human, Talk

RHYTHM = 14
BEFORE = 2
"""How many check-ins of the quarter behind are told."""
REACTIONS = ("seen", "good", "good", "help", "talk")


def talks(company: Company, aims: Sequence[Aim], seed: int, dues: dict[str, list[date]]) -> list[Talk]:
    """Every check-in; `dues`: the days they fall due, by quarter, the open one last in the running quarter."""
    mine: dict[tuple[str, str], list[Aim]] = defaultdict(list)
    for aim in aims:
        if not aim.unit and aim.state in ("active", "closed"):
            mine[aim.owner, aim.period].append(aim)
    decks = {
        key: Deck(bank("talks")[key], stream(seed, "talks", key))
        for key in ("tails", "also", "growth", "replies", "none")
    }
    mates: dict[str, list[str]] = defaultdict(list)
    for human in company.people:
        if human.left is None:
            mates[human.now.unit].append(human.name)
    found: list[Talk] = []
    for human in company.people:
        found += _of(company, human, mine, seed, dues, decks, mates[human.now.unit])
    return found


def _of(
    company: Company, human: Human, mine: dict[tuple[str, str], list[Aim]], seed: int, dues: dict[str, list[date]],
    decks: dict[str, Deck], mates: list[str],
) -> Iterator[Talk]:  # fmt: skip
    rng = stream(seed, "talks", human.number)
    for quarter in (company.behind, company.running):
        days = dues[quarter.key] if quarter == company.running else dues[quarter.key][-BEFORE:]
        for due in days:
            there = human.on(min(due, company.day))
            if there is None or not there.manager or human.hired > due - timedelta(days=7):
                continue
            open_one = due >= company.day or (
                due == _last(days, company.day) and rng.random() > 0.55 + 0.5 * human.punctual
            )
            if open_one and quarter == company.behind:
                continue
            if open_one:
                today = human.number in {player.person for player in company.cast}
                yield Talk(human.number, there.manager, quarter.key, company.day if today else due, None)
                break
            if quarter == company.behind and rng.random() > human.punctual + 0.1:
                continue
            yield _written(
                human, there.manager, quarter.key, due, company, mine[human.number, quarter.key], rng, decks, mates
            )


def _last(days: Sequence[date], day: date) -> date | None:
    return max((due for due in days if due < day), default=None)


def _written(
    human: Human, manager: str, period: str, due: date, company: Company, aims: list[Aim], rng: Random,
    decks: dict[str, Deck], mates: list[str],
) -> Talk:  # fmt: skip
    late = rng.choices((-1, 0, 1, 3), (3, 5, 2, 1))[0]
    sent = min(due + timedelta(days=late), company.day)
    about = dict(rng.choice(aims).about) if aims else {}
    words = {
        "o": "手上的事",
        "u": "产品",
        "p": "用户",
        **about,
        "m": rng.choice([m for m in mates if m != human.name] or ["同事"]),
    }
    said = bank(human.work)["bank"]
    load = rng.choices(("light", "fine", "heavy", "unsustainable"), (8, 60, 26, 6))[0]
    obstacle = (
        decks["none"].deal()
        if rng.random() < 0.4
        else plain(rng.choice(said["stuck"]), words) + "。" + decks["also"].deal()
    )
    if load == "unsustainable":
        obstacle = rng.choice(bank("talks")["strained"])
    answers = {
        "fulfilling": plain(rng.choice(said["done"]), words) + plain(decks["tails"].deal(), words),
        "obstacles": obstacle, "load": load,
        "plan": "；".join(plain(line, words) for line in rng.sample(said["next"], min(2, len(said["next"])))) + "。",
    }  # fmt: skip
    if rng.random() < 0.3:
        answers["growth"] = decks["growth"].deal()
    replied, reaction, reply = _reply(human, manager, sent, company, rng, words, decks)
    return Talk(
        human.number,
        manager,
        period,
        due,
        sent,
        tuple(answers.items()),
        replied=replied,
        reaction=reaction,
        reply=reply,
    )


def _reply(
    human: Human, manager: str, sent: date, company: Company, rng: Random, words: dict[str, str], decks: dict[str, Deck]
) -> tuple[date | None, str, str]:  # fmt: skip
    """Most answers come within three days; some are still owed, some never came."""
    at = sent + timedelta(days=rng.choices((0, 1, 2, 5), (3, 4, 3, 2))[0])
    if at > company.day or rng.random() < (0.18 if sent > company.day - timedelta(days=12) else 0.02):
        return None, "", ""
    text = plain(decks["replies"].deal(), words) if rng.random() < 0.6 else ""
    if manager == "C019" and rng.random() < 0.7:
        text = rng.choice(bank("talks")["strict"])
    return at, "" if text and rng.random() < 0.5 else rng.choice(REACTIONS), text
