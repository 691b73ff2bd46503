"""The home page by program."""

from __future__ import annotations

from typing import Any

from ninja import Router

from beichen.insight import access, queries
from beichen.insight.queries import Home, Overview, Report
from beichen.insight.schemas import HomeOut
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.registry import TodoEntry

router = Router()


@router.get("/home", response=HomeOut, operation_id="insight_home")
@door(access.HOME, reads="C5")
def home(request: ApiRequest) -> dict[str, Any]:
    """My home page in one answer. It tells who said that a load is too much, so no token opens it."""
    return _home(queries.home(request.actor))


def _home(found: Home) -> dict[str, Any]:
    talk = found.talk
    return {
        "person_id": found.person.id,
        "owed": [_owed(entry) for entry in found.owed],
        "talk": {"check_in_id": talk.open.id if talk.open else None,
                 "day": talk.open.due_on if talk.open else talk.coming},
        "goals": [
            {"id": g.id, "title": g.title, "progress": g.shown_progress, "expected": g.expected, "health": g.health,
             "state": g.state, "due": g.due}
            for g in found.goals
        ],
        "people": [_report(line) for line in found.people],
        "overview": _overview(found.overview) if found.overview else None,
    }  # fmt: skip


def _owed(entry: TodoEntry) -> dict[str, Any]:
    return {
        "key": entry.key, "title": str(entry.title), "subtitle": str(entry.subtitle), "url": entry.url,
        "due": entry.due, "kind": entry.kind, "subject_id": entry.subject_id,
    }  # fmt: skip


def _report(line: Report) -> dict[str, Any]:
    return {
        "person_id": line.person.id, "name": line.person.name, "progress": line.progress, "expected": line.expected,
        "goals": line.goals, "attention": line.attention, "strained": line.strained,
        "waits_for_me": line.last is not None and line.last.waits,
    }  # fmt: skip


def _overview(found: Overview) -> dict[str, Any]:
    return {
        "scopes": [
            {"unit_id": s.unit.id if s.unit else None, "goals": s.goals, "attention": s.attention, "late": s.late}
            for s in found.scopes
        ],
        "priorities": [{"key": p.key, "name": p.name, "attainment": p.attainment} for p in found.priorities],
        "check_ins_late": found.talks.late if found.talks else None,
    }  # fmt: skip
