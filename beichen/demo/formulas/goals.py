"""What everybody set out to do in both quarters: from the company down to a person, no title more than three times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from beichen.demo.formulas.banks import bank, pair
from beichen.demo.formulas.chance import shares, stream
from beichen.demo.formulas.measures import Pace, measured, plain
from beichen.demo.formulas.story import Aim, Company, Human, Quarter, Result, Unit

MOST = 2
"""How often one title may come from the banks; told by hand or kept by two people it stays below three."""

PRODUCTS = (("光屿笔记", "Guangyu Notes"), ("星页扫描", "Starpage Scan"), ("晨图", "Chentu"))
OWN = {
    "PDN": PRODUCTS[0],
    "PDS": PRODUCTS[1],
    "PDC": PRODUCTS[2],
    "RDC1": ("iOS 端", "iOS"),
    "RDC2": ("Android 端", "Android"),
    "RDC3": ("Android 平板端", "Android tablets"),
    "RDC4": ("鸿蒙端", "HarmonyOS"),
    "RDC5": ("桌面端", "desktop"),
}
BEHIND = -0.1
"""The quarter behind was a hard one."""
PACE = {"S1": 1.07, "S2": 0.7, "S3": 0.96, "": 1.0}
FUNCTIONS = (
    "product",
    "client",
    "server",
    "qa",
    "platform",
    "data",
    "design",
    "growth",
    "ads",
    "ops",
    "service",
    "sales",
    "hr",
    "finance",
    "hq",
)
SPLITS = {2: (5500, 4500), 3: (4000, 3500, 2500), 4: (3500, 2500, 2000, 2000)}


@dataclass
class Shelf:
    """Titles given out so far."""

    used: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Topic:
    """A goal's words: what it is about, for the texts that follow."""

    title: str
    title_en: str
    theme: int
    words: dict[str, str]


def goals(company: Company, seed: int) -> list[Aim]:
    """Every goal of both quarters with its key results and reports."""
    shelf = Shelf()
    return [aim for quarter in (company.behind, company.running) for aim in _quarter(company, quarter, seed, shelf)]


