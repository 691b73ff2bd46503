"""What the launched plans of a cycle still have to do, phase by phase."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from django.db.models import Count, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from beichen.people.choices import Phase
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import PhaseWork
from beichen.reviews import access
from beichen.reviews.choices import PartRole, PartState, PlanState, RatingState
from beichen.reviews.models import Part, Rating, ReviewPlan

PARTS: tuple[tuple[Phase, PartRole, str | Promise], ...] = (
    (Phase.SELF, PartRole.SELF, _("self reviews")),
    (Phase.PEER, PartRole.PEER, _("peer reviews")),
    (Phase.MANAGER, PartRole.MANAGER, _("manager reviews")),
)
DONE = (RatingState.LOCKED, RatingState.RELEASED, RatingState.ARCHIVED)


@query
def phase_work(actor: Actor, cycles: Mapping[int, str]) -> list[PhaseWork]:
    """Whether a phase has work depends on the launched plans alone; the counts are what the actor may count.

    Cost: one statement, and at most two more while reviews are being written and closed.
    """
    plans: dict[int, list[ReviewPlan]] = defaultdict(list)
    launched = ReviewPlan.objects.filter(cycle_id__in=list(cycles), state=PlanState.LAUNCHED)
    for plan in launched.only("cycle_id", "settings").order_by("pk"):
        plans[plan.cycle_id].append(plan)
    if not plans:
        return []
    parts = _parts([cycle_id for cycle_id in plans if cycles[cycle_id] <= Phase.MANAGER])
    ratings = _ratings([cycle_id for cycle_id in plans if cycles[cycle_id] <= Phase.RELEASE])
    return [line for cycle_id in plans for line in _lines(cycle_id, plans[cycle_id], parts, ratings)]


def _parts(cycle_ids: Sequence[int]) -> dict[tuple[int, str], tuple[int, int]]:
    if not cycle_ids:
        return {}
    found = Part.objects.filter(access.visible_parts(), cycle_id__in=cycle_ids).values_list("cycle_id", "role")
    counted = found.annotate(done=Count("id", filter=~Q(state=PartState.DRAFT)), whole=Count("id")).order_by("cycle_id")
    return {(cycle_id, role): (done, whole) for cycle_id, role, done, whole in counted}


def _ratings(cycle_ids: Sequence[int]) -> dict[int, tuple[int, int, int, int]]:
    if not cycle_ids:
        return {}
    found = Rating.objects.filter(access.visible_ratings(), cycle_id__in=cycle_ids).values_list("cycle_id")
    counted = found.annotate(
        whole=Count("pk"), decided=Count("pk", filter=Q(decided_by__isnull=False)),
        locked=Count("pk", filter=Q(state__in=DONE)), released=Count("pk", filter=Q(state__in=DONE[1:])),
    ).order_by("cycle_id")  # fmt: skip
    return {cycle_id: (whole, decided, locked, released) for cycle_id, whole, decided, locked, released in counted}


def _lines(
    cycle_id: int,
    plans: Sequence[ReviewPlan],
    parts: Mapping[tuple[int, str], tuple[int, int]],
    ratings: Mapping[int, tuple[int, int, int, int]],
) -> list[PhaseWork]:
    url = reverse("reviews:plan", args=[plans[0].pk])
    asks_peers = any(int(plan.settings["peers"].get("nominate_max", 0)) for plan in plans)
    found = [
        PhaseWork(cycle_id, phase, label, *parts.get((cycle_id, role), (0, 0)), url)
        for phase, role, label in PARTS
        if role != PartRole.PEER or asks_peers
    ]
    whole, decided, locked, released = ratings.get(cycle_id, (0, 0, 0, 0))
    return [
        *found,
        PhaseWork(cycle_id, Phase.MANAGER, _("grades decided"), decided, whole, url),
        PhaseWork(cycle_id, Phase.CALIBRATION, _("calibration of the grades"), url=url),
        PhaseWork(cycle_id, Phase.LOCK, _("results locked"), locked, whole, url),
        PhaseWork(cycle_id, Phase.RELEASE, _("results released"), released, whole, url),
    ]
