"""Records planted in every state for everybody of the cast, each with a canary of its own.

`PLANTS` is the registry: row of the table → what stands for it in the database and at the doors. A record is planted
by the owner of the tables, past every rule: what is tested is who sees it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any
from uuid import uuid4

from django.apps import apps

from beichen.people.models import Assignment, Conflict, Cycle, Employment, OrgUnit, Period, Person, Seat
from beichen.people.queries import company_settings
from beichen.people.rules import places
from tests.access import oracle
from tests.access.table import Row, read
from tests.cast import Golden, load_golden
from tests.database import login

START = datetime(2022, 1, 1, tzinfo=UTC)
THEN = datetime(2026, 7, 1, 4, tzinfo=UTC)
CANARY = "substring(t::text from 'canary[0-9a-zA-Z.]+')"
WHOLE_NUMBER = "t.{}::text"
Columns = Callable[[str, Row], set[str]]


@dataclass(frozen=True)
class Planted:
    """One row in one table: where it stands in the table of rights, and how it is known again.

    `part` is "content" (open to r and w) or "head" (open to x and t as well). `author` wrote it. `stands` replaces the
    relations to the subject where the record has none (G17). `masks` are columns whose `m` the table itself answers.
    """

    row: str
    subject: str
    model: str
    canary: str
    part: str = "content"
    expression: str = CANARY
    author: str | None = None
    stands: Columns | None = None
    peer: str | None = None
    masks: frozenset[str] = frozenset()
    far: bool = True

    @property
    def table(self) -> str:
        return str(apps.get_model(self.model)._meta.db_table)

    def expected(self, viewer: str, row: Row) -> bool:
        """Whether the table of rights opens this row to the viewer."""
        stands = self.stands(viewer, row) if self.stands else oracle.columns(viewer, self.subject, row)
        stands |= {"PR"} if viewer == self.peer else set()
        own = viewer == self.author
        if self.part == "head":
            return oracle.knows(row, viewer, self.subject if self.far else viewer, stands, own=own)
        return oracle.reads(row, stands, own=own) or any("m" in row.cells[c] for c in stands & self.masks)


@dataclass
class World:
    """The company, its people as rows, and what was planted."""

    golden: Golden
    people: dict[str, Person]
    units: dict[str, OrgUnit]
    planted: list[Planted] = field(default_factory=list)
    cycles: dict[str, Cycle] = field(default_factory=dict)
    ids: dict[tuple[str, str], Any] = field(default_factory=dict)

    def add(self, row: str, subject: str, model: str, canary: str, **more: Any) -> None:
        self.planted.append(Planted(row, subject, model, canary, **more))

    def place(self, number: str) -> int:
        return self.people[number].place

    def cycle(self, key: str, phase: str) -> Cycle:
        """A cycle of its own for one state: a person has one review in each."""
        if key not in self.cycles:
            period = Period.objects.create(
                key=key, kind="quarter", starts_on=date(2026, 4, 1), ends_on=date(2026, 6, 30)
            )
            self.cycles[key] = Cycle.objects.create(
                period=period, scope=self.units["U0"], phase=phase, settings=company_settings()
            )
        return self.cycles[key]


def canary(row: str, subject: str, more: str = "") -> str:
    """Words found nowhere else, long enough for every reason that must be given."""
    return f"canary.{row}.{subject}.{more}".rstrip(".") + ".planted"


def with_extras() -> World:
    """The golden company, three more people in the seats it lacks, and one declared conflict."""
    golden = load_golden()
    with login(None):
        units = {unit.code: unit for unit in OrgUnit.objects.all()}
        people = {person.number: person for person in Person.objects.all()}
        for number, (unit, manager, seat) in oracle.EXTRA.items():
            person = Person.objects.create(
                number=number,
                name=f"补席{number}",
                entity=units["U0"].entity,
                email=f"{number.lower()}@example.com",
                sort_key=number,
                unit=units[unit],
                manager=people[manager],
            )
            Employment.objects.create(person=person, hired_on=date(2022, 1, 1), level="L5")
            Assignment.objects.create(person=person, unit=units[unit], manager=people[manager], period=(START, None))
            Seat.objects.create(person=person, seat=seat, scope=units["U0"], granted_at=START, granted_by=0)
            people[number] = person
        for holder, other in oracle.CONFLICTS:
            Conflict.objects.create(holder=people[holder], other=people[other], reason="relatives")
        places.renumber()
        people = {person.number: person for person in Person.objects.select_related("manager", "unit")}
        _accounts(people)
    golden.people.update({number: person.pk for number, person in people.items()})
    return World(golden, people, units)


def _accounts(people: dict[str, Person]) -> None:
    from django.contrib.auth import get_user_model

    accounts = get_user_model()._default_manager
    have = set(accounts.filter(person_id__isnull=False).values_list("person_id", flat=True))
    for person in people.values():
        if person.pk not in have:
            accounts.create(person_id=person.pk, email=person.email, is_active=True)


# ── people ──────────────────────────────────────────────────────────────────────────────────────────────────────


def plant_people(world: World) -> None:
    """Target bonuses of everyone, one workbook uploaded by each."""
    from beichen.people.models import ImportBatch, TargetBonus

    TargetBonus.objects.all().delete()
    for number in oracle.people():
        person = world.people[number]
        amount = 700_000_000 + person.pk
        TargetBonus.objects.create(person=person, amount=amount, valid=(date(2020, 1, 1), None))
        world.add("12a", number, "people.TargetBonus", str(amount), expression="t.amount::text")
        word = canary("25a", number)
        batch = ImportBatch.objects.create(
            uploaded_by=person.pk, uploaded_at=THEN, file_name=word, digest="0" * 64, state="previewed"
        )
        world.ids["25a", number] = batch.pk
        world.add(
            "25a",
            number,
            "people.ImportBatch",
            word,
            author=number,
            stands=lambda viewer, row, number=number: _unowned(viewer, number),
        )


def _unowned(viewer: str, owner: str) -> set[str]:
    """G17: SE is the owner, every seat counts but the one that works inside its session alone (G7), others are CO."""
    return (oracle.seats(viewer) - {"CF"}) | ({"SE"} if viewer == owner else {"CO"})


# ── notices ─────────────────────────────────────────────────────────────────────────────────────────────────────


def plant_notices(world: World) -> None:
    """A notice to everyone."""
    from beichen.platform.notify.models import Notice

    for number in oracle.people():
        word = canary("40a", number)
        Notice.objects.create(
            id=uuid4(),
            addressee_id=world.people[number].pk,
            template="reviews.peer_invited",
            params={"who": word},
            url="/reviews/",
            created_at=THEN,
        )
        world.add("40a", number, "notify.Notice", word, author=number, stands=lambda v, r, n=number: _addressee(v, n))


def _addressee(viewer: str, number: str) -> set[str]:
    return {"SE"} if viewer == number else set()


# ── check-ins ───────────────────────────────────────────────────────────────────────────────────────────────────


def plant_talks(world: World) -> None:
    """A draft, and a sent and answered check-in of everyone who has a manager."""
    from beichen.conversations.models import CheckIn, CheckInAnswers, CheckInDraft, CheckInPrivate, Reply
    from beichen.platform.forms.models import FormVersion
    from beichen.platform.forms.ready import CHECK_IN
    from beichen.platform.forms.schema import dump

    form = FormVersion.objects.create(key="canary", version=1, schema=dump(CHECK_IN), created_at=THEN)
    cycle = world.cycle("2026T1", "C02")
    for number in oracle.people():
        boss = oracle.company().manager[number]
        if boss is None:
            continue
        person, manager = world.people[number], world.people[boss]
        of = {"person": person, "manager": manager, "cycle": cycle, "form": form, "owner_place": person.place}
        draft = CheckIn.objects.create(**of, due_on=date(2026, 6, 26))
        CheckInDraft.objects.create(
            check_in=draft, person=person, answers={"plan": canary("23a", number)}, saved_at=THEN
        )
        sent = CheckIn.objects.create(
            **of,
            due_on=date(2026, 6, 12),
            state="replied",
            sent_at=THEN,
            answer_due_on=date(2026, 6, 16),
            replied_at=THEN,
        )
        CheckInAnswers.objects.create(
            check_in=sent, person=person, manager=manager, answers={"plan": canary("23b", number)}
        )
        CheckInPrivate.objects.create(
            check_in=sent, person=person, manager=manager, answers={"obstacles": canary("23c", number)}
        )
        Reply.objects.create(
            check_in=sent, person=person, manager=manager, author=manager, text=canary("23c", number, "reply"), at=THEN
        )
        world.ids["23a", number], world.ids["23b", number] = draft.pk, sent.pk
        world.add("23a", number, "conversations.CheckInDraft", canary("23a", number))
        world.add("23b", number, "conversations.CheckInAnswers", canary("23b", number))
        world.add("23c", number, "conversations.CheckInPrivate", canary("23c", number))
        world.add("23c", number, "conversations.Reply", canary("23c", number, "reply"), author=boss)


# ── reviews ─────────────────────────────────────────────────────────────────────────────────────────────────────

LEVELS = {
    "draft": ("2026R1", "C05", "open", "draft", "proposed"),
    "submitted": ("2026R2", "C05", "open", "submitted", "proposed"),
    "calibration": ("2026R3", "C06", "in_calibration", "submitted", "in_calibration"),
    "locked": ("2026R4", "C07", "locked", "locked", "locked"),
    "released": ("2026R5", "C09", "released", "released", "released"),
}
"""Level → cycle, phase, state of the review, of its parts, of its rating."""
PART_ROWS = {
    "self": {"draft": "06a", "submitted": "06b", "locked": "06c", "released": "06c"},
    "peer": {"draft": "07b", "submitted": "07c", "locked": "07c", "released": "07e"},
    "manager": {"draft": "08a", "submitted": "08b", "locked": "08c", "released": "08d"},
}
STORY: dict[str, Any] = {
    "sections": [{"key": "behaviour", "roles": [], "score": "88", "shown": "88.00", "weight": 100}],
    "scale": [],
    "clipped": False,
    "maximum": 12000,
    "total": 8000,
    "suggested": "B",
    "rule": "0" * 64,
}
RATING_ROWS = {"proposed": "10a", "in_calibration": "10b", "locked": "10c", "released": "10d"}
PEERS = {"E006": "E007", "E007": "E008", "E008": "E009", "E009": "E006", "E010": "E009", "E011": "E012", "E012": "E011"}


def plant_reviews(world: World) -> None:
    """For everyone who has a manager one review at each level, with a self, a manager's and a peer's part."""
    from beichen.people.queries import company_settings
    from beichen.reviews.models import ReviewPlan
    from beichen.reviews.tests.makers import review_form

    for level, (key, phase, *_) in LEVELS.items():
        plan = ReviewPlan.objects.create(
            name=f"考核{level}",
            cycle=world.cycle(key, phase),
            unit=world.units["U0"],
            population={},
            settings=company_settings()["reviews"],
            form=review_form(),
            state="launched",
            launched_at=THEN,
            author_id=world.people["E015"].pk,
        )
        world.ids["plan", level] = plan.pk
        for number in oracle.people():
            if oracle.company().manager[number] is not None:
                _plant_review(world, level, number, plan)


def _plant_review(world: World, level: str, number: str, plan: Any) -> None:
    from beichen.reviews.models import Review

    _, _, state, part_state, rating_state = LEVELS[level]
    boss = oracle.company().manager[number]
    assert boss
    review = Review.objects.create(
        plan=plan,
        cycle=plan.cycle,
        subject=world.people[number],
        subject_place=world.place(number),
        unit_id=world.people[number].unit_id or 0,
        manager=world.people[boss],
        state=state,
        peers_shown=state == "released",
        released_at=THEN if state == "released" else None,
    )
    world.ids[level, number] = review.pk
    world.add("41c", number, "reviews.Review", f"review{review.pk}", part="head", expression="'review' || t.id")
    raters = {"self": [number], "manager": [boss]}
    raters["manager"] += [former for former, subject in oracle.company().past if subject == number]
    raters["peer"] = [PEERS[number]] if number in PEERS else []
    for role, who in raters.items():
        for rater in who:
            _plant_part(world, level, review, number, role, rater, part_state)
    if level == "draft" and number in PEERS:
        _plant_nomination(world, review, number)
    _plant_rating(world, level, review, number, boss, rating_state)


def _plant_part(world: World, level: str, review: Any, number: str, role: str, rater: str, state: str) -> None:
    from beichen.reviews.models import Part, PartContent, PartVersion

    row, word = PART_ROWS[role][state], canary(PART_ROWS[role][state], number, f"{level}.{role}.{rater}")
    part = Part.objects.create(
        review=review,
        plan=review.plan,
        cycle=review.cycle,
        subject=review.subject,
        subject_place=review.subject_place,
        manager=review.manager,
        rater=world.people[rater],
        role=role,
        state=state,
        days=45,
        submitted_at=None if state == "draft" else THEN,
    )
    PartContent.objects.create(
        part=part,
        review=review,
        role=role,
        answers={"behaviour": {"score": "88", "text": word}},
        counted=role == "peer" and state != "draft",
    )
    PartVersion.objects.create(part=part, number=1, answers={"behaviour": {"score": "88", "text": word}}, saved_at=THEN)
    world.ids[f"{level}.{role}.{rater}", number] = part.pk
    who: dict[str, Any] = {"author": rater, "peer": rater if role == "peer" else None}
    stands = _only_writer(rater, role) if state == "draft" else None
    masks = frozenset({"SE", "CF"}) if role == "peer" else frozenset()
    world.add(row, number, "reviews.PartContent", word, stands=stands, masks=masks, **who)
    world.add(row, number, "reviews.PartVersion", word, stands=_only_writer(rater, role), **who)
    world.add(row, number, "reviews.Part", str(part.pk), part="head", expression="t.id::text", **who)


def _only_writer(rater: str, role: str) -> Columns:
    """A draft's words are its writer's: who leads somebody does not read a former leader's draft."""
    column = {"self": "SE", "peer": "PR", "manager": "LM"}[role]
    return lambda viewer, row: {column} if viewer == rater else set()


