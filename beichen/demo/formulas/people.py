"""Who works at 辰光科技: units, people, who leads whom, seats, and the cast."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from beichen.demo.formulas.banks import bank, lines, pair
from beichen.demo.formulas.chance import shares, stream
from beichen.demo.formulas.names import Addresses, Name, names, written
from beichen.demo.formulas.quarters import before, earlier, quarter_of
from beichen.demo.formulas.sizes import LEAST, USUAL, grown
from beichen.demo.formulas.story import Chair, Company, Human, Page, Player, Quarter, Stretch
from beichen.demo.formulas.units import units

HOST = "chenguang.example"
DAY = timedelta(days=1)
EARLIER = 5
"""Quarters told before the one behind: with it, eighteen months."""
BIG_TEAM = 12
BONUS = {3: 4_000, 4: 6_000, 5: 9_000, 6: 14_000, 7: 22_000, 8: 36_000, 9: 60_000, 10: 90_000}
"""Target bonus of a quarter by rank, in yuan."""

# number | name | English | unit | rank | position; whoever leads a unit is in HEADS.
FIXED = """
C001|沈见山||HQ|10|首席执行官
C002|顾清扬|Claire|HQ|9|首席产品官
C003|梁弘毅||HQ|9|首席技术官
C004|许攸宁|Yvonne|HQ|9|首席运营官
C005|邹慧敏||FI|9|首席财务官
C006|叶静怡|Jessie|HR|9|首席人力资源官
C007|钟文轩||HQ|7|制度与合规负责人（HR 管理员）
C008|贺正阳||HQ|7|内部审计经理
C009|祝采薇||HQ|6|总裁办人力伙伴
C010|潘景行|Ken|PDN|8|光屿笔记产品线负责人
C011|秦沐阳||PDN1|7|编辑体验组负责人
C012|唐雨薇|Ivy|PDN1|5|产品经理
C013|童可欣|Coco|HR1|7|HRBP 负责人（产品与设计）
C014|夏以宁||HR4|7|组织发展负责人（HR 管理员）
C015|方念真||HR3|7|薪酬绩效负责人
C016|温知夏||HR4|6|组织发展专家（校准主持）
C017|卢泽宇||PL4|6|系统管理员
C018|季书瑶|Suri|RDS2|4|后端工程师
C019|严立新||RDS1|7|账号与会员组负责人
C020|甘玉婷|Tina|OP1|7|内容运营组负责人
C021|任逸飞|Evan|HR1|6|HRBP（研发）
C022|裴语桐||HR1|6|HRBP（平台与数据）
C023|白晓琳|Lynn|HR1|6|HRBP（增长与商业化）
C024|舒佳宁||HR1|6|HRBP（客服与销售）
C025|季弘文||HR3|6|薪酬经理
C026|邵学敏||GR|8|增长中心负责人
C027|陆承泽||RDC1|6|高级客户端工程师
C028|韩映雪||DA1|6|高级数据工程师
"""
HEADS = {
    "CG": "C001",
    "PD": "C002",
    "TE": "C003",
    "BZ": "C004",
    "FI": "C005",
    "HR": "C006",
    "HQ": "C001",
    "PDN": "C010",
    "PDN1": "C011",
    "HR1": "C013",
    "HR4": "C014",
    "HR3": "C015",
    "RDS1": "C019",
    "OP1": "C020",
    "GR": "C026",
}
CHAIRS = (
    ("C001", "EX", "CG"),
    ("C004", "EX", "CG"),
    ("C005", "EX", "CG"),
    ("C007", "HA", "CG"),
    ("C014", "HA", "CG"),
    ("C015", "CA", "CG"),
    ("C025", "CA", "CG"),
    ("C008", "AU", "CG"),
    ("C016", "CF", "CG"),
    ("C017", "PA", "CG"),
    ("C013", "BP", "PD"),
    ("C021", "BP", "RDC"),
    ("C021", "BP", "RDS"),
    ("C021", "BP", "RDQ"),
    ("C022", "BP", "PL"),
    ("C022", "BP", "DA"),
    ("C023", "BP", "GR"),
    ("C023", "BP", "AD"),
    ("C023", "BP", "OP"),
    ("C024", "BP", "CS"),
    ("C024", "BP", "SA"),
    ("C024", "BP", "FI"),
    ("C009", "BP", "HQ"),
    ("C009", "BP", "HR"),
    ("C009", "BP", "TE"),
    ("C009", "BP", "BZ"),
)
CAST = (
    ("employee", "C012", "员工 · 产品经理"),
    ("manager", "C011", "她的上级 · 编辑体验组负责人"),
    ("head", "C010", "部门负责人 · 光屿笔记产品线"),
    ("executive", "C001", "首席执行官"),
    ("partner", "C013", "HRBP · 产品与设计"),
    ("administrator", "C014", "HR 管理员 · 组织发展"),
    ("administrator2", "C007", "HR 管理员 · 制度与合规"),
    ("compensation", "C015", "薪酬管理员"),
    ("facilitator", "C016", "校准主持人"),
    ("auditor", "C008", "内部审计"),
    ("strict", "C019", "严格的上级 · 账号与会员组"),
    ("newcomer", "C018", "新员工 · 后端工程师"),
)
MOVED = {"C027": "RDC2", "C028": "RDS3"}
"""Who was transferred, and from where."""
OLD_HANDS = {"C001": 0, "C002": 0, "C003": 0, "C004": 40, "C006": 300}


Rows = dict[str, tuple[Name, str, int, str]]
"""Name, unit, rank and position by number."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where names and numbers come from."""

    names: Iterator[Name]
    serial: Iterator[int]

    def number(self) -> str:
        """The next employee number."""
        return f"E{next(self.serial):04d}"


