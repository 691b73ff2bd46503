"""Reviews from the draft of a plan to the answer to a result."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.access import oracle
from tests.access.acts.base import Act, version_of
from tests.access.worlds import LEVELS, THEN, World
from tests.database import put_in_phase

SUBJECT = "E006"
REASON = "这一年里对方把三条产品线的发布流程合成了一条，团队都用上了。"
SCORED = {key: {"score": "88", "text": "一件具体的事"} for key in ("behaviour", "contribution")}
WRITTEN = {**SCORED, "goals": {"text": "两个目标按期完成"}}
JUDGED = {**SCORED, "goals": {"score": "80", "text": "两个目标按期完成"}}


def acts(world: World) -> Iterator[Act]:
    """Every operation of reviews."""
    yield from _plans(world)
    yield from _steps(world)
    yield from _parts(world)
    yield from _grades(world)
    yield from _peers(world)


def _plans(world: World) -> Iterator[Act]:
    from beichen.platform.forms.ready import REVIEW
    from beichen.platform.forms.schema import dump

    draft = {"plan_id": world.ids["41a", "U0"]}
    plan = {"name": "考核", "cycle_id": world.cycles["2026P1"].pk, "unit_id": world.golden.unit("U0")}
    version = version_of(world, "reviews.ReviewPlan", draft["plan_id"])
    yield Act("reviews_create_plan", body=plan, row="41a")
    yield Act("reviews_edit_plan", draft, {**plan, "version": version}, row="41a")
    yield Act("reviews_edit_form", draft, {"form": dump(REVIEW), "version": version}, row="41a")
    yield Act("reviews_launch", draft, {"version": version}, row="41b", stage=lambda: _ready(world, draft["plan_id"]))


def _ready(world: World, plan_id: int) -> None:
    """The cycle is in its first phase, and somebody decides about everyone who is reviewed."""
    from beichen.reviews.models import ReviewPlan

    put_in_phase("C01", world.cycles["2026P1"].pk)
    ReviewPlan.objects.filter(pk=plan_id).update(population={"managers": "out", "without": []})


def in_phase(world: World, level: str, phase: str) -> None:
    """The cycle of a level stands in a phase."""
    put_in_phase(phase, world.cycles[LEVELS[level][0]].pk)


def _plan(world: World, level: str) -> dict[str, Any]:
    return {"plan_id": world.ids["plan", level]}


def _steps(world: World) -> Iterator[Act]:
    for operation, level, phase, row in (
        ("reviews_lock", "calibration", "C07", "10c"), ("reviews_unlock", "locked", "C07", "10c"),
        ("reviews_release", "locked", "C09", "10d"),
    ):  # fmt: skip
        plan = _plan(world, level)
        version = version_of(world, "reviews.ReviewPlan", plan["plan_id"])
        yield Act(
            operation, plan, {"version": version}, row=row, code="t", only={"HA"},
            stage=lambda level=level, phase=phase: in_phase(world, level, phase),  # type: ignore[misc]
        )  # fmt: skip
    plan = _plan(world, "calibration")
    yield Act("reviews_board", plan)
    yield Act("reviews_remind", plan, row="10b", code="t", only={"HA"})
    yield Act("reviews_close_session", plan, stage=lambda: session(world))
    yield Act("reviews_locked_results", query={"cycle_id": world.cycles["2026R4"].pk})


def session(world: World) -> None:
    """The calibration of a plan is open; the chief is the highest manager of the round."""
    from beichen.reviews.models import CalibrationSession

    CalibrationSession.objects.create(
        plan_id=world.ids["plan", "calibration"], opened_at=THEN, highest=world.people["E001"]
    )


def _parts(world: World) -> Iterator[Act]:
    boss = oracle.company().manager[SUBJECT]
    assert boss
    mine, peer = world.ids[f"draft.self.{SUBJECT}", SUBJECT], world.ids["draft.peer.E007", SUBJECT]
    typed = {"answers": WRITTEN, "closing": "继续", "version": 1}
    writer: dict[str, Any] = {"row": "06a", "subject": SUBJECT, "stage": lambda: in_phase(world, "draft", "C03")}
    yield Act("reviews_save_part", {"part_id": mine}, typed, **writer)
    yield Act("reviews_submit_part", {"part_id": mine}, typed, **writer)
    yield Act("reviews_part_versions", {"part_id": mine})
    yield Act(
        "reviews_decline_part", {"part_id": peer}, {"reason": "no_time"}, row="07b", subject=SUBJECT,
        special={"PR": {"E007"}}, only={"PR"}, stage=lambda: in_phase(world, "draft", "C04"),
    )  # fmt: skip
    handed_in = world.ids[f"submitted.self.{SUBJECT}", SUBJECT]
    version = version_of(world, "reviews.Part", handed_in)
    yield Act("reviews_return_part", {"part_id": handed_in}, {"version": version}, row="06b", code="t", subject=SUBJECT)


def _grades(world: World) -> Iterator[Act]:
    for operation, level, row, only in (
        ("reviews_decide", "submitted", "10a", {"LM"}), ("reviews_move_grade", "calibration", "10b", {"CF"}),
    ):  # fmt: skip
        review = world.ids[level, SUBJECT]
        grade = {"grade": "B", "reason": REASON, "version": version_of(world, "reviews.Rating", review)}
        yield Act(
            operation, {"review_id": review}, grade, row=row, subject=SUBJECT, only=only, stage=lambda: judged(world)
        )
    released = world.ids["released", SUBJECT]
    yield Act(
        "reviews_acknowledge", {"review_id": released}, {"answer": "acknowledged", "comment": "已读"},
        row="08d", code="t", subject=SUBJECT, only={"SE"}, stage=lambda: unanswered(released),
    )  # fmt: skip


def judged(world: World) -> None:
    """The manager scored every section."""
    from beichen.reviews.models import PartContent

    boss = oracle.company().manager[SUBJECT]
    PartContent.objects.filter(pk=world.ids[f"submitted.manager.{boss}", SUBJECT]).update(answers=JUDGED)


def unanswered(review_id: int) -> None:
    """Nobody has answered to the result yet."""
    from beichen.reviews.models import Acknowledgement, AcknowledgementContent

    AcknowledgementContent.objects.filter(pk=review_id).delete()
    Acknowledgement.objects.filter(review_id=review_id).delete()


def _peers(world: World) -> Iterator[Act]:
    review = {"review_id": world.ids["draft", SUBJECT]}
    stage: dict[str, Any] = {"stage": lambda: in_phase(world, "draft", "C04"), "subject": SUBJECT, "row": "07a"}
    yield Act("reviews_nominate", review, {"peers": [world.golden.id("E010")]}, code="wo", only={"SE", "LM"}, **stage)
    asked = [one.canary for one in world.planted if (one.row, one.subject, one.author) == ("07a", SUBJECT, "E004")]
    yield Act("reviews_settle_peers", review, {"invite": asked}, code="t", **stage)
    yield Act("reviews_withdraw_nomination", {**review, "nomination_id": asked[0]}, stage=stage["stage"])