def _plant_nomination(world: World, review: Any, number: str) -> None:
    from beichen.reviews.models import Nomination

    colleague = next(one for one in ("E012", "E013", "E010") if one not in (number, PEERS[number]) and one in PEERS)
    for peer, by in ((PEERS[number], number), (colleague, oracle.company().manager[number])):
        assert by
        made = Nomination.objects.create(
            review=review,
            subject=review.subject,
            subject_place=review.subject_place,
            manager=review.manager,
            peer=world.people[peer],
            nominated_by=world.people[by],
            nominated_at=THEN,
        )
        world.add(
            "07a",
            number,
            "reviews.Nomination",
            str(made.pk),
            part="head",
            expression="t.id::text",
            peer=peer,
            author=by,
        )


def _plant_rating(world: World, level: str, review: Any, number: str, boss: str, state: str) -> None:
    from beichen.reviews.models import (
        Acknowledgement,
        AcknowledgementContent,
        Explanation,
        GradeMove,
        Rating,
        RatingContent,
    )

    row, word = RATING_ROWS[state], canary(RATING_ROWS[state], number, level)
    hr, manager = world.people["E015" if number != "E015" else "E016"], world.people[boss]
    done = state in ("locked", "released")
    head = {"subject": review.subject, "subject_place": review.subject_place, "manager": manager}
    rating = Rating.objects.create(
        review=review,
        plan=review.plan,
        cycle=review.cycle,
        **head,
        state=state,
        decided_by=manager,
        decided_at=THEN,
        locked_by=hr if done else None,
        locked_at=THEN if done else None,
        released_by=hr if state == "released" else None,
        released_at=THEN if state == "released" else None,
    )
    RatingContent.objects.create(
        rating=rating,
        total=8000 + review.pk % 100,
        suggested="B",
        decided="A",
        reason=word,
        final="A",
        coefficient=12000,
    )
    story = "20h" if state == "released" else "20g"
    Explanation.objects.create(review=review, terms={**STORY, "note": canary(story, number, level)}, rule_version="1")
    world.add(row, number, "reviews.Rating", f"rating{review.pk}", part="head", expression="'rating' || t.review_id")
    world.add(row, number, "reviews.RatingContent", word)
    world.add(story, number, "reviews.Explanation", canary(story, number, level))
    if state != "proposed":
        move = canary("09e", number, level)
        mover = world.people["E018" if number != "E018" else "E001"]
        GradeMove.objects.create(
            review=review, **head, before="B", after="A", reason=move, moved_by=mover, moved_at=THEN
        )
        world.add("09e", number, "reviews.GradeMove", move)
    if state == "released":
        said = Acknowledgement.objects.create(
            review=review, subject=review.subject, subject_place=review.subject_place, at=THEN
        )
        AcknowledgementContent.objects.create(
            acknowledgement=said, answer="acknowledged", comment=canary("08d", number, "comment")
        )
        world.add(
            "08d",
            number,
            "reviews.Acknowledgement",
            f"ack{review.pk}",
            part="head",
            expression="'ack' || t.review_id",
            author=number,
        )
        world.add("08d", number, "reviews.AcknowledgementContent", canary("08d", number, "comment"), author=number)