@dataclass(frozen=True, slots=True)
class Founding:
    """What everybody is made with: the work of units, addresses given out, chance and the day."""

    works: dict[str, str]
    addresses: Addresses
    seed: int
    day: date


def company(seed: int, day: date, people: int = USUAL) -> Company:
    """The whole company on a day: 50 people and more; the story was written for 800."""
    running = quarter_of(day)
    behind = before(running)
    rows = grown(lines(bank("company")["units"]), people, _peopled())
    past = earlier(behind, EARLIER)
    humans = _since(_humans(rows, max(people, LEAST), seed, day), past[0].first - timedelta(days=30))
    humans = _comings(humans, seed, behind.first, running.first, day)
    humans = _moves(humans, behind, running, day)
    chairs = tuple(Chair(*chair) for chair in CHAIRS)
    cast = (*(Player(*player) for player in CAST), *_leaver(humans, running.first))
    return Company(
        day,
        behind,
        running,
        tuple(units(rows, humans, HEADS)),
        tuple(humans),
        chairs,
        cast,
        _page(day),
        {"C019": -12.0, "C020": 14.0},
        past,
    )


def _leaver(humans: list[Human], since: date) -> list[Player]:
    """Somebody who left in the running quarter, so that the portal shows a whole quarter and its result."""
    gone = [human.number for human in humans if human.left and human.left >= since]
    return [Player("leaver", number, "已离职 · 门户仍开放") for number in gone[:1]]


def _peopled() -> set[str]:
    """The units in which somebody of the story sits, leads, looks after people, or came from."""
    return {line[3] for line in lines(FIXED)} | {chair[2] for chair in CHAIRS} | {*HEADS, *MOVED.values()}


def _cells(row: str) -> list[str]:
    return row.split("|")


