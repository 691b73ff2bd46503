"""The chapters in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from beichen.demo.formulas.banks import bank, lines
from beichen.demo.formulas.people import company as told
from beichen.demo.formulas.quarters import after
from beichen.demo.formulas.story import Aim, Company, Human
from beichen.demo.rules import bonus, reviews
from beichen.demo.rules.figures import load_figures
from beichen.demo.rules.goals import load_goals
from beichen.demo.rules.moments import after_quarter, moment
from beichen.demo.rules.principles import load_statements
from beichen.demo.rules.projects import KEEPER, load_processes, load_projects, load_roles
from beichen.demo.rules.season import choose_preset, explore, give_template, load_templates
from beichen.demo.rules.talks import load_talks
from beichen.metrics import queries as metric_queries
from beichen.metrics import rules as metrics
from beichen.people import queries
from beichen.people.queries import company_settings
from beichen.people.rules import Move, accounts, changes, move_cycle
from beichen.people.rules import load as people
from beichen.people.rules.load import Loaded
from beichen.platform.access.current import acting
from beichen.platform.auth import rules as auth
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system
from beichen.strategy import queries as strategy_queries
from beichen.strategy import rules as strategy

ACTOR = system("load_demo", "fills the demo company")
RUNNING, BEHIND = "C02", "C05"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the chapters find what is already written: ids by number, code and period."""

    story: Company
    seed: int
    loaded: Loaded
    cycles: dict[str, int]

    def person(self, number: str) -> Actor:
        """Somebody of the company, acting."""
        return Actor(self.loaded.persons[number])


def load_demo(seed: int, day: date, people_count: int, say: Callable[[str], None] = lambda _: None) -> Place:
    """Fill an empty installation; nothing stays of a loading that fails. Cost: see docs/areas/demo.md."""
    story = told(seed, day, people_count)
    with acting(ACTOR):
        place = _people(story, seed)
        say(f"{len(story.people)} people")
        say(f"{load_roles(ACTOR, place)} role profiles, {load_projects(place)} memberships")
        say(f"{load_processes(place)} processes")
        _metrics(place)
        say(f"{_recommended(place)} recommended metrics, {load_figures(place)} figures")
        _strategy(place)
        say(f"{load_statements(ACTOR, place)} confirmations of principles and rules")
        say(f"{load_templates(place, KEEPER)} goal templates")
        aims = load_goals(ACTOR, place)
        say(f"{len(aims)} goals")
        say(f"{load_talks(ACTOR, place, aims)} check-ins")
        _earlier(place, aims, say)
        _season(place, aims, say)
    return place


def _earlier(place: Place, aims: list[Aim], say: Callable[[str], None]) -> None:
    """The quarters before the one behind, each judged in its own season and closed; only the two who must wrote."""
    for n, quarter in enumerate(place.story.earlier, start=1):
        then = replace(place, story=place.story.as_of(quarter, after(quarter)), seed=place.seed * 10 + n)
        plan_id = reviews.load_reviews(ACTOR, then, aims)
        reviews.move(then, "C08", after_quarter(then.story, 27))
        bonus_id = bonus.share_bonus(ACTOR, then)
        reviews.move(then, "C09", after_quarter(then.story, 35))
        reviews.release(ACTOR, then, plan_id)
        bonus.send_letters(then, bonus_id)
        bonus.read_all(then)
        reviews.move(then, "C10", after_quarter(then.story, 42))
        reviews.move(then, "C11", after_quarter(then.story, 60))
        say(f"{quarter.key} closed")


def _season(place: Place, aims: list[Aim], say: Callable[[str], None]) -> None:
    """The weeks after the quarter behind: reviews, bonus, release, letters; the appeal window is still open."""
    plan_id = reviews.load_reviews(ACTOR, place, aims)
    say("reviews locked")
    reviews.move(place, "C08", after_quarter(place.story, 27))
    bonus_id = bonus.share_bonus(ACTOR, place)
    say("bonus shared")
    reviews.move(place, "C09", after_quarter(place.story, 35))
    received = reviews.release(ACTOR, place, plan_id)
    bonus.send_letters(place, bonus_id)
    reviews.move(place, "C10", after_quarter(place.story, 39))
    reviews.draft_next(place)
    explore(ACTOR, place)
    give_template(place, KEEPER)
    choose_preset(place)
    _ask_for_a_second(place)
    say(f"results released, {received} answered")


