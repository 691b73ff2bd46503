"""The API of reviews: what the pages do, by program. Reads of confidential rows leave an audit row in their query."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any
from uuid import UUID

from ninja import Query, Router, Status
from pydantic import Field

from beichen.platform.access.permissions import SIGNED_IN
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Page, PageIn
from beichen.platform.forms.schema import dump
from beichen.reviews import access, queries, rules
from beichen.reviews import schemas as s

router = Router(tags=["reviews"])
Id = Annotated[int, Field(ge=1, le=2**63 - 1)]


def _plan(card: queries.PlanCard) -> s.PlanOut:
    return s.PlanOut(
        id=card.id, name=card.name, name_en=card.name_en, cycle_id=card.cycle.id, period=card.cycle.period_key,
        phase=card.cycle.phase, unit_id=card.unit_id, state=card.state, population=dict(card.population),
        settings=dict(card.settings), form_version=card.form_version, weights=card.form.weights(), version=card.version,
    )  # fmt: skip


def _part(card: queries.PartCard) -> s.PartOut:
    return s.PartOut(
        id=card.id, review_id=card.review_id, role=card.role, subject_id=card.subject.id, rater_id=card.rater.id,
        days=card.days, state=card.state, submitted_at=card.submitted_at, returned=card.returned, version=card.version,
    )  # fmt: skip


def _text(text: queries.PartText) -> s.TextOut:
    return s.TextOut(answers=dict(text.answers), version=text.version, saved_at=text.saved_at)


def _answers(sent: s.AnswersIn) -> dict[str, Any]:
    return {key: given.dict() if isinstance(given, s.AnswerIn) else given for key, given in sent.answers.items()}


def _entered(sent: s.PlanIn) -> rules.PlanInput:
    return rules.PlanInput(**{key: value for key, value in sent.dict().items() if key != "version"})


# ── plans ───────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/plans", response=list[s.PlanOut], operation_id="reviews_plans")
@door(access.SEE_PLANS)
def plans(request: ApiRequest) -> list[s.PlanOut]:
    """Review plans the reader may see."""
    return [_plan(card) for card in queries.plans(request.actor)]


@router.post("/plans", response=s.PlanOut, operation_id="reviews_create_plan")
@door(access.EDIT_PLAN)
def create_plan(request: ApiRequest, sent: s.PlanIn) -> s.PlanOut:
    """Draft a plan."""
    return _plan(rules.create_plan(request.actor, _entered(sent)))


@router.get("/plans/{plan_id}", response=s.PlanOut, operation_id="reviews_plan")
@door(access.SEE_PLANS)
def plan(request: ApiRequest, plan_id: Id) -> s.PlanOut:
    """One plan."""
    return _plan(queries.plan(request.actor, plan_id))


@router.put("/plans/{plan_id}", response=s.PlanOut, operation_id="reviews_edit_plan")
@door(access.EDIT_PLAN)
def edit_plan(request: ApiRequest, sent: s.PlanEdit, plan_id: Id) -> s.PlanOut:
    """Change a draft."""
    return _plan(rules.edit_plan(request.actor, plan_id, _entered(sent), sent.version))


@router.get("/plans/{plan_id}/form", response=s.FormOut, operation_id="reviews_form")
@door(access.SEE_PLANS)
def form(request: ApiRequest, plan_id: Id) -> s.FormOut:
    """The form of a plan."""
    card = queries.plan(request.actor, plan_id)
    return s.FormOut(version=card.form_version, form=dump(card.form))


@router.put("/plans/{plan_id}/form", response=s.FormOut, operation_id="reviews_edit_form")
@door(access.EDIT_PLAN)
def edit_form(request: ApiRequest, sent: s.FormIn, plan_id: Id) -> s.FormOut:
    """Change wording, open questions and weights of the form of a draft."""
    card = rules.edit_form(request.actor, plan_id, rules.read_form(sent.form), sent.version)
    return s.FormOut(version=card.form_version, form=dump(card.form))


@router.get("/plans/{plan_id}/dry-run", response=s.DryRunOut, operation_id="reviews_dry_run")
@door(access.RUN_PLAN)
def dry_run(request: ApiRequest, plan_id: Id) -> Any:
    """Who gets what, who is left out, who would act."""
    return queries.dry_run(request.actor, plan_id)


@router.get("/plans/{plan_id}/progress", response=s.ProgressOut, operation_id="reviews_progress")
@door(access.RUN_PLAN)
def progress(request: ApiRequest, plan_id: Id) -> Any:
    """n of m."""
    return queries.console(request.actor, plan_id).progress


@router.post("/plans/{plan_id}/launch", response=s.StepOut, operation_id="reviews_launch")
@door(access.LAUNCH)
def launch(request: ApiRequest, sent: s.LaunchIn, plan_id: Id) -> s.StepOut:
    """Launch, by two people; `reason` where a section is outside the published list of what is judged."""
    return s.StepOut(done=rules.launch_plan(request.actor, plan_id, sent.version, sent.reason))


@router.post("/plans/{plan_id}/lock", response=s.StepOut, operation_id="reviews_lock")
@door(access.LOCK)
def lock(request: ApiRequest, sent: s.ReviewVersionIn, plan_id: Id) -> s.StepOut:
    """Lock the results, by two people."""
    return s.StepOut(done=rules.lock_results(request.actor, plan_id, sent.version))


@router.post("/plans/{plan_id}/unlock", response=s.StepOut, operation_id="reviews_unlock")
@door(access.UNLOCK)
def unlock(request: ApiRequest, sent: s.ReviewVersionIn, plan_id: Id) -> s.StepOut:
    """Open locked results again, by two people."""
    return s.StepOut(done=rules.unlock_results(request.actor, plan_id, sent.version))


@router.post("/plans/{plan_id}/release", response=s.StepOut, operation_id="reviews_release")
@door(access.RELEASE)
def release(request: ApiRequest, sent: s.ReleaseIn, plan_id: Id) -> s.StepOut:
    """Release the results, by two people."""
    return s.StepOut(done=rules.release_results(request.actor, plan_id, sent.version, sent.unit_id))


@router.post("/plans/{plan_id}/remind", response=dict[str, int], operation_id="reviews_remind")
@door(access.CALIBRATE)
def remind(request: ApiRequest, plan_id: Id) -> dict[str, int]:
    """Remind everyone who has something to write now."""
    return {"people": rules.remind(request.actor, plan_id)}


@router.get("/plans/{plan_id}/calibration", response=Page[s.BoardOut], operation_id="reviews_board")
@door(SIGNED_IN, reads="C5")
def board(request: ApiRequest, asked: Query[PageIn], plan_id: Id) -> dict[str, Any]:
    """The calibration list, by manager."""
    found = queries.board(request.actor, plan_id, asked)
    lines = [
        s.BoardOut(
            review_id=line.review_id, subject_id=line.subject.id, manager_id=line.manager.id, state=line.state,
            total=line.total, suggested=line.suggested, decided=line.decided, final=line.final,
            last_grades=list(line.last_grades), version=line.version,
        )
        for line in found.items
    ]  # fmt: skip
    return {"items": lines, "next": found.next}


@router.post("/plans/{plan_id}/calibration/close", response=s.StepOut, operation_id="reviews_close_session")
@door(access.CLOSE_SESSION)
def close_session(request: ApiRequest, plan_id: Id) -> s.StepOut:
    """Close the calibration, by its facilitator and the highest manager of the round."""
    return s.StepOut(done=rules.close_session(request.actor, plan_id))


# ── mine ────────────────────────────────────────────────────────────────────────────────────────────────────────


@router.get("/mine", response=list[s.ReviewOut], operation_id="reviews_mine")
@door(SIGNED_IN, reads="C4", leavers=True)
def mine(request: ApiRequest) -> Any:
    """Reviews of me."""
    return queries.my_reviews(request.actor)


@router.get("/to-decide", response=list[s.ReviewOut], operation_id="reviews_to_decide")
@door(SIGNED_IN, reads="C4")
def to_decide(request: ApiRequest) -> Any:
    """Reviews I decide."""
    return queries.to_decide(request.actor)


@router.get("/parts", response=list[s.PartOut], operation_id="reviews_parts")
@door(SIGNED_IN, reads="C4")
def parts(request: ApiRequest) -> list[s.PartOut]:
    """What I write or wrote."""
    return [_part(card) for card in queries.my_parts(request.actor)]


@router.get("/parts/{part_id}", response=s.PartSheetOut, operation_id="reviews_part")
@door(SIGNED_IN, reads="C4")
def part(request: ApiRequest, part_id: UUID) -> s.PartSheetOut:
    """One of my parts with its form, my text and the evidence."""
    sheet = queries.sheet(request.actor, part_id)
    return s.PartSheetOut(
        part=_part(sheet.card), form=dump(sheet.form), text=_text(sheet.text),
        goals=[asdict(goal) for goal in sheet.goals],
    )  # fmt: skip


@router.get("/parts/{part_id}/versions", response=list[s.TextOut], operation_id="reviews_part_versions")
@door(SIGNED_IN, reads="C4")
def versions(request: ApiRequest, part_id: UUID) -> list[s.TextOut]:
    """Every save of one of my parts, newest first."""
    return [_text(text) for text in queries.versions(request.actor, part_id)]


@router.put("/parts/{part_id}", response=s.SavedOut, operation_id="reviews_save_part")
@door(access.WRITE_PART)
def save(request: ApiRequest, sent: s.AnswersIn, part_id: UUID) -> Any:
    """Keep what is typed as the next version."""
    return rules.save_part(request.actor, part_id, _answers(sent), sent.closing, sent.version)


@router.post("/parts/{part_id}/submit", response={204: None}, operation_id="reviews_submit_part")
@door(access.WRITE_PART)
def submit(request: ApiRequest, sent: s.AnswersIn, part_id: UUID) -> Status[None]:
    """Save and hand in."""
    rules.submit_part(request.actor, part_id, _answers(sent), sent.closing, sent.version)
    return Status(204, None)


@router.post("/parts/{part_id}/decline", response={204: None}, operation_id="reviews_decline_part")
@door(access.WRITE_PART)
def decline(request: ApiRequest, sent: s.DeclineIn, part_id: UUID) -> Status[None]:
    """I cannot judge this person's work."""
    rules.decline_part(request.actor, part_id, sent.reason)
    return Status(204, None)


