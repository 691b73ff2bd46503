"""The sheet of projects: work across units under a lead."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import F, Min, Q

from beichen.people.formulas.cells import TOO_LONG, Codes
from beichen.people.models import Membership, Project
from beichen.people.rules.sheets import known as knowing
from beichen.people.rules.sheets.known import DAY, Known, KnownProject
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import gettext_noop as _
from beichen.platform.registry.imports import Action, Column, Counts, Finding, ImportSheet, Kind, Row, Rows, refuse

CODE_TWICE = _("The project %(code)s also appears in row %(row)s.")
NO_PERSON = _("Nobody has the employee number %(number)s, in this workbook or in the company.")
NOBODY = _("A project lead must be a current employee; %(number)s has left.")
ENDS_BEFORE = _("The last day, %(last)s, is before the first, %(first)s.")
STARTS_LATE = _("Somebody has been in this project since %(day)s, so it cannot start on %(first)s.")
CLOSED = _("This project was closed on %(day)s and can no longer change.")

LIMITS = {"project": 40, "name": 120, "name_en": 120, "purpose": 500, "purpose_en": 500}
COLUMNS = (
    Column(key="project", name_zh="项目编号", kind=Kind.CODE, required=True),
    Column(key="name", name_zh="名称", required=True),
    Column(key="name_en", name_zh="英文名"),
    Column(key="lead", name_zh="负责人", kind=Kind.CODE, required=True),
    Column(key="from", name_zh="开始", kind=Kind.DAY, required=True),
    Column(key="to", name_zh="结束", kind=Kind.DAY),
    Column(key="purpose", name_zh="目的"),
    Column(key="purpose_en", name_zh="英文目的"),
)


def closing(row: Row, old: KnownProject | None) -> date | None:
    """The first day on which the project is closed; an empty cell leaves the end as it is."""
    last: date | None = row["to"]
    return last + DAY if last else old.closed if old else None


def preview(actor: Actor, rows: Rows) -> list[Finding]:
    """One finding per row. Cost: five statements."""
    known, projects = knowing.load(), knowing.projects()
    people, codes = Codes([*rows.brings("People", "number"), *known.persons]), Codes(projects)
    gone = {row["number"] for row in rows.of("People") if row["left"] and row["left"] < clock.today()}
    gone |= {person.number for person in known.persons.values() if not person.is_active}
    begun = _begun()
    seen: dict[str, int] = {}
    findings = []
    for row in rows:
        old = projects.get(codes.meant(row["project"]))
        changed = differing(known, old, row) if old else []
        first = seen.setdefault(row["project"], row.number)
        fault = refuse(row, "project", CODE_TWICE, code=row["project"], row=first) if first != row.number else None
        fault = fault or _too_long(row) or _nobody(row, people, gone, is_new=old is None or "lead" in changed)
        fault = fault or _out_of_time(row, old, changed, begun)
        findings.append(fault or _becomes(known, people, row, old, changed))
    return findings


def _begun() -> dict[str, date]:
    """The first day on which somebody works in each project, by its code."""
    found = Membership.objects.order_by().values_list("project__code")
    return dict(found.annotate(first=Min("period__startswith")))


def _too_long(row: Row) -> Finding | None:
    for column, limit in LIMITS.items():
        if len(row[column]) > limit:
            return refuse(row, column, TOO_LONG, limit=limit)
    return None


def _nobody(row: Row, people: Codes, gone: set[str], *, is_new: bool) -> Finding | None:
    if row["lead"] not in people:
        return refuse(row, "lead", NO_PERSON, number=row["lead"])
    is_over = row["to"] is not None and row["to"] < clock.today()
    if is_new and not is_over and people.meant(row["lead"]) in gone:
        return refuse(row, "lead", NOBODY, number=row["lead"])
    return None


def _out_of_time(row: Row, old: KnownProject | None, changed: list[str], begun: dict[str, date]) -> Finding | None:
    if row["to"] and row["to"] < row["from"]:
        return refuse(row, "to", ENDS_BEFORE, last=row["to"], first=row["from"])
    if old is None or not changed:
        return None
    if old.closed is not None and old.closed <= clock.today():
        return refuse(row, changed[0], CLOSED, day=old.closed)
    if old.code in begun and row["from"] > begun[old.code]:
        return refuse(row, "from", STARTS_LATE, day=begun[old.code], first=row["from"])
    return None


def _becomes(known: Known, people: Codes, row: Row, old: KnownProject | None, changed: list[str]) -> Finding:
    """It is about whoever comes to lead; other changes of a project are about nobody."""
    action = Action.ADDED if old is None else Action.CHANGED if changed else Action.UNCHANGED
    lead = known.persons.get(people.meant(row["lead"])) if old is None or "lead" in changed else None
    label = knowing.label(row["project"], row["name"])
    return Finding(row.number, action, ", ".join(changed), label=label, about=lead.id if lead else None)


def differing(known: Known, old: KnownProject, row: Row) -> list[str]:
    """The columns in which a row differs; empty cells leave texts and the end as they are."""
    texts = ("name", "name_en", "purpose", "purpose_en")
    changed = [name for name in texts if row[name] and row[name] != getattr(old, name)]
    if known.numbers.meant(row["lead"]) != known.number_of.get(old.lead_id, ""):
        changed.append("lead")
    changed += ["from"] if row["from"] != old.first else []
    return [*changed, "to"] if closing(row, old) != old.closed else changed


def apply(actor: Actor, rows: Rows) -> Counts:
    """Write projects, and end the memberships of those that come to an end. Cost: set-based, about nine statements."""
    known, projects = knowing.load(), knowing.projects()
    codes = Codes(projects)
    fresh: list[Project] = []
    touched: list[Project] = []
    for row in rows:
        old = projects.get(codes.meant(row["project"]))
        if old is None:
            fresh.append(_written(known, row, None))
        elif differing(known, old, row):
            touched.append(_written(known, row, old))
    Project.objects.bulk_create(fresh, batch_size=2000)
    fields = ["name", "name_en", "purpose", "purpose_en", "lead", "starts_on", "closed_on"]
    Project.objects.bulk_update(touched, fields, batch_size=1000)
    Project.objects.filter(pk__in=[one.pk for one in touched]).update(version=F("version") + 1)
    _end_members(touched)
    return Counts(added=len(fresh), changed=len(touched), unchanged=len(rows) - len(fresh) - len(touched))


def _written(known: Known, row: Row, old: KnownProject | None) -> Project:
    lead = known.persons[known.numbers.meant(row["lead"])]
    texts: dict[str, Any] = {
        name: row[name] or (getattr(old, name) if old else "") for name in ("name", "name_en", "purpose", "purpose_en")
    }
    return Project(
        pk=old.id if old else None, code=old.code if old else row["project"], lead_id=lead.id,
        starts_on=row["from"], closed_on=closing(row, old), **texts,
    )  # fmt: skip


def _end_members(projects: Iterable[Project]) -> None:
    """No membership outlives its project; those that were to begin later are taken back."""
    closed = {one.pk: one.closed_on for one in projects if one.closed_on is not None}
    open_or_late = Q(period__endswith__isnull=True) | Q(period__endswith__gt=F("project__closed_on"))
    found = list(Membership.objects.filter(open_or_late, project_id__in=closed))
    late = [one.pk for one in found if one.period.lower >= closed[one.project_id]]
    Membership.objects.filter(pk__in=late).delete()
    ended = [one for one in found if one.pk not in set(late)]
    for one in ended:
        one.period = DateRange(one.period.lower, closed[one.project_id])
    Membership.objects.bulk_update(ended, ["period"], batch_size=1000)


SHEET = ImportSheet("Projects", "项目", COLUMNS, preview, apply, order=50)
