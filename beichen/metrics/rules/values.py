"""Values come in: checked, held back where a rule fails, corrected with a reason; the old value stays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import HeldState, MetricState, Origin, PublicationState, Subject
from beichen.metrics.formulas.quality import Fault, Limits, fault
from beichen.metrics.models import HeldValue, Metric, PersonValue, Publication, UnitValue
from beichen.metrics.queries import About
from beichen.people import queries as people
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.many import write_many
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock, periods, words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Phrase, Refused
from beichen.platform.kit.words import BadValue

LARGEST = Decimal(10) ** 18
_EVERY = {"year": Phrase("Year"), "half": Phrase("Half-year"), "quarter": Phrase("Quarter"), "month": Phrase("Month")}
"""The names of the rhythms, as the choices have them."""


class NotCollected(Refused):
    """A computed metric takes no values by hand."""

    code = "metric_is_computed"
    text = gettext_noop("“%(name)s” is computed by its formula. Correct the figures it is computed from.")


class NotActive(Refused):
    """Only an active metric has values."""

    code = "metric_not_active"
    text = gettext_noop("“%(name)s” is not active, so it takes no figures. Activate it first.")


class WrongPeriod(Invalid):
    """The period does not fit the metric, or has not begun."""

    code = "wrong_period"
    text = gettext_noop(
        "“%(period)s” does not fit. This metric’s figures are for: %(rhythm)s; the period must have begun."
    )


class ReasonMissing(Invalid):
    """A correction says why; both values are kept."""

    code = "correction_needs_reason"
    text = gettext_noop("There is a figure already: %(value)s. To correct it, say why; both are kept.")


class AlreadyDecided(Refused):
    """Somebody has decided on the held value."""

    code = "held_value_decided"
    text = gettext_noop("This figure has been decided on already.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueInput:
    """One figure for a person or a unit; `reason` where it corrects another."""

    period: str
    value: Decimal
    person_id: int | None = None
    unit_id: int | None = None
    reason: str = ""


@dataclass(slots=True)
class Taken:
    """What became of the figures that came in, by subject."""

    added: list[int] = field(default_factory=list)
    corrected: list[int] = field(default_factory=list)
    held: dict[int, Fault] = field(default_factory=dict)
    unchanged: list[int] = field(default_factory=list)


def table_of(metric: Metric) -> type[PersonValue] | type[UnitValue]:
    """Where the metric's values are kept."""
    return PersonValue if metric.subject == Subject.PERSON else UnitValue


def column_of(metric: Metric) -> str:
    """The column of its subject."""
    return "person_id" if metric.subject == Subject.PERSON else "unit_id"


def limits_of(metric: Metric) -> Limits:
    """What its values are held to."""
    return Limits(metric.least, metric.most, metric.jump_percent)


@rule
def enter_value(actor: Actor, metric_id: int, entered: ValueInput) -> Taken:
    """Write one figure by hand, or correct one with a reason; where it fails a rule it is held back.

    A correction of published figures opens the period again, until somebody else signs. Cost: about twelve statements.
    Errors: NotFound, Forbidden, NotActive, NotCollected, WrongPeriod, ReasonMissing, BadValue.
    """
    metric = queries.metric_to_change(actor, metric_id)
    about = _about(actor, metric, entered)
    require(actor, access.WRITE_VALUE, about)
    period = collecting(metric, entered.period)
    origin = Origin.TOKEN if actor.scopes is not None else Origin.BY_HAND
    subject = entered.person_id or entered.unit_id or 0
    return take(actor, metric, period, {subject: (entered.value, entered.reason.strip())}, origin)


@rule
def enter_values(actor: Actor, metric_id: int, period: str, figures: Mapping[int, Decimal]) -> Taken:
    """Write many figures of one metric and period by the ids of their subjects; none may correct another.

    Errors: as `enter_value`. Cost: about eleven statements, however many.
    """
    metric = queries.metric_to_change(actor, metric_id)
    require(actor, access.WRITE_VALUES)
    entered = {subject: (value, "") for subject, value in figures.items()}
    return take(actor, metric, collecting(metric, period), entered, Origin.IMPORT)


