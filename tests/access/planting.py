"""Records of open tables, each with a canary and the doors that lead to it: planted here, tried by `doors`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from beichen.platform.kit.actor import system
from tests.access import oracle, table
from tests.access.worlds import THEN, Columns, World, canary

EVERYBODY: Columns = lambda viewer, row: {"CO"} | oracle.seats(viewer)  # noqa: E731


@dataclass(frozen=True)
class Record:
    """Something with a canary, the row it is in, and the doors that lead to it."""

    row: str
    subject: str
    canary: str
    paths: tuple[str, ...]
    expected: Callable[[str, table.Row], bool]


def reads(subject: str, author: str | None = None, stands: Columns | None = None) -> Callable[[str, table.Row], bool]:
    """Whether the table opens a row about this person, by this author, to a viewer."""

    def expected(viewer: str, row: table.Row) -> bool:
        columns = stands(viewer, row) if stands else oracle.columns(viewer, subject, row)
        return oracle.reads(row, columns, own=viewer == author)

    return expected


GOALS = {"01a": ("draft", ""), "01b": ("draft", ""), "01c": ("proposed", ""), "01d": ("active", ""),
         "01f": ("closed", ""), "01e": ("active", "restricted"), "01g": ("closed", "restricted"),
         "01k": ("active", "unit")}  # fmt: skip
"""Row → state, and visibility where it is not public."""


def _in_unit(subject: str) -> Callable[[str, table.Row], bool]:
    """01k opens CO only inside the unit it is shown in: the unit itself and those below."""

    def expected(viewer: str, row: table.Row) -> bool:
        found = oracle.company()
        inside = found.inside(found.unit[viewer], found.unit[subject])
        return oracle.reads(row, oracle.columns(viewer, subject, row) - (set() if inside else {"CO"}))

    return expected


def _ask(world: World, goal_id: int, number: str, boss: str) -> None:
    """The proposal waits for the manager, or for whoever the step passed to."""
    from beichen.platform.approvals.models import Run, Step

    me, approver = world.golden.id(number), world.golden.id(boss)
    run = Run.objects.create(
        kind="goals.goal", object_id=str(goal_id), object_version=1, subject_id=me, started_by=me, started_at=THEN,
        participants=sorted({me, approver}), barred=[me],
    )  # fmt: skip
    Step.objects.create(
        run=run, n=1, role="LM", subject_id=me, started_by=me, approver_id=approver, state="asked", due_at=THEN
    )


def plant_goals(world: World, subjects: Iterable[str]) -> list[Record]:
    """A goal in each state, a report on the running one, and what is in the way."""
    from beichen.goals.models import Goal, GoalStat

    found = []
    cycle = world.cycle("2026G1", "C02")
    for number in subjects:
        boss = oracle.company().manager[number]
        assert boss
        for row, (state, restricted) in GOALS.items():
            expected = _in_unit if row == "01k" else reads
            author = boss if row == "01b" else number
            goal = Goal.objects.create(
                title=canary(row, number), owner=world.people[number], owner_place=world.place(number), cycle=cycle,
                state=state, start=date(2026, 4, 1), due=date(2026, 6, 30), author=world.people[author],
                weight=1000, closed_at=THEN if state == "closed" else None,
            )  # fmt: skip
            GoalStat.objects.create(goal=goal, cycle=cycle, unit=goal.owner.unit)
            world.ids[row, number] = goal.pk
            if state == "proposed":
                _ask(world, goal.pk, number, boss)
            if restricted:
                Goal.objects.filter(pk=goal.pk).update(visibility=restricted, shown_in=goal.owner.unit_id)
            paths: tuple[str, ...] = (
                f"/goals/{goal.pk}/", f"/api/v1/goals/{goal.pk}",
                f"/api/v1/goals?cycle_id={cycle.pk}&text=canary&limit=200", f"/goals/all/?cycle={cycle.pk}&q=canary",
                f"/api/v1/goals/plan?cycle_id={cycle.pk}&person_id={goal.owner_id}", f"/goals/people/{goal.owner_id}/",
                "/people/search/?q=canary",
            )  # fmt: skip
            if state in ("active", "closed"):
                paths = (*paths, *_boards(goal))
            found.append(Record(row, number, goal.title, paths, expected(number)))
        for of, key, rows in (("01d", "kr", ("02a", "02d")), ("01e", "kr.restricted", ("02b",))):
            world.ids[key, number] = _plant_report(world, number, of, rows)
            result_id = world.ids[key, number]
            reports = (f"/goals/{world.ids[of, number]}/", f"/goals/key-results/{result_id}/reports/",
                       f"/api/v1/goals/key-results/{result_id}/reports")  # fmt: skip
            found += [Record(row, number, canary(row, number), reports, reads(number)) for row in rows]
        _plant_task(world, number)
        found.append(_plant_nudge(world, number))
        found.append(_plant_passed_on(world, number))
    return [*found, *_plant_alignments(world, subjects), *_plant_presets(world, subjects)]


def _in_team(subject: str) -> Callable[[str, table.Row], bool]:
    """01l and 02g open CO only inside the direct team: the manager, and who reports to the same manager."""

    def expected(viewer: str, row: table.Row) -> bool:
        leads = oracle.company().manager
        inside = leads[subject] is not None and leads[subject] in (viewer, leads[viewer])
        return oracle.reads(row, oracle.columns(viewer, subject, row) - (set() if inside else {"CO"}))

    return expected


def _plant_presets(world: World, subjects: Iterable[str]) -> list[Record]:
    """Units under a preset, and for each subject a goal that belongs there, with a report."""
    from beichen.goals.models import Goal, GoalStat, VisibilityPreset
    from beichen.people.models import OrgUnit

    top, found = world.units["U0"], []
    for n, (preset, row) in enumerate((("team", "01l"), ("numbers", "02g"))):
        at_the_end = {"place": 10**9 + n, "place_end": 10**9 + n}
        unit, _made = OrgUnit.objects.get_or_create(
            code=f"X{n}", defaults={"name": "保密单元", "kind": "team", "entity_id": top.entity_id, **at_the_end}
        )
        VisibilityPreset.objects.get_or_create(
            unit=unit, defaults={"preset": preset, "reason": canary("01m", "U0"), "at": THEN}
        )
        if not n:
            doors = (f"/goals/visibility/{unit.pk}/", f"/api/v1/goals/visibility/{unit.pk}", "/api/v1/goals/visibility")
            found.append(Record("01m", "U0", canary("01m", "U0"), doors, reads("", stands=EVERYBODY)))
        for number in subjects:
            goal = Goal.objects.create(
                title=canary(row, number) if row == "01l" else "公开的目标", owner=world.people[number],
                owner_place=world.place(number), cycle=world.cycle("2026G1", "C02"), state="active",
                start=date(2026, 4, 1), due=date(2026, 6, 30), author=world.people[number], weight=1000,
            )  # fmt: skip
            Goal.objects.filter(pk=goal.pk).update(home=unit)
            GoalStat.objects.create(goal=goal, cycle=goal.cycle, unit=goal.owner.unit)
            world.ids[row, number] = goal.pk
            at = (f"/goals/{goal.pk}/", f"/api/v1/goals/{goal.pk}")
            if row == "01l":
                listed = f"/api/v1/goals?cycle_id={goal.cycle_id}&text=canary&limit=200"
                found.append(Record(row, number, goal.title, (*at, listed, *_boards(goal)), _in_team(number)))
                continue
            result = _plant_report(world, number, row, (row,))
            reports = (f"/goals/key-results/{result}/reports/", f"/api/v1/goals/key-results/{result}/reports")
            found.append(Record(row, number, canary(row, number), (at[0], *reports), _in_team(number)))
    return found


def _boards(goal: Any) -> tuple[str, ...]:
    """The board narrowed to the owner of a goal, as a page and by program."""
    at = f"/goals/board/?cycle={goal.cycle_id}&owner={goal.owner.number}"
    return at, f"/api/v1/goals/board?cycle_id={goal.cycle_id}&owner_id={goal.owner_id}&limit=200"


def _plant_task(world: World, number: str) -> None:
    """The restricted goal has a key task."""
    from beichen.goals.models import GoalTask

    goal = world.ids["01e", number]
    made = GoalTask.objects.create(goal_id=goal, title="约谈", assignee=world.people[number], created_at=THEN)
    world.ids["task", number] = made.pk


def _plant_nudge(world: World, number: str) -> Record:
    """Somebody asked for a word on the running goal."""
    from beichen.goals.models import Goal, Nudge

    goal = Goal.objects.select_related("owner").get(pk=world.ids["01d", number])
    made = Nudge.objects.create(
        goal=goal, day=THEN.date(), at=THEN, by=world.people["E015"], sentence=canary("02e", number)
    )
    form = f"/goals/key-results/{world.ids['kr', number]}/update/"
    return Record("02e", number, made.sentence, (*_boards(goal), form), reads(number))


def _plant_passed_on(world: World, number: str) -> Record:
    """A proposal that waits for HR, who reads it being asked; the manager, who is not, reads it by the cell alone."""
    from beichen.goals.models import Goal, GoalStat

    goal = Goal.objects.create(
        title=canary("01c", number, "passed"), owner=world.people[number], owner_place=world.place(number),
        cycle=world.cycle("2026G1", "C02"), state="proposed", start=date(2026, 4, 1), due=date(2026, 6, 30),
        author=world.people[number], weight=1000,
    )  # fmt: skip
    GoalStat.objects.create(goal=goal)
    _ask(world, goal.pk, number, "E016")
    by_cell = reads(number)
    return Record(
        "01c", number, goal.title, (f"/goals/{goal.pk}/", f"/api/v1/goals/{goal.pk}"),
        lambda viewer, row: viewer == "E016" or by_cell(viewer, row),
    )  # fmt: skip


def _plant_report(world: World, number: str, goal: str, rows: Sequence[str]) -> int:
    """A key result of a goal with one report, its words and what is in the way; the id of the key result."""
    from beichen.goals.models import KeyResult, KeyResultStat, Update, UpdateText

    result = KeyResult.objects.create(
        goal_id=world.ids[goal, number], title="数", measure="increase", baseline=0, target=10, weight=10000,
        start=date(2026, 4, 1), due=date(2026, 6, 30),
    )  # fmt: skip
    KeyResultStat.objects.create(key_result=result)
    update = Update.objects.create(
        key_result=result, author=world.people[number], at=THEN, day=THEN.date(), value=1, text=canary(rows[0], number)
    )
    UpdateText.objects.create(update=update, problem=canary(rows[1], number) if rows[1:] else "")
    return int(result.pk)


def _plant_alignments(world: World, subjects: Iterable[str]) -> list[Record]:
    """A public and a restricted goal ask to serve one of the manager's: what its page says of them."""
    from beichen.goals.models import Alignment, Goal, GoalStat

    found = []
    for number in subjects:
        boss = oracle.company().manager[number]
        assert boss
        parent = Goal.objects.create(
            title="上级的目标", owner=world.people[boss], owner_place=world.place(boss), author=world.people[boss],
            cycle=world.cycle("2026G1", "C02"), state="active", start=date(2026, 4, 1), due=date(2026, 6, 30),
        )  # fmt: skip
        GoalStat.objects.create(goal=parent)
        doors = (f"/goals/{parent.pk}/", f"/api/v1/goals/{parent.pk}")
        for row, of, goal in (("01j", boss, "01d"), ("01e", number, "01e")):
            made = Alignment.objects.create(
                child_id=world.ids[goal, number], parent=parent, proposed_by=world.people[number]
            )
            world.ids[f"alignment.{goal}", number] = made.pk
            found.append(Record(row, of, canary(goal, number), doors, reads(of)))
        world.ids["alignment.parent", number] = parent.pk
    return found


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
