"""The dotted lines of the demo company and what its roles contribute."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from beichen.demo.formulas.projects import Project, projects
from beichen.demo.rules.moments import moment
from beichen.people import queries
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


PROCESSES = (
    ("feature", "从洞察到上线", "From insight to release", "用户用上、用得住的功能", "Features people keep using", (
        ("选题：做什么、不做什么", "Choose what to build", "product", ("data",), False),
        ("可验收的方案", "A plan that can be accepted", "product", ("rnd", "quality"), False),
        ("主干合入与灰度", "Merge and staged release", "rnd", ("platform", "quality"), True),
        ("上线后四周的留存判断", "Judge retention after four weeks", "data", ("product", "operations"), False),
    )),
    ("member", "从新客到续费", "From newcomer to renewal", "会员到期续上", "Members renew", (
        ("拉来对的人", "Bring the right people", "growth", ("marketing",), False),
        ("第一周就见效", "Show value in the first week", "operations", ("product",), True),
        ("到期前的挽回", "Win back before expiry", "", ("service", "operations"), False),
    )),
    ("care", "从来电到不再来电", "From call to no more calls", "同一件事不再找第二次", "Nobody calls twice", (
        ("一次问清", "Understand it at once", "service", (), False),
        ("定位到根因", "Find the cause", "rnd", ("service", "data"), True),
        ("改完告诉用户", "Tell the user", "service", ("product",), False),
    )),
)  # fmt: skip
"""Code, names and results, steps: names, who answers, who contributes, whether others wait there."""


def load_processes(place: Place) -> int:
    """Three processes on the map, one step of which nobody answers for yet; how many."""
    keeper = place.person(KEEPER)
    roles = {card.code: card.id for card in queries.profiles(keeper)}
    step, entered = people.processes.StepInput, people.processes.ProcessInput
    for n, (code, name, name_en, result, result_en, steps) in enumerate(PROCESSES):
        with clock.frozen(moment(place.story.behind.first + timedelta(days=3 + n), code)):
            people.processes.save_process(keeper, None, entered(
                code=code, name=name, name_en=name_en, result=result, result_en=result_en,
                steps=[
                    step(name=zh, name_en=en, answers=roles.get(of), contributes=[roles[c] for c in others],
                         is_bottleneck=held)
                    for zh, en, of, others, held in steps
                ],
            ))  # fmt: skip
    return len(PROCESSES)


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
