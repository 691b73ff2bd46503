"""Metrics without an agreed definition and source, on which no cycle opens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext

from beichen.metrics.choices import MetricState
from beichen.metrics.models import BandTable, Metric
from beichen.people.choices import Phase
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Refused
from beichen.platform.registry import Hold
from beichen.platform.ui.language import for_reader

OPENS_IN = (Phase.SETUP, Phase.GOALS)
"""A cycle opens as it leaves these: goals are set, then they run."""
NAMED = 3


class OnUnagreedMetrics(Refused):
    """A cycle scores what two people agreed on the meaning and the source of."""

    code = "cycle_on_unagreed_metrics"
    text = gettext_noop(
        "The cycle cannot go on with metrics that have no agreed definition and source: %(metrics)s. Complete and "
        "activate them, or take them out."
    )


@dataclass(frozen=True, slots=True)
class Unagreed:
    """A metric that nothing should be scored on yet, and why: not active, no definition, no source."""

    id: int
    name: str
    name_en: str
    is_active: bool
    is_defined: bool
    has_source: bool

    @property
    def title(self) -> str:
        """The name in the reader's language."""
        return for_reader(self.name, self.name_en)

    @property
    def lacks(self) -> list[str]:
        """What is missing, in words."""
        said = {
            gettext("not active"): self.is_active, gettext("no definition"): self.is_defined,
            gettext("no source"): self.has_source,
        }  # fmt: skip
        return [word for word, there in said.items() if not there]

    def said(self, used_by: Sequence[str] = (), more: int = 0) -> str:
        """The metric, what it lacks and who uses it: titles, and how many more there are."""
        named = [*used_by[:NAMED]]
        more += len(used_by) - len(named)
        parts = [gettext("“%(title)s”") % {"title": title} for title in named]
        if more:
            parts.append(ngettext("%(n)s more goal", "%(n)s more goals", more) % {"n": more})
        words = {"metric": self.title, "lacks": gettext(", ").join(self.lacks), "goals": gettext(", ").join(parts)}
        if parts:
            return gettext("“%(metric)s” (%(lacks)s), used by %(goals)s") % words
        return gettext("“%(metric)s” (%(lacks)s)") % words


@query
def unagreed(actor: Actor, metric_ids: Iterable[int]) -> dict[int, Unagreed]:
    """Those of the metrics that lack an agreed definition or source, by id. Cost: one statement, none without ids."""
    ids = set(metric_ids)
    if not ids:
        return {}
    rows = Metric.objects.filter(pk__in=ids).order_by("code")
    found = [
        Unagreed(
            pk, name, english, state == MetricState.IN_FORCE, bool(definition.strip()),
            bool(source.strip() or formula),
        )
        for pk, name, english, state, definition, source, formula in rows.values_list(
            "id", "name", "name_en", "state", "definition", "source", "formula"
        )
    ]  # fmt: skip
    return {one.id: one for one in found if one.lacks}


@query
def held_by_bands(actor: Actor, cycles: Mapping[int, str]) -> list[Hold]:
    """Cycles about to open with bands for a metric that is not agreed. Cost: two statements, none once all run."""
    ids = [pk for pk, phase in cycles.items() if phase in OPENS_IN]
    if not ids:
        return []
    scored: dict[int, set[int]] = {}
    for cycle_id, metric_id in BandTable.objects.filter(cycle_id__in=ids).values_list("cycle_id", "metric_id"):
        if metric_id is not None:
            scored.setdefault(cycle_id, set()).add(metric_id)
    lacking = unagreed(actor, {pk for found in scored.values() for pk in found})
    return [
        hold_of(cycle_id, cycles[cycle_id], [one for pk, one in lacking.items() if pk in found])
        for cycle_id, found in sorted(scored.items())
        if found & lacking.keys()
    ]


def hold_of(cycle_id: int, phase: str, found: Sequence[Unagreed], said: Sequence[str] = ()) -> Hold:
    """A cycle that waits for these metrics; `said` in place of their own words. No statement."""
    words = gettext("; ").join(said or [one.said() for one in found])
    at = reverse("metrics:metric", args=[found[0].id]) if len(found) == 1 else reverse("metrics:library")
    return Hold(cycle_id, phase, OnUnagreedMetrics(metrics=words), at)
