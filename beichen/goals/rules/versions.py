"""Keeping every version of a goal's terms, and putting new terms into force. Called inside rules, goal locked."""

from __future__ import annotations

from datetime import date

from beichen.goals.formulas import versions as v
from beichen.goals.models import ChangeRequest, Goal, GoalVersion, KeyResult, Milestone
from beichen.goals.queries.season import locked_since
from beichen.goals.queries.terms import terms_of
from beichen.goals.rules import errors
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor


def open_for(goal: Goal, what: str) -> None:
    """Refuse what HR locked for this kind of goal in this cycle (`Locked`). Cost: none with the cycle loaded."""
    since = locked_since(goal.cycle.settings, goal.kind, what, clock.today())
    if since is not None:
        raise errors.Locked(goal, day=since)


def now(goal: Goal) -> v.Terms:
    """The terms in force. Cost: two statements."""
    return terms_of(goal, goal.key_results.prefetch_related("milestones"))


def hold(goal: Goal) -> None:
    """Before the first change, keep what was agreed as version 1. Cost: one statement, four the first time."""
    if not goal.versions.exists():
        GoalVersion.objects.create(
            goal=goal, number=1, since=goal.start, terms=v.written(now(goal)), by_id=goal.approved_by_id,
            at=goal.approved_at or clock.now(),
        )  # fmt: skip


def keep(actor: Actor, goal: Goal, change: ChangeRequest | None = None) -> None:
    """After a change, keep the new terms, in force from today; nothing where they are as before.

    Cost: four statements.
    """
    last = goal.versions.order_by("-number").first()
    terms = v.written(now(goal))
    if last is None or last.terms == terms:
        return
    GoalVersion.objects.create(
        goal=goal, number=last.number + 1, since=max(clock.today(), last.since), terms=terms, change=change,
        by_id=actor.person_id, at=clock.now(),
    )  # fmt: skip


def agreed(goal: Goal) -> v.Terms:
    """The newest terms that somebody other than the owner agreed to. Cost: one statement."""
    kept = goal.versions.select_related("change").order_by("-number")
    by_two = next((one for one in kept if one.change is None or one.change.state == "agreed"), None)
    return v.read(by_two.terms) if by_two else now(goal)


def put(goal: Goal, wanted: v.Terms) -> list[KeyResult]:
    """Write wanted terms into the rows of a goal; gives the key results that changed, to be measured anew.

    Cost: one statement for the goal and one or two for each key result that differs.
    """
    touched = []
    goal.weight, goal.due = wanted.weight, wanted.due
    present = {kr.pk: kr for kr in goal.key_results.prefetch_related("milestones")}
    for one in wanted.results:
        row = present.get(one.id)
        if row is None:
            touched.append(_new(goal, one, len(present)))
        elif _differs(row, one):
            _write(row, one)
            touched.append(row)
    return touched


def _differs(row: KeyResult, wanted: v.ResultTerms) -> bool:
    names = (*v.NUMBERS, "weight", "due", "is_dropped")
    return any(getattr(row, name) != getattr(wanted, name) for name in names) or bool(_moved(row, wanted))


def _moved(row: KeyResult, wanted: v.ResultTerms) -> dict[int, date]:
    present = {step.pk: step.due for step in row.milestones.all()}
    return {step.id: step.due for step in wanted.steps if present.get(step.id) not in (None, step.due)}


def _write(row: KeyResult, wanted: v.ResultTerms) -> None:
    for name in (*v.NUMBERS, "weight", "due", "is_dropped"):
        setattr(row, name, getattr(wanted, name))
    row.version += 1
    row.save()
    for pk, due in _moved(row, wanted).items():
        Milestone.objects.filter(pk=pk).update(due=due)


def _new(goal: Goal, wanted: v.ResultTerms, position: int) -> KeyResult:
    return KeyResult.objects.create(
        goal=goal, title=wanted.title, measure=wanted.measure, unit=wanted.unit, weight=wanted.weight,
        start=goal.start, due=wanted.due, position=position, **{name: getattr(wanted, name) for name in v.NUMBERS},
    )  # fmt: skip
