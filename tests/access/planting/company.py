"""People, and what is about nobody: strategy, metrics, figures, projects, profiles, plans, statements, processes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from beichen.platform.kit.actor import system
from tests.access import oracle, table
from tests.access.planting.base import EVERYBODY, Record, reads
from tests.access.worlds import THEN, Columns, World, canary


def plant_people(world: World, subjects: Iterable[str]) -> list[Record]:
    """Profile, level, and the assignment somebody had before."""
    from beichen.people.models import Assignment, Employment, Person

    found = []
    for number in subjects:
        person = world.people[number]
        profile = (f"/people/{person.pk}/", f"/api/v1/people/{person.pk}")
        Person.objects.filter(pk=person.pk).update(position=canary("20c", number))
        Employment.objects.filter(pk=person.pk).update(level=f"canary{person.pk}lv")
        found.append(Record("20c", number, canary("20c", number), profile, reads(number)))
        found.append(Record("20a", number, canary("20c", number), profile, reads(number)))
        level = (f"/people/{person.pk}/", f"/api/v1/people/{person.pk}/employment")
        lists = ("/people/search/?q=canary", "/api/v1/people?text=canary&limit=200", "/people/")
        found.append(Record("20d", number, f"canary{person.pk}lv", (*level, *lists), reads(number)))
    past = Assignment.objects.get(person=world.people["E008"], period__endswith__isnull=False)
    Assignment.objects.filter(pk=past.pk).update(position=canary("20b", "E008"))
    mover = world.people["E008"].pk
    before = (f"/people/{mover}/", f"/api/v1/people/{mover}/assignments")
    found.append(Record("20b", "E008", canary("20b", "E008"), before, _past_assignments))
    return found


def _past_assignments(viewer: str, row: table.Row) -> bool:
    return reads("E008")(viewer, row) or viewer == "E008"  # M10: the own past


def plant_company(world: World, _subjects: Iterable[str]) -> list[Record]:
    """Strategy, metrics, band tables, plans: things without a person."""
    from beichen.metrics.models import BandTable, Metric
    from beichen.reviews.models import ReviewPlan
    from beichen.reviews.tests.makers import review_form
    from beichen.strategy.models import StrategyMap, StrategyVersion, Target

    page, _ = StrategyMap.objects.get_or_create(horizon="2026", defaults={"published": 1})
    content = {"horizon": "2026", "period": "", "boxes": {}, "priorities": []}
    found = []
    world.ids["22a", "U0"] = page.pk
    page.editors.add(world.people["E007"])
    editors: Columns = lambda viewer, row: EVERYBODY(viewer, row) | ({"SE"} if viewer == "E007" else set())  # noqa: E731
    for row, state, number in (("22b", "published", 91), ("22a", "draft", 92)):
        StrategyVersion.objects.create(
            map=page, number=number, state=state, content={**content, "exclusions": [canary(row, "U0")]},
            note=canary(row, "U0"), edited_at=THEN, published_at=THEN if state == "published" else None,
        )  # fmt: skip
        at, other = f"strategy/{page.pk}/versions", 183 - number
        paths: tuple[str, ...] = (
            f"/{at}/{number}/", f"/{at}/{other}/?against={number}", "/strategy/?draft", "/strategy/history/",
            f"/api/v1/{at}", f"/api/v1/{at}/{number}", f"/api/v1/{at}/{other}/changes?against={number}",
        )  # fmt: skip
        found.append(Record(row, "U0", canary(row, "U0"), paths, reads("", stands=editors)))
    found += _statements(world, editors)
    found.append(_process(world))
    world.ids["26a", "U0"] = Metric.objects.create(code="M1", name=canary("26a", "U0"), state="in_force").pk
    world.ids["26a.draft", "U0"] = Metric.objects.create(code="M2", name="草稿").pk
    found.append(
        Record("26a", "U0", canary("26a", "U0"), ("/metrics/", "/api/v1/metrics"), reads("", stands=EVERYBODY))
    )
    world.ids["22f", "U0"] = Target.objects.create(
        map=page, key="P1", owner=world.people["E008"], metric_id=world.ids["26a", "U0"], baseline=1, target=2,
        due=date(2026, 12, 31), proposed_by=world.people["E007"], proposed_at=THEN,
    ).pk  # fmt: skip
    for row, state in (("26b", "draft"), ("26c", "frozen")):
        world.ids[row, "U0"] = BandTable.objects.create(key=row, name=canary(row, "U0"), state=state).pk
        doors = ("/metrics/", "/api/v1/metrics/bands")
        found.append(Record(row, "U0", canary(row, "U0"), doors, reads("", stands=EVERYBODY)))
    for row, state in (("41a", "draft"), ("41b", "launched")):
        plan = ReviewPlan.objects.create(
            name=canary(row, "U0"), cycle=world.cycle("2026P1", "C00"), unit=world.units["U0"], author_id=1,
            state=state, settings=_plan_settings(), form=review_form(), population={"managers": "in", "without": []},
            launched_at=THEN if state == "launched" else None,
        )  # fmt: skip
        world.ids[row, "U0"] = plan.pk
        paths = (f"/reviews/plans/{plan.pk}/", "/reviews/plans/", f"/api/v1/reviews/plans/{plan.pk}")
        found.append(Record(row, "U0", plan.name, paths, reads("", stands=EVERYBODY)))
    found += _plant_figures(world)
    return [*found, _plant_project(world), _plant_profile(world), _plant_audit()]


def _plant_figures(world: World) -> list[Record]:
    """A figure of a unit, one of a person, and one that is held back."""
    from beichen.metrics.models import HeldValue, Metric, PersonValue, Publication, UnitValue

    complete = {"state": "in_force", "definition": "口径", "source": "数仓", "owner": world.people["E008"]}
    unit = Metric.objects.create(code="F1", name="部门数", **complete)
    person = Metric.objects.create(code="F2", name="个人数", subject="person", **complete)
    double = Metric.objects.create(code="F3", name="两倍", formula="F1 * 2", **complete)
    told: dict[str, Any] = {"period": "2026-01", "value": 1, "origin": "by_hand", "at": THEN}
    of_unit = UnitValue.objects.create(metric=unit, unit=world.units["U0"], reason=canary("26e", "U0"), **told)
    of_person = PersonValue.objects.create(
        metric=person, person=world.people["E006"], reason=canary("26d", "E006"), **told
    )  # fmt: skip
    held = HeldValue.objects.create(
        metric=unit, unit=world.units["U0"], fault="range", entered_reason=canary("26f", "U0"), **told
    )  # fmt: skip
    Publication.objects.create(metric=person, period="2026-01")
    world.ids["26e", "U0"], world.ids["26d", "E006"], world.ids["26f", "U0"] = unit.pk, person.pk, held.pk
    world.ids["26e.formula", "U0"] = double.pk
    at, to = f"metrics/{unit.pk}/values/{of_unit.pk}", f"metrics/{person.pk}/values/{of_person.pk}"
    lists = f"metrics/{person.pk}/figures/2026-01"
    return [
        Record("26e", "U0", canary("26e", "U0"), (f"/{at}/", f"/api/v1/{at}"), reads("", stands=EVERYBODY)),
        Record(
            "26d", "E006", canary("26d", "E006"), (f"/{to}/", f"/api/v1/{to}", f"/{lists}/", f"/api/v1/{lists}"),
            reads("E006"),
        ),
        Record(
            "26f", "U0", canary("26f", "U0"), ("/metrics/desk/", "/api/v1/metrics/held"), reads("", stands=EVERYBODY)
        ),
    ]  # fmt: skip


def _plant_project(world: World) -> Record:
    """A project whose lead holds no seat."""
    from beichen.people.models import Project

    lead, _members = oracle.PROJECT
    made = Project.objects.create(
        code="P2", name=canary("24b", "U0"), lead=world.people[lead], starts_on=date(2026, 1, 1)
    )  # fmt: skip
    world.ids["24b", "U0"] = made.pk
    paths = (f"/people/projects/{made.pk}/", "/people/projects/", f"/api/v1/people/projects/{made.pk}",
             "/api/v1/people/projects?limit=200", f"/people/{made.lead_id}/")  # fmt: skip
    leads: Columns = lambda viewer, row: EVERYBODY(viewer, row) | ({"DL"} if viewer == lead else set())  # noqa: E731
    return Record("24b", "U0", made.name, paths, reads("", stands=leads))


def _plant_profile(world: World) -> Record:
    """A role profile."""
    from beichen.people.models import RoleProfile

    scenes = [{"title": "场景", "text": "内容", "title_en": "", "text_en": ""}] * 2
    made = RoleProfile.objects.create(
        code="R1", family="product", name=canary("24a", "U0"), role_type="stable", scenarios=scenes,
        responsibilities=[{"text": "结果", "text_en": ""}], tools={"okr": 100}, review_on=date(2026, 9, 1),
    )  # fmt: skip
    world.ids["24a", "U0"] = made.pk
    paths = (f"/people/roles/{made.pk}/", "/people/roles/", f"/api/v1/people/roles/{made.pk}", "/api/v1/people/roles")
    return Record("24a", "U0", made.name, paths, reads("", stands=EVERYBODY))


def _plant_audit() -> Record:
    """A line of the audit, for its search and its export."""
    from beichen.platform import audit

    audit.record(system("people.test", "plants a line"), canary("18b", "U0"))
    paths = ("/company/audit/", "/company/audit/export/", "/api/v1/audit/entries?limit=200")
    return Record("18b", "U0", canary("18b", "U0"), paths, reads("", stands=EVERYBODY))


def _plan_settings() -> Mapping[str, Any]:
    from beichen.people.queries import company_settings

    found: Mapping[str, Any] = company_settings()["reviews"]
    return found


def _statements(world: World, members: Columns) -> list[Record]:
    """The principles: a version in force, and a draft that E007 writes."""
    from beichen.strategy.models import Statement, StatementMember, StatementVersion

    of, _ = Statement.objects.get_or_create(kind="principles", defaults={"published": 1})
    StatementMember.objects.create(statement=of, person=world.people["E007"], part="write")
    found = []
    for row, state, number in (("22d", "published", 1), ("22c", "draft", 2)):
        line = {"group": "principle", "key": f"k{number}", "title": canary(row, "U0"), "text": "正文"}
        StatementVersion.objects.create(
            statement=of, number=number, state=state, content={"opening": "", "opening_en": "", "items": [line]},
            edited_at=THEN, published_at=THEN if state == "published" else None,
        )  # fmt: skip
        at, api = "/strategy/says/principles", "/api/v1/strategy/says/principles"
        paths: tuple[str, ...] = (
            f"{at}/", f"{at}/?draft", f"{at}/{number}/", f"{at}/{3 - number}/?against={number}", f"{at}/history/",
            api, f"{api}/draft", f"{api}/versions/{number}", f"{api}/versions/{3 - number}/changes?against={number}",
        )  # fmt: skip
        found.append(Record(row, "U0", canary(row, "U0"), paths, reads("", stands=members)))
    return found


def _process(world: World) -> Record:
    """A process with a step nobody answers for."""
    from beichen.people.models import Process, ProcessStep

    made = Process.objects.create(code="P24", name=canary("24d", "U0"), edited_at=THEN)
    ProcessStep.objects.create(process=made, position=0, name="第一步")
    world.ids["24d", "U0"] = made.pk
    doors = ("/people/processes/", "/api/v1/people/processes", f"/api/v1/people/processes/{made.pk}")
    return Record("24d", "U0", canary("24d", "U0"), doors, reads("", stands=EVERYBODY))