def _quarter(company: Company, quarter: Quarter, seed: int, shelf: Shelf) -> list[Aim]:
    tops = list(_tops(company, quarter, seed))
    teams = [
        aim for unit in company.units if unit.kind == "team" for aim in _team(company, quarter, unit, tops, seed, shelf)
    ]
    persons_serve = [*teams, *(aim for aim in tops if len(aim.unit) == 4)]
    persons = [aim for human in company.people for aim in _person(company, quarter, human, persons_serve, seed, shelf)]
    crowd = Counter(aim.parent for aim in [*tops, *teams, *persons] if aim.parent)
    return [
        replace(aim, parent_weight=max(1, 4000 // crowd[aim.parent])) if aim.parent else aim
        for aim in [*tops, *teams, *persons]
    ]


# ── units ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _tops(company: Company, quarter: Quarter, seed: int) -> Iterator[Aim]:
    """The goals of the company, its groups and departments, told by hand."""
    units = {unit.code: unit for unit in company.units}
    count: Counter[str] = Counter()
    sizes = Counter(line["unit"] for line in bank("units")["aim"])
    leaders = {human.number: human.now.manager for human in company.people}
    for line in bank("units")["aim"]:
        code = line["unit"]
        count[code] += 1
        priority, number, title, english, ambition = line["of"].split("|")
        unit, above = units[code], units[code].parent
        parent = _key(quarter, above, int(number)) if above and int(number) else ""
        rng = stream(seed, quarter.key, code, count[code])
        yield Aim(
            _key(quarter, code, count[code]),
            title,
            english,
            "objective",
            ambition,
            unit.head,
            code,
            quarter.key,
            SPLITS[sizes[code]][count[code] - 1] if sizes[code] > 1 else 10000,
            _state(quarter, company),
            priority,
            parent,
            start=quarter.first,
            due=quarter.last,
            author=unit.head,
            approver=leaders[unit.head],
            results=_results(
                line["k"],
                {},
                rng,
                Pace(PACE[priority] + _hard(quarter, company) + rng.gauss(0, 0.05), 0.95),
                quarter,
                company,
                unit.work,
                6000 if code != "x" else 0,
            ),
        )


def _team(
    company: Company, quarter: Quarter, unit: Unit, tops: Sequence[Aim], seed: int, shelf: Shelf
) -> Iterator[Aim]:
    """Two goals of a team, each serving one of the department's."""
    rng = stream(seed, quarter.key, unit.code)
    above = (
        [aim for aim in tops if aim.unit == unit.parent] or [aim for aim in tops if aim.unit == unit.code] or [tops[0]]
    )
    if unit.code == "HQ" or any(aim.unit == unit.code for aim in tops):
        return
    leader = next(human for human in company.people if human.number == unit.head)
    if unit.code == "GR4":
        above = [aim for aim in above if aim.priority == "S3"]
    elif unit.parent == "GR":
        above = [aim for aim in above if aim.priority != "S3"]
    for n, weight in enumerate((6000, 4000), start=1):
        topic = _topic(unit.work, unit.code, company, rng, shelf)
        parent = above[(n - 1) % len(above)]
        pace = Pace(
            PACE[parent.priority] + _hard(quarter, company) + leader.skill * 0.06 + rng.gauss(0, 0.08), leader.punctual
        )
        chosen = _chosen(unit.work, topic, rng, 2)
        yield Aim(
            _key(quarter, unit.code, n),
            topic.title,
            topic.title_en,
            "objective",
            "stretch" if rng.random() < 0.15 else "committed",
            unit.head,
            unit.code,
            quarter.key,
            weight,
            _state(quarter, company),
            parent.priority,
            parent.key,
            start=quarter.first,
            due=quarter.last,
            author=unit.head,
            approver=leader.now.manager,
            results=_results(chosen, topic.words, rng, pace, quarter, company, unit.work, 6000),
        )


# ── persons ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _person(
    company: Company, quarter: Quarter, human: Human, teams: Sequence[Aim], seed: int, shelf: Shelf
) -> Iterator[Aim]:
    day = min(quarter.last, company.day)
    there = human.on(day) or human.on(quarter.first)
    if there is None or human.rank >= 9 or (human.left and human.left < quarter.first):
        return
    told = list(_told(company, quarter, human, there.manager, seed))
    if told:
        yield from told
        return
    rng = stream(seed, quarter.key, human.number)
    above = [aim for aim in teams if aim.unit == there.unit]
    new = (day - human.hired).days < 21
    count = 2 if new else rng.choices((3, 4), (7, 3))[0]
    for n, weight in enumerate(SPLITS[count], start=1):
        topic = _topic(human.work, there.unit, company, rng, shelf)
        parent = rng.choice(above) if above and rng.random() < 0.78 else None
        state = _person_state(quarter, company, new, n, rng)
        base = PACE[parent.priority if parent else ""] + _hard(quarter, company)
        pace = Pace(base + human.skill * 0.1 + rng.gauss(0, 0.14), human.punctual)
        chosen = _chosen(human.work, topic, rng, rng.choices((1, 2, 3), (2, 6, 2))[0])
        start = max(quarter.first, human.hired)
        results = _results(chosen, topic.words, rng, pace, replace(quarter, first=start), company, human.work, 10000)
        if state in ("draft", "proposed"):
            results = tuple(replace(result, reports=()) for result in results)
        yield Aim(
            _key(quarter, human.number, n),
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
            link="accepted" if state in ("active", "closed") and rng.random() < 0.96 else "proposed",
            about=tuple(sorted(topic.words.items())),
        )


def _told(company: Company, quarter: Quarter, human: Human, manager: str, seed: int) -> Iterator[Aim]:
    """The goals of the cast."""
    which = "behind" if quarter == company.behind else "running"
    mine = [line for line in bank("units")["told"] if line["of"].split("|")[:2] == [human.number, which]]
    for n, line in enumerate(mine, start=1):
        _, _, priority, weight, title, english, ambition, state = line["of"].split("|")
        rng = stream(seed, quarter.key, human.number, n)
        start = max(quarter.first, human.hired)
        results = _results(
            line["k"],
            {},
            rng,
            Pace(line.get("pace", 1.0), 1.0, steady=True),
            replace(quarter, first=start),
            company,
            human.work,
            10000,
            line,
        )
        if state in ("draft", "proposed"):
            results = tuple(replace(result, reports=()) for result in results)
        yield Aim(
            _key(quarter, human.number, n),
            title,
            english,
            _kind(results),
            ambition,
            human.number,
            "",
            quarter.key,
            int(weight),
            state,
            priority,
            _key(quarter, human.now.unit, 2 if priority == "S1" else 1),
            start=start,
            due=quarter.last,
            author=human.number,
            approver=manager,
            results=results,
            link="accepted" if state in ("active", "closed") else "proposed",
        )


def _hard(quarter: Quarter, company: Company) -> float:
    return BEHIND if quarter == company.behind else 0.0


def _state(quarter: Quarter, company: Company) -> str:
    return "closed" if quarter == company.behind else "active"


def _person_state(quarter: Quarter, company: Company, new: bool, n: int, rng: Random) -> str:  # noqa: FBT001
    if quarter == company.behind:
        return "closed"
    if new:
        return "proposed" if n == 1 else "draft"
    return rng.choices(("active", "proposed", "draft"), (93, 5, 2))[0]


def _kind(results: Sequence[Result]) -> str:
    if all(result.measure == "milestones" for result in results):
        return "milestone"
    return "kpi" if len(results) == 1 and results[0].measure != "yes_no" else "objective"


# ── words ───────────────────────────────────────────────────────────────────────────────────────────────────────


def _topic(work: str, unit: str, company: Company, rng: Random, shelf: Shelf) -> Topic:
    """A title from the bank that has not been given out too often."""
    words = bank(work)
    own = OWN.get(unit) or OWN.get(unit[:3])
    for attempt in range(400):
        theme = rng.randrange(len(words["theme"]))
        zh, english = pair(rng.choice(words["theme"][theme]["t"]))
        thing, thing_en = pair(rng.choice(words["theme"][theme]["o"]))
        product, product_en = own or rng.choice(PRODUCTS)
        place = rng.randrange(len(words["places"]))
        filled = {
            "o": thing,
            "o_en": thing_en,
            "u": product,
            "p": words["places"][place],
            "p_en": words["places_en"][place],
        }
        title = plain(zh, filled)
        if attempt > 100:
            about, about_en = rng.choice(((filled["p"], filled["p_en"]), (product, product_en)))
            title, english = (title, english) if about in title else (f"{title}（{about}）", f"{english} ({about_en})")
        if shelf.used[title] < (1 if attempt < 60 else MOST):
            shelf.used[title] += 1
            english = plain(english, {"o": thing_en, "u": product_en, "p": filled["p_en"], "p_en": filled["p_en"]})
            return Topic(title, english[:1].upper() + english[1:], theme, filled)
    raise ValueError(f"the bank {work} has too few titles for this company")


def _chosen(work: str, topic: Topic, rng: Random, count: int) -> list[str]:
    lines = bank(work)["theme"][topic.theme]["k"]
    return rng.sample(lines, min(count, len(lines)))


def _results(
    lines: Sequence[str],
    words: dict[str, str],
    rng: Random,
    pace: Pace,
    quarter: Quarter,
    company: Company,
    work: str,
    whole: int,
    told: dict[str, list[str]] | None = None,
) -> tuple[Result, ...]:
    weights = [part * 100 for part in shares(whole // 100, [3, 2, 2][: len(lines)])]
    return tuple(
        measured(
            line,
            words,
            rng,
            pace,
            quarter,
            min(company.day, quarter.last + timedelta(days=0)),
            work,
            weight,
            told if n == 0 else None,
        )
        for n, (line, weight) in enumerate(zip(lines, weights, strict=True))
    )


def _key(quarter: Quarter, owner: str, number: int) -> str:
    return f"{quarter.key[-2:]}-{owner}-{number}"


def value_of(text: str) -> Decimal:
    """A number of the bank."""
    return Decimal(text)
