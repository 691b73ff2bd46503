"""Projects: started, changed, closed; people join and leave them for a share of their time (24b).

The lead reads the members' goals and progress (column DL) as long as the membership holds, and no request longer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.urls import reverse

from beichen.people import access
from beichen.people.choices import PROJECT_JOINED, PROJECT_LED
from beichen.people.formulas.shares import WHOLE, Given, fullest, given_on
from beichen.people.models import Membership, Person, Project
from beichen.platform import audit, notify
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused, gettext_noop


class ProjectCodeTaken(Invalid):
    code = "project_code_taken"
    text = gettext_noop("There is already a project with the code %(code)s.")


class NobodyToLead(Invalid):
    code = "nobody_to_lead"
    text = gettext_noop("A project lead must be a current employee. Choose a lead.")


class ProjectClosed(Refused):
    code = "project_closed"
    text = gettext_noop("%(name)s was closed on %(day)s. Move open work to another project.")


class OutsideProject(Invalid):
    code = "outside_project"
    text = gettext_noop("%(name)s starts on %(first)s; choose that day or a later one, and an end after the start.")


class AlreadyMember(Refused):
    code = "already_member"
    text = gettext_noop("%(name)s is already a member of this project at that time. End that membership first.")


class TooMuch(Invalid):
    """Nobody gives more than the whole of the working time."""

    code = "share_too_large"
    text = gettext_noop(
        "On %(day)s %(name)s already spends %(given)s%% on projects (%(parts)s). Another "
        "%(share)s%% would make %(total)s%%; at most %(free)s%% is free."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectFields:
    """A project as it should be."""

    code: str
    name: str
    name_en: str = ""
    purpose: str = ""
    purpose_en: str = ""
    lead_id: int
    starts_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFields:
    """Somebody who joins a project from `first` on, until the day before `until` (None: open)."""

    person_id: int
    role: str
    share: int
    first: date
    until: date | None = None


def _locked(actor: Actor, project_id: int) -> Project:
    rows = Project.objects.select_for_update(of=("self",)).select_related("lead")
    found = rows.filter(access.visible_projects(), pk=project_id).first()
    if found is None:
        raise NotFound
    require(actor, access.EDIT_PROJECT, found)
    return found


def _still_open(project: Project) -> None:
    if project.closed_on is not None and project.closed_on <= clock.today():
        raise ProjectClosed(project, name=project.name, day=project.closed_on)


def _saved(project: Project) -> None:
    project.version += 1
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError:
        raise ProjectCodeTaken(field="code", code=project.code) from None


def _leads(person_id: int) -> Person:
    found = Person.objects.filter(pk=person_id, is_active=True).first()
    if found is None:
        raise NobodyToLead(field="lead")
    return found


def _filled(project: Project, fields: ProjectFields) -> None:
    for name in ("code", "name", "name_en", "purpose", "purpose_en"):
        setattr(project, name, getattr(fields, name).strip())
    project.lead, project.starts_on = _leads(fields.lead_id), fields.starts_on


@rule
def start(actor: Actor, fields: ProjectFields) -> int:
    """Start a project; its id. The lead is told. Errors: Forbidden, ProjectCodeTaken, NobodyToLead."""
    require(actor, access.START_PROJECT)
    project = Project(version=0)
    _filled(project, fields)
    _saved(project)
    audit.record(actor, access.START_PROJECT, project, subjects=[project.lead_id], details={"code": project.code})
    _tell_lead(actor, project)
    return project.pk


@rule
def change(actor: Actor, project_id: int, fields: ProjectFields, version: int) -> None:
    """Another name, purpose, lead or first day; a new lead reads from the next request on, the old one no more.

    Errors: NotFound, Forbidden, Changed, ProjectClosed, ProjectCodeTaken, NobodyToLead, OutsideProject.
    """
    project = _locked(actor, project_id)
    if project.version != version:
        raise Changed(project)
    _still_open(project)
    if Membership.objects.filter(project=project, period__startswith__lt=fields.starts_on).exists():
        raise OutsideProject(project, field="starts_on", name=project.name, first=project.starts_on)
    if project.closed_on is not None and project.closed_on < fields.starts_on:
        raise OutsideProject(project, field="starts_on", name=project.name, first=project.starts_on)
    old_lead = project.lead_id
    before = {"name": project.name, "lead": old_lead, "starts_on": project.starts_on}
    _filled(project, fields)
    _saved(project)
    audit.record(
        actor, access.EDIT_PROJECT, project, subjects=sorted({old_lead, project.lead_id}),
        details={"before": before, "lead": project.lead_id},
    )  # fmt: skip
    if old_lead != project.lead_id:
        _tell_lead(actor, project)


@rule
def close(actor: Actor, project_id: int, on: date, version: int) -> None:
    """Close a project from a day on; every membership ends with it, those planned later are taken back.

    Errors: NotFound, Forbidden, Changed, ProjectClosed, OutsideProject.
    """
    project = _locked(actor, project_id)
    if project.closed_on == on:
        return
    if project.version != version:
        raise Changed(project)
    _still_open(project)
    if on < project.starts_on:
        raise OutsideProject(project, field="on", name=project.name, first=project.starts_on)
    ended = _end_from(on, Q(project=project))
    project.closed_on = on
    _saved(project)
    audit.record(actor, access.CLOSE_PROJECT, project, subjects=ended, details={"closed_on": on})


@rule
def add_member(actor: Actor, project_id: int, new: MemberFields) -> int:
    """Somebody joins a project for a share of the working time; the id of the membership. The person is told.

    Errors: NotFound, Forbidden, ProjectClosed, OutsideProject, AlreadyMember, TooMuch. Cost: about eight statements.
    """
    project = _locked(actor, project_id)
    _still_open(project)
    person = Person.objects.select_for_update(of=("self",)).filter(
        access.visible_persons(), pk=new.person_id, is_active=True
    ).first()  # fmt: skip
    if person is None:
        raise NotFound
    _check_stretch(project, new)
    _check_share(person, new)
    member = Membership(
        project=project, person=person, role=new.role.strip(), share=new.share,
        period=DateRange(new.first, new.until or project.closed_on),
    )  # fmt: skip
    try:
        with transaction.atomic():
            member.save(force_insert=True)
    except IntegrityError:
        raise AlreadyMember(project, field="person", name=person.name) from None
    audit.record(
        actor, access.ADD_MEMBER, project, subjects=[person.pk],
        details={"role": member.role, "share": new.share, "first": new.first, "until": new.until},
    )  # fmt: skip
    _tell_member(actor, project, person, new.first)
    return member.pk


def _check_stretch(project: Project, new: MemberFields) -> None:
    ends_early = new.until is not None and new.until <= new.first
    too_late = project.closed_on is not None and (new.until or new.first) > project.closed_on
    if new.first < project.starts_on or ends_early or too_late:
        raise OutsideProject(project, field="first", name=project.name, first=project.starts_on)


def _check_share(person: Person, new: MemberFields) -> None:
    held = [
        (member.project.name, Given(member.share, member.period.lower, member.period.upper))
        for member in Membership.objects.filter(person=person).select_related("project").order_by("-share", "pk")
    ]
    day, given = fullest([one for _name, one in held], new.first, new.until)
    if given + new.share > WHOLE:
        parts = "; ".join(f"{name} {one.share}%" for name, one in held if one.on(day))
        raise TooMuch(
            person, field="share", name=person.name, day=day, given=given_on([one for _name, one in held], day),
            parts=parts, share=new.share, total=given + new.share, free=WHOLE - given,
        )  # fmt: skip


@rule
def end_member(actor: Actor, membership_id: int, until: date) -> None:
    """Somebody no longer works in a project from a day on; the lead reads nothing of them from the next request (T07).

    Errors: NotFound, Forbidden, OutsideProject. A day before the first takes the membership back.
    """
    member = Membership.objects.filter(access.visible_memberships(), pk=membership_id).first()
    if member is None:
        raise NotFound
    project = _locked(actor, member.project_id)
    if member.period.upper == until:
        return
    if member.period.upper is not None and until > member.period.upper:
        raise OutsideProject(project, field="until", name=project.name, first=member.period.lower)
    _end_from(until, Q(pk=membership_id))
    audit.record(actor, access.END_MEMBER, project, subjects=[member.person_id], details={"until": until})


def _end_from(day: date, which: Q) -> list[int]:
    """No membership of these holds from the day on; whom it concerns. Cost: three statements."""
    going_on = Q(period__endswith__isnull=True) | Q(period__endswith__gt=day)
    found = Membership.objects.filter(which & going_on)
    concerned = sorted(set(found.values_list("person_id", flat=True)))
    found.filter(period__startswith__gte=day).delete()
    for member in found.filter(period__startswith__lt=day):
        member.period = DateRange(member.period.lower, day)
        member.save(update_fields=["period"])
    return concerned


def _url(project: Project) -> str:
    return reverse("people:project", args=[project.pk])


def _tell_lead(actor: Actor, project: Project) -> None:
    if project.lead_id != actor.person_id:
        notify.send(actor, project.lead_id, PROJECT_LED, _url(project), {"project": project.name})


def _tell_member(actor: Actor, project: Project, person: Person, first: date) -> None:
    if person.pk not in (project.lead_id, actor.person_id):
        said = {"project": project.name, "day": first.isoformat(), "lead": project.lead.name}
        notify.send(actor, person.pk, PROJECT_JOINED, _url(project), said)
