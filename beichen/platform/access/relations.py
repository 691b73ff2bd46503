"""Relations as SQL: how the viewer stands to the subject of a row.

The names are owned here; the functions in schema `access` are defined by people (`people/sql/relations.sql`).
Every form below is evaluated once per statement: a multirange of places, or a hashed set of ids.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Value

from beichen.platform.access import policy

PEOPLE_SETS = frozenset(
    {
        "reports", "skip_reports", "below", "past_reports", "dotted_reports", "masked", "seat_people", "scope_people",
        "branch_people", "seat_units", "touched_units", "gone", "long_gone", "own_leaders", "direct_team",
    }
)  # fmt: skip


class ActorId(Func):
    """The person who asks; NULL when nobody does."""

    template = "(SELECT access.actor())"
    output_field = BigIntegerField()
    contains_aggregate = False

    def __init__(self) -> None:
        super().__init__()


class LeaverId(Func):
    """The person who left and asks from the portal; NULL for everybody else."""

    template = "(SELECT access.leaver())"
    output_field = BigIntegerField()
    contains_aggregate = False

    def __init__(self) -> None:
        super().__init__()


class IsLeaver(Func):
    """Whether the one who asks has left and comes through the portal."""

    template = "(SELECT access.leaver() IS NOT NULL)"
    output_field = BooleanField()
    conditional = True

    def __init__(self) -> None:
        super().__init__()


def oneself(subject: str) -> Q:
    """The record is about the one who asks, who works here or has left (SE, TE)."""
    return Q(**{subject: ActorId()}) | Q(**{subject: LeaverId()})


class IsEmployee(Func):
    """Whether the one who asks works here today."""

    template = "(SELECT access.is_employee())"
    output_field = BooleanField()
    conditional = True

    def __init__(self) -> None:
        super().__init__()


class HasSeat(Func):
    """Whether the one who asks holds a seat of this kind, whatever its scope."""

    template = "(SELECT access.has_seat(%(expressions)s))"
    output_field = BooleanField()
    conditional = True

    def __init__(self, seat: str) -> None:
        super().__init__(Value(seat))


class JobMay(Func):
    """Whether the named job that runs has been given this table."""

    template = "(SELECT access.job_may(%(expressions)s))"
    output_field = BooleanField()
    conditional = True

    def __init__(self, table: str, command: str) -> None:
        super().__init__(Value(table), Value(command))


class InPeople(Func):
    """`person IN (SELECT access.<set>(…))`: one hashed set per statement."""

    template = "(%(person)s IN (SELECT access.%(set)s(%(arguments)s)))"
    output_field = BooleanField()
    conditional = True

    def __init__(self, person: str | F, people: str, seat: str | None = None) -> None:
        if people not in PEOPLE_SETS:
            raise ValueError(f"{people} is no relation set")
        self.people = people
        expressions: list[Any] = [F(person) if isinstance(person, str) else person]
        super().__init__(*expressions, *([Value(seat)] if seat else []))

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        params: list[Any] = []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            params.extend(values)
        arguments = ", ".join(parts[1:])
        return f"({parts[0]} IN (SELECT access.{self.people}({arguments})))", tuple(params)


class IsFormer(Func):
    """Whether a record, named by its id, belongs to an employment that has ended; one hashed set per statement.

    `kind` names the set: the area defines `access.former_<kind>()` in its `sql/functions.sql`.
    """

    output_field = BooleanField()
    conditional = True

    def __init__(self, record: str, kind: str) -> None:
        self.template = f"(%(expressions)s IN (SELECT access.former_{kind}()))"
        super().__init__(F(record))


class IsFormerPair(Func):
    """The same for records that name the person and a `key` (a cycle, a plan): pairs of `access.former_<kind>()`."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, person: str, key: str, kind: str) -> None:
        self.template = f"((%(expressions)s) IN (SELECT person, key FROM access.former_{kind}()))"
        super().__init__(F(person), F(key))