# ── bonuses ─────────────────────────────────────────────────────────────────────────────────────────────────────

TERMS = {
    "cycle_days": 91, "c_company": 10000, "c_unit": 10000, "flattening": 0, "people": 3,
    "mode": "pool", "parts": [0, 0, 10000],
}  # fmt: skip
PLAN_STATES = {"simulated": "11h", "proposed": "11a", "locked": "11b", "released": "11c"}


def plant_reward(world: World) -> None:
    """A bonus plan in each state, with a pool of each unit that has a head and an award of everyone in it."""
    from beichen.reward.models import BonusPlan, Scenario
    from beichen.reward.rules.plans import default_policy

    for state, row in PLAN_STATES.items():
        done = state in ("locked", "released")
        plan = BonusPlan.objects.create(
            cycle=world.cycle(f"2026B{row[-1]}", "C08"),
            name=f"奖金{state}",
            state="simulated",
            author_id=1,
            created_at=THEN,
        )
        word = canary("11g", "U0", state)
        policy = default_policy(plan.cycle.settings)
        scenario = Scenario.objects.create(plan=plan, key="A", name=word, policy=policy)
        world.ids["bonus", state] = plan.pk
        world.add("11g", "E001", "reward.Scenario", word, stands=lambda viewer, row: _over("U0", viewer))
        if state != "simulated":
            BonusPlan.objects.filter(pk=plan.pk).update(chosen=scenario)
        for unit in world.units.values():
            _plant_pool(world, plan, scenario, unit, state)
        steps = ["simulated", "proposed", "consolidated", "locked", "released"]
        for step in steps[1 : steps.index(state) + 1]:
            more = (
                {"locked_at": THEN, "first_approver_id": 1, "second_approver_id": 2}
                if step == "locked" and done
                else {}
            )
            BonusPlan.objects.filter(pk=plan.pk).update(state=step, **more)


