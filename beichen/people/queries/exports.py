"""The company as a workbook of the importer's own shape, as far as the actor may read it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import IO
from zoneinfo import ZoneInfo

from django.db.models import Q

from beichen.people import access
from beichen.people.formulas.writing import Written, workbook
from beichen.people.models import Assignment, Employment, Membership, OrgUnit, Project
from beichen.platform import audit
from beichen.platform.access.current import query
from beichen.platform.access.permissions import require
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.registry import Tell
from beichen.platform.registry import imports as registry

DAY = timedelta(days=1)
CHUNK = 2000


@query
def company_workbook(actor: Actor, out: IO[bytes], tell: Tell) -> str:
    """The organisation and its projects as they stand; imported again, every row is unchanged. Gives its name.

    Amounts and seats are not in it. Each row follows its own cells (20a–20d): whom the table closes to the actor is
    left out. Leaves an audit row. Cost: nine statements; about 20 s at 100,000 people, in constant memory.
    """
    require(actor, access.IMPORT)
    total = Employment.objects.filter(access.visible_employments()).count()
    total += Assignment.objects.filter(access.visible_assignments()).count()
    total += Membership.objects.filter(access.visible_memberships()).count()
    count = _Count(total, tell)
    sheets = [
        _sheet("People", count.over(_people())), _sheet("Units", _units()),
        _sheet("Assignments", count.over(_assignments())), _sheet("Projects", _projects()),
        _sheet("Memberships", count.over(_memberships())),
    ]  # fmt: skip
    audit.record(actor, "people.export", details={"sheets": [sheet.title for sheet in sheets]})
    workbook(sheets, clock.now(), out)
    return f"company-{clock.today().isoformat()}.xlsx"


class _Count:
    """Tells how many rows have gone by, once in a thousand."""

    def __init__(self, total: int, tell: Tell) -> None:
        self._done, self._total, self._tell = 0, total, tell

    def over(self, rows: Iterator[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
        for row in rows:
            self._done += 1
            if self._done % 1000 == 0:
                self._tell(min(self._done, self._total), self._total)
            yield row


def _sheet(key: str, rows: Iterator[Mapping[str, object]]) -> Written:
    """The sheet with its header as the importer knows it; words for the values of a choice."""
    [kind] = [sheet for sheet in registry.sheets() if sheet.key == key]
    words = {column.key: column.words for column in kind.columns}
    return Written(
        f"{kind.name_zh} {kind.key}",
        [f"{column.name_zh} {column.key}" for column in kind.columns],
        ([_worded(row.get(column.key), words[column.key]) for column in kind.columns] for row in rows),
    )


def _worded(value: object, words: Mapping[str, Sequence[str]]) -> object:
    names = words.get(value) if isinstance(value, str) else None
    return names[0] if names else value


def _people() -> Iterator[Mapping[str, object]]:
    fields = ("person__number", "person__name", "person__email", "hired_on", "left_on", "level",
              "person__position", "person__role_type", "person__name_en")  # fmt: skip
    names = ("number", "name", "email", "hired", "left", "level", "position", "role_type", "name_en")
    found = Employment.objects.filter(access.visible_employments()).order_by("person__number")
    for line in found.values_list(*fields).iterator(CHUNK):
        yield dict(zip(names, line, strict=True))


def _units() -> Iterator[Mapping[str, object]]:
    fields = ("code", "name", "name_en", "parent__code", "kind", "head__number", "hrbp__number", "role_type")
    names = ("unit", "name", "name_en", "parent", "kind", "head", "hrbp", "role_type")
    for line in OrgUnit.objects.filter(is_active=True).order_by("place", "code").values_list(*fields):
        yield dict(zip(names, line, strict=True))


def _assignments() -> Iterator[Mapping[str, object]]:
    fields = ("person__number", "unit__code", "manager__number", "period", "position", "level",
              "person__entity__time_zone")  # fmt: skip
    found = Assignment.objects.filter(access.visible_assignments(), Q(unit__is_active=True))
    for number, unit, manager, period, position, level, zone in (
        found.order_by("person__number", "period").values_list(*fields).iterator(CHUNK)
    ):
        at = ZoneInfo(zone)
        yield {
            "number": number, "unit": unit, "manager": manager, "position": position, "level": level,
            "from": period.lower.astimezone(at).date(),
            "to": period.upper.astimezone(at).date() - DAY if period.upper else None,
        }  # fmt: skip


def _projects() -> Iterator[Mapping[str, object]]:
    fields = ("code", "name", "name_en", "lead__number", "starts_on", "closed_on", "purpose", "purpose_en")
    names = ("project", "name", "name_en", "lead", "from", "to", "purpose", "purpose_en")
    found = Project.objects.filter(access.visible_projects()).order_by("starts_on", "code")
    for line in found.values_list(*fields).iterator(CHUNK):
        row = dict(zip(names, line, strict=True))
        yield row | {"to": row["to"] - DAY if row["to"] else None}


def _memberships() -> Iterator[Mapping[str, object]]:
    found = Membership.objects.filter(access.visible_memberships()).order_by(
        "project__code", "person__number", "period"
    )
    fields = ("project__code", "person__number", "role", "share", "period")
    for project, number, role, share, period in found.values_list(*fields).iterator(CHUNK):
        yield {
            "project": project, "number": number, "role": role, "share": share, "from": period.lower,
            "to": period.upper - DAY if period.upper else None,
        }  # fmt: skip
