"""What everybody set out to do in each quarter: from the company down to a person, no title more than three times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from beichen.demo.formulas.banks import bank
from beichen.demo.formulas.chance import shares, stream
from beichen.demo.formulas.measures import Pace, Plot, measured
from beichen.demo.formulas.sizes import USUAL
from beichen.demo.formulas.story import Aim, Company, Human, Quarter, Result, Unit
from beichen.demo.formulas.topics import MOST, Shelf, chosen, team, topic_for

BEHIND = -0.1
"""The quarter behind was a hard one."""
EARLIER = (0.08, 0.05, 0.01, -0.04, -0.07)
"""Growth slows: how fast goals went in the quarters before, the oldest first."""
PACE = {"S1": 1.07, "S2": 0.7, "S3": 0.96, "": 1.0}
SPLITS = {1: (10000,), 2: (5500, 4500), 3: (4000, 3500, 2500), 4: (3500, 2500, 2000, 2000)}
OF_UNIT, OF_PERSON = 6000, 10000
"""What a goal's key results weigh together; in a unit's goal the goals below weigh the rest."""
BELOW = 4000
RUNNING = ("active", "closed")
EXECUTIVE = 9


@dataclass(frozen=True, slots=True)
class Chapter:
    """One quarter of the story."""

    company: Company
    quarter: Quarter
    seed: int
    shelf: Shelf

    @property
    def is_behind(self) -> bool:
        """Whether the quarter is over."""
        return self.quarter != self.company.running

    @property
    def name(self) -> str:
        """What the words told by hand call the quarter: running, behind, or how many before that one."""
        named = (*self.company.earlier, self.company.behind, self.company.running)
        at = named.index(self.quarter) - len(self.company.earlier)
        return {1: "running", 0: "behind"}.get(at, str(-at))

    @property
    def is_earlier(self) -> bool:
        """Whether the quarter is told in short."""
        return self.quarter in self.company.earlier

    @property
    def state(self) -> str:
        """The state of a goal that was agreed to."""
        return "closed" if self.is_behind else "active"

    @property
    def day(self) -> date:
        """The last day anybody can tell of."""
        return min(self.quarter.last, self.company.day)

    def pace(self, priority: str, more: float) -> float:
        """How fast goals of a priority go."""
        if self.is_earlier:
            return PACE[""] + EARLIER[self.company.earlier.index(self.quarter)] + more
        return PACE[priority] + (BEHIND if self.is_behind else 0.0) + more

    def key(self, owner: str, number: int) -> str:
        """What a goal is called in the story."""
        return f"{self.quarter.key}-{owner}-{number}"

    def rng(self, *topic: object) -> Random:
        """Chance of this quarter."""
        return stream(self.seed, self.quarter.key, *topic)

    def plot(self, work: str, words: dict[str, str], rng: Random, pace: Pace, start: date) -> Plot:
        """What key results of one goal are drawn from."""
        return Plot(words, rng, pace, replace(self.quarter, first=start), self.day, work, is_brief=self.is_earlier)


def goals(company: Company, seed: int) -> list[Aim]:
    """Every goal of every quarter with its key results and reports; the earlier quarters in short."""
    shelf = Shelf(most=max(MOST, MOST * len(company.people) // USUAL))
    quarters = (company.behind, company.running, *company.earlier)
    return [aim for quarter in quarters for aim in _chapter(Chapter(company, quarter, seed, shelf))]


def _chapter(chapter: Chapter) -> list[Aim]:
    company = chapter.company
    tops = list(_tops(chapter))
    told = {aim.unit for aim in tops}
    teams = [unit for unit in company.units if unit.kind == "team" and unit.code not in told]
    units = [*tops, *(aim for unit in teams for aim in _team(chapter, unit, tops))]
    found = [*units, *(aim for human in company.people for aim in _person(chapter, human, units))]
    crowd = Counter(aim.parent for aim in found if aim.parent)
    return [replace(aim, parent_weight=max(1, BELOW // crowd[aim.parent])) if aim.parent else aim for aim in found]


# ── units ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _tops(chapter: Chapter) -> Iterator[Aim]:
    """The goals of the company, its groups and departments, told by hand."""
    units = {unit.code: unit for unit in chapter.company.units}
    leaders = {human.number: human.now.manager for human in chapter.company.people}
    told = bank("history")[chapter.name] if chapter.is_earlier else bank("units")["aim"]
    lines = [line for line in told if line["unit"] in units]
    sizes, count = Counter(line["unit"] for line in lines), Counter[str]()
    for line in lines:
        unit = units[line["unit"]]
        count[unit.code] += 1
        n = count[unit.code]
        priority, number, title, english, ambition = line["of"].split("|")
        rng = chapter.rng(unit.code, n)
        pace = Pace(chapter.pace(priority, rng.gauss(0, 0.05)), 0.95)
        words = {"o": line["k"][0].split("|")[1], "u": "三款产品", "p": "新用户"}
        plot = chapter.plot(unit.work, words, rng, pace, chapter.quarter.first)
        yield Aim(
            chapter.key(unit.code, n),
            title,
            english,
            "objective",
            ambition,
            unit.head,
            unit.code,
            chapter.quarter.key,
            SPLITS[sizes[unit.code]][n - 1],
            chapter.state,
            priority,
            chapter.key(unit.parent, int(number)) if unit.parent and int(number) else "",
            start=chapter.quarter.first,
            due=chapter.quarter.last,
            author=unit.head,
            approver=leaders[unit.head],
            results=_results(line["k"], plot, OF_UNIT, line.get(chapter.name)),
        )


def _team(chapter: Chapter, unit: Unit, tops: Sequence[Aim]) -> Iterator[Aim]:
    """Two goals of a team, each serving one of the department's."""
    rng = chapter.rng(unit.code)
    leader = next(human for human in chapter.company.people if human.number == unit.head)
    own, parents = team(unit.code), {one.code: one.parent for one in chapter.company.units}
    above = [aim for aim in tops if aim.unit == parents[own] and (aim.priority == "S3") == (own == "GR4")] or tops
    for n, weight in enumerate((6000, 4000), start=1):
        topic = topic_for(unit.work, unit.code, rng, chapter.shelf)
        parent = above[(n - 1) % len(above)]
        pace = Pace(chapter.pace(parent.priority, leader.skill * 0.06 + rng.gauss(0, 0.08)), leader.punctual)
        plot = chapter.plot(unit.work, topic.words, rng, pace, chapter.quarter.first)
        results = _results(chosen(unit.work, topic, rng, 1 if chapter.is_earlier else 2), plot, OF_UNIT)
        yield Aim(
            chapter.key(unit.code, n),
            topic.title,
            topic.title_en,
            "objective",
            "stretch" if rng.random() < 0.15 else "committed",
            unit.head,
            unit.code,
            chapter.quarter.key,
            weight,
            chapter.state,
            parent.priority,
            parent.key,
            start=chapter.quarter.first,
            due=chapter.quarter.last,
            author=unit.head,
            approver=leader.now.manager,
            results=results,
            about=tuple(sorted(topic.words.items())),
        )