def _plant_pool(world: World, plan: Any, scenario: Any, unit: OrgUnit, state: str) -> None:
    from beichen.reward.models import BonusAward, BonusBasis, BonusEntry, BonusPool

    head = oracle.company().heads[unit.code]
    members = [n for n in oracle.people() if oracle.company().unit[n] == unit.code and n != head]
    row, amounts = PLAN_STATES[state], {n: 300_000_000 + plan.pk * 100_000 + world.people[n].pk for n in members}
    pool = BonusPool.objects.create(
        plan=plan,
        scenario=scenario,
        unit=unit,
        unit_code=unit.code,
        manager=world.people[head],
        place=world.place(head),
        mode="pool",
        currency="CNY",
        people=len(members),
        cycle_days=91,
        base_n=1,
        c_company=10000,
        c_unit=10000,
        flattening=0,
        value=sum(amounts.values()),
    )
    world.add(
        "11i" if state == "simulated" else "11d",
        head,
        "reward.BonusPool",
        f"pool{pool.pk}",
        expression="'pool' || t.id",
        stands=lambda viewer, row: _pool(viewer, head),
    )
    for number, amount in amounts.items():
        person = world.people[number]
        award = BonusAward.objects.create(
            plan=plan,
            scenario=scenario,
            pool=pool,
            subject=person,
            subject_place=person.place,
            number=number,
            entity="main",
            days=91,
            grade="B",
            coefficient=10000,
            flat_n=10000,
            flat_d=1,
            amount=amount,
            terms=TERMS,
            released_at=THEN if state == "released" else None,
        )
        world.ids[f"award.{state}", number] = award.pk
        world.ids[f"pool.{state}", number] = pool.pk
        world.add(row, number, "reward.BonusAward", str(amount), expression="t.amount::text")
        target = amount + 100_000_000
        BonusBasis.objects.create(
            award=award, plan=plan, subject=person, subject_place=person.place, target=target, target_days=1, weight=1
        )
        world.add(
            "12a",
            number,
            "reward.BonusBasis",
            str(target),
            expression="t.target::text",
            stands=partial(_paid, number, row),
        )
        entry = BonusEntry.objects.create(
            plan=plan,
            person=person,
            subject_place=person.place,
            number=number,
            entity="main",
            pool_unit=unit,
            last_unit=unit,
            first=date(2026, 4, 1),
            target=amount,
            days=91,
            currency="CNY",
            grade="B",
            coefficient=10000,
        )
        world.add("11h", number, "reward.BonusEntry", f"entry{entry.pk}", expression="'entry' || t.id")


