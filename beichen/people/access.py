"""Who sees and who may, for people: every filter and permission comes from the table of rights."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beichen.people.choices import Phase
from beichen.platform.access.filters import filters
from beichen.platform.access.locks import JobGrant, Lock, StateGuard
from beichen.platform.access.permissions import Permission, may
from beichen.platform.access.relations import (
    ActorId,
    Case,
    HasSeat,
    InPeople,
    InRanges,
    IsEmployee,
    cases,
    handles,
    sees,
    writes,
)
from beichen.platform.kit.actor import Actor

_MINE = Q(uploaded_by=ActorId())

# ── what may be read ────────────────────────────────────────────────────────────────────────────────────────────


@filters("people.Person")
def visible_persons() -> Q:
    """Everyone who works here sees names, units and managers (20a, 20c); a leaver, who once led them (M10)."""
    return sees("20c", subject="id", place="place") | Q(InPeople("id", "own_leaders"))


def persons_to_act_on(row_id: str) -> Q:
    """People about whom the viewer holds `w` in a row of the table."""
    return cases([Case(row_id, subject="id", place="place")], frozenset("w"))


@filters("people.Employment")
def visible_employments() -> Q:
    """Level and dates of joining and leaving (20d)."""
    return sees("20d", subject="person_id")


@filters("people.FormerEmployment")
def visible_former_employments() -> Q:
    """Employments that ended before the person came back (20d): not for the line of today (G8)."""
    return sees("20d", subject="person_id", former=Q(pk__isnull=False))


@filters("people.Assignment")
def visible_assignments() -> Q:
    """Past and future assignments (20b); the current one is on the person."""
    return sees("20b", subject="person_id")


@filters("people.TargetBonus")
def visible_target_bonuses() -> Q:
    """Target bonuses (12a): the person, the HRBP and the compensation administrator."""
    return sees("12a", subject="person_id")


@filters("people.ImportBatch")
def visible_batches() -> Q:
    """Uploaded workbooks (25a): HR administrators, auditors, and who uploaded one."""
    return sees("25a", subject=None, own=_MINE, SE=_MINE) & Q(IsEmployee())


@filters("people.OrgChange")
def confirmable_changes() -> Q:
    """Changes of the organisation the viewer could be the second person for (20a)."""
    somebody = writes("20a", subject="person_id") & ~Q(person_id=ActorId())
    return (somebody | (Q(person=None) & Q(HasSeat("HA")))) & ~Q(asked_by=ActorId())


@filters("people.Person")
def changed_by_workbook() -> Q:
    """Those whose assignments, profile and dates the viewer may change (20a, 20c, 20d): a workbook's rows as well."""
    every = [writes(row, subject="id", place="place") for row in ("20a", "20c", "20d")]
    return every[0] & every[1] & every[2]


@filters("people.Seat")
def grantable_seats() -> Q:
    """Seats asked for that the viewer could grant (20e)."""
    about = handles("20e", subject="person_id") & ~Q(person_id=ActorId())
    return about & (Q(asked_by=None) | ~Q(asked_by=ActorId()))


@filters("people.Person")
def reached_by_hr() -> Q:
    """Everyone in the scope of the viewer's seat of HR administrator but the viewer; over whom G2 says nothing here."""
    return Q(InRanges("place", "seat_ranges", "HA")) & ~Q(id=ActorId())


@filters("people.Project")
def visible_projects() -> Q:
    """Every project is open to everyone who works here (24b)."""
    return sees("24b", subject=None)


@filters("people.Membership")
def visible_memberships() -> Q:
    """So is who works in it (24b)."""
    return sees("24b", subject=None)


@filters("people.Process")
def visible_processes() -> Q:
    """The process map is open to everyone who works here (24d)."""
    return sees("24d", subject=None)


@filters("people.RoleProfile")
def visible_profiles() -> Q:
    """Every role profile is open to everyone who works here (24a)."""
    return sees("24a", subject=None)


def moves_cycles(actor: Actor) -> bool:
    """Whether cycles are the actor's business: who sets them up and moves them, and who agrees to a release."""
    return may(actor, MOVE_CYCLE) or may(actor, AGREE_RELEASE)


def _stands_in(actor: Actor, turn: Any) -> bool:
    return actor.person_id in turn.agreers


