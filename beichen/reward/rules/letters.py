"""Letters: opened by two HR administrators who read no amounts, for people whose rating is released."""

from __future__ import annotations

from django.urls import reverse

from beichen.people.choices import Phase
from beichen.people.rules import open_cycle
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.access.two_person import two_person
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed
from beichen.platform.notify import Letter, send_many
from beichen.reviews import queries as reviews
from beichen.reward import access
from beichen.reward.choices import LETTER_READY, PlanState
from beichen.reward.events import LettersAsked, LettersReleased
from beichen.reward.models import BonusAward, BonusPlan
from beichen.reward.queries import plan_key
from beichen.reward.rules.errors import NobodyReleased, WrongState
from beichen.reward.rules.plans import not_computing, plan_to_change

BATCH = 1_000
RATED = ("released", "archived")


@rule
def ask_letters(actor: Actor, plan_id: int, version: int) -> bool:
    """Have the letters opened, once a second HR administrator asks too; False: asked for.

    Errors: NotFound, Forbidden, WrongPhase, WrongState, Changed, NobodyReleased. Cost: nine statements, then a job.
    """
    plan = plan_to_change(plan_id)
    require(actor, access.RELEASE, plan)
    not_computing(actor, plan)
    if plan.version != version:
        raise Changed(plan)
    open_cycle(actor, plan.cycle_id, Phase.RELEASE, Phase.APPEAL)
    if plan.state not in (PlanState.LOCKED, PlanState.RELEASED):
        raise WrongState(now=str(PlanState(plan.state).label))
    if plan.letters_due and plan.letters_out == plan.letters_due:
        raise NobodyReleased
    what = {"plan": plan.pk, "out": plan.letters_out}
    if not two_person(actor, access.RELEASE, plan_key(plan.pk), what, about=plan.name):
        audit.record(actor, "reward.release_asked", plan)
        return False
    plan.busy, plan.version = "letters", plan.version + 1
    plan.save(update_fields=["busy", "version"])
    audit.record(actor, access.RELEASE, plan)
    publish(LettersAsked(plan.pk))
    return True


@rule
def send_letters(actor: Actor, plan_id: int) -> int:
    """Open the letters of everybody whose rating is released; returns how many people it reached. Again: none.

    Cost: seven statements and two for each 1,000 people.
    """
    plan = BonusPlan.objects.select_for_update().filter(pk=plan_id, state__in=[PlanState.LOCKED, *access.OUT]).first()
    if plan is None:
        return 0
    rated = [r.person_id for r in reviews.locked_results(actor, plan.cycle_id) if r.state in RATED]
    due = BonusAward.objects.filter(scenario_id=plan.chosen_id or 0, released_at__isnull=True, subject_id__in=rated)
    people = sorted(set(due.values_list("subject_id", flat=True)))
    due.update(released_at=clock.now())
    plan.busy, plan.version = "", plan.version + 1
    plan.letters_out += len(people)
    if people and plan.state == PlanState.LOCKED:
        plan.state, plan.released_at = PlanState.RELEASED, clock.now()
    plan.save(update_fields=["busy", "version", "letters_out", "state", "released_at"])
    audit.record_bulk(actor, access.RELEASE, "reward.bonusaward", people, {"plan": plan.pk})
    _tell(actor, plan, people)
    return len(people)


def _tell(actor: Actor, plan: BonusPlan, people: list[int]) -> None:
    url = reverse("reward:letter", args=[plan.pk])
    send_many(actor, [Letter(person, LETTER_READY, url, {"plan": plan.name}) for person in people])
    for start in range(0, len(people), BATCH):
        publish(LettersReleased(plan.pk, tuple(people[start : start + BATCH])))