@router.post("/parts/{part_id}/return", response={204: None}, operation_id="reviews_return_part")
@door(access.RETURN_PART)
def return_part(request: ApiRequest, sent: s.ReviewVersionIn, part_id: UUID) -> Status[None]:
    """Give a part back to its writer."""
    rules.return_part(request.actor, part_id, sent.version)
    return Status(204, None)


# ── one review ──────────────────────────────────────────────────────────────────────────────────────────────────


def _nominations(request: ApiRequest, review_id: int) -> list[s.NominationOut]:
    sheet = queries.peer_sheet(request.actor, review_id)
    return [
        s.NominationOut(
            id=line.id, peer_id=line.peer.id, by_subject=line.by_subject, state=line.state, declined=line.declined
        )
        for line in sheet.nominations
    ]


@router.get("/{review_id}/peers", response=list[s.NominationOut], operation_id="reviews_peers")
@door(access.NOMINATE)
def peers(request: ApiRequest, review_id: Id) -> list[s.NominationOut]:
    """Proposed and asked peers."""
    return _nominations(request, review_id)


@router.post("/{review_id}/peers", response={204: None}, operation_id="reviews_nominate")
@door(access.NOMINATE)
def nominate(request: ApiRequest, sent: s.PeersIn, review_id: Id) -> Status[None]:
    """Propose (the person) or ask (the manager)."""
    rules.nominate(request.actor, review_id, sent.peers)
    return Status(204, None)


