"""The process map: steps with their roles, and what follows from it for roles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from beichen.people import access
from beichen.people.models import Process, ProcessStep, RoleProfile
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound
from beichen.platform.ui.language import for_reader


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role profile by its name."""

    id: int
    code: str
    name: str
    name_en: str

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class StepCard:
    """A step; `answers` is None while no role answers for it."""

    name: str
    name_en: str
    is_bottleneck: bool
    answers: RoleName | None
    contributes: tuple[RoleName, ...]

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)


@dataclass(frozen=True, slots=True)
class ProcessCard:
    """A process with its steps in order."""

    id: int
    code: str
    name: str
    name_en: str
    result: str
    result_en: str
    editor_name: str
    edited_at: datetime
    steps: tuple[StepCard, ...]
    version: int

    @property
    def title(self) -> str:
        """The name in the reader's language, where there is one."""
        return for_reader(self.name, self.name_en)

    @property
    def told(self) -> str:
        """What it brings about, in the reader's language."""
        return for_reader(self.result, self.result_en)

    @property
    def unanswered(self) -> tuple[StepCard, ...]:
        """Steps nobody answers for."""
        return tuple(step for step in self.steps if step.answers is None)


@dataclass(frozen=True, slots=True)
class KeyRole:
    """A role that answers for steps: how many, how many of them hold a process up, and in which processes."""

    role: RoleName
    steps: int
    bottlenecks: int
    processes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProcessMap:
    """Every process, and what follows: key roles, steps nobody answers for, roles without any step."""

    processes: tuple[ProcessCard, ...]
    key_roles: tuple[KeyRole, ...]
    unanswered: tuple[tuple[ProcessCard, StepCard], ...]
    idle: tuple[RoleName, ...]


def _loaded(actor: Actor) -> QuerySet[Process]:
    steps = ProcessStep.objects.select_related("answers").prefetch_related("contributes").order_by("position")
    found = Process.objects.select_related("edited_by").prefetch_related(Prefetch("steps", queryset=steps))
    return found if actor.person_id is None else found.filter(access.visible_processes())


def _role(one: RoleProfile) -> RoleName:
    return RoleName(one.pk, one.code, one.name, one.name_en)


def _card(one: Process) -> ProcessCard:
    steps = tuple(
        StepCard(
            step.name, step.name_en, step.is_bottleneck, _role(step.answers) if step.answers else None,
            tuple(sorted((_role(role) for role in step.contributes.all()), key=lambda role: role.id)),
        )
        for step in one.steps.all()
    )  # fmt: skip
    return ProcessCard(
        one.pk, one.code, one.name, one.name_en, one.result, one.result_en, one.edited_by.name if one.edited_by else "",
        one.edited_at, steps, one.version,
    )  # fmt: skip


@query
def process(actor: Actor, process_id: int) -> ProcessCard:
    """One process, or NotFound. Cost: three statements."""
    found = _loaded(actor).filter(pk=process_id).first()
    if found is None:
        raise NotFound
    return _card(found)


@query
def process_map(actor: Actor) -> ProcessMap:
    """The whole map; a company has some dozens of processes. Key roles first by bottlenecks, then by steps.

    Cost: four statements.
    """
    require(actor, access.VIEW_PROCESSES)
    cards = tuple(_card(one) for one in _loaded(actor).order_by("name", "pk"))
    roles = {one.pk: _role(one) for one in RoleProfile.objects.filter(access.visible_profiles()).order_by("name", "pk")}
    answered: dict[int, list[tuple[ProcessCard, StepCard]]] = {}
    named: set[int] = set()
    for card in cards:
        for step in card.steps:
            named |= {role.id for role in step.contributes}
            if step.answers is not None:
                answered.setdefault(step.answers.id, []).append((card, step))
    key_roles = [
        KeyRole(
            roles[pk], len(lines), sum(step.is_bottleneck for _card_, step in lines),
            tuple(dict.fromkeys(card.title for card, _step in lines)),
        )
        for pk, lines in answered.items() if pk in roles
    ]  # fmt: skip
    return ProcessMap(
        cards, tuple(sorted(key_roles, key=lambda line: (-line.bottlenecks, -line.steps, line.role.name))),
        tuple((card, step) for card in cards for step in card.unanswered),
        tuple(role for pk, role in roles.items() if pk not in answered and pk not in named) if cards else (),
    )  # fmt: skip
