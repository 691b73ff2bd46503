"""Plans and their simulator."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from beichen.people import queries as people
from beichen.people.choices import Phase
from beichen.platform.access.permissions import may
from beichen.platform.kit.errors import Invalid, NotFound
from beichen.platform.kit.words import BadValue
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import PageRequest, SignedIn, door
from beichen.reward import access, queries, rules
from beichen.reward.choices import Mode, Mover, Out, PlanState
from beichen.reward.forms import FIELDS, ChooseForm, PlanForm, PolicyForm
from beichen.reward.formulas import policy as policies
from beichen.reward.schemas import shown

OWN = SignedIn("the page lists what the table opens to the reader: own letters, own pools, plans by seat")
PATH = [(state.value, state.label) for state in PlanState if state != PlanState.EXPORTED]


@door(OWN)
def index(request: PageRequest) -> HttpResponse:
    """My letters, my pools, the plans I run. Cost: eleven statements."""
    return page(
        request, "reward/index.html", letters=queries.letters(request.actor, request.actor.person_id or 0),
        mine=queries.my_pools(request.actor),
        waiting=queries.to_pass_on(request.actor), may_plan=may(request.actor, access.SEE_PLANS),
        may_edit=may(request.actor, access.EDIT_PLAN), states=dict(PlanState.choices),
        plans=queries.plans(request.actor) if may(request.actor, access.SEE_PLANS) else [],
    )  # fmt: skip


def _plan_form(request: PageRequest, data: Any = None) -> PlanForm:
    return PlanForm([(card.id, card.period_key) for card in people.cycles(request.actor)], data)


def _posted(request: PageRequest) -> Any:
    return request.POST if request.drawn.refusal is not None and request.POST else None


def _valid(form: Any) -> dict[str, Any]:
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    sent: dict[str, Any] = form.cleaned_data
    return sent


@door(access.EDIT_PLAN)
def new_plan(request: PageRequest) -> HttpResponse:
    """The form of a new plan."""
    if not may(request.actor, access.EDIT_PLAN):
        raise NotFound
    return page(request, "reward/plan_form.html", form=_plan_form(request, _posted(request)))


@door(access.EDIT_PLAN, methods=("POST",), again=new_plan)
def create_plan(request: PageRequest) -> HttpResponse:
    """Draft a plan."""
    sent = _valid(_plan_form(request, request.POST))
    names = (sent["name_a"], sent["name_b"])
    made = rules.create_plan(request.actor, int(sent["cycle_id"]), sent["name"], names, name_en=sent["name_en"])
    return see(reverse("reward:plan", args=[made]))


def _policy_lines(scenario: queries.ScenarioCard) -> list[shown.Term]:
    """A policy in words, for its card."""
    read = policies.read(scenario.policy)
    lines: list[shown.Term] = [
        (_("Money"), str(Mode(read.mode).label)),
        (_("Company"), shown.coefficient(read.company.coefficient)),
    ]
    if read.units:
        results = (f"{code} {shown.coefficient(result.coefficient)}" for code, result in read.units.items())
        lines.append((_("Units"), " · ".join(results)))
    evened = {**{k: v for k, v in read.flattening.items() if v}, **read.unit_flattening}
    lines.append((_("Levelled"), " · ".join(_evened(key, value) for key, value in evened.items()) or _("not levelled")))
    if read.floor is not None or read.cap is not None:
        ends = [f"{value / policies.PERCENT:g} %" if value is not None else "–" for value in (read.floor, read.cap)]
        lines.append((_("Floor – cap"), " – ".join(ends)))
    return [*lines, (_("After a move"), str(Mover(read.mover).label))]


def _evened(key: str, value: int) -> str:
    from beichen.people.choices import RoleType

    name = dict(RoleType.choices).get(key, key)
    return f"{name} {shown.coefficient(value)}"


@door(access.SEE_PLANS)
def plan(request: PageRequest, plan_id: int) -> HttpResponse:
    """One plan: two policies side by side, and what comes next. Cost: at most 15 statements."""
    card = queries.plan(request.actor, plan_id)
    pair = queries.scenarios(request.actor, plan_id)
    ran = len(pair) == 2 and all(s.facts and not s.problem and s.simulated_at for s in pair)
    asked = queries.waiting_for(request.actor, _next_permission(card), [plan_id]).get(plan_id)
    stopped = queries.why_stopped(request.actor, plan_id, card.busy)
    return page(
        request, "reward/plan.html", fragment="rows" if "after" in request.GET else "busy", plan=card, path=PATH,
        stopped=stopped, has_stopped=stopped is not None,
        phase=str(Phase(card.phase).label),
        pair=[(s, _policy_lines(s), shown.problem(s.problem)) for s in pair],
        rights=_rights(request, card, free=not card.busy or stopped is not None),
        asked=asked, asked_name=_name(request, asked.asked_by) if asked else "", mine=_is_mine(request, asked),
        **(_compared(request, card, pair) if ran else {}),
        choose=_choose(request, pair) if ran else None,
    )  # fmt: skip


def _choose(request: PageRequest, pair: list[queries.ScenarioCard]) -> ChooseForm:
    return ChooseForm([(s.key, f"{s.key} · {s.name}") for s in pair], _posted(request))


def _next_permission(card: queries.PlanCard) -> Any:
    if card.state == PlanState.CONSOLIDATED:
        return access.APPROVE
    return access.UNLOCK if card.state == PlanState.LOCKED and card.phase == Phase.COMPENSATION else access.RELEASE


def _name(request: PageRequest, person_id: int) -> str:
    found = queries.names_of(request.actor, [person_id])
    return found[person_id].name if person_id in found else ""


def _is_mine(request: PageRequest, asked: Any) -> bool:
    return asked is not None and asked.asked_by == request.actor.person_id


def _rights(request: PageRequest, card: queries.PlanCard, *, free: bool) -> dict[str, bool]:
    """Which buttons to draw; `free`: nothing is being computed. The seats were looked up once."""
    in_phase = card.phase == Phase.COMPENSATION
    open_now = card.state in (PlanState.DRAFT, PlanState.SIMULATED)
    letters = card.state in (PlanState.LOCKED, PlanState.RELEASED) and card.phase in (Phase.RELEASE, Phase.APPEAL)
    states = {
        "edit": (access.EDIT_PLAN, open_now and free),
        "simulate": (access.SIMULATE, open_now and in_phase and free),
        "choose": (access.PROPOSE, card.state == PlanState.SIMULATED and in_phase),
        "consolidate": (access.CONSOLIDATE, card.state == PlanState.PROPOSED and in_phase),
        "approve": (access.APPROVE, card.state == PlanState.CONSOLIDATED and in_phase),
        "unlock": (access.UNLOCK, card.state == PlanState.LOCKED and in_phase),
        "letters": (access.RELEASE, letters and free and card.letters_out < card.letters_due),
    }
    return {name: now and may(request.actor, permission, card) for name, (permission, now) in states.items()}


def _compared(request: PageRequest, card: queries.PlanCard, pair: list[queries.ScenarioCard]) -> dict[str, Any]:
    after = shown.begins(request.GET.get("after", ""))
    found = queries.comparison(request.actor, card.id, pair, after, shown.ROWS)
    totals = tuple(s.facts["total"] for s in pair)
    return {
        "found": found, "part": found.pools.lines, "following": found.pools.following, "totals": totals,
        "listed": found.pools.sums, "adds_up": found.pools.sums == totals,
        "difference": totals[1] - totals[0], "paid_difference": pair[1].facts["shared"] - pair[0].facts["shared"],
        "movers": [(_("Biggest gains under B"), found.gains), (_("Biggest losses under B"), found.losses)],
        "curve_rows": shown.curve_rows(found.curves[0].rows, found.curves[1].rows) if found.curves else [],
        "even": [f"{curve.gini:.3f}" for curve in found.curves] if found.curves else [],
    }  # fmt: skip


@door(access.SIMULATE)
def out(request: PageRequest, plan_id: int) -> HttpResponse:
    """Who is in neither base nor share, and why. Cost: four statements."""
    card = queries.plan(request.actor, plan_id)
    if not may(request.actor, access.SIMULATE, card):
        raise NotFound
    lines = [(person, Out(why).label) for person, why in queries.out_of_plan(request.actor, plan_id)]
    return page(request, "reward/out.html", fragment="list", plan=card, lines=lines)


@door(access.EDIT_PLAN)
def policy(request: PageRequest, plan_id: int, key: str) -> HttpResponse:
    """The settings of one policy. Cost: six statements."""
    card = queries.plan(request.actor, plan_id)
    if not may(request.actor, access.EDIT_PLAN, card):
        raise NotFound
    scenario = _scenario(request, plan_id, key)
    form = PolicyForm(scenario.policy, scenario.name, _units(request, scenario), _posted(request))
    return page(request, "reward/policy.html", plan=card, scenario=scenario, form=form)


def _units(request: PageRequest, scenario: queries.ScenarioCard) -> dict[str, people.UnitCard]:
    policy = scenario.policy
    return people.by_code(request.actor, [*(policy.get("units") or {}), *(policy.get("unit_flattening") or {})])


def _scenario(request: PageRequest, plan_id: int, key: str) -> queries.ScenarioCard:
    for scenario in queries.scenarios(request.actor, plan_id):
        if scenario.key == key:
            return scenario
    raise NotFound


@door(access.EDIT_PLAN, methods=("POST",), again=policy)
def save_policy(request: PageRequest, plan_id: int, key: str) -> HttpResponse:
    """Keep the settings of one policy."""
    from beichen.platform.access.current import acting

    with acting(request.actor):
        scenario = _scenario(request, plan_id, key)
        form = PolicyForm(scenario.policy, scenario.name, _units(request, scenario), request.POST)
        currency = queries.plan(request.actor, plan_id).currency
    sent = _valid(form)
    try:
        rules.edit_scenario(request.actor, plan_id, key, sent["name"], form.policy(currency), request.version)
    except BadValue as refusal:
        refusal.field = FIELDS.get(refusal.field or "", refusal.field)
        raise
    tell(request, _("Saved. Simulate to see the result."))
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.SIMULATE, methods=("POST",))
def simulate(request: PageRequest, plan_id: int) -> HttpResponse:
    """Have both policies computed."""
    rules.ask_simulation(request.actor, plan_id, request.version)
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.SEE_PLANS)
def busy(request: PageRequest, plan_id: int) -> HttpResponse:
    """Asked by the page while something is computed: the sign again, or the order to draw the page anew."""
    card = queries.plan(request.actor, plan_id)
    stopped = queries.why_stopped(request.actor, plan_id, card.busy)
    response = page(request, "reward/plan.html", fragment="busy", plan=card, polled=True)
    if not card.busy or stopped is not None:
        response["HX-Refresh"] = "true"
    return response


@door(access.PROPOSE, methods=("POST",), again=plan)
def choose(request: PageRequest, plan_id: int) -> HttpResponse:
    """Choose a policy."""
    form = ChooseForm([("A", "A"), ("B", "B")], request.POST)
    sent = _valid(form)
    rules.choose(request.actor, plan_id, sent["key"], request.version, sent["adjust_until"])
    tell(request, _("Chosen. Unit heads have been notified."))
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.CONSOLIDATE, methods=("POST",))
def consolidate(request: PageRequest, plan_id: int) -> HttpResponse:
    """Put the plan together."""
    rules.consolidate(request.actor, plan_id, request.version)
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.APPROVE, methods=("POST",))
def approve(request: PageRequest, plan_id: int) -> HttpResponse:
    """Lock, or ask the other seat to."""
    done = rules.approve(request.actor, plan_id, request.version)
    tell(request, _("Locked.") if done else _("You approved. The other seat must approve too."))
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.UNLOCK, methods=("POST",))
def unlock(request: PageRequest, plan_id: int) -> HttpResponse:
    """Open again, or ask the other seat to."""
    done = rules.unlock(request.actor, plan_id, request.version)
    tell(request, _("Reopened.") if done else _("You approved. The other seat must approve too."))
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.RELEASE, methods=("POST",))
def send_letters(request: PageRequest, plan_id: int) -> HttpResponse:
    """Send the letters, or ask a second HR administrator to."""
    done = rules.ask_letters(request.actor, plan_id, request.version)
    tell(
        request,
        _("The letters are being sent.") if done else _("Requested. A second HR administrator must do the same."),
    )
    return see(reverse("reward:plan", args=[plan_id]))


@door(access.SEE_PLANS)
def queue(request: PageRequest) -> HttpResponse:
    """Plans that wait for two people. Cost: six statements."""
    found = queries.plans(request.actor)
    to_lock = [card for card in found if card.state == PlanState.CONSOLIDATED]
    to_send = [card for card in found if _rights(request, card, free=not card.busy)["letters"]]
    asked = queries.waiting_for(request.actor, access.APPROVE, [card.id for card in to_lock])
    sent = queries.waiting_for(request.actor, access.RELEASE, [card.id for card in to_send])
    names = queries.names_of(request.actor, [a.asked_by for a in (*asked.values(), *sent.values())])
    facts = {card.id: _chosen_facts(request, card) for card in to_lock}
    return page(
        request, "reward/queue.html",
        to_lock=[(c, facts[c.id], _asker(asked.get(c.id), names), _is_mine(request, asked.get(c.id))) for c in to_lock],
        to_send=[(c, _asker(sent.get(c.id), names), _is_mine(request, sent.get(c.id))) for c in to_send],
        may_lock=any(may(request.actor, access.APPROVE, card) for card in to_lock),
    )  # fmt: skip


def _chosen_facts(request: PageRequest, card: queries.PlanCard) -> Any:
    return next((s.facts for s in queries.scenarios(request.actor, card.id) if s.id == card.chosen_id), None)


def _asker(asked: Any, names: Any) -> str:
    return names[asked.asked_by].name if asked and asked.asked_by in names else ""
