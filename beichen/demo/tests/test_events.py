"""Twelve events of the story, each found by somebody it concerns on a page that this person can walk to."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from beichen.demo.rules import load_demo
from beichen.demo.rules.company import Place
from tests.cast import sign_in

DAY, SEED = date(2026, 11, 28), 20180416
RESULT = re.compile(r'href="(/[^"]*/\d+/)result/"')


@dataclass(frozen=True)
class Visitor:
    """Somebody at the pages, who begins at home."""

    client: Client
    place: Place

    def read(self, url: str, *, in_page: bool = False) -> str:
        """A page, or a panel as a page loads it, as its reader sees it."""
        answer = self.client.get(url, headers={"HX-Request": "true"} if in_page else None)
        assert answer.status_code == 200, url
        return unescape(answer.content.decode())

    def goal(self, title: str, quarter: str) -> str:
        """A goal found by its title among all goals of a quarter."""
        found = self.read(f"{reverse('goals:all')}?q={title}&cycle={self.place.cycles[quarter]}")
        links = re.findall(rf'href="(/[^"]*/\d+/)">{re.escape(title)}', found)
        assert links, title
        return self.read(links[0])

    def check_ins(self, number: str) -> str:
        """Every check-in of a person that this reader may open, one after the other."""
        url = reverse("conversations:of_person", args=[self.place.loaded.persons[number]])
        of = self.read(url, in_page=True)
        return "".join(self.read(url) for url in re.findall(r'href="(/[^"]*/\d+/)"', of))

    def results(self, number: str) -> list[str]:
        """The reviews whose released results this reader may open about a person, the newest first."""
        url = reverse("reviews:person_panel", args=[self.place.loaded.persons[number]])
        return RESULT.findall(self.read(url, in_page=True))


@dataclass(frozen=True)
class Walk:
    """The loaded company and its people at the pages."""

    place: Place

    def at(self, number: str) -> Visitor:
        """Somebody signed in, with the home page open."""
        visitor = Visitor(sign_in(self.place.loaded.persons[number]), self.place)
        assert visitor.read("/")
        return visitor

    def leads(self, number: str) -> list[str]:
        """Who leads or led somebody, the newest last."""
        human = next(human for human in self.place.story.people if human.number == number)
        return [stretch.manager for stretch in human.stretches]

    def judged_by(self, number: str) -> list[str]:
        """Review pages of those whom somebody leads and judged in the quarter behind, as this manager reads them."""
        manager = self.at(number)
        led = [human.number for human in self.place.story.people if human.now.manager == number and not human.left]
        return [manager.read(lines[0]) for lines in map(manager.results, led) if lines]

    def name(self, number: str) -> str:
        """What somebody is called."""
        return next(human.name for human in self.place.story.people if human.number == number)


def growth_slows(walk: Walk) -> bool:
    page = walk.at("C001").goal("停止追量，拉来留得住的人", walk.place.story.running.key)
    return "增长放缓不是投放的问题" in page and "照现在的速度" in page


def engineering_complains_of_changes(walk: Walk) -> bool:
    said = walk.at(walk.leads("C027")[-1]).check_ins("C027")
    page = walk.at("C019").goal("按期交付会员相关的全部能力", walk.place.story.running.key)
    return "改完日期还一样" in said and "提测前五天冻结" in said and "9 个需求改了 5 个" in page


def the_old_sheet_is_distrusted(walk: Walk) -> bool:
    page = walk.at("C012").read(reverse("strategy:page"))
    return "不再用旧 KPI 表评价任何人" in page and "没有人信" in walk.at("C004").check_ins("C026")


def a_priority_succeeds(walk: Walk) -> bool:
    return "这一项做成了" in walk.at("C012").goal("会员收入超过总收入的一半", walk.place.story.behind.key)


def a_priority_fails_and_teaches(walk: Walk) -> bool:
    page = walk.at("C012").goal("新用户第二周还愿意回来", walk.place.story.behind.key)
    return "没有达成。学到的" in page


def a_metric_is_gamed(walk: Walk) -> bool:
    """The count goes up, what it was to bring goes down, and the manager's question stands beside it."""
    page = walk.at("C020").goal("每周都有新模板，打开总有新鲜的可用", walk.place.story.running.key)
    question = "如果这个数不进看板，你们还会这么做吗"
    return "看板全绿" in page and "收藏率掉到基线以下" in page and question in walk.at("C020").check_ins("C020")


def one_is_lenient_and_one_strict(walk: Walk) -> bool:
    """The calibration moved grades of the strict manager's people up and of the lenient one's down, and says why."""
    strict, lenient = "".join(walk.judged_by("C019")), "".join(walk.judged_by("C020"))
    up, down = ("标准偏严", "被低估"), ("整体偏松", "小一档")
    return any(word in strict for word in up) and any(word in lenient for word in down)


def a_transfer_has_two_managers(walk: Walk) -> bool:
    before, now = walk.leads("C027")
    page = walk.at(now).read(walk.at(now).results("C027")[0])
    return walk.name(before) in page and walk.name(now) in page


def a_risk_is_said_early_and_answered(walk: Walk) -> bool:
    said = walk.at("C011").check_ins("C012")
    page = walk.at("C011").goal("新建笔记首次引导重做，让人第一天就记下第二条", walk.place.story.running.key)
    return "离 36% 差一截" in page and "目标的前提可能错了" in said and "谢谢第一次双周就说" in said


def an_appeal_is_in_the_making(walk: Walk) -> bool:
    manager = walk.at(walk.leads("C027")[-1])
    return "想请两位上级和 HR 一起再看一次" in manager.read(f"{manager.results('C027')[0]}result/")


def learning_is_written_down(walk: Walk) -> bool:
    return "整理要由人来按下那一下" in walk.at("C012").goal("AI 自动整理：记完就自动归类", walk.place.story.behind.key)


def one_role_is_a_bottleneck(walk: Walk) -> bool:
    page = walk.at("C012").goal("留存口径让三个人会改，不再只等我一个", walk.place.story.running.key)
    return "只有我一个人会改" in page and "十一个团队在排队" in walk.at(walk.leads("C028")[-1]).check_ins("C028")


EVENTS: tuple[Callable[[Walk], bool], ...] = (
    growth_slows,
    engineering_complains_of_changes,
    the_old_sheet_is_distrusted,
    a_priority_succeeds,
    a_priority_fails_and_teaches,
    a_metric_is_gamed,
    one_is_lenient_and_one_strict,
    a_transfer_has_two_managers,
    a_risk_is_said_early_and_answered,
    an_appeal_is_in_the_making,
    learning_is_written_down,
    one_role_is_a_bottleneck,
)


@pytest.mark.req("BASE-08")
def test_twelve_events_and_eighteen_months_are_found_on_pages(db: None, worker_db: Any) -> None:
    with worker_db():
        walk = Walk(load_demo(SEED, DAY, 120))
    missing = [event.__name__ for event in EVENTS if not event(walk)]
    assert missing == []
    assert len(walk.at("C012").results("C012")) == 6