@router.post("/{review_id}/peers/settle", response={204: None}, operation_id="reviews_settle_peers")
@door(access.SETTLE_PEERS)
def settle(request: ApiRequest, sent: s.SettleIn, review_id: Id) -> Status[None]:
    """Choose among the proposed."""
    rules.settle(request.actor, review_id, sent.invite, sent.refuse)
    return Status(204, None)


@router.post(
    "/{review_id}/peers/{nomination_id}/withdraw", response={204: None}, operation_id="reviews_withdraw_nomination"
)
@door(access.NOMINATE)
def withdraw_nomination(request: ApiRequest, review_id: Id, nomination_id: UUID) -> Status[None]:
    """Take a proposal of one's own back, as long as nobody chose."""
    del review_id
    rules.withdraw(request.actor, nomination_id)
    return Status(204, None)


@router.get("/{review_id}", response=s.SheetOut, operation_id="reviews_review")
@door(SIGNED_IN, reads="C5", leavers=True)
def review(request: ApiRequest, review_id: Id) -> s.SheetOut:
    """A review before those who write and decide: words, live total with its terms, decision."""
    sheet = queries.review_sheet(request.actor, review_id)
    rating = sheet.rating
    return s.SheetOut(
        review=s.ReviewOut.from_orm(queries.review(request.actor, review_id)),
        voices=[
            s.VoiceOut(role=v.role, rater_id=v.card.rater.id if v.card else None, days=v.card.days if v.card else 0,
                       answers=dict(v.text.answers))
            for v in sheet.voices
        ],
        missing=list(sheet.live.missing) if sheet.live else [],
        live=sheet.live.story if sheet.live else None,
        rating_state=rating.state if rating else None,
        rating_version=rating.version if rating else None,
        decision=s.DecisionOut(**asdict(rating.content)) if rating and rating.content else None,
    )  # fmt: skip


