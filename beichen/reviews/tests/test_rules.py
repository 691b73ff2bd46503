"""Planning, launching, writing, deciding and moving."""

from __future__ import annotations

import inspect
from datetime import date
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from beichen.people.rules.cycles import WrongPhase
from beichen.people.tests.makers import outside
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from beichen.platform.kit.rounding import shown
from beichen.reviews import queries, rules
from beichen.reviews.formulas.results import recompute
from beichen.reviews.models import Part, PartVersion, Rating, RatingContent, Review
from beichen.reviews.rules import errors
from beichen.reviews.tests.makers import REASON, World, decided, world

pytestmark = pytest.mark.django_db
SCORES = {"behaviour": "80", "contribution": "80"}


@pytest.fixture
def launched(owner_db, worker_db) -> World:
    """A1 and A2 are reviewed; M1 decides on both."""
    made = world(owner_db, worker_db)
    made.make_plan(without=[made.id(n) for n in made.company.people if n not in ("A1", "A2")])
    made.launch()
    return made


# ── plan and launch ─────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("REVIEW-01")
def test_launch_takes_two_different_administrators_and_freezes_the_plan(owner_db, worker_db):
    made = world(owner_db, worker_db)
    made.make_plan()
    first = made.actor("HA1")
    with pytest.raises(errors.NobodyDecides):
        rules.launch_plan(first, made.plan_id, 1)
    with owner_db():
        outside(made.company.units["U0"])
    assert rules.launch_plan(first, made.plan_id, 1) is False
    assert rules.launch_plan(first, made.plan_id, 1) is False
    assert queries.plan(first, made.plan_id).state == "draft"
    assert rules.launch_plan(made.actor("HA2"), made.plan_id, 1) is True
    with pytest.raises(errors.PlanFrozen):
        rules.edit_plan(made.actor("HR2"), made.plan_id, _input(made), 2)


def _input(made: World, **more):
    return rules.PlanInput(name="改名", cycle_id=made.cycle_id, unit_id=made.company.units["U0"].pk, **more)


@pytest.mark.req("REVIEW-01")
def test_the_dry_run_names_everybody_left_out(owner_db, worker_db):
    made = world(owner_db, worker_db)
    made.make_plan(managers="out", without=[made.id("B1")])
    dry = queries.dry_run(made.actor("HA1"), made.plan_id)
    why = {line.person_id: line.why for line in dry.out}
    assert why[made.id("M1")] == "manager"
    assert why[made.id("B1")] == "named"
    assert made.id("A2") in {seed.person_id for seed in dry.seeds}
    shown = queries.console(made.actor("HA1"), made.plan_id).dry
    assert shown is not None
    assert (shown.reviewed, shown.left_out) == (len(dry.seeds), len(dry.out))
    assert set(shown.seeds) == set(dry.seeds)
    assert shown.out == dry.out


@pytest.mark.req("REVIEW-01")
def test_one_person_added_gets_what_the_launch_would_have_made(owner_db, worker_db):
    """The set-based launch and its single-row twin make the same review, parts and rating."""
    shapes = []
    for alone in (False, True):
        point = transaction.savepoint()
        made = world(owner_db, worker_db)
        made.make_plan(without=[made.id("E1")])
        if alone:
            with made.owner():
                from beichen.reviews.models import ReviewPlan

                ReviewPlan.objects.filter(pk=made.plan_id).update(state="launched", launched_at="2026-07-01T00:00Z")
            for number in made.company.people:
                if number not in ("E1", "HA1", "HR1", "HR2", "CA1", "HA2"):
                    rules.add_person(made.actor("HA1"), made.plan_id, made.id(number))
            made.remember()
        else:
            made.launch()
        shapes.append({n: _shape(made, n) for n in ("A1", "A2", "A3", "B1", "M1")})
        transaction.savepoint_rollback(point)
    assert shapes[0] == shapes[1]


def _shape(made: World, number: str):
    numbers = {person.pk: n for n, person in made.company.people.items()}
    with made.owner():
        review = Review.objects.get(pk=made.reviews[number])
        parts = Part.objects.filter(review=review).values_list("role", "rater_id", "days", "state", "manager_id")
        rating = Rating.objects.get(pk=review.pk)
        return (
            numbers[review.manager_id], review.state, rating.state, numbers[rating.manager_id],
            sorted((role, numbers[rater], days, state, numbers[lead]) for role, rater, days, state, lead in parts),
        )  # fmt: skip