# ── who may do what ─────────────────────────────────────────────────────────────────────────────────────────────

VIEW_PEOPLE = Permission(key="people.view", label=_("See the organisation"), row="20a", subject=None)
IMPORT = Permission(
    key="people.import", label=_("Import a workbook"), row="25a", code="w", subject=None,
    jobs=frozenset({"import_company", "load_demo"}),
)  # fmt: skip
SEE_IMPORTS = Permission(
    key="people.see_imports", label=_("See imports"), row="25a", code="r", subject=None, only=frozenset({"HA", "AU"})
)
EDIT_ORG = Permission(key="people.edit_org", label=_("Change units and assignments"), row="20a", code="w", subject=None)
MOVE_PERSON = Permission(
    key="people.move", label=_("Transfer an employee"), row="20a", code="w", subject=lambda person: person.pk
)
CONFIRM_CHANGE = Permission(
    key="people.confirm_change", label=_("Confirm a change to the organisation"), row="20a", code="w",
    subject=lambda change: change.person_id, banned=("asked_by",),
)  # fmt: skip
SEE_CHANGES = Permission(key="people.see_changes", label=_("See planned changes"), row="20b", code="w", subject=None)
EDIT_PROFILE = Permission(
    key="people.edit_profile", label=_("Edit a profile"), row="20c", code="w", subject=lambda person: person.pk
)
SEE_PROFILE = Permission(
    key="people.see_profile", label=_("See level and dates"), row="20d", code="r", subject=lambda person: person.id
)
SEE_HISTORY = Permission(
    key="people.see_history", label=_("See past assignments"), row="20b", code="r", subject=lambda person: person.id
)
SEE_AS_OF = Permission(
    key="people.see_as_of", label=_("Look up who was where on a date"), row="20b", code="r", subject=None
)
ASK_SEAT = Permission(key="people.ask_seat", label=_("Request a seat"), row="20e", code="w", subject=None)
GRANT_SEAT = Permission(
    key="people.grant_seat", label=_("Grant a seat"), row="20e", code="t", subject=lambda seat: seat.person_id,
    banned=("asked_by",),
)  # fmt: skip
REVOKE_SEAT = Permission(
    key="people.revoke_seat", label=_("Revoke a seat"), row="20e", code="t", subject=lambda seat: seat.person_id
)
SEE_SEATS = Permission(
    key="people.see_seats", label=_("See seats"), row="20e", code="x", subject=None, only=frozenset({"AU", "HA", "PA"})
)


def _leads_project(actor: Actor, project: Any) -> bool:
    return bool(project.lead_id == actor.person_id)


_OWN_PROJECT = (("DL", _leads_project),)
_LOADS = frozenset({"load_demo"})
VIEW_PROJECTS = Permission(key="people.view_projects", label=_("See projects"), row="24b", subject=None)
START_PROJECT = Permission(
    key="people.start_project", label=_("Start a project"), row="24b", code="w", subject=None, jobs=_LOADS
)
EDIT_PROJECT = Permission(
    key="people.edit_project", label=_("Change a project"), row="24b", code="w", subject=None, special=_OWN_PROJECT,
    jobs=_LOADS,
)  # fmt: skip
CLOSE_PROJECT = Permission(
    key="people.close_project", label=_("Close a project"), row="24b", code="w", subject=None, special=_OWN_PROJECT
)
ADD_MEMBER = Permission(
    key="people.add_member", label=_("Add somebody to a project"), row="24b", code="w", subject=None,
    special=_OWN_PROJECT,
)  # fmt: skip
END_MEMBER = Permission(
    key="people.end_member", label=_("End a membership"), row="24b", code="w", subject=None, special=_OWN_PROJECT
)
VIEW_PROCESSES = Permission(key="people.view_processes", label=_("See the process map"), row="24d", subject=None)
EDIT_PROCESSES = Permission(
    key="people.edit_processes", label=_("Write the process map"), row="24d", code="w", subject=None
)
REMOVE_PROCESS = Permission(
    key="people.remove_process", label=_("Remove a process from the map"), row="24d", code="w", subject=None
)
VIEW_PROFILES = Permission(key="people.view_profiles", label=_("See role profiles"), row="24a", subject=None)
EDIT_ROLE_PROFILE = Permission(
    key="people.edit_role_profile", label=_("Write role profiles"), row="24a", code="w", subject=None, jobs=_LOADS
)