def _page(day: date) -> Page:
    told = bank("company")["strategy"]
    boxes = ("target_users", "core_value", "business_model", "key_capabilities", "key_metrics")
    owners = {"S1": "C004", "S2": "C002", "S3": "C026"}
    rows = [line.split("|") for line in told["priorities"]]
    return Page(
        f"{day.year} 年度",
        told["period"].replace("2026", str(day.year)),
        tuple((box, told[box]) for box in boxes),
        tuple((key, zh, en, owners[key]) for key, zh, en in rows),
        tuple((of, code, Decimal(start), Decimal(end)) for of, code, start, end in map(_cells, told["targets"])),
        date(day.year, 12, 31),
        tuple(told["tradeoffs"].items()),
        tuple(told["exclusions"]),
        told["note"],
    )


# ── everybody, as they are today ────────────────────────────────────────────────────────────────────────────────


def _teams(rows: list[list[str]]) -> list[list[str]]:
    return [row for row in rows if int(row[6])]


def _humans(rows: list[list[str]], people: int, seed: int, day: date) -> list[Human]:
    fixed = lines(FIXED)
    rng = stream(seed, "people")
    source = Source(names(rng, {row[1] for row in fixed}), iter(range(1, 10**6)))
    heads = dict(HEADS)
    made: Rows = {row[0]: (written(row[1], row[2]), row[3], int(row[4]), row[5]) for row in fixed}
    for row in rows:
        if row[0] not in heads:
            number, rank = source.number(), 8 if row[3] != "team" else 7
            made[number] = (next(source.names), row[0], rank, f"{row[1]}负责人")
            heads[row[0]] = number
    _fill(made, _teams(rows), people, rng, source)
    return _led(rows, heads, made, seed, day)


def _fill(made: Rows, teams: list[list[str]], people: int, rng: Random, source: Source) -> None:
    """Colleagues until everybody is there, team by team."""
    there = {row[0]: sum(unit == row[0] for _, unit, _, _ in made.values()) for row in teams}
    outside = len(made) - sum(there.values())
    sizes = shares(max(people - outside, len(teams)), [int(row[6]) for row in teams], 1)
    missing = [max(0, size - there[row[0]]) for row, size in zip(teams, sizes, strict=True)]
    missing[missing.index(max(missing))] += max(0, people - len(made) - sum(missing))
    while sum(missing) > max(0, people - len(made)):
        missing[missing.index(max(missing))] -= 1
    for row, count in zip(teams, missing, strict=True):
        for _ in range(count):
            rank = rng.choices((3, 4, 5, 6), (14, 38, 34, 14))[0]
            title = pair(bank("company")["titles"][row[5]][rank - 3])[0]
            made[source.number()] = (next(source.names), row[0], rank, title)


def _led(rows: list[list[str]], heads: dict[str, str], made: Rows, seed: int, day: date) -> list[Human]:
    """Who leads whom: team leads under heads, and in big teams senior people under the lead take half of the team."""
    parents, works = {row[0]: row[4] for row in rows}, {row[0]: row[5] for row in rows}
    members: dict[str, list[str]] = {row[0]: [] for row in rows}
    for number, (_, unit, _, _) in made.items():
        members[unit].append(number)
    manager = {number: heads[unit] for number, (_, unit, _, _) in made.items()}
    for unit, head in sorted(heads.items(), key=lambda item: _depth(item[0], parents), reverse=True):
        above = parents[unit]
        while above and heads[above] == head:
            above = parents[above]
        manager[head] = heads[above] if above else ""
    for unit, crew in members.items():
        plain = [n for n in crew if n not in heads.values() and n[0] == "E"]
        if len(crew) > BIG_TEAM:
            seniors = sorted(plain, key=lambda n: -made[n][2])[: 2 if len(crew) > BIG_TEAM + 4 else 1]
            for n, one in enumerate(seniors):
                name, _, _, title = made[one]
                made[one] = (name, unit, 6, title)
                for mate in [p for p in plain if p not in seniors][n::3]:
                    manager[mate] = one
    founding = Founding(works, Addresses(), seed, day)
    return [_human(n, made[n], manager[n], founding) for n in made]


def _depth(unit: str, parents: dict[str, str]) -> int:
    return 0 if not unit else 1 + _depth(parents[unit], parents)


