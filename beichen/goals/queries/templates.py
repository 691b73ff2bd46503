"""Where a goal may begin: templates and key results of the library, the role's metrics, the cycles before."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from beichen.goals import access
from beichen.goals.choices import LINEAR, Ambition, GoalKind, Measure, Visibility
from beichen.goals.models import Goal, GoalTemplate, KeyResult, KeyResultTemplate
from beichen.goals.queries import plans
from beichen.metrics import queries as metrics
from beichen.metrics.queries import RecommendedLine
from beichen.people import queries as people
from beichen.people.choices import PeriodKind
from beichen.people.queries import CycleCard, PersonCard
from beichen.platform.access.current import query
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader

SHOWN, LIBRARY = 6, 60


@dataclass(frozen=True, slots=True)
class ResultTemplate:
    """A key result of the library."""

    id: int
    title: str
    title_en: str
    measure: str
    unit: str

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where there is one."""
        return for_reader(self.title, self.title_en)

    @property
    def measure_label(self) -> str:
        """The kind of measure in the reader's language."""
        return str(Measure(self.measure).label)


@dataclass(frozen=True, slots=True)
class TemplateCard:
    """A goal to begin from; names of unit and role in the reader's language, empty where it is for all."""

    id: int
    title: str
    title_en: str
    why: str
    why_en: str
    kind: str
    ambition: str
    verification: str
    unit_id: int | None
    unit_name: str
    profile_id: int | None
    profile_name: str
    level: str
    period_kind: str
    is_active: bool
    version: int
    results: tuple[ResultTemplate, ...]

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where there is one."""
        return for_reader(self.title, self.title_en)

    @property
    def told(self) -> str:
        """When it fits, in the reader's language."""
        return for_reader(self.why, self.why_en)

    @property
    def labels(self) -> list[str]:
        """For whom it is, and its kind, in the reader's language."""
        cycle = str(PeriodKind(self.period_kind).label) if self.period_kind else ""
        kind = str(GoalKind(self.kind).label)
        stretch = str(Ambition(self.ambition).label) if self.ambition == "stretch" else ""
        return [word for word in (kind, stretch, self.unit_name, self.profile_name, self.level, cycle) if word]


def _templates(actor: Actor) -> QuerySet[GoalTemplate]:
    found = GoalTemplate.objects.select_related("unit", "profile").prefetch_related("results")
    return found if actor.person_id is None else found.filter(access.visible_templates())


def _card(row: GoalTemplate) -> TemplateCard:
    return TemplateCard(
        row.pk, row.title, row.title_en, row.why, row.why_en, row.kind, row.ambition, row.verification, row.unit_id,
        for_reader(row.unit.name, row.unit.name_en) if row.unit else "", row.profile_id,
        for_reader(row.profile.name, row.profile.name_en) if row.profile else "", row.level, row.period_kind,
        row.is_active, row.version,
        tuple(ResultTemplate(one.pk, one.title, one.title_en, one.measure, one.unit) for one in row.results.all()),
    )  # fmt: skip


@query
def templates(actor: Actor, text: str = "") -> list[TemplateCard]:
    """Every template, those in use first; a company has some dozens. Cost: two statements."""
    found = _templates(actor)
    if text.strip():
        named = Q(title__icontains=text.strip()) | Q(title_en__icontains=text.strip())
        found = found.filter(named | Q(results__title__icontains=text.strip())).distinct()
    return [_card(row) for row in found.order_by("-is_active", "pk")[:LIBRARY]]


@query
def template(actor: Actor, template_id: int) -> TemplateCard:
    """One template, or NotFound. Cost: two statements."""
    row = _templates(actor).filter(pk=template_id).first()
    if row is None:
        raise NotFound
    return _card(row)


@query
def result_template(actor: Actor, result_id: int) -> ResultTemplate:
    """One key result of the library, or NotFound. Cost: one statement."""
    found = KeyResultTemplate.objects.filter(pk=result_id)
    if actor.person_id is not None:
        found = found.filter(access.visible_templates("template__"))
    row = found.first()
    if row is None:
        raise NotFound
    return ResultTemplate(row.pk, row.title, row.title_en, row.measure, row.unit)


