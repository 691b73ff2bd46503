"""Values of metrics: a period's figures, how they were made, what is held back, and what is due."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from beichen.metrics import access
from beichen.metrics.choices import HeldState, MetricState, Origin, PublicationState, Subject
from beichen.metrics.formulas import quality
from beichen.metrics.models import HeldValue, Metric, PersonValue, Publication, UnitValue
from beichen.metrics.queries.cards import DeskLine, HeldLine, PeriodCard, ValueLine
from beichen.metrics.queries.library import MetricCard, metrics
from beichen.platform.access.current import query
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

PAGE = 50


def _model(subject: str) -> type[PersonValue] | type[UnitValue]:
    return PersonValue if subject == Subject.PERSON else UnitValue


def visible_values(actor: Actor, subject: str) -> QuerySet[Any]:
    """The figures that the actor may read."""
    found: QuerySet[Any] = _model(subject).objects.all()
    if actor.person_id is None:
        return found
    return found.filter(access.visible_person_values() if subject == Subject.PERSON else access.visible_unit_values())


def lines_of(found: QuerySet[Any], subject: str) -> list[ValueLine]:
    """Figures with the names of subject and author. Cost: one statement."""
    who = "person" if subject == Subject.PERSON else "unit"
    named = found.annotate(
        subject_name=F(f"{who}__name"), subject_name_en=F(f"{who}__name_en"),
        key=F("person__number" if who == "person" else "unit__code"),
        in_unit=F("person__unit__name") if who == "person" else Value(""),
        author_name=Coalesce("author__name", Value("")),
    )  # fmt: skip
    return [
        ValueLine(*line)
        for line in named.values_list(
            "id", f"{who}_id", "subject_name", "subject_name_en", "key", "in_unit", "value", "origin", "author_name",
            "at", "reason", "replaces", "inputs", "number",
        )
    ]  # fmt: skip


@query
def values(actor: Actor, card: MetricCard, period: str, *, after: int = 0, limit: int = PAGE) -> list[ValueLine]:
    """The current figures of a period that the actor may see, by subject, `limit` + 1 at most. Cost: one statement."""
    who = "person_id" if card.subject == Subject.PERSON else "unit_id"
    found = visible_values(actor, card.subject).filter(metric_id=card.id, period=period, is_current=True)
    return lines_of(found.filter(**{f"{who}__gt": after}).order_by(who)[: limit + 1], card.subject)


@query
def missing(actor: Actor, card: MetricCard, period: str, limit: int = PAGE) -> list[tuple[int, str]]:
    """Subjects with a figure in the period before and none in this one: id and name. Cost: one statement."""
    who = "person" if card.subject == Subject.PERSON else "unit"
    found = visible_values(actor, card.subject).filter(metric_id=card.id, is_current=True)
    here = found.filter(period=period).values(f"{who}_id")
    key = periods.parse(period).shifted(-1).key
    gone = found.filter(period=key).exclude(**{f"{who}_id__in": here}).order_by(f"{who}_id")
    return [
        (pk, for_reader(name, english))
        for pk, name, english in gone.values_list(f"{who}_id", f"{who}__name", f"{who}__name_en")[:limit]
    ]


@query
def period_cards(actor: Actor, card: MetricCard, limit: int = 8) -> list[PeriodCard]:
    """The newest periods of a metric, newest first. Counts are of all figures, not of those one may read alone.

    Cost: four statements.
    """
    found = list(Publication.objects.filter(metric_id=card.id).select_related("signed_by").order_by("-period")[:limit])
    return _counted(card, found)


@query
def period_card(actor: Actor, card: MetricCard, period: str) -> PeriodCard:
    """One period of a metric, also one without any figure. Cost: four statements."""
    found = Publication.objects.filter(metric_id=card.id, period=period).select_related("signed_by").first()
    return _counted(card, [found or Publication(metric_id=card.id, period=period, version=0)])[0]


def _counted(card: MetricCard, found: list[Publication]) -> list[PeriodCard]:
    keys = [one.period for one in found]
    who = "person_id" if card.subject == Subject.PERSON else "unit_id"
    table = _model(card.subject).objects.filter(metric_id=card.id, is_current=True)
    counted = table.filter(period__in=keys).values("period").annotate(
        all=Count("id"), hand=Count("id", filter=Q(origin=Origin.BY_HAND))
    )  # fmt: skip
    sums = {line["period"]: (line["all"], line["hand"]) for line in counted}
    held = dict(
        HeldValue.objects.filter(metric_id=card.id, period__in=keys, state=HeldState.HELD).values("period")
        .annotate(n=Count("id")).values_list("period", "n")
    )  # fmt: skip
    cards = []
    for one in found:
        values, hand = sums.get(one.period, (0, 0))
        period = periods.parse(one.period)
        gone = one.missing
        late = one.late_days
        if one.state != PublicationState.PUBLISHED:
            here = table.filter(period=one.period).values(who)
            gone = table.filter(period=period.shifted(-1).key).exclude(**{f"{who}__in": here}).count()
            late = quality.late_days(period.end, card.due_days, clock.today())
        cards.append(PeriodCard(
            card.id, one.period, one.state, values, hand, gone, held.get(one.period, 0), late, one.last_editor_id,
            one.signed_by.name if one.signed_by else "", one.signed_at, one.note, one.version,
        ))  # fmt: skip
    return cards


@query
def held(actor: Actor, metric_id: int | None = None, period: str = "", limit: int = 100) -> list[HeldLine]:
    """What is held back and waits for a decision, the newest first. Cost: one statement."""
    found = HeldValue.objects.filter(state=HeldState.HELD)
    if actor.person_id is not None:
        found = found.filter(access.visible_held())
    if metric_id is not None:
        found = found.filter(metric_id=metric_id)
    if period:
        found = found.filter(period=period)
    named = found.annotate(
        subject_name=Coalesce("person__name", "unit__name"), subject_en=Coalesce("person__name_en", "unit__name_en"),
        author_name=Coalesce("author__name", Value("")),
    )  # fmt: skip
    return [
        HeldLine(*line)
        for line in named.order_by("-pk").values_list(
            "id", "metric_id", "metric__name", "metric__name_en", "metric__unit", "period", "subject_name",
            "subject_en", "value", "fault", "limit", "origin", "author_id", "author_name", "at", "entered_reason",
            "version",
        )[:limit]
    ]  # fmt: skip


def held_to_change(actor: Actor, held_id: int) -> HeldValue:
    """The row, locked, or NotFound. For rules."""
    found = HeldValue.objects.select_for_update(of=("self",)).filter(pk=held_id)
    if actor.person_id is not None:
        found = found.filter(access.visible_held())
    row = found.first()
    if row is None:
        raise NotFound
    return row


@query
def desk(actor: Actor) -> list[DeskLine]:
    """Every active metric that has been given figures, with the period that is due: what lies open first.

    Cost: about seven statements, whatever the number of metrics.
    """
    cards = {card.id: card for card in metrics(actor) if card.state == MetricState.IN_FORCE}
    newest = dict(
        Publication.objects.filter(metric_id__in=cards).values("metric_id").annotate(newest=Max("period"))
        .values_list("metric_id", "newest")
    )  # fmt: skip
    wanted = {pk: _due(cards[pk], key) for pk, key in newest.items()}
    open_ones = {
        (one.metric_id, one.period): one
        for one in Publication.objects.filter(metric_id__in=wanted, period__in=set(wanted.values()))
        .select_related("signed_by")
    }  # fmt: skip
    counts, helds = _all_counts(wanted), _all_held(wanted)
    lines = [
        DeskLine(cards[pk], _desk_card(cards[pk], key, open_ones.get((pk, key)), counts, helds))
        for pk, key in wanted.items()
    ]
    return sorted(lines, key=lambda line: (line.card.is_published, -line.card.late_days, line.metric.code))


def _due(card: MetricCard, newest: str) -> str:
    """The newest period with figures, or the last whole one if that is later."""
    kind = periods.PeriodKind(card.rhythm)
    whole = periods.of(kind, clock.today()).shifted(-1)
    found = periods.parse(newest)
    return found.key if found.kind != kind or found.start >= whole.start else whole.key


def _all_counts(wanted: dict[int, str]) -> dict[tuple[int, str], tuple[int, int]]:
    keys = set(wanted.values()) | {periods.parse(key).shifted(-1).key for key in wanted.values()}
    counts: dict[tuple[int, str], tuple[int, int]] = {}
    for table in (PersonValue, UnitValue):
        found: Any = table.objects.filter(metric_id__in=wanted, period__in=keys, is_current=True)
        for line in found.values("metric_id", "period").annotate(
            all=Count("id"), hand=Count("id", filter=Q(origin=Origin.BY_HAND))
        ):
            counts[line["metric_id"], line["period"]] = (line["all"], line["hand"])
    return counts


def _all_held(wanted: dict[int, str]) -> dict[tuple[int, str], int]:
    found = HeldValue.objects.filter(metric_id__in=wanted, state=HeldState.HELD).values("metric_id", "period")
    return {(line["metric_id"], line["period"]): line["n"] for line in found.annotate(n=Count("id"))}


def _desk_card(
    card: MetricCard, key: str, found: Publication | None, counts: dict[tuple[int, str], tuple[int, int]],
    helds: dict[tuple[int, str], int],
) -> PeriodCard:  # fmt: skip
    one = found or Publication(metric_id=card.id, period=key, version=0)
    all_of, hand = counts.get((card.id, key), (0, 0))
    period = periods.parse(key)
    missing, late = one.missing, one.late_days
    if one.state != PublicationState.PUBLISHED:
        missing = max(0, counts.get((card.id, period.shifted(-1).key), (0, 0))[0] - all_of)
        late = quality.late_days(period.end, card.due_days, clock.today())
    return PeriodCard(
        card.id, key, one.state, all_of, hand, missing, helds.get((card.id, key), 0), late, one.last_editor_id,
        one.signed_by.name if one.signed_by else "", one.signed_at, one.note, one.version,
    )  # fmt: skip


@query
def published(
    actor: Actor, metric_ids: set[int], period: str, *, person_id: int | None = None, unit_id: int | None = None
) -> dict[int, tuple[int, Decimal]]:
    """The published figures of one subject for a period: by metric its id and value. Cost: one statement."""
    subject = Subject.PERSON if person_id else Subject.UNIT
    signed = Publication.objects.filter(
        metric_id__in=metric_ids, period=period, state=PublicationState.PUBLISHED
    ).values("metric_id")  # fmt: skip
    who = {"person_id": person_id} if person_id else {"unit_id": unit_id}
    found = visible_values(actor, subject).filter(metric_id__in=signed, period=period, is_current=True, **who)
    return {pk: (row, value) for pk, row, value in found.values_list("metric_id", "id", "value")}


@query
def figures_of(actor: Actor, metric_id: int, period: str) -> dict[int, tuple[int, Decimal]]:
    """The published figures of a metric and period by the ids of their subjects, each its id and value; none while it
    is open. Cost: two statements.
    """
    signed = Publication.objects.filter(metric_id=metric_id, period=period, state=PublicationState.PUBLISHED)
    subject = Metric.objects.filter(pk=metric_id).values_list("subject", flat=True).first()
    if subject is None or not signed.exists():
        return {}
    who = "person_id" if subject == Subject.PERSON else "unit_id"
    found = visible_values(actor, subject).filter(metric_id=metric_id, period=period, is_current=True)
    return {subject_id: (row, value) for subject_id, row, value in found.values_list(who, "id", "value")}


@query
def newest_published(actor: Actor, metric_ids: set[int], until: date) -> dict[int, str]:
    """The newest published period of each metric that ended by a day. Cost: one statement."""
    found = Publication.objects.filter(metric_id__in=metric_ids, state=PublicationState.PUBLISHED)
    newest: dict[int, str] = {}
    for metric_id, key in found.order_by("period").values_list("metric_id", "period"):
        if periods.parse(key).end <= until:
            newest[metric_id] = key
    return newest


def begins(day: date, rhythm: str) -> str:
    """The key of the period of this rhythm in which the day lies."""
    return periods.of(periods.PeriodKind(rhythm), day).key
