"""Reviews in every state: parts, nominations, ratings, moves, explanations, acknowledgements."""

from __future__ import annotations

from typing import Any

from beichen.people.queries import company_settings
from tests.access import oracle
from tests.access.worlds.base import THEN, Columns, World, canary

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