@pytest.mark.req("REVIEW-01")
def test_anonymous_peers_and_wrong_weights_are_refused_with_a_sentence(owner_db, worker_db):
    made = world(owner_db, worker_db)
    with pytest.raises(errors.AnonymousNotYet):
        rules.create_plan(made.actor("HR2"), _input(made, peer_mode="anonymous"))
    with pytest.raises(errors.BadWeights) as caught:
        rules.create_plan(made.actor("HR2"), _input(made, weights={"goals": 70}))
    assert "110" in str(caught.value)
    with pytest.raises(Forbidden):
        rules.create_plan(made.actor("A2"), _input(made))


# ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("REVIEW-03")
def test_every_save_is_a_version_that_comes_back(launched):
    launched.phase("C03")
    part, actor = launched.part("A2", "A2", "self"), launched.actor("A2")
    for number in range(5):
        saved = rules.save_part(actor, part, {"behaviour": {"score": "80", "text": f"第 {number} 稿"}}, "", number)
        assert saved.version == number + 1
    kept = queries.versions(actor, part)
    assert [text.version for text in kept] == [5, 4, 3, 2, 1]
    assert [text.answers["behaviour"]["text"] for text in kept][::-1] == [f"第 {n} 稿" for n in range(5)]
    again = rules.save_part(actor, part, kept[0].answers, "", 5)
    assert again.version == 5
    with launched.owner():
        assert PartVersion.objects.filter(part_id=part).count() == 5


@pytest.mark.req("REVIEW-03")
@pytest.mark.fault("F18")
def test_a_lost_update_shows_both_texts(launched):
    launched.phase("C03")
    part, actor = launched.part("A2", "A2", "self"), launched.actor("A2")
    rules.save_part(actor, part, {"behaviour": {"score": None, "text": "窗口一"}}, "", 0)
    with pytest.raises(errors.PartChanged) as caught:
        rules.save_part(actor, part, {"behaviour": {"score": None, "text": "窗口二"}}, "", 0)
    assert caught.value.mine.answers["behaviour"]["text"] == "窗口二"
    assert caught.value.theirs.answers["behaviour"]["text"] == "窗口一"


@pytest.mark.req("REVIEW-03")
@pytest.mark.fault("F19")
def test_a_write_outside_its_phase_is_refused(launched):
    part = launched.part("A2", "A2", "self")
    for phase in ("C00", "C04", "C05", "C09"):
        launched.phase(phase)
        with pytest.raises(WrongPhase):
            rules.save_part(launched.actor("A2"), part, {}, "", 0)
    with pytest.raises(WrongPhase):
        rules.nominate(launched.actor("A2"), launched.reviews["A2"], [launched.id("B1")])


@pytest.mark.req("REVIEW-03")
def test_nobody_writes_another_persons_part(launched):
    launched.phase("C03")
    part = launched.part("A2", "A2", "self")
    for number in ("M1", "A1", "HA1", "HR2"):
        with pytest.raises(NotFound):
            rules.save_part(launched.actor(number), part, {}, "", 0)


@pytest.mark.req("REVIEW-03")
def test_handing_in_names_what_is_missing_and_asks_for_evidence(launched):
    launched.phase("C03")
    part, actor = launched.part("A2", "A2", "self"), launched.actor("A2")
    with pytest.raises(errors.BadAnswers) as caught:
        rules.submit_part(actor, part, {"behaviour": {"score": "97", "text": ""}}, "", 0)
    assert set(caught.value.fields) == {"text_behaviour", "score_contribution"}
    with pytest.raises(errors.BadAnswers) as caught:
        rules.save_part(actor, part, {"behaviour": {"score": "120.001", "text": ""}}, "", 0)
    assert set(caught.value.fields) == {"score_behaviour"}


@pytest.mark.req("REVIEW-03")
def test_a_self_review_goes_back_once(launched):
    launched.phase("C03")
    part = launched.write("A2", "A2", "self", SCORES)
    manager = launched.actor("M1")
    rules.return_part(manager, part, 2)
    launched.phase("C04")
    rules.submit_part(launched.actor("A2"), part, {k: {"score": "81", "text": "补充"} for k in SCORES}, "", 1)
    with pytest.raises(errors.AlreadyReturned):
        rules.return_part(manager, part, 4)


