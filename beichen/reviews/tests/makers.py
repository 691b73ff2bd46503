"""A company, a cycle and a plan for tests; and hands that do what people do."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import connection
from django.test.utils import CaptureQueriesContext

from beichen.people import queries as people
from beichen.people.models import Cycle, Period
from beichen.people.tests.makers import Company, small
from beichen.platform.forms.models import FormVersion
from beichen.platform.forms.ready import REVIEW
from beichen.platform.forms.schema import dump
from beichen.platform.kit.actor import Actor, system
from beichen.reviews import rules
from beichen.reviews.events import StepAgreed
from beichen.reviews.models import CalibrationSession, Part, Review, ReviewPlan
from beichen.reviews.rules import PlanInput
from tests.cast import sign_in
from tests.database import put_in_phase


def review_form() -> FormVersion:
    """The ready form, in use; run as the owner of the tables."""
    found = FormVersion.objects.filter(key=REVIEW.key).order_by("-version").first()
    now = datetime(2026, 7, 1, tzinfo=UTC)
    return found or FormVersion.objects.create(
        key=REVIEW.key, version=1, schema=dump(REVIEW), created_at=now, used_at=now
    )


REASON = "这一年里他把三条产品线的发布流程合成了一条，团队都用上了。"


@dataclass
class World:
    """One company in one cycle with one plan. `owner` opens the owner's login, `worker` the worker's."""

    company: Company
    cycle_id: int
    owner: Any
    worker: Any
    plan_id: int = 0
    reviews: dict[str, int] = field(default_factory=dict)

    def actor(self, number: str) -> Actor:
        return self.company.actor(number)

    def id(self, number: str) -> int:
        return self.company.id(number)

    def phase(self, phase: str) -> None:
        """Move the cycle without its ceremony; subscribers of reviews are told. On to C07 the calibration is closed."""
        with self.owner():
            put_in_phase(phase, self.cycle_id)
        with self.worker():
            rules.follow_cycle(system("reviews.follow", "test"), self.cycle_id, phase)
        if phase == "C07":
            self.close_session()

    def close_session(self) -> None:
        """Close the calibration past its rule; `test_sessions` walks the rule."""
        with self.owner():
            one, other = list(self.company.people.values())[:2]
            CalibrationSession.objects.filter(plan_id=self.plan_id).update(
                state="closed", closed_at=datetime.now(UTC), facilitator=one, closed_with=other
            )

    def version(self) -> int:
        with self.owner():
            return ReviewPlan.objects.get(pk=self.plan_id).version

    def make_plan(self, by: str = "HR2", **entered: Any) -> int:
        values: dict[str, Any] = {
            "name": "二季度考核", "name_en": "Q2 review", "cycle_id": self.cycle_id,
            "unit_id": self.company.units["U0"].pk, **entered,
        }  # fmt: skip
        self.plan_id = rules.create_plan(self.actor(by), PlanInput(**values)).id
        return self.plan_id

    def launch(self, first: str = "HA1", second: str = "HA2") -> None:
        assert rules.launch_plan(self.actor(first), self.plan_id, self.version()) is False
        assert rules.launch_plan(self.actor(second), self.plan_id, self.version()) is True
        with self.worker():
            rules.make_reviews(system("reviews.launch", "test"), self.plan_id)
        self.remember()

    def remember(self) -> None:
        """Review ids by employee number."""
        numbers = {person.pk: number for number, person in self.company.people.items()}
        with self.owner():
            lines = Review.objects.filter(plan_id=self.plan_id).values_list("subject_id", "pk")
            self.reviews = {numbers[subject]: pk for subject, pk in lines}

    def part(self, subject: str, rater: str, role: str) -> UUID:
        with self.owner():
            return Part.objects.get(review_id=self.reviews[subject], rater_id=self.id(rater), role=role).pk

    def write(self, subject: str, rater: str, role: str, scores: dict[str, str], text: str = "做得扎实") -> UUID:
        """Fill in a part and hand it in."""
        part_id = self.part(subject, rater, role)
        answers = {key: {"score": score, "text": text} for key, score in scores.items()}
        rules.submit_part(self.actor(rater), part_id, answers, "", 0)
        return part_id

    def invite(self, subject: str, *peers: str) -> None:
        """The manager asks peers at once."""
        with self.owner():
            manager = Review.objects.get(pk=self.reviews[subject]).manager_id
        rules.nominate(Actor(person_id=manager), self.reviews[subject], [self.id(peer) for peer in peers])

    def step(self, step: str, first: str = "HA1", second: str = "HA2", **more: Any) -> None:
        """Lock, unlock or release by two people, and the job behind it."""
        act = {"lock": rules.lock_results, "unlock": rules.unlock_results, "release": rules.release_results}[step]
        assert act(self.actor(first), self.plan_id, self.version(), **more) is False
        self.second(step, first, second, **more)

    def second(self, step: str, first: str, second: str, **more: Any) -> None:
        """The second person's press, and the job behind it."""
        act = {"lock": rules.lock_results, "unlock": rules.unlock_results, "release": rules.release_results}[step]
        assert act(self.actor(second), self.plan_id, self.version(), **more) is True
        with self.worker():
            agreed = StepAgreed(self.plan_id, step, self.id(first), self.id(second), more.get("unit_id"))
            rules.take_step(system("reviews.advance", "test"), agreed)


def make_cycle(company: Company, phase: str = "C00") -> int:
    """A quarter with the settings of a new company."""
    period, _ = Period.objects.get_or_create(
        key="2026Q2", defaults={"kind": "quarter", "starts_on": date(2026, 4, 1), "ends_on": date(2026, 6, 30)}
    )
    scope = next(unit for unit in company.units.values() if unit.parent_id is None)
    return Cycle.objects.create(period=period, scope=scope, phase=phase, settings=people.company_settings()).pk


def world(owner_db: Any, worker_db: Any, company: Company | None = None) -> World:
    """The small company in set-up, as the web login."""
    with owner_db():
        company = company or small()
        cycle_id = make_cycle(company)
    return World(company, cycle_id, owner_db, worker_db)


def client(made: World, number: str) -> Any:
    """A browser in which this person is signed in."""
    with made.owner():
        get_user_model()._default_manager.get_or_create(
            person_id=made.id(number), defaults={"email": f"{number.lower()}@example.com", "name": number}
        )
    return sign_in(made.id(number))


def cost(client: Any, url: str) -> int:
    """Statements of a page without those that keep a session and set who acts."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url)
    assert answer.status_code == 200, url
    sql = [line["sql"] for line in captured.captured_queries]
    frame = ("SAVEPOINT", "RELEASE", "set_config", "session")
    return len([text for text in sql if not any(word in text for word in frame)])


def decided(made: World, subject: str = "A2", manager: str = "M1", grade: str = "B") -> None:
    """One review written by its manager and decided; the cycle is in C05 afterwards."""
    made.phase("C05")
    made.write(subject, manager, "manager", {"behaviour": "80", "contribution": "80", "goals": "80"})
    rules.decide(made.actor(manager), made.reviews[subject], grade, "" if grade == "B" else REASON, 1)
