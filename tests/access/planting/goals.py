"""Goals in every state, their reports, tasks, alignments, and those under a preset of their unit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from tests.access import oracle, table
from tests.access.planting.base import EVERYBODY, Record, reads
from tests.access.worlds import THEN, World, canary

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