@router.post("/{review_id}/decide", response={204: None}, operation_id="reviews_decide")
@door(access.DECIDE, reads="C5")
def decide(request: ApiRequest, sent: s.DecideIn, review_id: Id) -> Status[None]:
    """Enter the grade."""
    rules.decide(request.actor, review_id, sent.grade, sent.reason, sent.version)
    return Status(204, None)


@router.post("/{review_id}/move", response={204: None}, operation_id="reviews_move_grade")
@door(access.MOVE_GRADE, reads="C5")
def move(request: ApiRequest, sent: s.DecideIn, review_id: Id) -> Status[None]:
    """Move a grade in calibration, with a reason."""
    rules.move_grade(request.actor, review_id, sent.grade, sent.reason, sent.version)
    return Status(204, None)


@router.get("/{review_id}/result", response=s.ResultOut, operation_id="reviews_result")
@door(SIGNED_IN, reads="C4", leavers=True)
def result(request: ApiRequest, review_id: Id) -> s.ResultOut:
    """A result unfolded to every number, weight, rule version and person, without peers' names."""
    sheet = queries.result(request.actor, review_id)
    return s.ResultOut(
        review_id=review_id, subject_id=sheet.subject.id, state=sheet.state,
        decision=s.DecisionOut(**asdict(sheet.decision)), story=dict(sheet.story), decided_by=sheet.rating.decided_by,
        decided_at=sheet.rating.decided_at, released_at=sheet.rating.released_at,
        peers=[_text(text) for text in sheet.said("peer")], answer=sheet.answer[0] if sheet.answer else None,
    )  # fmt: skip


@router.post("/{review_id}/acknowledge", response={204: None}, operation_id="reviews_acknowledge")
@door(access.ACKNOWLEDGE, leavers=True)
def acknowledge(request: ApiRequest, sent: s.AnswerResultIn, review_id: Id) -> Status[None]:
    """Answer to the result."""
    rules.acknowledge(request.actor, review_id, sent.answer, sent.comment)
    return Status(204, None)


@router.get("/results/locked", response=list[s.LockedOut], operation_id="reviews_locked_results")
@door(SIGNED_IN, reads="C5")
def locked(request: ApiRequest, cycle_id: Id) -> Any:
    """Final results of a cycle, as far as the reader may see them."""
    return queries.read_locked(request.actor, cycle_id)
