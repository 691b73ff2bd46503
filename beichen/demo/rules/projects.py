"""The dotted lines of the demo company and what its roles contribute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beichen.demo.formulas.projects import Project, projects
from beichen.demo.rules.moments import moment
from beichen.people import rules as people
from beichen.people.rules import MemberFields, ProjectFields
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

if TYPE_CHECKING:
    from beichen.demo.rules.company import Place

KEEPER = "C014"
"""The HR administrator who starts projects and keeps the role profiles."""


def load_roles(actor: Actor, place: Place) -> int:
    """The starter set of role profiles, kept by an HR administrator; how many."""
    with clock.frozen(moment(place.story.behind.first, "roles")):
        return people.profiles.take_starter_set(actor, place.loaded.persons[KEEPER])


def load_projects(place: Place) -> int:
    """Each started by HR on its first day; the lead takes the members in; how many memberships."""
    return sum(_load(place, told) for told in projects(place.story))


def _load(place: Place, told: Project) -> int:
    day = min(told.first, place.story.day)
    with clock.frozen(moment(day, told.code)):
        project_id = people.projects.start(
            place.person(KEEPER),
            ProjectFields(
                code=told.code, name=told.name, name_en=told.name_en, purpose=told.purpose,
                purpose_en=told.purpose_en, lead_id=place.loaded.persons[told.lead], starts_on=told.first,
            ),
        )  # fmt: skip
        for one in told.members:
            person_id = place.loaded.persons[one.number]
            new = MemberFields(person_id=person_id, role=one.role, share=one.share, first=told.first)
            people.projects.add_member(place.person(told.lead), project_id, new)
    if told.closed is not None:
        with clock.frozen(moment(told.closed, told.code, "closed")):
            people.projects.close(place.person(told.lead), project_id, told.closed, 1)
    return len(told.members)