# ── persons ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _person(chapter: Chapter, human: Human, units: Sequence[Aim]) -> Iterator[Aim]:
    quarter = chapter.quarter
    there = human.on(chapter.day) or human.on(quarter.first)
    if there is None or human.rank >= EXECUTIVE or (human.left and human.left < quarter.first):
        return
    if human.hired >= quarter.last:
        return
    told = list(_told(chapter, human, there.manager))
    if told:
        yield from told
        return
    rng = chapter.rng(human.number)
    above = [aim for aim in units if aim.unit == there.unit]
    is_new = (chapter.day - human.hired).days < 21
    start = max(quarter.first, human.hired)
    count = 2 if is_new or chapter.is_earlier else rng.choices((3, 4), (7, 3))[0]
    for n, weight in enumerate(SPLITS[count], start=1):
        topic = topic_for(human.work, there.unit, rng, chapter.shelf)
        parent = rng.choice(above) if above and rng.random() < 0.78 else None
        state = _state(chapter, n if is_new else 0, rng)
        more = human.skill * 0.1 + rng.gauss(0, 0.14)
        pace = Pace(chapter.pace(parent.priority if parent else "", more), human.punctual)
        many = 1 if chapter.is_earlier else rng.choices((1, 2, 3), (2, 6, 2))[0]
        lines = chosen(human.work, topic, rng, many)
        plot = chapter.plot(human.work, topic.words, rng, pace, start)
        results = _begun(_results(lines, plot, OF_PERSON), state)
        yield Aim(
            chapter.key(human.number, n),
            topic.title,
            topic.title_en,
            _kind(results),
            "stretch" if rng.random() < 0.2 else "committed",
            human.number,
            "",
            quarter.key,
            weight,
            state,
            parent.priority if parent and rng.random() < 0.6 else "",
            parent.key if parent else "",
            visibility="restricted" if rng.random() < 0.03 else "public",
            start=start,
            due=quarter.last,
            author=human.number,
            approver=there.manager,
            results=results,
            link="accepted" if state in RUNNING and rng.random() < 0.96 else "proposed",
            about=tuple(sorted(topic.words.items())),
        )


