"""The organisation: hires, moves, units, seats, cycles, workbooks; each waits for a second person or is one."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from beichen.people.rules import persons
from beichen.platform.kit.actor import system
from tests.access import oracle
from tests.access.acts.base import Act, version_of
from tests.access.worlds import THEN, World
from tests.database import put_in_phase

SUBJECT = "E009"
ASKED_BY = "E015"
"""Who asked is not the one who confirms."""


def acts(world: World) -> Iterator[Act]:
    """Every operation of people."""
    person, unit = {"person_id": world.golden.id(SUBJECT)}, world.golden.unit("U12")
    hire = {"number": "N1", "name": "新同事", "email": "n1@example.com", "hired": "2026-07-06", "unit_id": unit}
    team = {"code": "U9", "name": "新组", "kind": "team", "parent_id": world.golden.unit("U1")}
    yield Act("people_hire", body={**hire, "manager_id": world.golden.id("E005")}, row="20a")
    yield Act("units_create", body=team, row="20a")
    version = version_of(world, "people.OrgUnit", unit)
    yield Act("units_update", {"unit_id": unit}, {**team, "code": "U12", "version": version}, row="20a")
    yield Act("units_as_of", {"unit_id": unit, "day": "2026-06-01"})
    yield Act("people_move", person, {"first": "2026-07-06", "level": "L6"}, row="20a", subject=SUBJECT)
    yield Act("people_leave", person, {"last": "2026-07-31"}, row="20a", subject=SUBJECT)
    back = {"first": "2026-09-01", "unit_id": unit}
    yield Act("people_return", person, back, stage=lambda: _leaves(person["person_id"]), row="20a", gone=SUBJECT)
    profile = {"name": "马骁", "email": "ma@example.com", "role_type": "stable"}
    version = version_of(world, "people.Person", person["person_id"])
    yield Act("people_edit", person, {**profile, "version": version}, row="20c", subject=SUBJECT)
    change = {"change_id": world.ids["change", SUBJECT]}
    yield Act("changes_confirm", change, row="20a", subject=SUBJECT, barred={ASKED_BY})
    yield Act("changes_withdraw", change, row="20b")
    yield from _seats(world)
    yield from _cycles(world)
    yield from _imports(world)
    yield from _projects(world)
    yield from _profiles(world)
    yield from _processes(world)


def _leaves(person_id: int) -> None:
    persons.leave(system("people.test", "lets somebody leave in a test"), person_id, date(2026, 6, 1))


def plant(world: World) -> None:
    """A move and a seat that wait for a second person."""
    from beichen.people.models import Membership, OrgChange, Seat

    person = world.people[SUBJECT]
    change = OrgChange.objects.create(
        kind="move", person=person, payload={"first": "2026-07-06", "level": "L6"},
        asked_by=world.golden.id(ASKED_BY), asked_at=THEN,
    )  # fmt: skip
    seat = Seat.objects.create(
        person=person, seat="CF", scope=world.units["U12"], asked_by=world.golden.id("E020")
    )  # fmt: skip
    member = Membership.objects.create(
        project_id=world.ids["24b", "U0"], person=person, role="成员", share=20, period=(date(2026, 3, 1), None)
    )
    world.ids["membership", SUBJECT] = member.pk
    world.ids["change", SUBJECT], world.ids["seat", SUBJECT] = change.pk, seat.pk


def _seats(world: World) -> Iterator[Act]:
    seat = {"seat_id": world.ids["seat", SUBJECT]}
    asked = {"person_id": world.golden.id("E007"), "seat": "CF", "scope_id": world.golden.unit("U1")}
    yield Act("seats_ask", body=asked, row="20e")
    yield Act("seats_grant", seat, row="20e", code="t", subject=SUBJECT, barred={"E020"})
    yield Act("seats_revoke", seat, row="20e", code="t", subject=SUBJECT)


def _cycles(world: World) -> Iterator[Act]:
    cycle = world.cycles["2026G1"]
    yield Act("cycles_start", body={"period": "2027Q1", "scope_id": world.golden.unit("U0")}, row="21a")
    version = version_of(world, "people.Cycle", cycle.pk)
    yield Act(
        "cycles_move", {"cycle_id": cycle.pk}, {"to": "C03", "version": version}, row="21b", code="t", only={"HA"}
    )
    steps = {"steps": [{"role": "SK", "days": 3}], "version": version}
    yield Act("cycles_set_steps", {"cycle_id": cycle.pk}, steps, row="21a", stage=lambda: put_in_phase("C00", cycle.pk))


def _projects(world: World) -> Iterator[Act]:
    lead, _members = oracle.PROJECT
    own: dict[str, Any] = {"row": "24b", "special": {"DL": {lead}}}
    project = {"project_id": world.ids["24b", "U0"]}
    fields = {"code": "P3", "name": "新项目", "lead_id": world.golden.id(lead), "starts_on": "2026-01-01"}
    yield Act("projects_start", body=fields, row="24b")
    version = version_of(world, "people.Project", project["project_id"])
    yield Act("projects_update", project, {**fields, "code": "P2", "version": version}, **own)
    yield Act("projects_close", project, {"on": "2026-07-01", "version": version}, **own)
    new = {"person_id": world.golden.id("E007"), "role": "成员", "share": 20, "first": "2026-02-01"}
    yield Act("projects_join", project, new, **own)
    yield Act(
        "projects_end_membership", {"membership_id": world.ids["membership", SUBJECT]}, {"until": "2026-07-01"}, **own
    )


def _profiles(world: World) -> Iterator[Act]:
    profile, scene = {"profile_id": world.ids["24a", "U0"]}, {"title": "场景", "text": "内容"}
    fields = {
        "code": "R2", "family": "data", "name": "岗位", "role_type": "stable", "scenarios": [scene, scene],
        "responsibilities": [{"text": "结果"}], "tools": {"kpi": 100},
    }  # fmt: skip
    yield Act("roles_create", body=fields, row="24a")
    version = version_of(world, "people.RoleProfile", profile["profile_id"])
    yield Act("roles_update", profile, {**fields, "version": version}, row="24a")
    yield Act("roles_look_through", profile, {"version": version}, row="24a")
    yield Act("roles_take_starter_set", body={}, row="24a", only={"HA"})


def _processes(world: World) -> Iterator[Act]:
    at = {"process_id": world.ids["24d", "U0"]}
    fields = {"code": "P25", "name": "从线索到回款", "steps": [{"name": "签约", "is_bottleneck": True}]}
    yield Act("processes_create", body=fields, row="24d")
    yield Act("processes_update", at, {**fields, "version": 1}, row="24d")
    yield Act("processes_remove", at, {"version": 1}, row="24d")


def _imports(world: World) -> Iterator[Act]:
    def batch(number: str) -> dict[str, Any]:
        return {"batch_id": world.ids["25a", number]}

    version = version_of(world, "people.ImportBatch", batch("E015")["batch_id"])
    yield Act("imports_discard", batch("E015"), {"version": version}, row="25a")
    yield Act("imports_confirm", batch("E015"), {"version": version}, row="25a", stage=lambda: _found(batch("E015")))


def _found(batch: dict[str, Any]) -> None:
    from beichen.people.models import ImportBatch

    ImportBatch.objects.filter(pk=batch["batch_id"]).update(counts={"People": {"new": 1}})