class WasFormer(Func):
    """The same for records that name the person and an instant: it lies before the person came back."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, person: str, at: str) -> None:
        super().__init__(F(person), F(at))

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        (person, _), (at, _) = map(compiler.compile, self.get_source_expressions())
        back = "(SELECT returned.person FROM access.returned() returned)"
        since = f"SELECT 1 FROM access.returned() returned WHERE returned.person = {person} AND {at} < returned.since"
        return f"({person} IN {back} AND EXISTS ({since}))", ()


class InRanges(Func):
    """`place <@ (SELECT access.<ranges>(…))`: a multirange evaluated once per statement."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, place: str, ranges: str, seat: str | None = None) -> None:
        if ranges not in ("branch_ranges", "seat_ranges"):
            raise ValueError(f"{ranges} is no relation of places")
        self.ranges = ranges
        super().__init__(F(place), *([Value(seat)] if seat else []))

    def as_sql(  # type: ignore[override]
        self, compiler: Any, connection: Any, **extra: Any
    ) -> tuple[str, tuple[Any, ...]]:
        parts: list[str] = []
        params: list[Any] = []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            params.extend(values)
        return f"({parts[0]} <@ (SELECT access.{self.ranges}({', '.join(parts[1:])})))", tuple(params)


class IsOneOf(Func):
    """`field = ANY (ARRAY (…))`: what a subquery gives, asked once per statement; for few, and for finding by index."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()
    conditional = True

    def __init__(self, field: str, values: QuerySet[Any, Any]) -> None:
        super().__init__(F(field), ArraySubquery(values))


class Never(Func):
    """False, in a form that a policy can hold."""

    template = "(false)"
    output_field = BooleanField()
    conditional = True

    def __init__(self) -> None:
        super().__init__()


NOBODY = Q(Never())
EVERY = Q()
READING = frozenset("rx")
LINE = ("LM", "SK", "DL")
_CHEAPEST_FIRST = sorted(policy.COLUMNS, key=lambda column: {"CO": 0, "SE": 1, "TE": 1}.get(column, 2))
"""PostgreSQL tries alternatives in this order for every row: first what is known once per statement."""


LED = {"LM": "reports", "PM": "past_reports", "DL": "dotted_reports"}


def _line(
    row_id: str, column: str, subject: str, place: str | None, codes: frozenset[str], *, with_reports: bool
) -> Q:  # fmt: skip
    """Who left is read by the line for thirty days (the sets know), and changed by it no more (G8)."""
    if column == "SK":
        led = _further_up(row_id, subject, place, codes, with_reports=with_reports)
    else:
        led = Q(InPeople(subject, LED[column]))
    return led if codes & READING else led & ~Q(InPeople(subject, "gone"))


def _further_up(row_id: str, subject: str, place: str | None, codes: frozenset[str], *, with_reports: bool) -> Q:
    """The manager's manager and, on some rows, all above. By ranges of places: the chief's line is everybody.

    `with_reports`: the manager sees the same, so direct reports need not be told apart.
    """
    if not policy.goes_up(row_id, codes):
        return Q(InPeople(subject, "skip_reports"))
    if place is None:
        return Q(InPeople(subject, "below"))
    below = Q(InRanges(place, "branch_ranges")) & ~Q(InPeople(subject, "long_gone"))
    return below if with_reports else below & ~Q(InPeople(subject, "reports"))


def _seat(seat: str, subject: str, place: str | None) -> Q:
    if place is None:
        return Q(InPeople(subject, "seat_people", seat))
    return Q(InRanges(place, "seat_ranges", seat)) & ~Q(InPeople(subject, "masked"))


def _column(
    row_id: str, column: str, subject: str | None, place: str | None, codes: frozenset[str], *, with_reports: bool
) -> Q | None:
    """The viewers of one column, or None where the relation needs an object and none was given."""
    if column == "CO":
        return Q(IsEmployee())
    if column in policy.SEATS and column != "CF":
        return Q(HasSeat(column)) if subject is None else _seat(column, subject, place)
    if column == "TE":
        return Q(IsLeaver()) if subject is None else Q(**{subject: LeaverId()})
    if subject is None or column in ("PR", "CF", "TK"):
        return None
    if column == "SE":
        return Q(**{subject: ActorId()})
    return _line(row_id, column, subject, place, codes, with_reports=with_reports)


def rows(row_id: str, codes: frozenset[str], **how: Any) -> Q:
    """The filter that the table's row `row_id` means: who holds any of `codes` over which records; see `Case`."""
    return cases([Case(row_id, **how)], codes)