def _told(chapter: Chapter, human: Human, manager: str) -> Iterator[Aim]:
    """The goals of the cast."""
    mine = [line for line in bank("units")["told"] if line["of"].split("|")[:2] == [human.number, chapter.name]]
    for n, line in enumerate(mine, start=1):
        _, _, priority, weight, title, english, ambition, state = line["of"].split("|")
        start = max(chapter.quarter.first, human.hired)
        pace = Pace(line.get("pace", 1.0), 1.0, steady=True)
        plot = chapter.plot(human.work, line["about"], chapter.rng(human.number, n), pace, start)
        results = _begun(_results(line["k"], plot, OF_PERSON, line), state)
        yield Aim(
            chapter.key(human.number, n),
            title,
            english,
            _kind(results),
            ambition,
            human.number,
            "",
            chapter.quarter.key,
            int(weight),
            state,
            priority,
            chapter.key(human.now.unit, 2 if priority == "S1" else 1),
            start=start,
            due=chapter.quarter.last,
            author=human.number,
            approver=manager,
            results=results,
            link="accepted" if state in RUNNING else "proposed",
            about=tuple(sorted(line["about"].items())),
        )


def _state(chapter: Chapter, of_newcomer: int, rng: Random) -> str:
    """Newcomers have one goal waiting and the next in writing; of the others a few are late with the paper."""
    if chapter.is_behind:
        return chapter.state
    if of_newcomer:
        return "proposed" if of_newcomer == 1 else "draft"
    return rng.choices((chapter.state, "proposed", "draft"), (93, 5, 2))[0]


def _begun(results: tuple[Result, ...], state: str) -> tuple[Result, ...]:
    """Nobody reports on what is not agreed to."""
    return results if state in RUNNING else tuple(replace(result, reports=()) for result in results)


def _kind(results: Sequence[Result]) -> str:
    if all(result.measure == "milestones" for result in results):
        return "milestone"
    return "kpi" if len(results) == 1 and results[0].measure != "yes_no" else "objective"


def _results(lines: Sequence[str], plot: Plot, whole: int, told: dict[str, Any] | None = None) -> tuple[Result, ...]:
    weights = [part * 100 for part in shares(whole // 100, [3, 2, 2][: len(lines)])]
    return tuple(
        measured(line, plot, weight, words)
        for line, weight, words in zip(lines, weights, (told, (told or {}).get("second"), None), strict=False)
    )
