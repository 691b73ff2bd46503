"""Writing goals to begin from, and taking them out of use."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from beichen.goals import access
from beichen.goals.choices import Ambition, GoalKind, Measure
from beichen.goals.models import GoalTemplate, KeyResultTemplate
from beichen.people import queries as people
from beichen.people.choices import PeriodKind
from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.kit import words
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound, gettext_noop
from beichen.platform.kit.words import BadValue

MOST_RESULTS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultTemplateInput:
    """A key result of the library."""

    title: str
    title_en: str = ""
    measure: str = Measure.INCREASE
    unit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateInput:
    """What is entered for a template; what is left empty holds for all."""

    title: str
    title_en: str = ""
    why: str = ""
    why_en: str = ""
    kind: str = GoalKind.OBJECTIVE
    ambition: str = Ambition.COMMITTED
    verification: str = ""
    unit_id: int | None = None
    profile_id: int | None = None
    level: str = ""
    period_kind: str = ""
    is_active: bool = True
    results: Sequence[ResultTemplateInput] = ()


@rule
def save_template(actor: Actor, entered: TemplateInput, template_id: int | None = None, version: int = 0) -> int:
    """Write a template anew or change one; gives its id. Cost: about eight statements and one for each key result.

    Errors: NotFound, Forbidden, Changed, Invalid, BadValue. The same new one twice gives the first.
    """
    require(actor, access.EDIT_TEMPLATE)
    row = GoalTemplate() if template_id is None else _locked(template_id)
    if template_id is None:
        same = GoalTemplate.objects.filter(
            title=entered.title.strip(), unit_id=entered.unit_id, profile_id=entered.profile_id, level=entered.level,
            period_kind=entered.period_kind, version=1,
        ).first()  # fmt: skip
        if same is not None:
            return same.pk
    elif row.version != version:
        raise Changed(row)
    else:
        row.version += 1
    _check(actor, entered)
    for one in fields(entered):
        if one.name != "results":
            value = getattr(entered, one.name)
            setattr(row, one.name, value.strip() if isinstance(value, str) else value)
    row.save()
    row.results.all().delete()
    KeyResultTemplate.objects.bulk_create(
        KeyResultTemplate(
            template=row, title=one.title.strip(), title_en=one.title_en.strip(), measure=one.measure,
            unit=one.unit.strip(), position=n,
        )
        for n, one in enumerate(entered.results)
    )  # fmt: skip
    audit.record(actor, access.EDIT_TEMPLATE, row, details={"title": row.title, "in_use": row.is_active})
    return row.pk


def _locked(template_id: int) -> GoalTemplate:
    row = GoalTemplate.objects.select_for_update().filter(pk=template_id).first()
    if row is None:
        raise NotFound
    return row


def _check(actor: Actor, entered: TemplateInput) -> None:
    if not entered.title.strip():
        raise Invalid(fields={"title": gettext_noop("A goal needs a title.")})
    if entered.unit_id is not None and entered.unit_id not in people.units(actor):
        raise NotFound
    if entered.profile_id is not None:
        people.role_profile(actor, entered.profile_id)
    _one_of("kind", entered.kind, GoalKind.values)
    _one_of("ambition", entered.ambition, Ambition.values)
    _one_of("period_kind", entered.period_kind, ["", *PeriodKind.values])
    if len(entered.results) > MOST_RESULTS:
        raise BadValue("results", len(entered.results), words.BETWEEN, low=0, high=MOST_RESULTS)
    for one in entered.results:
        _one_of("measure", one.measure, Measure.values)
        if not one.title.strip():
            raise Invalid(fields={"results": gettext_noop("A key result needs a title.")})


def _one_of(field: str, value: str, allowed: Sequence[str]) -> None:
    if value not in allowed:
        raise BadValue(field, value, words.ONE_OF, choices=", ".join(one for one in allowed if one))
