"""The organisation, changes of it, seats, cycles and workbooks by program."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from ninja import File, Query, Router, Status
from ninja.files import UploadedFile

from beichen.people import access, queries, rules
from beichen.people.queries import (
    AssignmentCard,
    BatchCard,
    ChangeCard,
    CycleCard,
    EmploymentCard,
    PeoplePage,
    PersonCard,
    UnitCard,
)
from beichen.people.rules import Hire, Move, Profile, Return, UnitFields
from beichen.people.schemas import (
    Asked,
    AssignmentOut,
    BatchLine,
    BatchOut,
    BatchVersionIn,
    ChangeOut,
    CycleIn,
    CycleOut,
    CycleStepOut,
    EmploymentOut,
    HireIn,
    LeaveIn,
    MoveIn,
    PersonOut,
    PhaseIn,
    PortalOut,
    ProfileIn,
    ReadyOut,
    ReturnIn,
    SeatIn,
    SeatOut,
    SecondOut,
    StepsIn,
    StepsOut,
    UnitChangeIn,
    UnitIn,
    UnitOut,
)
from beichen.platform.access import two_person
from beichen.platform.access.permissions import SIGNED_IN, require
from beichen.platform.api.door import door
from beichen.platform.api.paging import Slice
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Page, PageIn
from beichen.platform.kit.errors import NotFound

router = Router()


@router.get("", response=Page[PersonOut], operation_id="people_list")
@door(access.VIEW_PEOPLE)
def people(request: ApiRequest, asked: Query[PageIn], text: str = "", unit_id: int | None = None) -> PeoplePage:
    """People in name order; `text` is a part of name, number or pinyin, `unit_id` a unit with all below it."""
    within = None
    if unit_id is not None:
        at = queries.unit(request.actor, unit_id)
        within = (at.place, at.place_end)
    return queries.directory(request.actor, asked, text=text, within=within)


@router.get("/units", response=list[UnitOut], operation_id="units_list")
@door(access.VIEW_PEOPLE)
def units(request: ApiRequest, parent_id: int | None = None) -> list[UnitCard]:
    """The units directly below one; without `parent_id`, the roots."""
    require(request.actor, access.VIEW_PEOPLE)
    return queries.children_of(request.actor, parent_id)


@router.get("/units/{int:unit_id}", response=UnitOut, operation_id="units_get")
@door(access.VIEW_PEOPLE)
def unit(request: ApiRequest, unit_id: int) -> UnitCard:
    """One unit."""
    require(request.actor, access.VIEW_PEOPLE)
    return queries.unit(request.actor, unit_id)


@router.get("/units/{int:unit_id}/as-of/{day}", response=list[AssignmentOut], operation_id="units_as_of")
@door(access.SEE_AS_OF)
def as_of(request: ApiRequest, unit_id: int, day: date) -> list[AssignmentCard]:
    """Who was in a unit or below it on a day, as far as the seat reaches."""
    at = queries.unit(request.actor, unit_id)
    return queries.unit_on(request.actor, (at.place, at.place_end), day)


@router.post("/units", response={202: Asked}, operation_id="units_create")
@door(access.EDIT_ORG)
def create_unit(request: ApiRequest, body: UnitIn) -> Status[Asked]:
    """Ask to found a unit."""
    return _asked(rules.changes.ask_unit(request.actor, UnitFields(**body.dict())))


@router.put("/units/{int:unit_id}", response={202: Asked}, operation_id="units_update")
@door(access.EDIT_ORG)
def update_unit(request: ApiRequest, unit_id: int, body: UnitChangeIn) -> Status[Asked]:
    """Ask to change, move or close a unit."""
    wanted = UnitFields(**body.dict() | {"version": request.version}, unit_id=unit_id)
    return _asked(rules.changes.ask_unit(request.actor, wanted))


def _asked(change_id: int) -> Status[Asked]:
    return Status(202, Asked(change_id=change_id))


@router.post("/hires", response={202: Asked}, operation_id="people_hire")
@door(access.EDIT_ORG)
def hire(request: ApiRequest, body: HireIn) -> Status[Asked]:
    """Ask that somebody joins."""
    return _asked(rules.changes.ask_hire(request.actor, Hire(**body.dict())))


@router.get("/changes", response=list[ChangeOut], operation_id="changes_list")
@door(access.SEE_CHANGES)
def changes(request: ApiRequest) -> list[ChangeCard]:
    """Changes that wait for a second person."""
    return queries.waiting_changes(request.actor)


@router.post("/changes/{int:change_id}/confirm", response={204: None}, operation_id="changes_confirm")
@door(access.CONFIRM_CHANGE)
def confirm_change(request: ApiRequest, change_id: int) -> Status[None]:
    """Agree to a change that somebody else asked for."""
    rules.changes.confirm(request.actor, change_id)
    return Status(204, None)


@router.post("/changes/{int:change_id}/withdraw", response={204: None}, operation_id="changes_withdraw")
@door(access.SEE_CHANGES)
def withdraw_change(request: ApiRequest, change_id: int) -> Status[None]:
    """Take a change off the list."""
    rules.changes.withdraw(request.actor, change_id)
    return Status(204, None)


@router.get("/waiting", response=list[SecondOut], operation_id="second_person_list")
@door(SIGNED_IN)
def waiting(request: ApiRequest) -> list[queries.SecondCard]:
    """What waits for a second person, of every area, as far as the caller could be it or asked for it."""
    return queries.second_person(request.actor)


@router.post("/waiting/{pending_id}/withdraw", response={204: None}, operation_id="second_person_withdraw")
@door(SIGNED_IN)
def withdraw_waiting(request: ApiRequest, pending_id: UUID) -> Status[None]:
    """Take a request of one's own back, or turn somebody else's down."""
    two_person.withdraw(request.actor, pending_id)
    return Status(204, None)


@router.get("/seats", response=list[SeatOut], operation_id="seats_list")
@door(access.SEE_SEATS)
def seats(request: ApiRequest) -> list[queries.SeatCard]:
    """Seats asked for and held."""
    return queries.seats(request.actor)


@router.post("/seats", response={201: dict[str, int]}, operation_id="seats_ask")
@door(access.ASK_SEAT)
def ask_seat(request: ApiRequest, body: SeatIn) -> Status[dict[str, int]]:
    """Ask that somebody holds a seat."""
    return Status(201, {"id": rules.seats.ask_seat(request.actor, body.person_id, body.seat, body.scope_id)})


@router.post("/seats/{int:seat_id}/grant", response={204: None}, operation_id="seats_grant")
@door(access.GRANT_SEAT)
def grant_seat(request: ApiRequest, seat_id: int) -> Status[None]:
    """Grant a seat that somebody else asked for."""
    rules.seats.grant_seat(request.actor, seat_id)
    return Status(204, None)


@router.post("/seats/{int:seat_id}/revoke", response={204: None}, operation_id="seats_revoke")
@door(access.REVOKE_SEAT)
def revoke_seat(request: ApiRequest, seat_id: int) -> Status[None]:
    """Take a seat back."""
    rules.seats.revoke_seat(request.actor, seat_id)
    return Status(204, None)


@router.get("/cycles", response=list[CycleOut], operation_id="cycles_list")
@door(access.SEE_CYCLE)
def cycles(request: ApiRequest) -> list[CycleCard]:
    """Every cycle, newest first."""
    require(request.actor, access.SEE_CYCLE)
    return queries.cycles(request.actor)


@router.post("/cycles", response={201: CycleOut}, operation_id="cycles_start")
@door(access.SET_CYCLE)
def start_cycle(request: ApiRequest, body: CycleIn) -> Status[CycleCard]:
    """Set up a cycle."""
    return Status(201, rules.start_cycle(request.actor, body.period, body.scope_id))


@router.post("/cycles/{int:cycle_id}/move", response={200: CycleOut, 202: CycleOut}, operation_id="cycles_move")
@door(access.MOVE_CYCLE)
def move_cycle(request: ApiRequest, cycle_id: int, body: PhaseIn) -> Status[CycleCard]:
    """Move a cycle on; 202 while somebody else still has to agree."""
    done = rules.move_cycle(request.actor, cycle_id, body.to, body.version, body.reason)
    return Status(200 if done.phase == body.to else 202, done)


@router.get("/cycles/{int:cycle_id}/next", response=CycleStepOut, operation_id="cycles_next")
@door(access.SEE_CYCLE)
def next_step(request: ApiRequest, cycle_id: int) -> dict[str, Any]:
    """The next step of a cycle: what it takes, who has agreed, what is to be done now and then."""
    require(request.actor, access.SEE_CYCLE)
    card = queries.cycle(request.actor, cycle_id)
    [desk] = queries.desks(request.actor, cycle_id)
    shown = {name: getattr(desk, name) for name in ("next", "jumps", "back", "asked_to", "reason", "turns", "part")}
    work = {
        name: [asdict(line) | {"label": str(line.label)} for line in getattr(desk, name)] for name in ("now", "then")
    }
    held = [
        {"code": line.refusal.code, "sentence": line.refusal.sentence(gettext), "url": line.url} for line in desk.holds
    ]
    return {"cycle_id": card.id, "phase": card.phase, "version": card.version, "holds": held, **shown, **work}


@router.get("/cycles/{int:cycle_id}/ready", response=ReadyOut, operation_id="cycles_ready")
@door(access.SET_CYCLE)
def ready(request: ApiRequest, cycle_id: int) -> dict[str, Any]:
    """Who would act in a cycle, and where nobody could."""
    require(request.actor, access.SET_CYCLE)
    found = queries.readiness(request.actor, queries.cycle(request.actor, cycle_id).scope_id)
    acts = [asdict(act) | {"seats": dict(act.seats)} for act in found.acts]
    return {"gaps": queries.gaps(request.actor, found), "acts": acts, "steps": found.steps, "rule_version": "waived"}


@router.get("/cycles/{int:cycle_id}/steps", response=StepsOut, operation_id="cycles_steps")
@door(access.READ_CYCLE)
def steps(request: ApiRequest, cycle_id: int) -> CycleCard:
    """Who agrees to a goal in this cycle."""
    require(request.actor, access.READ_CYCLE)
    return queries.cycle(request.actor, cycle_id)


@router.put("/cycles/{int:cycle_id}/steps", response=StepsOut, operation_id="cycles_set_steps")
@door(access.SET_STEPS)
def set_steps(request: ApiRequest, cycle_id: int, body: StepsIn) -> CycleCard:
    """Choose who agrees to a goal, while the cycle is being set up."""
    said = [queries.Step(step.role, step.days) for step in body.steps]
    return rules.set_steps(request.actor, cycle_id, said, body.version)


@router.get("/imports", response=Page[BatchLine], operation_id="imports_list")
@door(access.SEE_IMPORTS)
def batches(request: ApiRequest, asked: Query[PageIn]) -> Slice[Any]:
    """Workbooks, newest first."""
    return queries.batches(request.actor, asked)


@router.post("/imports", response={201: BatchOut}, operation_id="imports_upload")
@door(access.IMPORT)
def upload(request: ApiRequest, file: File[list[UploadedFile]]) -> Status[BatchCard]:
    """Upload a workbook (one or more files) and get its preview; nothing is written."""
    batch_id = rules.imports.upload(request.actor, [(part.name or "", part.read()) for part in file])
    return Status(201, queries.batch(request.actor, batch_id))


@router.get("/imports/{int:batch_id}", response=BatchOut, operation_id="imports_get")
@door(access.SEE_IMPORTS)
def batch(request: ApiRequest, batch_id: int) -> BatchCard:
    """What a workbook would do, or did."""
    return queries.batch(request.actor, batch_id)


@router.post("/imports/{int:batch_id}/confirm", response={202: BatchOut}, operation_id="imports_confirm")
@door(access.IMPORT)
def confirm_import(request: ApiRequest, batch_id: int, body: BatchVersionIn) -> Status[BatchCard]:
    """Have it written: at once when it founds the company, else when a second person confirms as well."""
    rules.imports.confirm(request.actor, batch_id, body.version)
    return Status(202, queries.batch(request.actor, batch_id))


@router.post("/imports/{int:batch_id}/discard", response={204: None}, operation_id="imports_discard")
@door(access.IMPORT)
def discard_import(request: ApiRequest, batch_id: int, body: BatchVersionIn) -> Status[None]:
    """Put a workbook aside."""
    rules.imports.discard(request.actor, batch_id, body.version)
    return Status(204, None)


@router.get("/portal", response=PortalOut, operation_id="people_portal")
@door(SIGNED_IN, leavers=True)
def portal(request: ApiRequest) -> queries.Portal:
    """Until when whoever left may sign in to the own records; 404 for everybody who works here."""
    return queries.portal(request.actor)


@router.get("/{int:person_id}", response=PersonOut, operation_id="people_get")
@door(access.VIEW_PEOPLE)
def person(request: ApiRequest, person_id: int) -> PersonCard:
    """One person."""
    return queries.person(request.actor, person_id)


@router.patch("/{int:person_id}", response=PersonOut, operation_id="people_edit")
@door(access.EDIT_PROFILE)
def edit(request: ApiRequest, person_id: int, body: ProfileIn) -> PersonCard:
    """Another name, address or role type."""
    said = body.dict()
    version = said.pop("version")
    rules.persons.edit_profile(request.actor, person_id, Profile(**said), version)
    return queries.person(request.actor, person_id)


@router.get("/{int:person_id}/employment", response=EmploymentOut, operation_id="people_employment")
@door(access.SEE_PROFILE)
def employment(request: ApiRequest, person_id: int) -> EmploymentCard:
    """Level and dates, to those who may see them."""
    found = queries.employment(request.actor, person_id)
    if found is None:
        raise NotFound
    return found


@router.get("/{int:person_id}/assignments", response=list[AssignmentOut], operation_id="people_assignments")
@door(access.SEE_HISTORY)
def assignments(request: ApiRequest, person_id: int) -> list[AssignmentCard]:
    """Past and planned assignments, as far as the actor may see them."""
    queries.person(request.actor, person_id)
    return queries.history(request.actor, person_id)


@router.post("/{int:person_id}/moves", response={202: Asked}, operation_id="people_move")
@door(access.MOVE_PERSON)
def move(request: ApiRequest, person_id: int, body: MoveIn) -> Status[Asked]:
    """Ask for another unit, manager, position or level from a day on."""
    return _asked(rules.changes.ask_move(request.actor, person_id, Move(**body.dict())))


@router.post("/{int:person_id}/leave", response={202: Asked}, operation_id="people_leave")
@door(access.MOVE_PERSON)
def leave(request: ApiRequest, person_id: int, body: LeaveIn) -> Status[Asked]:
    """Ask to note somebody's last day."""
    return _asked(rules.changes.ask_leave(request.actor, person_id, body.last))


@router.post("/{int:person_id}/return", response={202: Asked}, operation_id="people_return")
@door(access.MOVE_PERSON)
def come_back(request: ApiRequest, person_id: int, body: ReturnIn) -> Status[Asked]:
    """Ask that somebody who left comes back."""
    return _asked(rules.changes.ask_return(request.actor, person_id, Return(**body.dict())))