class Case:
    """A row of the table for the records that `when` names, and how a viewer stands to them.

    `subject` names the field with the subject's person id (None: the record has no subject, G17).
    `former` says which records belong to an employment that ended before the present one: the line of today, which
    leads the person again, does not read them (G8).
    `own` says which records the viewer wrote: it opens cells that hold `o`. Relations that only the
    area knows (SE of a unit's object, PR, CF) come by keyword: `PR=Q(rater=ActorId())`.
    """

    def __init__(
        self, row_id: str, *, when: Q = EVERY, subject: str | None = "subject_id", place: str | None = None,
        own: Q | None = None, former: Q | None = None, **special: Q,
    ) -> None:  # fmt: skip
        self.id, self._row, self.when, self.former = row_id, policy.row(row_id), when, former
        self._subject, self._place, self._own, self._special = subject, place, own, special

    def viewers(self, column: str, codes: frozenset[str]) -> Q | None:
        """Whom the cell of this column lets in."""
        whole = self._row.holds(column, codes)
        if not whole and (self._own is None or "o" not in self._row.cells[column]):
            return None
        found = self._special.get(column) or _column(
            self._row.id, column, self._subject, self._place, codes,
            with_reports="LM" not in self._special and self._row.holds("LM", codes),
        )  # fmt: skip
        return found if found is None or whole or self._own is None else found & self._own

    def shut(self, column: str) -> Q | None:
        """The records of a former employment, where the column reads none of them."""
        return self.former if column in LINE and column not in self._special else None


Together = Sequence[tuple[frozenset[str], Q]]
"""What the records of several rows make up together, in fewer words than their conditions; the widest first."""


def cases(found: Sequence[Case], codes: frozenset[str], together: Together = ()) -> Q:
    """Who holds any of `codes` in one of these rows.

    Each relation and each condition is written down as seldom as can be: PostgreSQL plans every subquery in the text,
    and that is most of what a filter costs.
    """
    by_viewers: dict[tuple[Q, Q | None], list[Case]] = {}
    for column in _CHEAPEST_FIRST:
        for case in found:
            viewers = case.viewers(column, codes)
            if viewers is not None:
                by_viewers.setdefault((viewers, case.shut(column)), []).append(case)
    by_records: dict[tuple[tuple[Q, ...], Q | None], list[Q]] = {}
    for (viewers, shut), held in by_viewers.items():
        by_records.setdefault((_in_few_words(held, together), shut), []).append(viewers)
    parts = [
        (EVERY if EVERY in when else reduce(or_, when)) & reduce(or_, viewers) & (EVERY if shut is None else ~shut)
        for (when, shut), viewers in by_records.items()
    ]
    return reduce(or_, parts) if parts else NOBODY


def _in_few_words(held: Sequence[Case], together: Together) -> tuple[Q, ...]:
    """The conditions of some rows, those that `together` knows joined."""
    for known, joined in together:
        if known <= {case.id for case in held}:
            return (joined, *(case.when for case in held if case.id not in known))
    return tuple(case.when for case in held)


def sees(row_id: str, **how: Any) -> Q:
    """Records whose content the viewer may read."""
    return rows(row_id, policy.CONTENT, **how)


def knows(row_id: str, **how: Any) -> Q:
    """Records of which the viewer may know that they are, and their state."""
    return rows(row_id, policy.STATUS, **how)


def writes(row_id: str, **how: Any) -> Q:
    """Records the viewer may create or edit."""
    return rows(row_id, frozenset("w"), **how)


def handles(row_id: str, **how: Any) -> Q:
    """Records the viewer may move to another state."""
    return rows(row_id, frozenset("t"), **how)