def _about(actor: Actor, metric: Metric, entered: ValueInput) -> About:
    wanted = entered.person_id if metric.subject == Subject.PERSON else entered.unit_id
    if wanted is None or (entered.person_id is not None and entered.unit_id is not None):
        raise BadValue("subject", "", words.ONE_OR_MORE)
    if metric.subject == Subject.PERSON:
        return About(people.person(actor, wanted).id, None)
    return About(None, people.unit(actor, wanted).id)


def collecting(metric: Metric, key: str) -> str:
    """The key of a period in which the metric takes values, or what stands against it."""
    if metric.state != MetricState.IN_FORCE:
        raise NotActive(metric, name=metric.name)
    if metric.formula:
        raise NotCollected(metric, name=metric.name)
    return fitting(metric, key)


def fitting(metric: Metric, key: str) -> str:
    """The key of a period of the metric's rhythm that has begun."""
    period = periods.parse(key)
    if period.kind != metric.rhythm or period.start > clock.today():
        raise WrongPeriod(metric, field="period", period=key, rhythm=_EVERY[metric.rhythm])
    return period.key


def opened(actor: Actor, metric: Metric, period: str) -> Publication:
    """The publication of a period, locked; whoever writes values of the period comes one after the other."""
    Publication.objects.get_or_create(metric=metric, period=period)
    return Publication.objects.select_for_update(of=("self",)).get(metric=metric, period=period)


def touched(actor: Actor, publication: Publication) -> None:
    """Note who wrote last; published figures are being collected again."""
    publication.last_editor_id, publication.version = actor.person_id, publication.version + 1
    if publication.state == PublicationState.PUBLISHED:
        publication.state, publication.signed_by_id, publication.signed_at = PublicationState.OPEN, None, None
    publication.save()


def take(actor: Actor, metric: Metric, period: str, entered: Mapping[int, tuple[Decimal, str]], origin: str) -> Taken:
    """Write figures of one metric and period by subject: value and, for a correction, its reason.

    The caller has asked for the right. Cost: about nine statements, and one per 5,000 figures.
    """
    publication = opened(actor, metric, period)
    table, column, result = table_of(metric), column_of(metric), Taken()
    there = _current(table, column, metric, period, entered)
    before = _before(table, column, metric, period, entered)
    number = _number(metric)
    new, held = [], []
    for subject, (value, reason) in entered.items():
        _storable(value)
        old = there.get(subject)
        if old is not None and old[1] == value:
            result.unchanged.append(subject)
            continue
        if old is not None and not reason:
            raise ReasonMissing(metric, field="reason", value=f"{old[1].normalize():f}")
        failed = fault(value, before.get(subject), limits_of(metric))
        written = {"metric_id": metric.pk, "period": period, "value": value, "origin": origin, column: subject,
                   "author_id": actor.person_id, "at": clock.now()}  # fmt: skip
        if failed is not None:
            result.held[subject] = failed
            held.append(HeldValue(**written, entered_reason=reason, fault=failed.rule, limit=failed.limit))
            continue
        (result.added if old is None else result.corrected).append(subject)
        new.append(table(**written, number=number, reason=reason, replaces=old[0] if old else None))
    table.objects.filter(pk__in=[row.replaces for row in new if row.replaces]).update(is_current=False)
    write_many(new)
    write_many(held)
    if new or held:
        touched(actor, publication)
        _note(actor, metric, period, [*new, *held], column, {line: there[line] for line in result.corrected})
    return result


def _storable(value: Decimal) -> None:
    if not value.is_finite() or abs(value) >= LARGEST:
        raise BadValue("value", value, words.A_DECIMAL)
    if value != value.quantize(Decimal("0.000001")):
        raise BadValue("value", value, words.FEWER_DIGITS, digits=6)