def _over(unit: str, viewer: str) -> set[str]:
    """G20: what speaks of everybody in a unit is for seats whose scope holds the whole of it."""
    found = oracle.company()
    return {"CO"} | {seat for holder, seat, scope in found.seats if holder == viewer and found.inside(unit, scope)}


def _paid(number: str, award_row: str, viewer: str, row: Row) -> set[str]:
    """The target behind an award is read by whoever reads both the award and pay (12a)."""
    award = read()[award_row]
    stands = oracle.columns(viewer, number, award)
    return oracle.columns(viewer, number, row) if oracle.reads(award, stands) else set()


def _pool(viewer: str, head: str) -> set[str]:
    """A pool is nobody's file: LM is the head of its unit, SK whoever leads that head; seats by their scope."""
    found = oracle.company()
    seats = {seat for holder, seat, scope in found.seats if holder == viewer and found.inside(found.unit[head], scope)}
    return (seats - {"CF"}) | ({"LM"} if viewer == head else set()) | ({"SK"} if viewer in found.above(head) else set())


PLANTS: dict[str, Callable[[World], None]] = {
    "people": plant_people,
    "notices": plant_notices,
    "talks": plant_talks,
    "reviews": plant_reviews,
    "reward": plant_reward,
}


def make(*areas: str) -> World:
    """A fresh world with the records of these areas."""
    world = with_extras()
    with login(None):
        for area in areas:
            PLANTS[area](world)
    return world
