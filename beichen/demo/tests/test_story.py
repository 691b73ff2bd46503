"""The story itself: the same every time, people with names, texts that are somebody's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

import pytest

from beichen.demo.formulas.banks import bank
from beichen.demo.formulas.digest import digest
from beichen.demo.formulas.goals import goals
from beichen.demo.formulas.names import Addresses
from beichen.demo.formulas.people import CAST, company
from beichen.demo.formulas.story import Aim, Company, Talk
from beichen.demo.formulas.talks import OWED, talks

DAY = date(2026, 11, 20)
SEED = 20180416


@cache
def story(seed: int = SEED, day: date = DAY, people: int = 800) -> tuple[Company, list[Aim], list[Talk]]:
    told = company(seed, day, people)
    aims = goals(told, seed)
    dues = {
        quarter.key: [quarter.first + timedelta(days=14 * n) for n in range(1, 7)]
        for quarter in (told.behind, told.running)
    }
    return told, aims, talks(told, aims, seed, dues)


def fingerprint(seed: int = SEED, day: date = DAY) -> str:
    told = company(seed, day, 120)
    return digest([told], goals(told, seed))


def every_text() -> Iterator[str]:
    _, aims, said = story()
    for aim in aims:
        yield from (aim.title, aim.title_en)
        for result in aim.results:
            yield result.title
            for report in result.reports:
                yield from (report.text, report.problem, report.next_action, report.support, report.risk)
    for talk in said:
        yield talk.reply
        yield from (answer for _, answer in talk.answers)


@pytest.mark.req("BASE-08")
def test_whoever_joins_on_the_last_day_of_a_quarter_has_no_goals_in_it() -> None:
    """Their goals would be over as they begin; among ten thousand people somebody does."""
    told, aims, _ = story()
    quarter = told.behind
    number = next(aim.owner for aim in aims if aim.period == quarter.key and not aim.unit)
    late = tuple(replace(one, hired=quarter.last) if one.number == number else one for one in told.people)
    again = goals(replace(told, people=late), SEED)
    assert [aim for aim in again if aim.owner == number and aim.period == quarter.key and not aim.unit] == []
    assert all(aim.start < aim.due for aim in again)


@pytest.mark.req("BASE-08")
def test_the_same_seed_and_day_tell_the_same_story() -> None:
    assert fingerprint() == fingerprint()
    assert fingerprint(seed=7) != fingerprint()
    assert fingerprint(day=date(2026, 11, 3)) != fingerprint()


@pytest.mark.req("BASE-08")
def test_eight_hundred_people_have_names_of_their_own() -> None:
    told, _, _ = story()
    names = [human.name for human in told.people]
    assert len(names) == 800
    assert len(set(names)) == 800
    assert len({human.email for human in told.people}) == 800
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,4}", name) for name in names)
    assert not set(names) & set(bank("names")["known"].split())
    assert all(human.name_en.isascii() and " " in human.name_en for human in told.people)


def test_an_address_is_given_out_once_also_beside_those_with_a_number() -> None:
    addresses = Addresses(["li.na", "li.na2", "wang.jie"])
    given = [addresses.give(wanted) for wanted in ("li.na", "wang.jie", "wang.jie", "he.yu", "he.yu")]
    assert given == ["li.na3", "wang.jie2", "wang.jie3", "he.yu", "he.yu2"]


def test_the_line_has_one_top_and_about_a_hundred_managers() -> None:
    told, _, _ = story()
    leads = {human.number: human.now.manager for human in told.people}
    tops = [number for number, manager in leads.items() if not manager]
    assert tops == ["C001"]
    assert 80 <= len(set(leads.values())) - 1 <= 130
    for number in leads:
        seen, at = set(), number
        while at:
            assert at not in seen
            seen.add(at)
            at = leads[at]
        assert len(seen) <= 7


@pytest.mark.req("BASE-08", "TALK-03")
def test_no_check_in_waits_for_its_answer_since_long_ago() -> None:
    waits = [talk.sent for talk in story()[2] if talk.sent and not talk.replied]
    assert len(waits) > 20
    assert min(waits) > DAY - timedelta(days=OWED)


def test_nobody_leads_who_has_left_and_dates_are_in_order() -> None:
    told, _, _ = story()
    there = {human.number for human in told.people if human.left is None}
    assert all(human.now.manager in there or not human.now.manager for human in told.people)
    for human in told.people:
        assert human.hired <= DAY
        assert human.stretches[0].first == human.hired
        assert human.left is None or human.now.last == human.left
    assert any(len(human.stretches) == 2 for human in told.people)
    assert any(human.left for human in told.people)
    assert any(human.hired > told.running.first for human in told.people)


@pytest.mark.req("BASE-08")
def test_no_title_comes_more_than_three_times() -> None:
    _, aims, _ = story()
    assert len(aims) > 4000
    assert Counter(aim.title for aim in aims).most_common(1)[0][1] <= 3
    assert max(len(aim.title) for aim in aims) <= 160
    assert all(aim.title_en for aim in aims)
    english = {result.title_en for aim in aims for result in aim.results}
    assert not [title for title in english if not title or re.search(r"[{}\u4e00-\u9fff]", title)]


@pytest.mark.req("BASE-08")
def test_neighbours_do_not_speak_alike() -> None:
    """A sentence with its own words taken out: no team repeats one often, and the company none by the hundred."""
    told, aims, _ = story()
    teams = {human.number: human.now.unit for human in told.people}
    company, team = Counter[str](), Counter[tuple[str, str]]()
    for aim in aims:
        if aim.period == told.running.key and aim.about:
            frame = aim.title
            for word in sorted(dict(aim.about).values(), key=len, reverse=True):
                frame = frame.replace(word, "·")
            company[frame] += 1
            team[teams[aim.owner], frame] += 1
    assert len(company) > 300
    assert max(company.values()) <= 45, company.most_common(3)
    assert max(team.values()) <= 8, team.most_common(3)
    assert sum(count > 3 for count in team.values()) < len(team) // 5


@pytest.mark.req("BASE-08")
def test_good_and_poor_are_told_with_numbers() -> None:
    told, aims, _ = story()
    last = [
        result.reports[-1] for aim in aims if aim.period == told.running.key for result in aim.results if result.reports
    ]
    states = Counter(report.confidence for report in last)
    assert all(states[state] > len(last) // 20 for state in ("on_track", "at_risk", "off_track"))
    behind = [report for report in last if report.confidence != "on_track"]
    assert sum(bool(report.problem or report.risk) for report in behind) > len(behind) * 2 // 3
    assert sum(bool(re.search(r"\d", report.text)) for report in last) > len(last) * 2 // 3


def test_no_word_is_left_open_and_texts_differ() -> None:
    texts = [text for text in every_text() if text]
    assert not [text for text in texts if re.search(r"[{}]", text)]
    assert max(Counter(text for text in texts if len(text) > 13).values()) <= 100


def test_weights_of_a_person_add_up() -> None:
    _, aims, _ = story()
    sums: Counter[tuple[str, str]] = Counter()
    for aim in aims:
        if not aim.unit:
            sums[aim.owner, aim.period] += aim.weight
    assert set(sums.values()) == {10000}


def test_reports_stay_within_their_quarter_and_come_in_order() -> None:
    told, aims, _ = story()
    for aim in aims:
        for result in aim.results:
            days = [report.day for report in result.reports]
            assert days == sorted(days)
            assert all(aim.start <= day <= min(aim.due, told.day) for day in days)


def test_priorities_are_told_as_the_story_wants_them() -> None:
    _, aims, _ = story()
    running = Counter(aim.priority for aim in aims if aim.state == "active" and aim.priority)
    assert 0 < running["S3"] < running["S1"] / 4
    assert {player for _, player, _ in CAST} <= {human.number for human in story()[0].people}


@pytest.mark.parametrize("day", [date(2026, 10, 1), date(2026, 12, 31), date(2027, 2, 28), date(2028, 2, 29)])
def test_any_day_tells_a_story(day: date) -> None:
    told, aims, _ = story(day=day, people=100)
    assert told.behind.last < told.running.first <= day <= told.running.last
    assert all(report.day <= day for aim in aims for result in aim.results for report in result.reports)


@pytest.mark.req("BASE-08")
@pytest.mark.parametrize("people", [50, 92, *(pytest.param(many, marks=pytest.mark.slow) for many in (1600, 10_000))])
def test_a_company_of_another_size_is_whole_as_well(people: int) -> None:
    """Exactly so many, everybody led, no manager of a crowd, no title without end, nothing that names a unit twice."""
    told = company(SEED, DAY, people)
    aims = goals(told, SEED)
    units = {unit.code: unit for unit in told.units}
    assert len(told.people) == people
    assert len(units) == len({unit.name for unit in told.units}) == len(told.units)
    assert all(unit.parent in units or not unit.parent for unit in told.units)
    assert {human.now.unit for human in told.people} <= set(units)
    assert max(Counter(human.now.manager for human in told.people).values()) <= 20
    assert max(Counter(aim.title for aim in aims).values()) <= max(3, people // 300)
    assert {aim.parent for aim in aims if aim.parent} <= {aim.key for aim in aims}
