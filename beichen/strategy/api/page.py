"""The strategy by program: everything the page does."""

from __future__ import annotations

from ninja import Router, Status

from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit.errors import NotFound
from beichen.strategy import access, queries, rules
from beichen.strategy.queries import Change, EditorsCard, PageCard, PriorityCard, TargetCard, VersionCard
from beichen.strategy.rules import PageInput, PriorityInput, TargetInput
from beichen.strategy.schemas.page import (
    EditorsIn,
    EditorsOut,
    LimitIn,
    PageInBody,
    PageOut,
    PriorityIn,
    PriorityOut,
    TargetOut,
    VersionIn,
    VersionLine,
    WordingOut,
)

router = Router()


@router.get("", response=PageOut, operation_id="strategy_get")
@door(access.VIEW)
def page(request: ApiRequest) -> PageCard:
    """The page in force."""
    return _there(queries.current_page(request.actor))


def _there(card: PageCard | None) -> PageCard:
    if card is None:
        raise NotFound
    return card


@router.get("/draft", response=PageOut, operation_id="strategy_draft")
@door(access.VIEW)
def draft(request: ApiRequest) -> PageCard:
    """The draft, for those who may work on it."""
    return _there(queries.draft_page(request.actor))


@router.get("/priorities", response=list[PriorityOut], operation_id="priorities_list")
@door(access.VIEW)
def priorities(request: ApiRequest) -> list[PriorityCard]:
    """The priorities in force."""
    return queries.priorities(request.actor)


@router.get("/{int:map_id}/versions", response=list[VersionLine], operation_id="strategy_versions")
@door(access.VIEW)
def versions(request: ApiRequest, map_id: int) -> list[VersionCard]:
    """Versions, newest first."""
    return queries.history(request.actor, map_id)


@router.get("/{int:map_id}/versions/{int:number}", response=PageOut, operation_id="strategy_version")
@door(access.VIEW)
def version(request: ApiRequest, map_id: int, number: int) -> PageCard:
    """One version."""
    return queries.page(request.actor, map_id, number)


@router.get("/{int:map_id}/versions/{int:number}/changes", response=list[WordingOut], operation_id="strategy_changes")
@door(access.VIEW)
def changes(request: ApiRequest, map_id: int, number: int, against: int | None = None) -> list[Change]:
    """What differs in a version from another, by default the one before."""
    return queries.changes(request.actor, map_id, number, against)


@router.post("/{int:map_id}/versions/{int:number}/restore", response=PageOut, operation_id="strategy_restore")
@door(access.EDIT)
def restore(request: ApiRequest, map_id: int, number: int, body: VersionIn) -> PageCard:
    """Take the wording of an earlier version into the draft; `version` is the draft's, 0 where there is none."""
    return rules.restore(request.actor, map_id, number, request.version)


@router.put("/draft", response=PageOut, operation_id="strategy_save_draft")
@door(access.EDIT)
def save_draft(request: ApiRequest, body: PageInBody) -> PageCard:
    """Write the draft, the whole page at once."""
    entered = PageInput(
        horizon=body.horizon, period=body.period, boxes=body.boxes.dict(), exclusions=body.exclusions, note=body.note,
        tradeoffs=body.tradeoffs.dict(), priorities=[_priority(line) for line in body.priorities],
    )  # fmt: skip
    return rules.save_draft(request.actor, body.map_id, entered, request.version)


def _priority(line: PriorityIn) -> PriorityInput:
    return PriorityInput(**line.dict(exclude={"targets"}), targets=[TargetInput(**t.dict()) for t in line.targets])


@router.post("/targets/{int:target_id}/confirm", response=TargetOut, operation_id="strategy_confirm_target")
@door(access.CONFIRM_AS_HRBP)
def confirm_target(request: ApiRequest, target_id: int) -> TargetCard:
    """Agree to a target in force, as business head or as HR partner."""
    return rules.confirm_target(request.actor, target_id)


@router.put("/{int:map_id}/limit", response={204: None}, operation_id="strategy_limit")
@door(access.SET_LIMIT)
def limit(request: ApiRequest, map_id: int, body: LimitIn) -> Status[None]:
    """Say how many priorities a year may have."""
    rules.set_limit(request.actor, map_id, body.limit, request.version)
    return Status(204, None)


@router.post("/{int:map_id}/publish", response=PageOut, operation_id="strategy_publish")
@door(access.PUBLISH)
def publish(request: ApiRequest, map_id: int, body: VersionIn) -> PageCard:
    """Put the draft into force."""
    return rules.publish_page(request.actor, map_id, request.version)


@router.get("/{int:map_id}/editors", response=EditorsOut, operation_id="strategy_editors_now")
@door(access.NAME_EDITORS)
def editors_now(request: ApiRequest, map_id: int) -> EditorsCard:
    """Who edits the page, for those who name them."""
    return queries.editors(request.actor, map_id)


@router.put("/{int:map_id}/editors", response={204: None}, operation_id="strategy_editors")
@door(access.NAME_EDITORS)
def editors(request: ApiRequest, map_id: int, body: EditorsIn) -> Status[None]:
    """Say who edits the page."""
    rules.name_editors(request.actor, map_id, body.person_ids, request.version)
    return Status(204, None)
