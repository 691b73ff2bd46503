"""Principles and rules by program: everything the pages do."""

from __future__ import annotations

from typing import Annotated

from ninja import Query, Router, Status

from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.kit.errors import NotFound
from beichen.strategy import access, queries, rules
from beichen.strategy.formulas.statements import Item
from beichen.strategy.queries import RateLine, RemarkCard, StatementCard, StatementLine
from beichen.strategy.schemas import statements as s
from beichen.strategy.schemas.page import WordingOut

router = Router()
Unit = Annotated[int | None, Query(ge=1, le=2**62)]
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]


def _there(card: StatementCard | None) -> StatementCard:
    if card is None:
        raise NotFound
    return card


@router.get("/{kind}", response=s.StatementOut, operation_id="statements_get")
@door(access.READ, leavers=True)
def in_force(request: ApiRequest, kind: s.Kind) -> StatementCard:
    """The version in force."""
    return _there(queries.statement_in_force(request.actor, kind))


@router.get("/{kind}/draft", response=s.StatementOut, operation_id="statements_draft")
@door(access.READ)
def draft(request: ApiRequest, kind: s.Kind) -> StatementCard:
    """The draft, for those who may see it."""
    return _there(queries.statement_draft(request.actor, kind))


@router.put("/{kind}/draft", response=s.StatementOut, operation_id="statements_save")
@door(access.WRITE_STATEMENT)
def save(request: ApiRequest, kind: s.Kind, sent: s.StatementIn) -> StatementCard:
    """Write the draft as a whole; signatures given to an earlier wording are taken back."""
    entered = rules.StatementInput(
        items=[Item(**item.dict()) for item in sent.items], opening=sent.opening, opening_en=sent.opening_en,
        note=sent.note, stable_until=sent.stable_until,
    )  # fmt: skip
    return rules.save_statement(request.actor, kind, entered, request.version)


@router.get("/{kind}/versions", response=list[s.StatementLineOut], operation_id="statements_versions")
@door(access.READ, leavers=True)
def versions(request: ApiRequest, kind: s.Kind) -> list[StatementLine]:
    """Versions, newest first."""
    return queries.statement_history(request.actor, kind)


@router.get("/{kind}/versions/{int:number}", response=s.StatementOut, operation_id="statements_version")
@door(access.READ, leavers=True)
def version(request: ApiRequest, kind: s.Kind, number: int) -> StatementCard:
    """One version."""
    return queries.statement(request.actor, kind, number)


@router.get("/{kind}/versions/{int:number}/changes", response=list[WordingOut], operation_id="statements_changes")
@door(access.READ, leavers=True)
def changes(request: ApiRequest, kind: s.Kind, number: int, against: Number) -> list[queries.Change]:
    """What differs in a version from another; 0 is an empty one."""
    return queries.statement_changes(request.actor, kind, number, against)


@router.put("/{kind}/members", response=s.MembersOut, operation_id="statements_members")
@door(access.NAME_MEMBERS)
def members(request: ApiRequest, kind: s.Kind, sent: s.MembersIn) -> s.MembersOut:
    """Say who writes, comments and signs."""
    named = {"write": sent.write, "remark": sent.remark, "sign": sent.sign}
    found = rules.name_members(request.actor, kind, named, request.version)
    return s.MembersOut(**{part: list(found.get(part, ())) for part in named})


@router.get("/{kind}/remarks", response=list[s.RemarkOut], operation_id="statements_remarks")
@door(access.READ)
def remarks(request: ApiRequest, kind: s.Kind) -> list[RemarkCard]:
    """Comments on the draft, for those who may see it."""
    card = _there(queries.statement_draft(request.actor, kind))
    return queries.remarks(request.actor, kind, card.number)


@router.post("/{kind}/remarks", response={204: None}, operation_id="statements_remark")
@door(access.REMARK)
def remark(request: ApiRequest, kind: s.Kind, sent: s.RemarkIn) -> Status[None]:
    """Comment on the draft."""
    rules.remark(request.actor, kind, sent.item, sent.text)
    return Status(204, None)


@router.post("/{kind}/forward", response=s.StatementOut, operation_id="statements_forward")
@door(access.PUT_FORWARD)
def put_forward(request: ApiRequest, kind: s.Kind, sent: s.DraftVersionIn) -> StatementCard:
    """Have the draft signed and published as it stands."""
    return rules.put_forward(request.actor, kind, request.version)


@router.post("/{kind}/sign", response=s.StatementOut, operation_id="statements_sign")
@door(access.SIGN)
def sign(request: ApiRequest, kind: s.Kind, sent: s.DraftVersionIn) -> StatementCard:
    """Sign the draft."""
    return rules.sign_statement(request.actor, kind, request.version)


@router.post("/{kind}/publish", response=s.StatementOut, operation_id="statements_publish")
@door(access.PUBLISH_STATEMENT)
def publish(request: ApiRequest, kind: s.Kind, sent: s.PublishIn) -> StatementCard:
    """Put the draft into force."""
    return rules.publish_statement(request.actor, kind, request.version, sent.reason)


@router.post("/{kind}/read", response=s.StatementOut, operation_id="statements_read")
@door(access.ACKNOWLEDGE)
def acknowledge(request: ApiRequest, kind: s.Kind, sent: s.ReadIn) -> StatementCard:
    """Confirm having read the version in force."""
    return rules.acknowledge(request.actor, kind, sent.number)


@router.get("/{kind}/readers", response=s.ReadersOut, operation_id="statements_readers")
@door(access.READ)
def readers(request: ApiRequest, kind: s.Kind, unit_id: Unit = None) -> s.ReadersOut:
    """How many have read it, by unit, and whom the caller may know not to have."""
    found = queries.rates(request.actor, kind, unit_id)
    return s.ReadersOut(
        number=found.statement.number, whole=_rate(found.whole) if found.whole else None,
        units=[_rate(line) for line in found.lines], missing_ids=[one.id for one in found.missing],
        missing_count=found.missing_count,
    )  # fmt: skip


def _rate(line: RateLine) -> s.UnitReadersOut:
    told = line.is_told
    return s.UnitReadersOut(
        unit_id=line.unit.id, people=line.people, read=line.read if told else None,
        percent=line.percent if told else None,
    )  # fmt: skip


@router.post("/{kind}/remind", response=s.RemindedOut, operation_id="statements_remind")
@door(access.REMIND)
def remind(request: ApiRequest, kind: s.Kind) -> s.RemindedOut:
    """Remind everybody who has not read it, once a day."""
    return s.RemindedOut(count=rules.remind_readers(request.actor, kind))
