"""Projects and memberships by program."""

from __future__ import annotations

from ninja import Query, Status

from beichen.people import access, queries, rules
from beichen.people.api.organisation import router
from beichen.people.queries import MemberCard, ProjectCard, ProjectPage
from beichen.people.rules import MemberFields, ProjectFields
from beichen.people.schemas.projects import (
    MemberEndIn,
    MemberIn,
    MemberOut,
    ProjectChangeIn,
    ProjectCloseIn,
    ProjectIn,
    ProjectOut,
)
from beichen.platform.access.permissions import require
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Page, PageIn


@router.get("/projects", response=Page[ProjectOut], operation_id="projects_list")
@door(access.VIEW_PROJECTS)
def projects(request: ApiRequest, asked: Query[PageIn], text: str = "", *, closed: bool = False) -> ProjectPage:
    """Projects that are open or planned, or with `closed` those that are closed, in the order of their names."""
    require(request.actor, access.VIEW_PROJECTS)
    return queries.projects(request.actor, asked, closed=closed, text=text)


@router.get("/projects/{int:project_id}", response=ProjectOut, operation_id="projects_get")
@door(access.VIEW_PROJECTS)
def project(request: ApiRequest, project_id: int) -> ProjectCard:
    """One project."""
    return queries.project(request.actor, project_id)


@router.get("/projects/{int:project_id}/members", response=list[MemberOut], operation_id="projects_members")
@door(access.VIEW_PROJECTS)
def members(request: ApiRequest, project_id: int) -> list[MemberCard]:
    """Who works, is to work or worked in a project."""
    queries.project(request.actor, project_id)
    return queries.members(request.actor, project_id)


@router.get("/{int:person_id}/projects", response=list[MemberOut], operation_id="people_projects")
@door(access.VIEW_PROJECTS)
def memberships(request: ApiRequest, person_id: int) -> list[MemberCard]:
    """In which projects somebody works or is to work."""
    queries.person(request.actor, person_id)
    return queries.memberships_of(request.actor, [person_id])


@router.post("/projects", response={201: ProjectOut}, operation_id="projects_start")
@door(access.START_PROJECT)
def start(request: ApiRequest, body: ProjectIn) -> Status[ProjectCard]:
    """Start a project."""
    made = rules.projects.start(request.actor, ProjectFields(**body.dict()))
    return Status(201, queries.project(request.actor, made))


@router.put("/projects/{int:project_id}", response=ProjectOut, operation_id="projects_update")
@door(access.EDIT_PROJECT)
def change(request: ApiRequest, project_id: int, body: ProjectChangeIn) -> ProjectCard:
    """Another name, purpose, lead or first day."""
    said = body.dict()
    version = said.pop("version")
    rules.projects.change(request.actor, project_id, ProjectFields(**said), version)
    return queries.project(request.actor, project_id)


@router.post("/projects/{int:project_id}/close", response=ProjectOut, operation_id="projects_close")
@door(access.CLOSE_PROJECT)
def close(request: ApiRequest, project_id: int, body: ProjectCloseIn) -> ProjectCard:
    """Close a project from a day on."""
    rules.projects.close(request.actor, project_id, body.on, body.version)
    return queries.project(request.actor, project_id)


@router.post("/projects/{int:project_id}/members", response={201: dict[str, int]}, operation_id="projects_join")
@door(access.ADD_MEMBER)
def join(request: ApiRequest, project_id: int, body: MemberIn) -> Status[dict[str, int]]:
    """Take somebody into a project."""
    return Status(201, {"id": rules.projects.add_member(request.actor, project_id, MemberFields(**body.dict()))})


@router.post("/memberships/{int:membership_id}/end", response={204: None}, operation_id="projects_end_membership")
@door(access.END_MEMBER)
def end(request: ApiRequest, membership_id: int, body: MemberEndIn) -> Status[None]:
    """Somebody no longer works in a project."""
    rules.projects.end_member(request.actor, membership_id, body.until)
    return Status(204, None)
