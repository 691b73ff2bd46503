"""Goals in each state: drafts, agreement, key results, reports, what a goal serves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from beichen.platform.kit import clock
from tests.access import oracle
from tests.access.acts.base import Act, version_of
from tests.access.worlds import World
from tests.database import put_in_phase

SUBJECT = "E006"
GOAL = {"title": "留存", "weight": 1000}
NUMBER = {"title": "数", "measure": "increase", "baseline": "0", "target": "10", "weight": 1000}


def acts(world: World) -> Iterator[Act]:
    """Every operation of goals on a goal of one employee."""
    boss = oracle.company().manager[SUBJECT]
    assert boss

    def on(row: str, operation: str, body: dict[str, Any] | None = None, **more: Any) -> Act:
        return Act(operation, {"goal_id": world.ids[row, SUBJECT]}, body, row=row, subject=SUBJECT, **more)

    cycle = world.cycles["2026G1"].pk
    yield Act("goals_create", body={**GOAL, "cycle_id": cycle})
    yield Act("goals_list", query={"cycle_id": cycle})
    yield Act("goals_plan", query={"cycle_id": cycle})
    yield Act("goals_team", query={"cycle_id": cycle})
    yield on("01a", "goals_update", {**GOAL, "version": 1})
    yield on("01a", "goals_discard")
    yield on("01a", "goals_propose", {"version": 1}, stage=lambda: measure(world, "01a"))
    yield on("01a", "key_results_create", {**NUMBER, "version": 1})
    yield on("01c", "goals_approve", {"version": 1}, code="t", only={"LM"})
    chosen = [{"goal_id": world.ids["01c", SUBJECT], "version": 1}]
    yield Act("goals_approve_many", body={"goals": chosen})
    yield on("01c", "goals_return", {"version": 1, "reason": "请写清楚怎么验收"}, code="t", only={"LM"})
    yield on("01c", "goals_withdraw", {"version": 1}, code="t", only={"SE"})
    other = {"to": world.golden.id("E002"), "last_day": clock.today() + timedelta(days=10), "version": 1}
    at = {"goal_id": world.ids["01c", SUBJECT]}
    yield Act("goals_hand_on", at, other, row="20k", subject=SUBJECT, only={"LM"})
    yield on("01d", "goals_update", {**GOAL, "version": 1}, only={"LM"})
    yield on("01a", "goals_doubt", only={"SE"})
    yield Act("goals_board", query={"cycle_id": cycle})
    yield Act("goals_priorities", query={"cycle_id": cycle}, row="22g", code="r")
    yield Act("goals_metric_use", query={"cycle_id": cycle}, row="22g", code="r")
    yield Act("goals_by_metric", {"metric_id": world.ids["26a", "U0"]})
    late = world.ids["01d", SUBJECT]
    yield Act(
        "goals_nudge", body={"cycle_id": cycle, "goal_ids": [late], "sentence": "请更新"}, row="02e", subject=SUBJECT,
        only={"LM", "SK", "BP", "HA"}, stage=lambda: fall_behind(late),
    )  # fmt: skip
    yield from _key_results(world)
    yield from _alignments(world)
    yield from _changes(world)
    yield from _explorations(world)
    yield from _shares(world)
    yield from _conditions(world)
    yield Act("goal_templates_create", body={"title": "首周留存"}, row="24a")
    yield Act(
        "goal_templates_update", {"template_id": TEMPLATE}, {"title": "首周留存", "version": 1}, row="24a",
        stage=begin_from,
    )  # fmt: skip
    task, by = {"task_id": TASK}, dict[str, Any](row="02f", subject=SUBJECT)
    running = {"goal_id": world.ids["01d", SUBJECT]}
    begun: dict[str, Any] = {"stage": lambda: hand_out(world), **by}
    yield Act("goal_tasks_create", running, {"title": "约谈用户"}, **by)
    yield Act("goal_tasks_update", task, {"title": "约谈十位用户", "version": 1}, **begun)
    doing: dict[str, Any] = {"special": {"SE": {HELPER}}, "only": {"SE", "LM", "DL"}}
    yield Act("goal_tasks_move", task, {"state": "done", "version": 1}, code="t", **doing, **begun)
    whom = {"cycle_id": cycle, "person_ids": [world.golden.id(SUBJECT)]}
    yield Act(
        "goal_templates_give", {"template_id": TEMPLATE}, whom, row="24e", subject=SUBJECT, stage=begin_from
    )  # fmt: skip


TRIED = {
    "hypothesis": "小团队愿意付费", "evidence": "30 个付费", "stop_rule": "三周少于 5 个", "budget": "两人六周",
    "unharmed": "续费率",
}  # fmt: skip


def _explorations(world: World) -> Iterator[Act]:
    from beichen.goals.models import Goal

    until = {"until": Goal.objects.get(pk=world.ids["01a", SUBJECT]).due}
    yield Act(
        "goal_explorations_describe", {"goal_id": world.ids["01a", SUBJECT]}, {**TRIED, **until, "version": 1},
        row="01a", subject=SUBJECT,
    )  # fmt: skip
    running = world.ids["01d", SUBJECT]
    yield Act(
        "goal_explorations_conclude", {"goal_id": running},
        {"outcome": "refuted", "found": "4 个", "learning": "先做单人", "version": 1}, row="01d", subject=SUBJECT,
        only={"SE", "LM"}, stage=lambda: explore(running),
    )  # fmt: skip


def explore(goal_id: int) -> None:
    """The running goal is an exploration."""
    from beichen.goals.models import Exploration, Goal, KeyResult, KeyResultStat

    goal = Goal.objects.get(pk=goal_id)
    answer = KeyResult.objects.create(goal=goal, title="有答案", measure="yes_no", start=goal.start, due=goal.due)
    KeyResultStat.objects.create(key_result=answer)
    Exploration.objects.create(goal=goal, answer=answer, until=goal.due, **TRIED)


def _shares(world: World) -> Iterator[Act]:
    """The result of a running goal with a colleague of another team; somebody else may be named to decide."""
    running, others = world.ids["01d", SUBJECT], [world.golden.id(SUBJECT), world.golden.id(HELPER)]
    at, lead = {"goal_id": running}, world.golden.id(LEAD)
    parts = [{"person_id": person, "part": 1} for person in others]
    own: dict[str, Any] = {"row": "01d", "subject": SUBJECT, "only": {"SE", "LM"}}
    yield Act("goal_shares_get", at, stage=lambda: share(running, others, lead), row="01d", subject=SUBJECT, code="rw")
    yield Act("goal_shares_set", at, {"parties": parts, "lead_id": lead, "version": 0}, **own)
    yield Act(
        "goal_shares_answer", at, {"agrees": False, "reason": "三步里两步是我做的", "version": 1}, row="01j",
        subject=HELPER, code="t", only={"SE"}, special={"SE": {SUBJECT}}, stage=lambda: share(running, others, lead),
    )  # fmt: skip
    led: dict[str, Any] = {
        "row": "01j", "subject": SUBJECT, "code": "t", "only": {"LM"}, "special": {"LM": {LEAD}},
        "stage": lambda: share(running, others, lead, reason="一人一半更合适"),
    }  # fmt: skip
    yield Act("goal_shares_settle", at, {"parts": parts, "reason": "一人一半", "version": 1}, **led)
    yield Act("goal_shares_seen", at, {"parts": parts, "version": 1}, **led)


def _conditions(world: World) -> Iterator[Act]:
    """A KPI whose value has reached a band with a condition."""
    goal, result = world.ids["01d", SUBJECT], world.ids["kr", SUBJECT]
    yield Act(
        "goal_conditions_get", {"goal_id": goal}, row="01d", subject=SUBJECT, code="rw", stage=lambda: judge(result)
    )
    point = {"key_result_id": result, "point": 1}
    led: dict[str, Any] = {"row": "01d", "subject": SUBJECT, "code": "t", "only": {"LM"}}
    said = {"evidence": "五月的四次延期在周报里逐条说明了"}
    yield Act("goal_conditions_confirm", point, said, stage=lambda: judge(result), **led)
    yield Act("goal_conditions_take_back", point, stage=lambda: judge(result, by=world.golden.id(LEAD)), **led)


def judge(result_id: int, by: int | None = None) -> None:
    """The key result is a KPI at the band that asks for a condition, which somebody confirmed (`by`) or nobody yet."""
    from beichen.goals.models import BandConfirmation, KeyResult, KeyResultStat
    from beichen.metrics.models import BandPoint, BandTable

    table = BandTable.objects.create(key="K8", name="准时率", state="frozen")
    for position, (score, condition) in enumerate(((6000, ""), (10_000, "延期都说明了原因"))):
        BandPoint.objects.create(table=table, position=position, value=10 * position, score=score, condition=condition)
    KeyResult.objects.filter(pk=result_id).update(measure="band", band=table)
    KeyResultStat.objects.update_or_create(key_result_id=result_id, defaults={"current": 10})
    if by is not None:
        BandConfirmation.objects.create(
            key_result_id=result_id, table=table, position=1, evidence="周报", by_id=by, at=clock.now()
        )


def share(goal_id: int, persons: list[int], lead: int, reason: str = "") -> None:
    """The result is shared by two; the second is still asked, or disagrees with a reason."""
    from beichen.goals.models import ContributionShare, SharedResult

    day = clock.today() if reason else None
    row = SharedResult.objects.create(goal_id=goal_id, lead_id=lead, decide_by=day)
    states = ["agreed", "disputed" if reason else "asked"]
    for person, state in zip(persons, states, strict=True):
        ContributionShare.objects.create(
            shared=row, person_id=person, part=1, weight=1000, state=state, reason=reason if state == "disputed" else ""
        )


LEAD = "E010"
"""Somebody who is named to decide the parts."""
HELPER = "E011"
"""A colleague of another team who is to do a task."""


def hand_out(world: World) -> None:
    """The running goal has a task that a colleague is to do."""
    from beichen.goals.models import GoalTask

    GoalTask.objects.create(
        pk=TASK, goal_id=world.ids["01d", SUBJECT], title="约谈", assignee_id=world.golden.id(HELPER),
        created_at=clock.now(),
    )  # fmt: skip


def fall_behind(goal_id: int) -> None:
    """Nobody reported on a goal for long, and nobody was asked today."""
    from beichen.goals.models import GoalStat, Nudge

    GoalStat.objects.filter(pk=goal_id).update(health="not_updated")
    Nudge.objects.filter(goal_id=goal_id).delete()


def measure(world: World, row: str) -> None:
    """A goal is proposed once something in it is measured."""
    from beichen.goals.models import Goal, KeyResult, KeyResultStat

    goal = Goal.objects.get(pk=world.ids[row, SUBJECT])
    made = KeyResult.objects.create(goal=goal, **NUMBER, start=goal.start, due=goal.due)
    KeyResultStat.objects.create(key_result=made)


def _key_results(world: World) -> Iterator[Act]:
    result = world.ids["kr", SUBJECT]
    of: dict[str, Any] = {"row": "01d", "subject": SUBJECT}
    version = version_of(world, "goals.KeyResult", result)
    yield Act("key_results_update", {"key_result_id": result}, {**NUMBER, "version": version}, only={"LM"}, **of)
    yield Act("key_results_drop", {"key_result_id": result}, {"version": version}, only={"LM"},
              stage=lambda: measure(world, "01d"), **of)  # fmt: skip
    yield Act(
        "reports_create", {"key_result_id": result}, {"value": "3", "text": "第一步", "problem": "接口慢"},
        row="02a", subject=SUBJECT, only={"SE", "LM", "DL"},
    )  # fmt: skip
    hidden = world.ids["kr.restricted", SUBJECT]
    yield Act(
        "reports_create", {"key_result_id": hidden}, {"value": "3"}, row="02b", subject=SUBJECT, only={"SE", "LM", "DL"}
    )


def _alignments(world: World) -> Iterator[Act]:
    boss = oracle.company().manager[SUBJECT]
    assert boss
    line = world.ids["alignment.01d", SUBJECT]
    owner: dict[str, Any] = {"row": "01j", "subject": boss, "code": "t", "only": {"SE", "LM"}, "barred": {SUBJECT}}
    at, version = {"alignment_id": line}, version_of(world, "goals.Alignment", line)
    yield Act("alignments_accept", at, {"version": version}, **owner)
    yield Act("alignments_decline", at, {"version": version, "reason": "另有安排"}, **owner)
    yield Act("alignments_end", at, {"version": version}, row="01d", subject=SUBJECT, only={"SE", "LM"})
    yield Act(
        "alignments_create", {"goal_id": world.ids["01k", SUBJECT]},
        {"parent_id": world.ids["alignment.parent", SUBJECT], "rolls_up": False},
        row="01k", subject=SUBJECT, only={"SE", "LM"},
    )  # fmt: skip
    parts = [{"title": "留存的一块", "owner_id": world.golden.id(SUBJECT)}]
    yield Act(
        "goals_split", {"goal_id": world.ids["01d", SUBJECT]}, {"parts": parts, "version": 1}, row="01d",
        subject=SUBJECT, only={"SE"},
    )  # fmt: skip


CHANGE, TEMPLATE, TASK = 910_000_001, 910_000_002, 910_000_003
WHY = "渠道入口少了三周"


def _changes(world: World) -> Iterator[Act]:
    running = world.ids["01d", SUBJECT]
    at: dict[str, Any] = {"goal_id": running}
    of: dict[str, Any] = {"row": "01d", "subject": SUBJECT}
    yield Act("goals_set_progress", at, {"progress": 400_000, "reason": WHY, "version": 1}, only={"SE", "LM"}, **of)
    yield Act("goals_take_back_progress", at, {"version": 1}, only={"SE", "LM"}, stage=lambda: correct(running), **of)
    yield Act("goals_ask_change", at, {"reason": WHY, "weight": 500, "version": 1}, only={"SE"}, **of)
    yield Act(
        "goals_check", body={"goal_id": running, "verdict": "keep"}, only={"SE"}, stage=lambda: go_through(world), **of
    )
    change: dict[str, Any] = {
        "at": {"change_id": CHANGE}, "row": "01c", "code": "t", "subject": SUBJECT,
        "stage": lambda: wait_for(world, running),
    }  # fmt: skip
    yield Act("goal_changes_approve", body={"version": 1}, only={"LM"}, **change)
    yield Act("goal_changes_return", body={"version": 1, "reason": "先按原目标"}, only={"LM"}, **change)
    yield Act("goal_changes_withdraw", body={"version": 1}, only={"SE"}, **change)
    yield Act("goal_changes_read", row="01c", code="rw", subject=SUBJECT, at=change["at"], stage=change["stage"])
    chosen = _chosen(world)
    yield Act(
        "goals_set_rules", {"cycle_id": chosen.pk}, {"count_max": 6, "version": chosen.version},
        row="21a", stage=lambda: set_up(world),
    )  # fmt: skip
    whole = {"unit_id": world.units["U0"].pk}
    yield Act("goal_presets_list", row="01m", code="rw")
    yield Act("goal_presets_get", whole, row="01m", code="rw")
    yield Act("goal_presets_set", whole, {"preset": "numbers", "reason": "并购期间保密"}, row="01m", only={"HA"})


def begin_from() -> None:
    """A goal to begin from."""
    from beichen.goals.models import GoalTemplate

    GoalTemplate.objects.create(pk=TEMPLATE, title="留存")


def correct(goal_id: int) -> None:
    """Somebody set the progress of a goal by hand."""
    from beichen.goals.models import Goal

    Goal.objects.filter(pk=goal_id).update(manual_progress=300_000, manual_reason=WHY)


def _chosen(world: World) -> Any:
    from beichen.people.models import Cycle

    return Cycle.objects.get(pk=world.cycles["2026G1"].pk)


def go_through(world: World) -> None:
    """The cycle has its goals gone through every month."""
    cycle = _chosen(world)
    cycle.settings = {**cycle.settings, "goals": {**cycle.settings.get("goals", {}), "goal_review": "month"}}
    cycle.save()


def set_up(world: World) -> None:
    """The cycle is being set up."""
    put_in_phase("C00", _chosen(world).pk)


def wait_for(world: World, goal_id: int) -> None:
    """A change of a running goal waits for the owner's manager."""
    from beichen.goals.models import ChangeRequest, Goal
    from beichen.platform.approvals.models import Run, Step

    boss = oracle.company().manager[SUBJECT]
    assert boss
    me, decides = world.golden.id(SUBJECT), world.golden.id(boss)
    goal = Goal.objects.get(pk=goal_id)
    terms = {
        "title": goal.title, "ambition": goal.ambition, "weight": goal.weight, "due": goal.due.isoformat(),
        "is_dropped": False, "results": [],
    }  # fmt: skip
    ChangeRequest.objects.create(
        pk=CHANGE, goal=goal, before=terms, terms={**terms, "weight": 500}, reason=WHY, by_id=me, at=clock.now(),
        goal_version=goal.version,
    )  # fmt: skip
    Goal.objects.filter(pk=goal_id).update(state="changing")
    run = Run.objects.create(
        kind="goals.change", object_id=str(CHANGE), object_version=1, title=goal.title, subject_id=me, started_by=me,
        started_at=clock.now(), participants=sorted({me, decides}),
    )  # fmt: skip
    Step.objects.create(
        run=run, n=1, role="LM", subject_id=me, started_by=me, approver_id=decides, state="asked",
        due_at=clock.now() + timedelta(days=5),
    )  # fmt: skip
