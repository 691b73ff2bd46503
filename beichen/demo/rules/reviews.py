"""The chapter of reviews: the quarter behind goes through its phases, by the people who may move it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from beichen.demo.formulas import reviews as told
from beichen.demo.formulas.reviews import Seen
from beichen.demo.formulas.story import Aim, Voice
from beichen.demo.rules.moments import after_quarter
from beichen.goals import queries as goals
from beichen.people import queries as people
from beichen.people.rules import move_cycle
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system
from beichen.reviews import queries
from beichen.reviews import rules as reviews
from beichen.reviews.events import StepAgreed
from beichen.reviews.rules import load

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place

ADMINISTRATORS = ("C014", "C007")
FACILITATOR = "C016"
HIGHEST = EXECUTIVE = "C001"
NOT_REVIEWED = (HIGHEST,)


def move(place: Place, to: str, at: datetime) -> None:
    """The quarter behind moves on, as two HR administrators say, and into the release an executive as well."""
    with clock.frozen(at):
        for number in (*ADMINISTRATORS, EXECUTIVE) if to == "C09" else ADMINISTRATORS:
            actor = place.person(number)
            card = people.cycle(actor, place.cycles[place.story.behind.key])
            move_cycle(actor, card.id, to, card.version)


def load_reviews(actor: Actor, place: Place, aims: Sequence[Aim]) -> int:
    """Plan, parts, decisions, calibration and lock of the quarter behind; the id of its plan."""
    story = place.story
    plan_id = _launched(place)
    seen = told.seen(story, aims, _reached(actor, place))
    _write(actor, place, plan_id, seen)
    decided = load.decide(actor, plan_id, _choose(place), after_quarter(story, 20))
    move(place, "C06", after_quarter(story, 22))
    reviews.follow_cycle(system("reviews.follow", "the cycle moved"), place.cycles[story.behind.key], "C06")
    _calibrate(actor, place, plan_id, decided)
    _close(place, plan_id)
    move(place, "C07", after_quarter(story, 25))
    _agreed(place, plan_id, "lock", after_quarter(story, 26))
    return plan_id


def release(actor: Actor, place: Place, plan_id: int) -> int:
    """Release every result, and what people answered to theirs."""
    _agreed(place, plan_id, "release", after_quarter(place.story, 36))
    answers = {pk: told.receipt(place.story, number, place.seed) for number, pk in place.loaded.persons.items()}
    days = {pk: 37 + pk % 4 for pk in answers}
    return load.receive(actor, plan_id, answers, lambda pk: after_quarter(place.story, days[pk]))


def draft_next(place: Place) -> None:
    """The plan of the running quarter stands in set-up."""
    story, actor = place.story, place.person(ADMINISTRATORS[0])
    with clock.frozen(after_quarter(story, 39)):
        reviews.create_plan(
            actor,
            reviews.PlanInput(
                name=f"{story.running.key} 季度考核（筹备中）",
                name_en=f"{story.running.key} review (being set up)",
                cycle_id=place.cycles[story.running.key],
                unit_id=place.loaded.units["CG"],
                without=[place.loaded.persons[n] for n in NOT_REVIEWED],
            ),
        )


def _launched(place: Place) -> int:
    story, persons = place.story, place.loaded.persons
    first, second = (place.person(number) for number in ADMINISTRATORS)
    with clock.frozen(after_quarter(story, 2)):
        entered = reviews.PlanInput(
            name=f"{story.behind.key} 季度考核",
            name_en=f"{story.behind.key} quarterly review",
            cycle_id=place.cycles[story.behind.key],
            unit_id=place.loaded.units["CG"],
            without=[persons[number] for number in NOT_REVIEWED],
        )
        card = reviews.create_plan(first, entered)
        reviews.launch_plan(first, card.id, card.version)
        reviews.launch_plan(second, card.id, card.version)
        reviews.make_reviews(system("reviews.launch", "the plan was launched"), card.id)
    return card.id


def _reached(actor: Actor, place: Place) -> dict[str, float]:
    """How far everybody came with their goals: the weighted mean of the scores, in points."""
    numbers = {pk: number for number, pk in place.loaded.persons.items()}
    found = goals.scored_goals(actor, list(numbers), place.cycles[place.story.behind.key])
    reached: dict[str, float] = {}
    for pk, lines in found.items():
        counted = [(line.weight, line.score) for line in lines if line.score is not None]
        if counted:
            reached[numbers[pk]] = sum(w * s for w, s in counted) / sum(w for w, _ in counted) / 100
    return reached


def _write(actor: Actor, place: Place, plan_id: int, seen: dict[str, Seen]) -> None:
    ids = place.loaded.persons
    numbers = {pk: number for number, pk in ids.items()}
    writers = load.writers(actor, plan_id)
    subjects = {numbers[w.subject_id] for w in writers}
    asked = () if place.story.is_earlier else sorted(subjects)
    peers = {number: told.peers_of(seen[number], place.seed) for number in asked}
    leads = {(numbers[w.subject_id], numbers[w.rater_id]) for w in writers if w.role == "manager"}
    peers = {number: [p for p in found if (number, p) not in leads] for number, found in peers.items()}
    invited = {ids[number]: [ids[peer] for peer in found] for number, found in peers.items()}
    load.invite(actor, plan_id, invited, after_quarter(place.story, 6))
    wanted = [(numbers[w.subject_id], numbers[w.rater_id], w.role) for w in writers]
    wanted += [(number, peer, "peer") for number, found in peers.items() for peer in found]
    load.hand_in(actor, plan_id, _parts(place, seen, wanted))


def _parts(place: Place, seen: dict[str, Seen], wanted: Iterable[tuple[str, str, str]]) -> Iterator[load.PartRow]:
    telling = told.Telling(place.story, place.seed, {human.number: human.name for human in place.story.people})
    days = {"self": 8, "peer": 12, "manager": 18}
    for subject, rater, role in wanted:
        voice = told.voice(telling, seen[subject], rater, role)
        at = after_quarter(place.story, days[role])
        yield load.PartRow(place.loaded.persons[subject], place.loaded.persons[rater], role, _answers(voice), at)


def _answers(voice: Voice) -> dict[str, Any]:
    said = {line.section: {"score": line.score or None, "text": line.text} for line in voice.said}
    return {**said, "closing": voice.closing} if voice.closing else said


def _choose(place: Place) -> Callable[[int, str, Sequence[str]], tuple[str, str]]:
    numbers = {pk: number for number, pk in place.loaded.persons.items()}
    return lambda pk, suggested, grades: told.decision(place.story, numbers[pk], suggested, grades, place.seed)


def _calibrate(actor: Actor, place: Place, plan_id: int, decided: Sequence[load.Decided]) -> None:
    """The facilitator writes down what the meeting agreed on."""
    numbers = {pk: number for number, pk in place.loaded.persons.items()}
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    review_of = {}
    for one in decided:
        groups[numbers[one.manager_id]].append((numbers[one.subject_id], one.decided))
        review_of[numbers[one.subject_id]] = one.review_id
    versions = load.versions(actor, plan_id)
    facilitator = place.person(FACILITATOR)
    with clock.frozen(after_quarter(place.story, 23)):
        for person, grade, reason in told.calibrated(groups, list("SABCD"), place.seed):
            reviews.move_grade(facilitator, review_of[person], grade, reason, versions[review_of[person]])


def _close(place: Place, plan_id: int) -> None:
    """The facilitator and the highest manager of the round close the calibration together."""
    with clock.frozen(after_quarter(place.story, 24)):
        for number in (FACILITATOR, HIGHEST):
            reviews.close_session(place.person(number), plan_id)


def _agreed(place: Place, plan_id: int, step: str, at: datetime) -> None:
    """Two HR administrators ask for a step of the whole plan, and the job does it."""
    act = {"lock": reviews.lock_results, "release": reviews.release_results}[step]
    first, second = (place.person(number) for number in ADMINISTRATORS)
    with clock.frozen(at):
        for actor in (first, second):
            act(actor, plan_id, queries.plan(actor, plan_id).version)
        agreed = StepAgreed(plan_id, step, first.person_id or 0, second.person_id or 0, None)
        reviews.take_step(system("reviews.advance", "two people agreed"), agreed)