def _human(number: str, row: tuple[Name, str, int, str], manager: str, of: Founding) -> Human:
    name, unit, rank, position = row
    rng, day = stream(of.seed, "human", number), of.day
    founded = date(2018, 4, 16)
    earliest = founded + timedelta(days=OLD_HANDS.get(number, 30))
    years = min((day - founded).days - 200, int(rng.triangular(200, 2900, 420 + 260 * max(0, rank - 3))))
    hired = earliest if number in OLD_HANDS else max(earliest, day - timedelta(days=years))
    yuan = BONUS[rank] * (100 + rng.randint(-15, 15)) // 100 // 100 * 100
    return Human(
        number,
        name.name,
        name.name_en,
        f"{of.addresses.give(name.address)}@{HOST}",
        of.works[unit],
        rank,
        rng.gauss(0, 1),
        rng.betavariate(6, 1.6),
        yuan * 100,
        hired,
        None,
        (Stretch(unit, manager, position, f"P{rank}", hired),),
    )


# ── comings, goings, moves ──────────────────────────────────────────────────────────────────────────────────────


def _comings(people: list[Human], seed: int, behind: date, running: date, day: date) -> list[Human]:
    """Some joined in the quarter behind or the running one; some left."""
    rng = stream(seed, "comings")
    leaders = {human.now.manager for human in people}
    plain = [h.number for h in people if h.number not in leaders and h.number[0] == "E" and h.rank <= 5]
    rng.shuffle(plain)
    count = max(1, len(people) // 100)
    span = max(8, (day - running).days)
    joined = {n: behind + timedelta(days=rng.randint(12, 60)) for n in plain[:count]}
    joined |= {n: running + timedelta(days=rng.randint(3, span - 4)) for n in plain[count : count * 2 + 2]}
    joined["C018"] = day - timedelta(days=min(span - 1, 12))
    left = {n: behind + timedelta(days=rng.randint(20, 80)) for n in plain[-count:]}
    left |= {n: running + timedelta(days=rng.randint(2, span - 3)) for n in plain[-count * 2 : -count]}
    return [_ends(_starts(human, joined.get(human.number)), left.get(human.number)) for human in people]


def _since(people: list[Human], day: date) -> list[Human]:
    """Whoever leads, and whoever the story names, was there from its beginning."""
    leaders = {human.now.manager for human in people}
    return [
        _starts(human, day) if human.hired > day and (human.number in leaders or human.number[0] == "C") else human
        for human in people
    ]


def _starts(human: Human, hired: date | None) -> Human:
    if hired is None:
        return human
    return replace(human, hired=hired, stretches=(replace(human.now, first=hired),))


def _ends(human: Human, left: date | None) -> Human:
    if left is None:
        return human
    hired = min(human.hired, left - timedelta(days=120))
    return replace(human, hired=hired, left=left, stretches=(replace(human.now, first=hired, last=left),))


def _moves(people: list[Human], behind: Quarter, running: Quarter, day: date) -> list[Human]:
    """Two transfers in mid-quarter: one in the quarter behind, one in the running one."""
    heads = {
        **HEADS,
        **{h.now.unit: h.number for h in people if h.now.position.endswith("负责人") and h.number[0] == "E"},
    }
    there = running.first + min(timedelta(days=23), (day - running.first) // 2)
    moved = {
        "C027": (MOVED["C027"], behind.first + timedelta(days=45)),
        "C028": (MOVED["C028"], there),
    }
    return [_moved(human, *moved[human.number], heads) if human.number in moved else human for human in people]


def _moved(human: Human, unit: str, on: date, heads: dict[str, str]) -> Human:
    now = human.now
    first = min(human.hired, on - timedelta(days=400))
    old = Stretch(unit, heads[unit], now.position, now.level, first, on - DAY)
    return replace(human, hired=first, stretches=(old, replace(now, first=on)))