LOOK_THROUGH = Permission(
    key="people.look_through", label=_("Review a role profile"), row="24a", code="w", subject=None
)
TAKE_STARTERS = Permission(
    key="people.take_starter_set", label=_("Add the starter set of role profiles"), row="24a", code="w", subject=None,
    only=frozenset({"HA"}), jobs=_LOADS,
)  # fmt: skip


def _way_in_row(way: Any) -> str:
    return "18f" if way.is_guarded else "18e"


def _in_scope(actor: Actor, way: Any) -> bool:
    """The seat reaches so far; whom G2 masks (those above, the own HR team) takes two people instead of none."""
    return bool(way.in_scope)


SEE_CODES = Permission(
    key="people.see_codes", label=_("See who has not signed in yet"), row="18e", code="t", subject=None,
    only=frozenset({"HA"}),
)  # fmt: skip
ISSUE_CODE = Permission(
    key="people.issue_code", label=_("Issue a one-time code"), row=_way_in_row, code="t",
    subject=lambda way: way.person_id, special=(("HA", _in_scope),), only=frozenset({"HA"}),
)  # fmt: skip
SEE_CYCLE = Permission(key="people.see_cycle", label=_("See cycles"), row="21a", code="x", subject=None)
SET_CYCLE = Permission(
    key="people.set_cycle", label=_("Set up a cycle"), row="21a", code="w", subject=None,
    jobs=frozenset({"import_company"}),
)  # fmt: skip
READ_CYCLE = Permission(key="people.read_cycle", label=_("See the settings of a cycle"), row="21a", subject=None)
SET_STEPS = Permission(
    key="people.set_steps", label=_("Choose who approves goals in a cycle"), row="21a", code="w", subject=None,
    unit=lambda cycle: cycle.scope_id,
)  # fmt: skip
SET_GOAL_RULES = Permission(
    key="people.set_goal_rules", label=_("Choose the goal rules of a cycle"), row="21a", code="w", subject=None,
    unit=lambda cycle: cycle.scope_id, jobs=frozenset({"load_demo"}),
)  # fmt: skip
MOVE_CYCLE = Permission(
    key="people.move_cycle", label=_("Move a cycle on"), row="21b", code="t", subject=None, only=frozenset({"HA"})
)
AGREE_RELEASE = Permission(
    key="people.agree_release", label=_("Agree to the release"), row="21b", code="t", subject=None,
    only=frozenset({"EX"}), special=(("EX", _stands_in),),
)  # fmt: skip
"""`special`: whoever G21 names where no executive is left."""

# ── lock two ────────────────────────────────────────────────────────────────────────────────────────────────────

LOCKS = [
    Lock(
        model="people.TargetBonus",
        select=visible_target_bonuses(),
        insert=writes("12a", subject="person_id"),
        update=writes("12a", subject="person_id"),
    ),
    Lock(
        model="people.ImportBatch",
        select=visible_batches(),
        insert=writes("25a", subject=None) & _MINE,
        update=writes("25a", subject=None),
    ),
    Lock(
        model="people.ImportFile",
        select=_MINE & Q(IsEmployee()),
        insert=writes("25a", subject=None) & _MINE,
        delete=_MINE & Q(IsEmployee()),
    ),
]

JOB_GRANTS = [
    JobGrant("import_company", "people.TargetBonus", "rw", "writes the target bonuses of a confirmed workbook"),
    JobGrant("import_company", "people.ImportBatch", "rw", "notes what became of the workbook"),
    JobGrant("import_company", "people.ImportFile", "rw", "reads the files of a confirmed workbook and puts them away"),
    JobGrant("load_demo", "people.TargetBonus", "rw", "fills the demo company"),
]

GUARDS = [
    StateGuard(
        model="people.Cycle",
        column="phase",
        edges=frozenset({*pairwise(Phase.values), (Phase.CALIBRATION.value, Phase.MANAGER.value)}),
    ),
    StateGuard("people.OrgChange", frozenset({("waiting", "done"), ("waiting", "withdrawn")})),
]
"""One phase at a time (a jump over phases without work is a walk through them); a change that is settled stays so."""
