"""Projects: the dotted line reads while it holds, shares add up to a person at most, a lead writes the own project."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from beichen.people import queries, rules
from beichen.people.formulas.shares import Given, fullest, given_on
from beichen.people.models import Membership, Project
from beichen.people.rules import MemberFields, ProjectFields
from beichen.people.rules.projects import AlreadyMember, NobodyToLead, OutsideProject, ProjectClosed, TooMuch
from beichen.people.tests.makers import Company
from beichen.platform.access.current import acting
from beichen.platform.access.permissions import relations_to
from beichen.platform.audit.models import Entry
from beichen.platform.kit import clock
from beichen.platform.kit.actor import system
from beichen.platform.kit.errors import Changed, Forbidden, NotFound
from tests.cast import Golden

SignIn = Callable[[str], Client]
DAY = timedelta(days=1)
SHARES = st.builds(
    lambda share, first, length: Given(share, date(2026, 1, 1) + first * DAY,
                                       None if length is None else date(2026, 1, 1) + (first + length) * DAY),
    st.integers(1, 60), st.integers(0, 40), st.one_of(st.none(), st.integers(1, 30)),
)  # fmt: skip


def started(town: Company, lead: str = "M1", code: str = "P1", first: date | None = None) -> int:
    """A project of the small company, begun by its HR administrator."""
    fields = ProjectFields(code=code, name=f"项目{code}", lead_id=town.id(lead), starts_on=first or clock.today())
    return rules.projects.start(town.actor("HA1"), fields)


def joins(town: Company, project: int, who: str, share: int = 30, by: str = "HA1", **more: Any) -> int:
    first = more.pop("first", clock.today())
    new = MemberFields(person_id=town.id(who), role="成员", share=share, first=first, **more)
    return rules.projects.add_member(town.actor(by), project, new)


def dotted(town: Company, lead: str, who: str) -> bool:
    """Whether the lead stands to this person as DL, in a request of its own."""
    with acting(town.actor(lead)):
        return "DL" in relations_to(town.actor(lead), town.id(who))


@pytest.mark.req("PEOPLE-03")
def test_a_lead_reads_members_as_long_as_they_work_in_the_project(town: Company) -> None:
    project = started(town)
    assert not dotted(town, "M1", "B1")
    member = joins(town, project, "B1")
    assert dotted(town, "M1", "B1")
    assert not dotted(town, "M2", "B1")
    assert not dotted(town, "B1", "M1")
    rules.projects.end_member(town.actor("M1"), member, clock.today())
    assert not dotted(town, "M1", "B1")


@pytest.mark.req("PEOPLE-03")
def test_a_planned_membership_opens_nothing_before_its_day(town: Company) -> None:
    project = started(town)
    joins(town, project, "B1", first=clock.today() + 2 * DAY)
    assert not dotted(town, "M1", "B1")
    with clock.frozen(clock.now() + 2 * DAY):
        assert dotted(town, "M1", "B1")


@pytest.mark.req("PEOPLE-03")
def test_closing_and_another_lead_end_the_dotted_line_at_once(town: Company) -> None:
    project = started(town)
    joins(town, project, "B1")
    card = queries.project(town.actor("A1"), project)
    fields = ProjectFields(code="P1", name="项目", lead_id=town.id("A3"), starts_on=card.starts_on)
    rules.projects.change(town.actor("M1"), project, fields, card.version)
    assert not dotted(town, "M1", "B1")
    assert dotted(town, "A3", "B1")
    with pytest.raises(Forbidden):
        rules.projects.change(town.actor("M1"), project, fields, card.version + 1)
    rules.projects.close(town.actor("A3"), project, clock.today(), card.version + 1)
    assert not dotted(town, "A3", "B1")
    with pytest.raises(ProjectClosed):
        joins(town, project, "B2", by="A3")
    assert queries.projects(town.actor("A1"), _all()).items == []
    assert [one.id for one in queries.projects(town.actor("A1"), _all(), closed=True).items] == [project]


def _all() -> Any:
    from beichen.platform.api.schemas import PageIn

    return PageIn(limit=50, cursor="")


@pytest.mark.req("PEOPLE-03")
def test_several_hats_add_up_to_one_person_at_most(town: Company, english: None) -> None:
    one, two, three = (started(town, "M1", code) for code in ("P1", "P2", "P3"))
    joins(town, one, "B1", 60)
    joins(town, two, "B1", 30, until=clock.today() + 10 * DAY)
    with pytest.raises(TooMuch) as refused:
        joins(town, three, "B1", 20)
    said = str(refused.value)
    assert "90%" in said
    assert "110%" in said
    assert "10% is free" in said
    assert "项目P1 60%" in said
    joins(town, three, "B1", 40, first=clock.today() + 10 * DAY)
    assert [card.share for card in queries.memberships_of(town.actor("A1"), [town.id("B1")])] == [60, 40, 30]


@pytest.mark.req("PEOPLE-03")
@given(st.lists(SHARES, max_size=6), st.integers(0, 60), st.one_of(st.none(), st.integers(1, 40)))
def test_the_fullest_day_is_the_fullest_of_all_days(held: list[Given], first: int, length: int | None) -> None:
    start = date(2026, 1, 1) + first * DAY
    until = None if length is None else start + length * DAY
    days = [start + n * DAY for n in range(length or 200)]
    day, most = fullest(held, start, until)
    assert most == max(given_on(held, one) for one in days)
    assert day == next(one for one in days if given_on(held, one) == most)


@pytest.mark.req("PEOPLE-03")
def test_who_may_write_a_project(town: Company) -> None:
    with pytest.raises(Forbidden):
        rules.projects.start(
            town.actor("M1"),
            ProjectFields(code="P9", name="x", lead_id=town.id("M1"), starts_on=clock.today()),
        )
    project = started(town)
    for stranger in ("M2", "HR1", "E1", "B1"):
        with pytest.raises(Forbidden):
            joins(town, project, "B2", by=stranger)
    joins(town, project, "B2", by="M1")
    with pytest.raises(NotFound):
        rules.projects.end_member(town.actor("M1"), 10**9, clock.today())


@pytest.mark.req("PEOPLE-03")
def test_what_cannot_be_is_refused_with_its_reason(town: Company) -> None:
    project = started(town)
    member = joins(town, project, "B1")
    with pytest.raises(AlreadyMember):
        joins(town, project, "B1", 10)
    with pytest.raises(OutsideProject):
        joins(town, project, "B2", first=clock.today() - DAY)
    with pytest.raises(OutsideProject):
        joins(town, project, "B2", until=clock.today())
    with pytest.raises(NobodyToLead):
        rules.projects.start(
            town.actor("HA1"), ProjectFields(code="P2", name="x", lead_id=10**9, starts_on=clock.today())
        )
    fields = ProjectFields(code="P1", name="y", lead_id=town.id("M1"), starts_on=clock.today())
    with pytest.raises(Changed):
        rules.projects.change(town.actor("M1"), project, fields, 99)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(
            project_id=project, person_id=town.id("B1"), role="x", share=5, period=(clock.today(), None)
        )
    rules.projects.end_member(town.actor("M1"), member, clock.today() - DAY)
    assert queries.members(town.actor("A1"), project) == []


@pytest.mark.req("PEOPLE-03")
def test_who_leaves_leaves_projects_as_well_and_the_lead_passes_on(town: Company) -> None:
    from beichen.people.models import Employment

    led, other = started(town, "A1", "P1", date(2026, 1, 1)), started(town, "M2", "P2", date(2026, 1, 1))
    joins(town, other, "A1", first=date(2026, 1, 1))
    last = clock.today() - 40 * DAY
    Employment.objects.create(person_id=town.id("A1"), hired_on=date(2020, 1, 1))
    rules.persons.leave(system("people.test", "lets somebody leave in a test"), town.id("A1"), last)
    assert Project.objects.get(pk=led).lead_id == town.id("M1")
    assert Membership.objects.get(project=other).period.upper == last + DAY
    assert not dotted(town, "M2", "A1")
    with clock.frozen(clock.now() - 30 * DAY):
        assert dotted(town, "M2", "A1")


@pytest.mark.req("PEOPLE-03")
def test_every_change_is_on_record(town: Company, owner_db: Any) -> None:
    project = started(town)
    member = joins(town, project, "B1")
    rules.projects.end_member(town.actor("M1"), member, clock.today() + DAY)
    with owner_db():
        acts = list(Entry.objects.filter(kind="people.project").order_by("at").values_list("act", flat=True))
    assert acts == ["people.start_project", "people.add_member", "people.end_member"]


@pytest.mark.req("PEOPLE-03")
def test_the_pages_follow_the_same_rules(client_as: SignIn, golden: Golden) -> None:
    hr, lead, colleague = client_as("E015"), client_as("E004"), client_as("E006")
    sent = {"name": "会员升级", "name_en": "Membership", "code": "P1", "lead": "E004", "starts_on": "2026-05-01"}
    assert colleague.post(reverse("people:project_new"), sent).status_code == 403
    assert hr.post(reverse("people:project_new"), sent).status_code == 303
    [made] = hr.get("/api/v1/people/projects").json()["items"]
    at = reverse("people:project", args=[made["id"]])
    join = reverse("people:project_join", args=[made["id"]])
    new = {"person": "E009", "role": "实验", "share": "40", "first": "2026-05-01"}
    assert colleague.post(join, new).status_code == 403
    assert lead.post(join, new).status_code == 303
    assert lead.post(join, {**new, "person": "E008", "share": "0"}).status_code == 422
    assert "马骁" in colleague.get(at).content.decode()
    assert reverse("people:project_join", args=[made["id"]]) not in colleague.get(at).content.decode()
    person = colleague.get(reverse("people:person", args=[golden.id("E009")])).content.decode()
    assert "会员升级" in person
    [membership] = colleague.get(f"/api/v1/people/{golden.id('E009')}/projects").json()
    assert (membership["share"], membership["until"]) == (40, None)
    end = reverse("people:project_end", args=[made["id"], membership["id"]])
    assert lead.get(end).status_code == 200
    assert lead.post(end, {"day": "2026-05-02"}).status_code == 303
    assert colleague.get(f"/api/v1/people/{golden.id('E009')}/projects").json() == []