def _ask_for_a_second(place: Place) -> None:
    """One administrator asked yesterday for a move next month and for the next phase; the other finds both at home."""
    asker = place.person("C007")
    with clock.frozen(moment(place.story.day - timedelta(days=1), "second")):
        who = next(
            human for human in reversed(place.story.people)
            if human.left is None and len(human.stretches) == 1 and human.stretches[0].manager is not None
        )  # fmt: skip
        first = (place.story.day.replace(day=1) + timedelta(days=32)).replace(day=1)
        changes.ask_move(asker, place.loaded.persons[who.number], Move(first=first, level="P6"))
        running = queries.cycle(asker, place.cycles[place.story.running.key])
        move_cycle(asker, running.id, "C03", running.version)


def _people(story: Company, seed: int) -> Place:
    founded = moment(story.earlier[0].first - timedelta(days=60), "founded")
    with clock.frozen(founded):
        loaded = people.load_company(
            ACTOR,
            [people.EntityRow(*line) for line in lines(bank("company")["entities"])],
            [_unit(u) for u in story.units],
            [_person(h) for h in story.people],
            [people.SeatRow(c.person, c.seat, c.scope, *_two(c.person), founded) for c in story.chairs],
        )
        people.load_calendar(ACTOR, [(date.fromisoformat(d), works == "work") for d, _, works in _calendar()])
        cycles = {
            **{q.key: people.load_cycle(ACTOR, q.key, loaded.units["CG"], BEHIND) for q in story.earlier},
            story.behind.key: people.load_cycle(ACTOR, story.behind.key, loaded.units["CG"], BEHIND),
            story.running.key: people.load_cycle(ACTOR, story.running.key, loaded.units["CG"], RUNNING, _two_steps()),
        }
        _accounts(story, loaded)
    return Place(story, seed, loaded, cycles)


def _two_steps() -> dict[str, Any]:
    """In the running quarter the manager's manager agrees too, but not for juniors; small changes are free; goals are
    reviewed monthly.
    """
    settings = company_settings()
    settings["goals"] = {**settings["goals"], "approval": [{"role": "LM", "days": 5}, {"role": "SK", "days": 5}]}
    settings["goals"] |= {
        "approval_for": [{"profile": None, "level": "P4", "roles": ["LM"], "days": 5}],
        "change_free": {"target_percent": "5", "weight": 500, "days": 3},
        "goal_review": "month",
        "versions": "by_time",
    }
    return settings


def _calendar() -> list[tuple[str, str, str]]:
    return [(line[0], "", line[1]) for line in bank("company")["calendar"]]


def _two(holder: str) -> tuple[str, str]:
    """Who asked for a seat and who granted it: the system administrator and an HR administrator, never the holder."""
    return ("C017" if holder != "C017" else "C007", "C014" if holder != "C014" else "C007")


def _unit(unit: object) -> people.UnitRow:
    fields = people.UnitRow.__dataclass_fields__
    return people.UnitRow(**{name: getattr(unit, name) for name in fields})


def _person(human: Human) -> people.PersonRow:
    return people.PersonRow(
        human.number,
        human.name,
        human.name_en,
        human.email,
        human.hired,
        human.left,
        tuple(people.StretchRow(s.unit, s.manager, s.position, s.level, s.first, s.last) for s in human.stretches),
        human.bonus,
    )


def _accounts(story: Company, loaded: Loaded) -> None:
    """The cast first, in its order; then everybody else who works here."""
    titles = {player.person: player.title for player in story.cast}
    people_by_number = {human.number: human for human in story.people}
    order = [*titles, *(human.number for human in story.people if human.number not in titles and human.left is None)]
    auth.open_accounts(
        ACTOR,
        [
            auth.NewAccount(
                people_by_number[n].email,
                people_by_number[n].name,
                loaded.persons[n],
                title=titles.get(n, ""),
                is_demo=n in titles,
            )
            for n in order
        ],
    )
    accounts.follow(ACTOR, [loaded.persons[n] for n in titles if people_by_number[n].left])