@pytest.mark.req("REVIEW-03")
def test_a_peer_may_decline_and_a_deciding_manager_may_not(launched):
    launched.phase("C04")
    launched.invite("A2", "B1")
    part = launched.part("A2", "B1", "peer")
    with pytest.raises(errors.NoSuchReason):
        rules.decline_part(launched.actor("B1"), part, "")
    rules.decline_part(launched.actor("B1"), part, "too_little")
    with pytest.raises(errors.PartClosed):
        rules.save_part(launched.actor("B1"), part, {}, "", 0)
    launched.phase("C05")
    with pytest.raises(errors.CannotDecline):
        rules.decline_part(launched.actor("M1"), launched.part("A2", "M1", "manager"), "no_time")


@pytest.mark.req("REVIEW-03")
def test_peers_are_proposed_by_the_person_and_chosen_by_the_manager(launched):
    launched.phase("C04")
    review, person = launched.reviews["A2"], launched.actor("A2")
    for wrong in ("A2", "M1"):
        with pytest.raises(errors.NotAPeer):
            rules.nominate(person, review, [launched.id(wrong)])
    rules.nominate(person, review, [launched.id("B1"), launched.id("B2")])
    with pytest.raises(errors.Nominated):
        rules.nominate(person, review, [launched.id("B1")])
    one, two = (line.id for line in queries.peer_sheet(person, review).nominations)
    with pytest.raises((Forbidden, NotFound)):
        rules.settle(person, review, [one])
    rules.settle(launched.actor("M1"), review, [one], [two])
    assert {line.state for line in queries.peer_sheet(person, review).nominations} == {"invited", "refused"}
    assert [part.subject.id for part in queries.my_parts(launched.actor("B1"))] == [launched.id("A2")]


# ── deciding ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.req("REVIEW-03", "REVIEW-09")
def test_the_total_appears_once_every_section_is_scored_and_recomputes(launched):
    launched.phase("C04")
    launched.invite("A2", "A1", "B1", "B2")
    for peer, score in (("A1", "80"), ("B1", "90"), ("B2", "100")):
        launched.write("A2", peer, "peer", {"behaviour": score, "contribution": score})
    launched.phase("C05")
    manager, review = launched.actor("M1"), launched.reviews["A2"]
    before = queries.review_sheet(manager, review)
    assert before.live is None or before.live.total is None
    with pytest.raises(errors.PartNotHandedIn):
        rules.decide(manager, review, "A", "", 1)
    launched.write("A2", "M1", "manager", {"behaviour": "77.33", "contribution": "80", "goals": "90"})
    sheet = queries.review_sheet(manager, review)
    assert sheet.live is not None
    assert sheet.live.total == recompute(sheet.live.story)
    lines = {line["key"]: line for line in sheet.live.story["sections"]}
    assert lines["behaviour"]["shown"] == shown((70 * lines_exact("77.33") + 30 * 90) / 100, 2)


@pytest.mark.req("METRIC-04", "REVIEW-09")
def test_a_shared_result_counts_by_its_part_and_the_total_says_so(launched):
    from beichen.goals.models import ContributionShare, Goal, GoalStat, SharedResult

    period = {"start": date(2026, 4, 1), "due": date(2026, 6, 30), "cycle_id": launched.cycle_id, "state": "active"}
    with launched.owner():
        for title, owner, weight, score in (("一起做的", "B1", 7000, 5000), ("自己做的", "A2", 8000, 10_000)):
            person = launched.company.people[owner]
            made = Goal.objects.create(title=title, owner=person, owner_place=person.place, weight=weight, **period)
            GoalStat.objects.update_or_create(goal=made, defaults={"score": score})
        joint = SharedResult.objects.create(
            goal=Goal.objects.get(title="一起做的"), lead_id=launched.id("M1"), in_force=True
        )
        for owner, part in (("B1", 60), ("A2", 30)):
            ContributionShare.objects.create(
                shared=joint, person_id=launched.id(owner), part=part, weight=2000, state="agreed"
            )
    launched.phase("C05")
    launched.write("A2", "M1", "manager", {"behaviour": "80", "contribution": "80"})
    live = queries.review_sheet(launched.actor("M1"), launched.reviews["A2"]).live
    assert live is not None
    story = live.story
    goals = next(line for line in story["sections"] if line["key"] == "goals")
    assert [(one["title"], one["weight"], one.get("full"), one["score"]) for one in goals["goals"]] == [
        ("自己做的", "80.00", None, 10_000), ("一起做的", "10.00", "20.00", 5000),
    ]  # fmt: skip
    assert Decimal(goals["shown"]) == Decimal("94.44")  # (80 · 100 + 10 · 50) / 90
    assert recompute(story) is not None


