"""What a role profile recommends."""

from __future__ import annotations

from dataclasses import dataclass

from beichen.metrics import access
from beichen.metrics.choices import Direction, MetricState
from beichen.metrics.models import RecommendedMetric, RecommendedSet
from beichen.people import queries as people
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class RecommendedLine:
    """A metric recommended to a role; `weight` in percent where the set weighs its metrics."""

    metric_id: int
    code: str
    name: str
    name_en: str
    unit: str
    direction: str
    state: str
    weight: int | None
    note: str
    note_en: str

    @property
    def title(self) -> str:
        """The metric in the reader's language, where there is a name."""
        return for_reader(self.name, self.name_en)

    @property
    def said(self) -> str:
        """Why this one, in the reader's language."""
        return for_reader(self.note, self.note_en)

    @property
    def direction_label(self) -> str:
        """Which way is better, in words."""
        return str(Direction(self.direction).label)

    @property
    def is_retired(self) -> bool:
        """Whether the library no longer offers it."""
        return self.state == MetricState.RETIRED


@dataclass(frozen=True, slots=True)
class RecommendedCard:
    """The recommended metric set of a role profile, the most telling first; version 0 while there is none."""

    profile_id: int
    version: int = 0
    lines: tuple[RecommendedLine, ...] = ()

    @property
    def weighs(self) -> bool:
        """Whether the metrics carry weights."""
        return any(line.weight is not None for line in self.lines)


_LINE = ("metric_id", "metric__code", "metric__name", "metric__name_en", "metric__unit", "metric__direction",
         "metric__state", "weight", "note", "note_en")  # fmt: skip


@query
def recommended(actor: Actor, profile_id: int) -> RecommendedCard:
    """The metrics that a role profile recommends, or NotFound where there is no such profile. Cost: four statements."""
    return recommended_of(actor, people.role_profile(actor, profile_id))


@query
def recommended_of(actor: Actor, profile: people.ProfileCard) -> RecommendedCard:
    """The metrics that a role profile somebody has read recommends. Cost: two statements."""
    profile_id = profile.id
    sets = RecommendedSet.objects.filter(profile_id=profile_id)
    if actor.person_id is not None:
        sets = sets.filter(access.visible_recommended())
    found = sets.values_list("pk", "version").first()
    if found is None:
        return RecommendedCard(profile_id)
    lines = RecommendedMetric.objects.filter(set_id=found[0]).values_list(*_LINE)
    return RecommendedCard(profile_id, found[1], tuple(RecommendedLine(*line) for line in lines))