def _strategy(place: Place) -> None:
    """Written by one executive and published by another."""
    page = place.story.page
    entered = strategy.PageInput(
        horizon=page.horizon,
        period=page.period,
        boxes=dict(page.boxes),
        exclusions=page.exclusions,
        note=page.note,
        tradeoffs=dict(page.tradeoffs),
        priorities=[
            strategy.PriorityInput(
                key=key, name=zh, name_en=en, owner_id=place.loaded.persons[owner], targets=_targets(place, key)
            )
            for key, zh, en, owner in page.priorities
        ],
    )
    day = place.story.behind.first - timedelta(days=9)
    with clock.frozen(moment(day, "draft")):
        card = strategy.save_draft(place.person("C004"), None, entered, 0)
    with clock.frozen(moment(day + timedelta(days=2), "publish")):
        strategy.publish_page(place.person("C001"), card.map_id, card.version)
    _agree(place, day + timedelta(days=3))


def _targets(place: Place, key: str) -> list[strategy.TargetInput]:
    library = {metric.code: metric.id for metric in metric_queries.metrics(ACTOR)}
    return [
        strategy.TargetInput(metric_id=library[code], baseline=start, target=end, due=place.story.page.due)
        for of, code, start, end in place.story.page.targets
        if of == key
    ]  # fmt: skip


def _agree(place: Place, day: date) -> None:
    """Business heads and HR partners confirm, but for the last target, which still waits for both."""
    page = strategy_queries.current_page(ACTOR)
    every = [target for line in page.priorities for target in line.targets] if page else []
    with clock.frozen(moment(day, "confirm")):
        for found in list(strategy_queries.agreements(ACTOR, every).values())[:-1]:
            for chair in filter(None, (found.head, found.hrbp)):
                strategy.confirm_target(Actor(person_id=chair.id), found.target.id)


def _metrics(place: Place) -> None:
    """The library and the starter set, by one HR administrator, active by another; the last entry is still a draft."""
    writer, second = (place.person(number) for number in reviews.ADMINISTRATORS)
    day = place.story.behind.first - timedelta(days=13)
    rows = lines(bank("company")["metrics"])
    for code, name, english, unit, direction, owner, definition, source, source_en in rows:
        if code == rows[-1][0]:
            _starters(writer, second, day)
        entered = metrics.MetricInput(
            code=code,
            name=name,
            name_en=english,
            unit=unit,
            direction=direction,
            owner_id=place.loaded.persons[owner],
            definition=definition,
            source=source,
            source_en=source_en,
        )
        with clock.frozen(moment(day, code)):
            card = metrics.create_metric(writer, entered)
        if code != rows[-1][0]:
            with clock.frozen(moment(day + timedelta(days=1), code)):
                metrics.enact_metric(second, card.id, card.version)


def _starters(writer: Actor, second: Actor, day: date) -> None:
    with clock.frozen(moment(day, "starters")):
        metrics.take_starter_set(writer)
    with clock.frozen(moment(day + timedelta(days=1), "starters")):
        metrics.enact_drafts(second)


def _recommended(place: Place) -> int:
    """What each role of the starter set is followed by, named by its keeper; how many lines."""
    roles = {card.code: card.id for card in queries.profiles(ACTOR)}
    library = {metric.code: metric.id for metric in metric_queries.metrics(ACTOR)}
    found = lines(bank("company")["recommended"])
    for role, those in groupby(found, key=lambda line: line[0]):
        named = [
            metrics.Recommended(
                metric_id=library[code], weight=int(weight) if weight else None, note=why, note_en=english
            )
            for _role, code, weight, why, english in those
        ]
        with clock.frozen(moment(place.story.behind.first, role, "recommended")):
            metrics.set_recommended(place.person(KEEPER), roles[role], named, 0)
    return len(found)
