"""What the company says about performance: principles, rules and scope, who commented, signed and has read them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zlib import crc32

from beichen.demo.rules.moments import moment
from beichen.demo.rules.reviews import ADMINISTRATORS
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.strategy import rules
from beichen.strategy.choices import MemberPart, StatementKind
from beichen.strategy.formulas.statements import Item
from beichen.strategy.rules import load, ready

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place

PUBLISHER, SECOND = "C001", "C004"
MANAGEMENT = ("C002", "C003", "C005", "C006")
SIGNERS = {
    StatementKind.PRINCIPLES: ("C001", "C004", "C006"), StatementKind.RULES: ("C001", "C006"),
    StatementKind.SCOPE: (),
}  # fmt: skip
STILL_TO_READ = {StatementKind.PRINCIPLES: 6, StatementKind.RULES: 17}
"""Of a hundred people so many have not confirmed yet."""
GROWING = Item(
    group="orientation", key="growth", title="人才发展", title_en="Talent development",
    text="把做事和长本事放在一起谈：每次沟通都留一个下一步。",
    text_en="Work and learning belong in the same talk: each one ends with a next step.",
)  # fmt: skip
REMARKS = (
    ("C002", "growth", "赞成加上。产品线最近两个季度留人靠的就是带人，但要写明谁负责带。"),
    ("C003", "may_fail", "建议举例：灰度没设停止条件就全量，算草率。研发这边最容易理解偏。"),
    ("C005", "", "四个定位里“用人决策”别排太靠后，年底预算还是要看它。"),
)


def load_statements(actor: Actor, place: Place) -> int:
    """Three texts in force, a second version of the principles in discussion; how many confirmations there are."""
    first = place.story.behind.first - timedelta(days=20)
    count = 0
    for n, kind in enumerate(StatementKind):
        day = first + timedelta(days=3 * n)
        _published(place, kind, day)
        if kind in STILL_TO_READ:
            count += load.load_readers(actor, kind, _readers(place, kind, day + timedelta(days=5)))
    here = [place.cycles[key] for key in (place.story.behind.key, place.story.running.key) if key in place.cycles]
    load.load_cycle_rules(actor, here, moment(place.story.behind.first, "open"))
    _discussed(place)
    return count


def _published(place: Place, kind: StatementKind, day: date) -> None:
    writer, second = (place.person(number) for number in ADMINISTRATORS)
    with clock.frozen(moment(day, kind, "write")):
        draft = rules.save_statement(writer, kind, ready(kind), 0)
        named = {MemberPart.REMARK.value: MANAGEMENT, MemberPart.SIGN.value: SIGNERS[kind]}
        rules.name_members(writer, kind, {part: _ids(place, who) for part, who in named.items()}, 1)
    with clock.frozen(moment(day + timedelta(days=3), kind, "sign")):
        rules.put_forward(second, kind, draft.version)
        for number in SIGNERS[kind]:
            rules.sign_statement(place.person(number), kind, draft.version)
    with clock.frozen(moment(day + timedelta(days=4), kind, "publish")):
        rules.publish_statement(place.person(PUBLISHER), kind, draft.version)


def _ids(place: Place, numbers: tuple[str, ...]) -> list[int]:
    return [place.loaded.persons[number] for number in numbers]


def _readers(place: Place, kind: StatementKind, day: date) -> list[tuple[int, datetime]]:
    """Most people within three weeks; the cast still has the rules to confirm."""
    rows, cast = [], {player.person for player in place.story.cast}
    for human in place.story.people:
        chance = crc32(f"{kind}/{human.number}/{place.seed}".encode())
        if human.left or (human.number in cast and kind == StatementKind.RULES):
            continue
        if chance % 100 >= STILL_TO_READ[kind]:
            first = max(day, human.hired + timedelta(days=1))
            at = moment(first + timedelta(days=chance // 100 % 21), human.number)
            rows.append((place.loaded.persons[human.number], min(at, moment(place.story.day, human.number))))
    return rows


def _discussed(place: Place) -> None:
    """The second version of the principles: one more orientation, and what management says about it."""
    writer = place.person(ADMINISTRATORS[0])
    text = ready(StatementKind.PRINCIPLES)
    ranked = [item for item in text.items if item.group == "orientation"]
    others = [item for item in text.items if item.group != "orientation"]
    entered = replace(text, items=[ranked[0], GROWING, *ranked[1:], *others], note="增加“人才发展”，排在第二")
    day = place.story.day - timedelta(days=6)
    with clock.frozen(moment(day, "second version")):
        rules.save_statement(writer, StatementKind.PRINCIPLES, entered, 0)
    for n, (number, item, said) in enumerate(REMARKS):
        with clock.frozen(moment(day + timedelta(days=1 + n), number)):
            rules.remark(place.person(number), StatementKind.PRINCIPLES, item, said)
