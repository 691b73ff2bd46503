"""Projects: who works together across units, under whom, for how much of their time."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beichen.people import access, queries, rules
from beichen.people.forms import FromDayForm, MemberForm, ProjectForm, cleaned
from beichen.people.pages.changes import Head, draw, person_id_of
from beichen.people.queries import ProjectCard
from beichen.people.rules import MemberFields, ProjectFields
from beichen.platform.access.permissions import Permission, may, require
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit import clock
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import door
from beichen.platform.ui.requests import PageRequest

ROWS = 50


@door(access.VIEW_PROJECTS)
def projects(request: PageRequest) -> HttpResponse:
    """Every project that is open or planned, or the closed ones; one's own on top."""
    actor = request.actor
    require(actor, access.VIEW_PROJECTS)
    closed = "closed" in request.GET
    text = request.GET.get("q", "").strip()
    asked = PageIn(limit=ROWS, cursor=request.GET.get("after", ""))
    mine = queries.memberships_of(actor, [actor.person_id or 0]) if not closed and not text else []
    return page(
        request, "people/projects.html", fragment="rows" if "after" in request.GET else None, closed=closed, text=text,
        found=queries.projects(actor, asked, closed=closed, text=text), mine=mine,
        led=queries.led_projects(actor) if not closed and not text else [], may_start=may(actor, access.START_PROJECT),
    )  # fmt: skip


@door(access.VIEW_PROJECTS)
def project(request: PageRequest, project_id: int) -> HttpResponse:
    """A project: what for, who leads it, who works in it for how much."""
    actor = request.actor
    card = queries.project(actor, project_id)
    members = queries.members(actor, project_id)
    return page(
        request, "people/project.html", project=card, lead=queries.persons(actor, [card.lead_id]).get(card.lead_id),
        members=[one for one in members if not one.is_over], former=[one for one in members if one.is_over],
        may_edit=card.state != "closed" and may(actor, access.EDIT_PROJECT, card),
    )  # fmt: skip


@door(access.START_PROJECT, methods=("GET", "POST"))
def new(request: PageRequest) -> HttpResponse:
    """Start a project."""
    if request.method != "POST":
        require(request.actor, access.START_PROJECT)
        form = ProjectForm(request.POST or None, initial={"starts_on": clock.today()})
        return draw(request, form, Head(gettext("Start a project"), reverse("people:projects"), str(LEAD_READS)))
    project_id = rules.projects.start(request.actor, _fields(request))
    tell(request, _("Project started. Now add members."))
    return see(reverse("people:project", args=[project_id]))


LEAD_READS = _("A project lead can see members’ goals and progress for as long as they are in the project.")


@door(access.EDIT_PROJECT, methods=("GET", "POST"))
def edit(request: PageRequest, project_id: int) -> HttpResponse:
    """Change a project's name, purpose or lead."""
    actor = request.actor
    card = _asked(request, project_id, access.EDIT_PROJECT)
    if request.method != "POST":
        lead = queries.persons(actor, [card.lead_id]).get(card.lead_id)
        now = {name: getattr(card, name) for name in ("name", "name_en", "code", "purpose", "purpose_en", "starts_on")}
        form = ProjectForm(request.POST or None, initial=now | {"lead": lead.number if lead else ""})
        head = Head(gettext("Change %(name)s") % {"name": card.title}, _at(card), str(LEAD_READS))
        return draw(request, form, head, card.version)
    rules.projects.change(actor, project_id, _fields(request), request.version)
    tell(request, _("Saved."))
    return see(_at(card))


@door(access.CLOSE_PROJECT, methods=("GET", "POST"))
def close(request: PageRequest, project_id: int) -> HttpResponse:
    """Close a project from a day on."""
    card = _asked(request, project_id, access.CLOSE_PROJECT)
    if request.method != "POST":
        lead = gettext("All memberships end, and the lead can no longer see members’ goals and progress.")
        form = FromDayForm(request.POST or None, initial={"day": clock.today()})
        return draw(
            request, form, Head(gettext("Close %(name)s") % {"name": card.title}, _at(card), lead), card.version
        )
    rules.projects.close(request.actor, project_id, cleaned(FromDayForm(request.POST))["day"], request.version)
    tell(request, _("Saved."))
    return see(_at(card))


@door(access.ADD_MEMBER, methods=("GET", "POST"))
def join(request: PageRequest, project_id: int) -> HttpResponse:
    """Take somebody into a project."""
    card = _asked(request, project_id, access.ADD_MEMBER)
    if request.method != "POST":
        form = MemberForm(request.POST or None, initial={"first": max(clock.today(), card.starts_on)})
        title = gettext("Add a member to %(name)s") % {"name": card.title}
        return draw(
            request,
            form,
            Head(title, _at(card), gettext("The person is told who the lead is and what the lead can see.")),
        )
    said = cleaned(MemberForm(request.POST))
    person_id = person_id_of(request.actor, said.pop("person"), "person") or 0
    rules.projects.add_member(request.actor, project_id, MemberFields(person_id=person_id, **said))
    tell(request, _("Saved. The person has been notified."))
    return see(_at(card))


@door(access.END_MEMBER, methods=("GET", "POST"))
def end(request: PageRequest, project_id: int, membership_id: int) -> HttpResponse:
    """Somebody no longer works in a project."""
    card = _asked(request, project_id, access.END_MEMBER)
    member = next((one for one in queries.members(request.actor, project_id) if one.id == membership_id), None)
    if member is None:
        raise NotFound
    if request.method != "POST":
        said = {"name": member.person_name, "project": card.title}
        form = FromDayForm(request.POST or None, initial={"day": clock.today()})
        lead = gettext("From this day the lead can no longer see this person’s goals and progress.")
        return draw(request, form, Head(gettext("End %(name)s’s membership in %(project)s") % said, _at(card), lead))
    rules.projects.end_member(request.actor, membership_id, cleaned(FromDayForm(request.POST))["day"])
    tell(request, _("Saved."))
    return see(_at(card))


def _asked(request: PageRequest, project_id: int, permission: Permission) -> ProjectCard:
    """The project; a form is drawn only for those whose it is, and a rule asks again where it is sent."""
    card = queries.project(request.actor, project_id)
    if request.method != "POST":
        require(request.actor, permission, card)
    return card


def _at(card: ProjectCard) -> str:
    return reverse("people:project", args=[card.id])


def _fields(request: PageRequest) -> ProjectFields:
    said: dict[str, Any] = cleaned(ProjectForm(request.POST))
    lead_id = person_id_of(request.actor, said.pop("lead"), "lead") or 0
    return ProjectFields(lead_id=lead_id, **said)