def _current(
    table: Any, column: str, metric: Metric, period: str, entered: Mapping[int, object]
) -> dict[int, tuple[int, Decimal]]:
    found = table.objects.filter(
        metric=metric, period=period, is_current=True, **{f"{column}__in": list(entered)}
    )  # fmt: skip
    return {subject: (pk, value) for subject, pk, value in found.values_list(column, "pk", "value")}


def _before(table: Any, column: str, metric: Metric, period: str, entered: Mapping[int, object]) -> dict[int, Decimal]:
    if metric.jump_percent is None:
        return {}
    key = periods.parse(period).shifted(-1).key
    found = table.objects.filter(metric=metric, period=key, is_current=True, **{f"{column}__in": list(entered)})
    return dict(found.values_list(column, "value"))


def _number(metric: Metric) -> int:
    """The version of the definition in force."""
    newest = metric.versions.filter(state="agreed").order_by("-number").values_list("number", flat=True).first()
    return newest or 1


def _note(
    actor: Actor, metric: Metric, period: str, rows: Sequence[Any], column: str, before: Mapping[int, Any]
) -> None:
    """One audit line for one figure with both values, one for many with their ids."""
    subjects = [getattr(row, column) for row in rows]
    if len(rows) == 1:
        details = {
            "period": period, "metric": metric.pk, "value": rows[0].value,
            "before": before[subjects[0]][1] if subjects[0] in before else None,
            "reason": getattr(rows[0], "reason", "") or getattr(rows[0], "entered_reason", ""),
        }  # fmt: skip
        of = subjects if column == "person_id" else []
        audit.record(actor, access.WRITE_VALUE, rows[0], subjects=of, details=details)
        return
    kind = rows[0]._meta.label_lower
    audit.record_bulk(
        actor, access.WRITE_VALUES, kind, [row.pk for row in rows], {"period": period, "metric": metric.pk}
    )


@rule
def decide_held(actor: Actor, held_id: int, *, let_through: bool, reason: str, version: int) -> None:
    """Let a held figure count after all, or throw it out: somebody else than who entered it, with a reason.

    Errors: NotFound, Forbidden, AlreadyDecided, Changed, BadValue. Cost: about ten statements.
    """
    held = queries.held_to_change(actor, held_id)
    wanted = HeldState.RELEASED if let_through else HeldState.DROPPED
    if held.state == wanted and held.decided_by_id == actor.person_id:
        return
    require(actor, access.DECIDE_HELD, held)
    if held.version != version:
        raise Changed(held)
    if held.state != HeldState.HELD:
        raise AlreadyDecided(held)
    if not reason.strip():
        raise BadValue("reason", reason, words.A_REASON)
    held.state, held.decided_by_id, held.decided_at = wanted, actor.person_id, clock.now()
    held.reason, held.version = reason.strip(), held.version + 1
    held.save()
    if let_through:
        _let_through(actor, held)
    audit.record(
        actor, access.DECIDE_HELD, held, subjects=[held.person_id] if held.person_id else [],
        details={"let_through": let_through, "reason": held.reason, "value": held.value, "period": held.period},
    )  # fmt: skip


def _let_through(actor: Actor, held: HeldValue) -> None:
    """The held figure becomes the current one, by who entered it; the one before stays as it was."""
    metric = Metric.objects.get(pk=held.metric_id)
    publication = opened(actor, metric, held.period)
    table, column = table_of(metric), column_of(metric)
    subject = held.person_id or held.unit_id
    if subject is None:
        raise NotFound
    old = _current(table, column, metric, held.period, {subject: None}).get(subject)
    if old is not None:
        table.objects.filter(pk=old[0]).update(is_current=False)
    write_many([table(
        metric_id=metric.pk, period=held.period, value=held.value, origin=held.origin, number=_number(metric),
        inputs=held.inputs, author_id=held.author_id, at=held.at, reason=held.entered_reason or held.reason,
        replaces=old[0] if old else None, **{column: subject},
    )])  # fmt: skip
    publication.version += 1
    if publication.state == PublicationState.PUBLISHED:
        publication.state, publication.signed_by_id, publication.signed_at = PublicationState.OPEN, None, None
    publication.last_editor_id = held.author_id
    publication.save()
