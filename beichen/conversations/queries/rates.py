"""How check-ins are answered: counts and the middle time, no content."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Aggregate, Count, DurationField, ExpressionWrapper, F, Q, QuerySet

from beichen.conversations import access
from beichen.conversations.choices import CheckInState
from beichen.conversations.models import CheckIn
from beichen.conversations.queries.cards import Rates
from beichen.platform.access.current import query
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor

RATED_DAYS = 90
LEAST = 5
"""Figures of a group are shown for at least so many people, on either side of the talk."""


class _Median(Aggregate):
    """The middle value in the order of the expression."""

    template = "percentile_cont(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


def _rated(found: QuerySet[CheckIn]) -> tuple[Rates, int]:
    """The figures, and how many managers they are about. Cost: one statement."""
    today = clock.today()
    taken = ExpressionWrapper(F("replied_at") - F("sent_at"), output_field=DurationField())
    late = Q(state=CheckInState.FILLED, answer_due_on__lt=today)
    line = found.filter(sent_at__gte=clock.now() - timedelta(days=RATED_DAYS)).aggregate(
        sent=Count("id"), answered=Count("id", filter=Q(state=CheckInState.REPLIED)), late=Count("id", filter=late),
        people=Count("person_id", distinct=True), managers=Count("manager_id", distinct=True), median=_Median(taken),
    )  # fmt: skip
    managers = line.pop("managers")
    return Rates(**line), managers


@query
def my_rates(actor: Actor) -> Rates | None:
    """How the actor answers; None when nobody wrote to the actor. Cost: one statement."""
    rates, _ = _rated(CheckIn.objects.filter(manager_id=actor.person_id))
    return rates if rates.sent else None


@query
def group_rates(actor: Actor) -> Rates | None:
    """How the managers about whom the actor may see figures answer. Cost: one statement.

    None where fewer than five people wrote or fewer than five managers were asked: a figure about so few would be
    one about a person.
    """
    rates, managers = _rated(CheckIn.objects.filter(access.counted_check_ins()))
    return rates if rates.people >= LEAST and managers >= LEAST else None