def lines_exact(text: str):
    from fractions import Fraction

    return Fraction(text)


@pytest.mark.req("REVIEW-07")
def test_a_grade_is_entered_by_the_one_who_decides_with_a_reason_where_it_differs(launched):
    launched.phase("C05")
    launched.write("A2", "M1", "manager", {**SCORES, "goals": "80"})
    review = launched.reviews["A2"]
    with pytest.raises(errors.ReasonNeeded):
        rules.decide(launched.actor("M1"), review, "A", "表现好", 1)
    with pytest.raises(errors.NoSuchGrade):
        rules.decide(launched.actor("M1"), review, "Z", REASON, 1)
    for number in ("A2", "A1", "B1", "HA1"):
        with pytest.raises((NotFound, Forbidden)):
            rules.decide(launched.actor(number), review, "B", "", 1)
    with pytest.raises(Forbidden):
        rules.decide(launched.actor("HR2"), review, "B", "", 1)
    rules.decide(launched.actor("M1"), review, "A", REASON, 1)
    rules.decide(launched.actor("M1"), review, "A", REASON, 1)
    with pytest.raises(Changed):
        rules.decide(launched.actor("M1"), review, "B", "", 1)


@pytest.mark.req("REVIEW-07")
def test_the_database_refuses_a_final_grade_without_a_human_or_a_reason(launched):
    launched.phase("C05")
    with launched.owner():
        rating = Rating.objects.get(pk=launched.reviews["A2"])
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.filter(pk=rating.pk).update(state="in_calibration")
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.filter(pk=rating.pk).update(decided_by_id=rating.subject_id)
        with pytest.raises(IntegrityError), transaction.atomic():
            RatingContent.objects.create(
                rating=rating, total=8000, suggested="B", decided="S", reason="短", final="S", coefficient=0
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            Rating.objects.filter(pk=rating.pk).update(state="released", decided_by_id=launched.id("M1"))


@pytest.mark.req("REVIEW-07")
def test_no_rule_accepts_suggestions_in_bulk():
    """PIPL 24: a grade is decided one by one; no rule takes several reviews and a grade."""
    names = [name for name in dir(rules) if "accept" in name or name.endswith("_all")]
    assert names == []
    for name in ("decide", "move_grade"):
        taken = inspect.signature(inspect.unwrap(getattr(rules, name))).parameters
        assert taken["review_id"].annotation == "int"


@pytest.mark.req("REVIEW-07")
def test_moves_keep_before_after_and_reason_and_nobody_moves_the_own_grade(launched):
    from beichen.people.models import Seat
    from beichen.people.rules import places

    with launched.owner():
        for number in ("B1", "A2"):
            Seat.objects.create(
                person=launched.company.people[number], seat="CF", scope=launched.company.units["U0"],
                granted_by=0, granted_at="2026-01-01T00:00Z",
            )  # fmt: skip
        places.renumber()
    decided(launched, "A2", "M1", "B")
    review, mover = launched.reviews["A2"], launched.actor("B1")
    with pytest.raises(Forbidden):
        rules.move_grade(mover, review, "A", REASON, 2)
    launched.phase("C06")
    with pytest.raises(NotFound):
        rules.move_grade(launched.actor("A2"), review, "A", REASON, 3)
    with pytest.raises((NotFound, Forbidden)):
        rules.move_grade(launched.actor("M1"), review, "A", REASON, 3)
    with pytest.raises(errors.MoveReasonNeeded):
        rules.move_grade(mover, review, "A", "短", 3)
    rules.move_grade(mover, review, "A", REASON, 3)
    [move] = queries.review_sheet(launched.actor("M1"), review).moves
    assert (move.before, move.after, move.reason) == ("B", "A", REASON)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE reviews_grademove SET reason = 'rewritten afterwards'")
        assert cursor.rowcount == 0
