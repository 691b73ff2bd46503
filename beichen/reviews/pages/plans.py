"""Plans before those who run them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from beichen.people import queries as people
from beichen.people import rules as people_rules
from beichen.people.choices import Phase
from beichen.platform.access.permissions import may
from beichen.platform.kit.errors import Invalid
from beichen.platform.kit.numbers import as_number
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, door
from beichen.reviews import access, queries, rules
from beichen.reviews.forms import PlanForm

WHY_OUT = {
    "left": lazy("left before the last day"), "manager": lazy("leads people"), "named": lazy("excluded by name"),
    "nobody": lazy("has nobody to decide"),
}  # fmt: skip


@door(access.SEE_PLANS)
def plans(request: PageRequest) -> HttpResponse:
    """Every plan the reader may see."""
    return page(
        request, "reviews/plans.html", plans=queries.plans(request.actor),
        may_edit=may(request.actor, access.EDIT_PLAN), runs=may(request.actor, access.RUN_PLAN),
    )  # fmt: skip


def _form(request: PageRequest, data: Any = None, **initial: Any) -> PlanForm:
    cycles = [(card.id, card.period_key) for card in people.cycles(request.actor)]
    return PlanForm(cycles, data, **initial)


def _posted(request: PageRequest) -> Any:
    return request.POST if request.drawn.refusal is not None and request.POST else None


@door(access.EDIT_PLAN)
def new_plan(request: PageRequest) -> HttpResponse:
    """The form of a new plan, over all of the newest cycle."""
    newest = next(iter(people.cycles(request.actor)), None)
    initial = {"unit": _typed(people.units(request.actor, [newest.scope_id])[newest.scope_id])} if newest else {}
    return page(request, "reviews/plan_form.html", form=_form(request, _posted(request), **initial), plan=None)


def _typed(unit: people.UnitCard) -> str:
    return f"{unit.code} {unit.title}"


def _entered(request: PageRequest) -> rules.PlanInput:
    form = _form(request, request.POST)
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    sent = form.cleaned_data
    numbers = [n.strip() for n in sent["without"].replace("，", ",").split(",") if n.strip()]
    found = people.by_number(request.actor, numbers)
    unknown = [number for number in numbers if number not in found]
    if unknown:
        raise Invalid(fields={"without": _("Nobody has the employee number %(number)s.") % {"number": unknown[0]}})
    unit = people.by_code(request.actor, [sent["unit"]]).get(sent["unit"])
    if unit is None:
        raise Invalid(fields={"unit": _("There is no unit with this code.")})
    return rules.PlanInput(
        name=sent["name"], name_en=sent["name_en"], cycle_id=int(sent["cycle_id"]), unit_id=unit.id,
        managers=sent["managers"], without=[card.id for card in found.values()],
    )  # fmt: skip


@door(access.EDIT_PLAN, methods=("POST",), again=new_plan)
def create_plan(request: PageRequest) -> HttpResponse:
    """Draft a plan."""
    made = rules.create_plan(request.actor, _entered(request))
    tell(request, _("Draft created. Check who gets what, then launch."))
    return see(reverse("reviews:plan", args=[made.id]))


@door(access.EDIT_PLAN)
def edit_plan_form(request: PageRequest, plan_id: int) -> HttpResponse:
    """The form of a draft."""
    card = queries.plan(request.actor, plan_id)
    left_out = people.persons(request.actor, card.population.get("without", ()))
    unit = people.units(request.actor, [card.unit_id])[card.unit_id]
    initial = {
        "name": card.name, "name_en": card.name_en, "cycle_id": card.cycle.id, "unit": _typed(unit),
        "managers": card.population.get("managers", "in"),
        "without": ", ".join(sorted(person.number for person in left_out.values())),
    }  # fmt: skip
    form = _form(request, _posted(request), **initial)
    return page(request, "reviews/plan_form.html", form=form, plan=card)


@door(access.EDIT_PLAN, methods=("POST",), again=edit_plan_form)
def edit_plan(request: PageRequest, plan_id: int) -> HttpResponse:
    """Change a draft."""
    rules.edit_plan(request.actor, plan_id, _entered(request), request.version)
    tell(request, _("Saved."))
    return see(reverse("reviews:plan", args=[plan_id]))


@door(access.RUN_PLAN)
def plan(request: PageRequest, plan_id: int) -> HttpResponse:
    """The console: who gets what before the launch, how far everything is after it. Cost: at most 15 statements."""
    desk = queries.console(request.actor, plan_id, as_number(request.GET.get("after")) or 0)
    phases = [(phase.value, phase.label) for phase in Phase]
    keys = [key for key, _label in phases]
    now = keys.index(desk.plan.cycle.phase)
    return page(
        request, "reviews/plan.html", desk=desk, plan=desk.plan, **_rows(desk), asked_list=_asked(desk),
        weights=list(desk.plan.form.weights().values()),
        path=[(key, label) for key, label in phases if "C02" <= key <= "C10"], phase=desk.plan.cycle.phase,
        following=phases[now + 1] if now + 1 < len(phases) else None,
        is_admin=may(request.actor, access.LAUNCH, desk.plan), may_edit=may(request.actor, access.EDIT_PLAN),
        next_page=desk.lines[-1].review_id if len(desk.lines) == 50 else "",
    )  # fmt: skip


def _rows(desk: queries.Console) -> dict[str, Any]:
    """The tables of the console with people instead of ids; at most 50 lines each."""
    faces = desk.people
    done = desk.progress
    labels = {"self": _("self reviews"), "peer": _("peers"), "manager": _("managers")}
    dry = desk.dry or queries.Outline(0, 0, (), ())
    return {
        "rows": [
            {"subject": faces[line.subject_id], "manager": faces[line.manager_id], "self_state": line.self_state,
             "peers": line.peers, "managers": line.managers, "state": line.state, "decided": line.decided}
            for line in desk.lines
        ],
        "counts": [
            *((labels[role], *done.parts[role]) for role in labels if role in done.parts),
            (_("decided"), done.decided, done.reviews), (_("answered"), done.acknowledged, done.reviews),
        ],
        "dry_lines": [
            {"person": faces[seed.person_id], "decides": faces[seed.manager_id], "stands_in": seed.stands_in,
             "managers": [(faces[rater], days) for rater, days in seed.managers]}
            for seed in dry.seeds
        ],
        "dry_out": [(faces[line.person_id], WHY_OUT[line.why]) for line in dry.out],
    }  # fmt: skip


def _asked(desk: queries.Console) -> list[tuple[str, Any]]:
    """Sentences about steps that wait for a second person."""
    steps = (
        (_("The launch"), desk.asked.launch), (_("The lock"), desk.asked.lock),
        (_("The release"), desk.asked.release), (_("Reopening the results"), desk.asked.unlock),
    )  # fmt: skip
    return [
        (_("%(step)s waits for a second HR administrator. %(who)s asked for it.")
         % {"step": step, "who": desk.people[asked.asked_by].name if asked.asked_by in desk.people else ""}, asked)
        for step, asked in steps if asked
    ]  # fmt: skip


def _two(request: PageRequest, plan_id: int, done: str, happened: bool) -> HttpResponse:  # noqa: FBT001
    asked = _("Requested. It happens once a second HR administrator does the same.")
    tell(request, done if happened else asked)
    return see(reverse("reviews:plan", args=[plan_id]))


@door(access.LAUNCH, methods=("POST",))
def launch(request: PageRequest, plan_id: int) -> HttpResponse:
    """Launch, by two people."""
    done = rules.launch_plan(request.actor, plan_id, request.version, request.POST.get("reason", ""))
    return _two(request, plan_id, _("Launched. The reviews are being made."), done)


@door(access.LOCK, methods=("POST",))
def lock(request: PageRequest, plan_id: int) -> HttpResponse:
    """Lock the results, by two people."""
    return _two(request, plan_id, _("Locked."), rules.lock_results(request.actor, plan_id, request.version))


@door(access.UNLOCK, methods=("POST",))
def unlock(request: PageRequest, plan_id: int) -> HttpResponse:
    """Open locked results again, by two people."""
    return _two(request, plan_id, _("Reopened."), rules.unlock_results(request.actor, plan_id, request.version))


@door(access.RELEASE, methods=("POST",))
def release(request: PageRequest, plan_id: int) -> HttpResponse:
    """Release the results, by two people."""
    unit = as_number(request.POST.get("unit_id"))
    done = rules.release_results(request.actor, plan_id, request.version, unit)
    return _two(request, plan_id, _("Released. Everyone concerned gets a notification without content."), done)


@door(access.CALIBRATE, methods=("POST",))
def move_phase(request: PageRequest, plan_id: int) -> HttpResponse:
    """Move the plan's cycle to its next phase; into the release an executive agrees as well."""
    card = queries.plan(request.actor, plan_id)
    to = request.POST.get("to", "")
    moved = people_rules.move_cycle(request.actor, card.cycle.id, to, request.version)
    if to == Phase.RELEASE and moved.phase != to:
        tell(request, _("Noted. The release starts once two HR administrators and an executive have agreed."))
        return see(reverse("reviews:plan", args=[plan_id]))
    return _two(request, plan_id, _("The cycle has moved on."), moved.phase == to)


@door(access.CALIBRATE, methods=("POST",))
def remind(request: PageRequest, plan_id: int) -> HttpResponse:
    """Remind everyone who still has something to write in the phase the cycle is in."""
    count = rules.remind(request.actor, plan_id)
    tell(request, _("Reminded %(count)s people.") % {"count": count})
    return see(reverse("reviews:plan", args=[plan_id]))