@dataclass(frozen=True, slots=True)
class PastResult:
    """A key result of a last cycle and where it came; progress in millionths. `whose`: a colleague's name."""

    id: int
    goal: str
    title: str
    title_en: str
    measure: str
    unit: str
    baseline: Decimal | None
    target: Decimal | None
    reached: Decimal | None
    progress: int | None
    whose: str = ""

    @property
    def shown_title(self) -> str:
        """The title in the reader's language, where there is one."""
        return for_reader(self.title, self.title_en)


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What stands beside the form: templates that fit the owner, the role's metrics, what the owner's last cycle came
    to, and what colleagues in the role measured in theirs.
    """

    templates: tuple[TemplateCard, ...]
    metrics: tuple[RecommendedLine, ...]
    past: tuple[PastResult, ...]
    period: str
    colleagues: tuple[PastResult, ...]
    colleagues_period: str


@query
def suggestions(actor: Actor, owner_id: int, cycle_id: int) -> Suggestions:
    """What fits the owner in a cycle, the most fitting first. Cost: eleven statements."""
    owner, cycle = people.person(actor, owner_id), people.cycle(actor, cycle_id)
    profile = people.profile_of_position(actor, owner.position)
    lines = metrics.recommended_of(actor, profile).lines if profile else ()
    past, period = _past(actor, owner_id, cycle)
    return Suggestions(
        tuple(_fitting(actor, owner, profile.id if profile else None, cycle))[:SHOWN],
        tuple(line for line in lines if line.state == "in_force")[:SHOWN], past, period,
        *_of_colleagues(actor, owner, cycle),
    )  # fmt: skip


def _fitting(actor: Actor, owner: PersonCard, profile_id: int | None, cycle: CycleCard) -> list[TemplateCard]:
    """Templates for the owner's department, role, level and kind of cycle; what names more of them comes first."""
    unit = people.units(actor, [owner.unit_id]).get(owner.unit_id or 0)
    held = people.employment(actor, owner.id)
    place = unit.place if unit else -1
    found = _templates(actor).filter(
        Q(unit__isnull=True) | Q(unit__place__lte=place, unit__place_end__gte=place),
        Q(profile__isnull=True) | Q(profile_id=profile_id),
        Q(level="") | Q(level=held.level if held else ""), Q(period_kind="") | Q(period_kind=_kind(cycle)),
        is_active=True,
    )  # fmt: skip
    cards = [_card(row) for row in found.order_by("pk")[:LIBRARY]]
    return sorted(cards, key=lambda card: (-_named(card), card.id))


def _named(card: TemplateCard) -> int:
    return sum(bool(one) for one in (card.unit_id, card.profile_id, card.level, card.period_kind))


def _kind(cycle: CycleCard) -> str:
    """The kind of period by its length."""
    for kind, most in ((PeriodKind.MONTH, 31), (PeriodKind.QUARTER, 92), (PeriodKind.HALF, 184)):
        if cycle.days <= most:
            return str(kind)
    return str(PeriodKind.YEAR)


def _past(actor: Actor, owner_id: int, cycle: CycleCard) -> tuple[tuple[PastResult, ...], str]:
    """The numbers of the owner's newest cycle before this one, as far as the actor reads them."""
    before = plans.visible(actor).filter(
        owner_id=owner_id, unit__isnull=True, cycle__period__ends_on__lt=cycle.first, is_dropped=False,
        state__in=["active", "changing", "closed"],
    )  # fmt: skip
    newest = before.order_by("-cycle__period__ends_on", "pk").values_list("cycle_id", "cycle__period__key").first()
    if newest is None:
        return (), ""
    ids = Goal.objects.filter(pk__in=before.filter(cycle_id=newest[0]).values("pk")).values("pk")
    rows = KeyResult.objects.filter(goal_id__in=ids, is_dropped=False, measure__in=[*LINEAR]).annotate(
        reached=F("stat__current"), attained=F("stat__progress")
    )  # fmt: skip
    found = rows.select_related("goal").order_by("goal_id", "position", "id")[: SHOWN * 2]
    return tuple(_past_result(row) for row in found), newest[1]


def _past_result(row: Any, whose: str = "") -> PastResult:
    return PastResult(
        row.pk, for_reader(row.goal.title, row.goal.title_en), row.title, row.title_en, row.measure, row.unit,
        row.baseline, row.target, row.reached, row.attained, whose,
    )  # fmt: skip


def _of_colleagues(actor: Actor, owner: PersonCard, cycle: CycleCard) -> tuple[tuple[PastResult, ...], str]:
    """What others in the role measured in the newest cycle of this length before, in public goals, furthest first."""
    before = [one for one in people.cycles(actor) if one.last < cycle.first and _kind(one) == _kind(cycle)]
    newest = max(before, key=lambda one: one.last, default=None)
    if newest is None or not owner.position:
        return (), ""
    found = KeyResult.objects.filter(
        access.goals_with_numbers("goal__"), goal__cycle_id=newest.id, goal__owner__position=owner.position,
        goal__unit__isnull=True, goal__is_dropped=False, goal__state="closed", goal__visibility=Visibility.PUBLIC,
        is_dropped=False, measure__in=[*LINEAR], stat__progress__isnull=False,
    ).exclude(goal__owner_id=owner.id)  # fmt: skip
    rows = found.annotate(reached=F("stat__current"), attained=F("stat__progress")).select_related("goal__owner")
    kept: dict[str, PastResult] = {}
    for row in rows.order_by("-stat__progress", "pk")[: SHOWN * 4]:
        kept.setdefault(row.title.strip().casefold(), _past_result(row, row.goal.owner.name))
    return tuple(kept.values())[:SHOWN], newest.period_key
