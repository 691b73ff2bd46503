"""What a role profile recommends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import MetricState
from beichen.metrics.models import RecommendedMetric, RecommendedSet
from beichen.metrics.queries import RecommendedCard
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound

MOST_RECOMMENDED = 8


class NotInForce(Invalid):
    """Only a metric whose definition two people agreed to is recommended."""

    code = "metric_not_in_force"
    text = gettext_noop("%(name)s is not active, so it cannot be recommended. Activate it first.")


class TwiceRecommended(Invalid):
    code = "metric_twice"
    text = gettext_noop("%(name)s appears twice in this set. List each metric once.")


class TooManyMetrics(Invalid):
    code = "too_many_metrics"
    text = gettext_noop("A role has at most %(most)s recommended metrics; this set has %(count)s.")


class BadWeights(Invalid):
    code = "bad_weights"
    text = gettext_noop(
        "Give weights to all metrics or to none. Each is from 1 to 100, and together they must "
        "be 100%%; these add up to %(total)s%%."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommended:
    """One metric of a recommended set as entered."""

    metric_id: int
    weight: int | None = None
    note: str = ""
    note_en: str = ""


@rule
def set_recommended(actor: Actor, profile_id: int, lines: Sequence[Recommended], version: int) -> RecommendedCard:
    """Say which metrics a role is followed by, the most telling first; no lines take the recommendation back.

    Errors: NotFound, Forbidden, Changed, NotInForce, TwiceRecommended, TooManyMetrics, BadWeights.
    Cost: about twelve statements.
    """
    people.role_profile(actor, profile_id)
    require(actor, access.RECOMMEND)
    RecommendedSet.objects.get_or_create(profile_id=profile_id)
    found = RecommendedSet.objects.select_for_update(of=("self",)).get(profile_id=profile_id)
    before = [Recommended(**line) for line in found.lines.values(*Recommended.__dataclass_fields__)]
    if found.last_editor_id == actor.person_id and before == list(lines):
        return queries.recommended(actor, profile_id)
    if found.version != version:
        raise Changed(found)
    _check_recommended(actor, lines)
    found.last_editor_id, found.version = actor.person_id, found.version + 1
    found.save(update_fields=["last_editor", "version"])
    found.lines.all().delete()
    RecommendedMetric.objects.bulk_create(
        [RecommendedMetric(set=found, position=n, **asdict(line)) for n, line in enumerate(lines)]
    )
    audit.record(
        actor, access.RECOMMEND, found,
        details={"profile": profile_id, "from": [asdict(one) for one in before], "to": [asdict(one) for one in lines]},
    )  # fmt: skip
    return queries.recommended(actor, profile_id)


def _check_recommended(actor: Actor, lines: Sequence[Recommended]) -> None:
    library = {metric.id: metric for metric in queries.metrics(actor)}
    if len(lines) > MOST_RECOMMENDED:
        raise TooManyMetrics(field="lines", most=MOST_RECOMMENDED, count=len(lines))
    seen: set[int] = set()
    for line in lines:
        metric = library.get(line.metric_id)
        if metric is None:
            raise NotFound
        if metric.state != MetricState.IN_FORCE:
            raise NotInForce(field="lines", name=metric.title)
        if metric.id in seen:
            raise TwiceRecommended(field="lines", name=metric.title)
        seen.add(metric.id)
    weights = [line.weight for line in lines if line.weight is not None]
    whole = len(weights) == len(lines) and sum(weights) == 100 and all(weight >= 1 for weight in weights)
    if weights and not whole:
        raise BadWeights(field="lines", total=sum(weights))
