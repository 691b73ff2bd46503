"""A company with targets, a cycle in compensation and locked results, for tests of bonuses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F

from beichen.people.models import Cycle, Person, TargetBonus
from beichen.people.tests.makers import Company, small
from beichen.platform.events.tests.drain import drain
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.reviews.models import Rating, RatingContent, Review, ReviewPlan
from beichen.reviews.tests.makers import make_cycle, review_form
from beichen.reward import rules
from beichen.reward.models import Adjustment, BonusAward, BonusBasis, BonusPlan, BonusPool
from tests.database import put_in_phase

COEFFICIENTS = {"S": 15_000, "A": 12_000, "B": 10_000, "C": 5_000, "D": 0}


@dataclass
class Money:
    """One company with a bonus plan. `owner` and `worker` open the other logins."""

    company: Company
    cycle_id: int
    owner: Any
    worker: Any
    plan_id: int = 0
    review_ids: dict[int, int] = field(default_factory=dict)

    def actor(self, number: str) -> Actor:
        return self.company.actor(number)

    def id(self, number: str) -> int:
        return self.company.id(number)

    def plan(self) -> BonusPlan:
        with self.owner():
            return BonusPlan.objects.get(pk=self.plan_id)

    @property
    def version(self) -> int:
        return self.plan().version

    def phase(self, phase: str) -> None:
        with self.owner():
            put_in_phase(phase, self.cycle_id)

    def results(self, grades: Mapping[str, str], state: str = "locked") -> None:
        """Final grades by employee number, written as the owner of the tables."""
        with self.owner():
            give_results(self.cycle_id, {self.id(number): grade for number, grade in grades.items()}, state)

    def release_ratings(self, *numbers: str) -> None:
        with self.owner():
            people = [self.id(number) for number in numbers]
            Rating.objects.filter(subject_id__in=people).update(
                state="released", released_by=F("locked_by"), released_at=clock.now()
            )

    def make_plan(self, by: str = "CA1") -> int:
        self.plan_id = rules.create_plan(self.actor(by), self.cycle_id, "二季度奖金", ("按贡献", "更平均"))
        return self.plan_id

    def edit(self, key: str = "A", by: str = "CA1", **entered: Any) -> None:
        from beichen.reward.models import Scenario

        with self.owner():
            scenario = Scenario.objects.get(plan_id=self.plan_id, key=key)
        rules.edit_scenario(self.actor(by), self.plan_id, key, scenario.name, entered, scenario.version)

    def simulate(self, by: str = "CA1") -> None:
        rules.ask_simulation(self.actor(by), self.plan_id, self.version)
        assert "on:reward.simulate" in drain()

    def choose(self, key: str = "A", by: str = "CA1", **more: Any) -> None:
        rules.choose(self.actor(by), self.plan_id, key, self.version, **more)

    def pass_all(self, by: str = "E1") -> None:
        for pool in self.pools().values():
            if pool.manager_id is not None and pool.manager_id != self.id(by):
                rules.pass_on(self.actor(by), pool.pk)

    def lock(self, compensation: str = "CA1", executive: str = "E1") -> None:
        rules.consolidate(self.actor(compensation), self.plan_id, self.version)
        assert rules.approve(self.actor(compensation), self.plan_id, self.version) is False
        assert rules.approve(self.actor(executive), self.plan_id, self.version) is True

    def letters(self, first: str = "HA1", second: str = "HA2") -> None:
        assert rules.ask_letters(self.actor(first), self.plan_id, self.version) is False
        assert rules.ask_letters(self.actor(second), self.plan_id, self.version) is True
        assert "on:reward.send_letters" in drain()

    def to_letters(self, *numbers: str) -> None:
        """From simulated all the way, for tests of what comes after."""
        self.choose()
        self.pass_all()
        self.lock()
        self.release_ratings(*numbers)
        self.phase("C09")
        self.letters()

    def pools(self, key: str = "A") -> dict[str, BonusPool]:
        with self.owner():
            found = BonusPool.objects.filter(plan_id=self.plan_id, scenario__key=key)
            return {pool.unit_code: pool for pool in found}

    def awards(self, key: str = "A") -> dict[str, BonusAward]:
        with self.owner():
            found = BonusAward.objects.filter(plan_id=self.plan_id, scenario__key=key)
            return {award.number: award for award in found}

    def targets(self, key: str = "A") -> dict[str, int]:
        with self.owner():
            found = BonusBasis.objects.filter(plan_id=self.plan_id, award__scenario__key=key)
            return dict(found.values_list("award__number", "target"))

    def adjustments(self) -> dict[str, int]:
        with self.owner():
            return {a.award.number: a.delta for a in Adjustment.objects.select_related("award")}


def give_results(cycle_id: int, grades: Mapping[int, str], state: str = "locked") -> None:
    """Ratings with contents, as if a review had been locked; run as the owner of the tables."""
    plan, _ = ReviewPlan.objects.get_or_create(
        cycle_id=cycle_id, name="考核",
        defaults={"unit": Cycle.objects.get(pk=cycle_id).scope, "author_id": 1, "form": review_form()},
    )  # fmt: skip
    people = Person.objects.in_bulk(list(grades))
    human = Person.objects.exclude(pk__in=list(grades)).order_by("pk")[0].pk
    for person_id, grade in grades.items():
        person = people[person_id]
        head: dict[str, Any] = {
            "plan": plan, "cycle_id": cycle_id, "subject_id": person_id, "subject_place": person.place,
            "manager_id": person.manager_id or human,
        }  # fmt: skip
        review = Review.objects.create(**head, unit_id=person.unit_id or 0, state="locked")
        now = clock.now()
        rating = Rating.objects.create(
            review=review, **head, state=state, decided_by_id=human, decided_at=now, locked_by_id=human, locked_at=now
        )
        RatingContent.objects.create(
            rating=rating, total=8000, suggested=grade, decided=grade, final=grade, coefficient=COEFFICIENTS[grade]
        )


def set_targets(amounts: Mapping[int, int]) -> None:
    TargetBonus.objects.bulk_create(
        TargetBonus(person_id=person, amount=amount, valid=(date(2020, 1, 1), None))
        for person, amount in amounts.items()
    )


GRADES = {"M1": "A", "M2": "B", "A1": "S", "A2": "B", "A3": "C", "B1": "A", "B2": "D", "CA1": "B", "HR1": "A"}


def money(owner_db: Any, worker_db: Any) -> Money:
    """The small company, everybody with a target of 10,000.00 and a locked grade; E1, HR2 and the HAs have none."""
    with owner_db():
        company = small()
        for code, head in (("U0", "E1"), ("U1", "M1"), ("U2", "M2"), ("HR", "HR1"), ("HR2", "HR2")):
            company.units[code].head = company.people[head]
            company.units[code].save(update_fields=["head"])
        cycle_id = make_cycle(company, "C08")
        set_targets({person.pk: 1_000_000 + 7 * n for n, person in enumerate(company.people.values())})
    made = Money(company, cycle_id, owner_db, worker_db)
    made.results(GRADES)
    return made
