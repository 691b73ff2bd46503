"""A period's figures are checked, signed and published by somebody else than who wrote them."""

from __future__ import annotations

from django.utils.translation import gettext_noop

from beichen.metrics import access, queries
from beichen.metrics.choices import HeldState, MetricState, Origin, PublicationState
from beichen.metrics.events import FiguresPublished
from beichen.metrics.formulas import expressions, quality
from beichen.metrics.models import HeldValue, Metric, Publication
from beichen.metrics.rules.values import column_of, fitting, table_of
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.events.bus import publish
from beichen.platform.kit import clock, periods
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, Refused


class Incomplete(Refused):
    """Nothing is scored on a metric without an agreed definition and source."""

    code = "metric_incomplete"
    text = gettext_noop(
        "“%(name)s” has no agreed definition, owner or source yet. Complete it before its figures are published."
    )


class StillHeld(Refused):
    """Figures that were held back wait for a decision."""

    code = "figures_still_held"
    text = gettext_noop("%(count)s figures are held back. Decide on them first.")


class InputsOpen(Refused):
    """A computed figure is as sound as what it is computed from."""

    code = "inputs_not_published"
    text = gettext_noop("This is computed from “%(name)s”, whose figures for %(period)s are not published yet.")


class NothingThere(Refused):
    """No value, nothing to sign."""

    code = "no_figures"
    text = gettext_noop("There are no figures for this period yet.")


class WrittenByYou(Refused):
    """Two people stand behind published figures."""

    code = "figures_written_by_you"
    text = gettext_noop("You entered the last of these figures, so somebody else has to sign them.")


class MissingUnsaid(Invalid):
    """Missing figures are named before the rest is published."""

    code = "missing_figures_unsaid"
    text = gettext_noop(
        "%(count)s figures that were there in the period before are missing. Say in the note what is known of them."
    )


@rule
def sign(actor: Actor, metric_id: int, period: str, note: str, version: int) -> None:
    """Publish the figures of a metric and period, for scores and for goals. Cost: about twelve statements.

    Errors: NotFound, Forbidden, WrittenByYou, Changed, Incomplete, NothingThere, StillHeld, InputsOpen, MissingUnsaid.
    """
    metric = queries.metric_to_change(actor, metric_id)
    key = fitting(metric, period)
    found = Publication.objects.select_for_update(of=("self",)).filter(metric=metric, period=key).first()
    require(actor, access.WRITE_VALUES)
    if found is None:
        raise NothingThere(metric)
    if found.state == PublicationState.PUBLISHED and found.signed_by_id == actor.person_id:
        return
    if found.last_editor_id == actor.person_id:
        raise WrittenByYou(found)
    require(actor, access.SIGN, found)
    if found.version != version:
        raise Changed(found)
    _check(metric, found)
    _count(metric, found)
    if found.missing and not note.strip():
        raise MissingUnsaid(found, field="note", count=found.missing)
    found.state, found.signed_by_id, found.signed_at = PublicationState.PUBLISHED, actor.person_id, clock.now()
    found.note, found.version = note.strip(), found.version + 1
    found.save()
    audit.record(
        actor, access.SIGN, found,
        details={"metric": metric.pk, "period": key, "values": found.values, "by_hand": found.by_hand,
                 "missing": found.missing, "late_days": found.late_days, "note": found.note},
    )  # fmt: skip
    publish(FiguresPublished(metric_id=metric.pk, period=key))


def _check(metric: Metric, found: Publication) -> None:
    sound = metric.definition.strip() and metric.owner_id and (metric.source.strip() or metric.formula)
    if metric.state != MetricState.IN_FORCE or not sound:
        raise Incomplete(metric, name=metric.name)
    held = HeldValue.objects.filter(metric=metric, period=found.period, state=HeldState.HELD).count()
    if held:
        raise StillHeld(found, count=held)
    if metric.formula:
        _inputs(metric, found)


def _inputs(metric: Metric, found: Publication) -> None:
    tree = expressions.read(metric.formula)
    read = list(Metric.objects.filter(code__in=expressions.codes(tree)))
    published = set(
        Publication.objects.filter(
            metric__in=read, period=found.period, state=PublicationState.PUBLISHED
        ).values_list("metric_id", flat=True)
    )  # fmt: skip
    now = {ref.code for ref in expressions.refs(tree) if not ref.before}
    for one in read:
        if one.code in now and one.pk not in published:
            raise InputsOpen(found, name=one.name, period=found.period)


def _count(metric: Metric, found: Publication) -> None:
    table, column = table_of(metric), column_of(metric)
    current = table.objects.filter(metric=metric, period=found.period, is_current=True)
    found.values = current.count()
    if not found.values:
        raise NothingThere(found)
    found.by_hand = current.filter(origin=Origin.BY_HAND).count()
    period = periods.parse(found.period)
    before = table.objects.filter(metric=metric, period=period.shifted(-1).key, is_current=True)
    found.missing = before.exclude(**{f"{column}__in": current.values(column)}).count()
    found.late_days = quality.late_days(period.end, metric.due_days, clock.today())


__all__ = ["NotFound", "sign"]
