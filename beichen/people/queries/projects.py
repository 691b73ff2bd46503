"""Projects and who works in them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.postgres.fields import DateRangeField
from django.db.models import Count, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from beichen.people import access
from beichen.people.models import Cycle, Membership, Project
from beichen.platform.access.current import query
from beichen.platform.api.paging import page_of
from beichen.platform.api.schemas import PageIn
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project; `closed_on` is the first day on which it is closed, `members` counts who works in it today."""

    id: int
    code: str
    name: str
    name_en: str
    purpose: str
    purpose_en: str
    lead_id: int
    lead_name: str
    starts_on: date
    closed_on: date | None
    version: int
    members: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)

    @property
    def about(self) -> str:
        """What it is for, in the reader's language."""
        return for_reader(self.purpose, self.purpose_en)

    @property
    def state(self) -> str:
        """Whether it is planned, open or closed today."""
        if self.closed_on is not None and self.closed_on <= clock.today():
            return "closed"
        return "planned" if self.starts_on > clock.today() else "open"


@dataclass(frozen=True, slots=True)
class MemberCard:
    """Somebody in a project from `first` on, until the day before `until` (None: open)."""

    id: int
    project_id: int
    project_name: str
    project_name_en: str
    lead_id: int
    lead_name: str
    person_id: int
    person_name: str
    unit_name: str
    unit_name_en: str
    role: str
    share: int
    first: date
    until: date | None

    @property
    def project_title(self) -> str:
        """The project's name in the reader's language."""
        return for_reader(self.project_name, self.project_name_en)

    @property
    def unit_title(self) -> str:
        """The unit's name in the reader's language."""
        return for_reader(self.unit_name or "", self.unit_name_en or "")

    @property
    def is_now(self) -> bool:
        """Whether it holds today."""
        return self.first <= clock.today() and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether it has ended."""
        return self.until is not None and self.until <= clock.today()


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """One page of projects; `next` is the cursor of the page after it."""

    items: list[ProjectCard]
    next: str | None


_FIELDS = (
    "id", "code", "name", "name_en", "purpose", "purpose_en", "lead_id", "lead__name", "starts_on", "closed_on",
    "version", "members",
)  # fmt: skip
_MEMBER = (
    "id", "project_id", "project__name", "project__name_en", "project__lead_id", "project__lead__name", "person_id",
    "person__name", "person__unit__name", "person__unit__name_en", "role", "share", "period",
)  # fmt: skip


def _visible(actor: Actor) -> QuerySet[Project]:
    found = Project.objects.all()
    return found if actor.person_id is None else found.filter(access.visible_projects())


def _cards(found: QuerySet[Project]) -> dict[int, ProjectCard]:
    today = Membership.objects.filter(project_id=OuterRef("pk"), period__contains=clock.today())
    counted = today.order_by().values("project_id").annotate(n=Count("pk")).values("n")
    lines = found.annotate(members=Coalesce(Subquery(counted), 0)).values_list(*_FIELDS)
    return {line[0]: ProjectCard(*line) for line in lines}


def _members(found: QuerySet[Membership]) -> list[MemberCard]:
    return [_member(line) for line in found.values_list(*_MEMBER)]


def _member(line: tuple[Any, ...]) -> MemberCard:
    return MemberCard(*(*line[:-1], line[-1].lower, line[-1].upper))


@query
def projects(actor: Actor, asked: PageIn, *, closed: bool = False, text: str = "") -> ProjectPage:
    """Projects that are open or planned (or closed) in the order of their names, by page. Cost: two statements."""
    over = Q(closed_on__isnull=False, closed_on__lte=clock.today())
    rows = _visible(actor).filter(over if closed else ~over)
    if text.strip():
        rows = rows.filter(Q(name__icontains=text.strip()) | Q(name_en__icontains=text.strip()) | Q(code=text.strip()))
    mark = f"people.projects:{closed}:{text.strip()}"
    found = page_of(actor, rows, asked, order=("name", "pk"), name=mark)
    ids = [row.pk for row in found.items]
    cards = _cards(Project.objects.filter(pk__in=ids))
    return ProjectPage([cards[pk] for pk in ids], found.next)


@query
def project(actor: Actor, project_id: int) -> ProjectCard:
    """One project, or NotFound. Cost: one statement."""
    found = _cards(_visible(actor).filter(pk=project_id))
    if not found:
        raise NotFound
    return found[project_id]


@query
def project_by_code(actor: Actor, code: str) -> ProjectCard:
    """One project by its code, or NotFound. Cost: one statement."""
    found = _cards(_visible(actor).filter(code=code))
    if not found:
        raise NotFound
    return next(iter(found.values()))


@query
def find_projects(actor: Actor, text: str, limit: int = 20) -> list[ProjectCard]:
    """Projects by code, name or English name, those that run before those that are closed. Cost: one statement."""
    named = Q(name__icontains=text.strip()) | Q(name_en__icontains=text.strip()) | Q(code__istartswith=text.strip())
    found = _visible(actor).filter(named).order_by(F("closed_on").desc(nulls_first=True), "name", "pk")
    return list(_cards(found[:limit]).values())


@query
def project_people(actor: Actor, project_id: int, cycle_id: int) -> QuerySet[Any, int]:
    """Ids of whoever leads a project or works in it on any day of a cycle. Cost: none until it is read."""
    held = Membership.objects.filter(access.visible_memberships(), project_id=project_id)
    ends = ("period__starts_on", "period__ends_on", Value("[]"))
    days = Func(*ends, function="daterange", output_field=DateRangeField())
    cycle = Cycle.objects.filter(pk=cycle_id).annotate(days=days).values("days")
    leads = _visible(actor).filter(pk=project_id).values_list("lead_id", flat=True)
    return held.filter(period__overlap=Subquery(cycle)).values_list("person_id", flat=True).union(leads)


@query
def led_projects(actor: Actor) -> list[ProjectCard]:
    """The projects the actor leads that are not closed. Cost: one statement."""
    found = _cards(_visible(actor).filter(lead_id=actor.person_id or 0).order_by("name", "pk"))
    return [card for card in found.values() if card.state != "closed"]


@query
def members(actor: Actor, project_id: int) -> list[MemberCard]:
    """Everybody who works or worked in a project: today's, then planned, then former ones. Cost: one statement."""
    found = Membership.objects.filter(access.visible_memberships(), project_id=project_id)
    cards = _members(found.order_by("-share", "person__sort_key", "pk"))
    return sorted(cards, key=lambda card: (card.is_over, not card.is_now, card.first if not card.is_now else date.min))


@query
def memberships_of(actor: Actor, person_ids: Iterable[int]) -> list[MemberCard]:
    """In which projects these people work today or are to work, the largest share first. Cost: one statement."""
    found = Membership.objects.filter(access.visible_memberships(), person_id__in=set(person_ids))
    going_on = Q(period__endswith__isnull=True) | Q(period__endswith__gt=clock.today())
    return _members(found.filter(going_on).order_by("person_id", "-share", "project__name", "pk"))
