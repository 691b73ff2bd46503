"""Units, persons, dated assignments, seats, periods and cycles. One table holds one class of data."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField, RangeOperators
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Func, Q

from beichen.people.choices import (
    ChangeKind,
    ChangeState,
    PeriodKind,
    PersonKind,
    Phase,
    RoleType,
    SeatKind,
    UnitKind,
)


class _SamePerson(Func):
    """A one-point range of the person, so that GiST can compare it without an extension."""

    function = "int8range"
    template = "%(function)s(%(expressions)s, %(expressions)s, '[]')"


class PlacesField(models.Field):  # type: ignore[type-arg]
    """Places in line order as PostgreSQL's int8multirange; written and read by SQL alone."""

    def db_type(self, connection: Any) -> str:
        return "int8multirange"


class LegalEntity(models.Model):
    """Who employs. Class C2."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3, default="CNY")
    time_zone = models.CharField(max_length=60, default="Asia/Shanghai")

    def __str__(self) -> str:
        return self.name


class OrgUnit(models.Model):
    """A node of the one tree. `place`–`place_end`: the unit's stretch in tree order. Class C2."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=20, choices=UnitKind.choices)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    head = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    hrbp = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    role_type = models.CharField(max_length=20, choices=RoleType.choices, default=RoleType.STABLE)
    place = models.BigIntegerField(default=0)
    place_end = models.BigIntegerField(default=0)
    depth = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(parent__isnull=True) | ~Q(parent=F("id")), name="unit_not_own_parent"),
        ]
        indexes = [models.Index(fields=["place"], name="unit_place")]

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    """A human with an employee number; what everyone in the company may know. Class C2.

    `unit` and `manager` repeat the assignment in force; `place` is a number in the order of the manager tree
    at the last renumbering: a move never rewrites it (see sql/relations.sql). `words` is what people are found by.
    """

    number = models.CharField(max_length=40)
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=PersonKind.choices, default=PersonKind.EMPLOYEE)
    name = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80, blank=True)
    sort_key = models.CharField(max_length=160, blank=True)
    email = models.EmailField()
    position = models.CharField(max_length=120, blank=True)
    role_type = models.CharField(max_length=20, choices=RoleType.choices, default=RoleType.STABLE)
    unit = models.ForeignKey(OrgUnit, null=True, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.BigIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    words = models.GeneratedField(
        expression=Func("name", "name_en", "sort_key", "number", "email", function="people_words"),
        output_field=SearchVectorField(), db_persist=True, editable=False,
    )  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entity", "number"], name="person_number_once"),
            models.UniqueConstraint(fields=["email"], condition=Q(is_active=True), name="person_email_once"),
            models.CheckConstraint(condition=Q(manager__isnull=True) | ~Q(manager=F("id")), name="person_not_own_boss"),
        ]
        indexes = [
            models.Index(fields=["place"], name="person_place"),
            models.Index(fields=["manager"], name="person_manager", condition=Q(is_active=True)),
            models.Index(fields=["sort_key", "id"], name="person_sort"),
            models.Index(fields=["id"], name="person_gone", condition=Q(is_active=False)),
            GinIndex("words", name="person_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return self.name


class Employment(models.Model):
    """When somebody joined and left, and at which level. Class C3 (row 20d).

    `portal_until`: the last day on which somebody who left may still sign in to the own records (TE).
    """

    person = models.OneToOneField(Person, primary_key=True, on_delete=models.PROTECT, related_name="employment")
    hired_on = models.DateField()
    left_on = models.DateField(null=True)
    portal_until = models.DateField(null=True)
    level = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("hired_on")), name="employment_left_after_hired"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.hired_on}"


class FormerEmployment(models.Model):
    """An employment that ended before the person came back. Class C3 (row 20d)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="former_employments")
    hired_on = models.DateField()
    left_on = models.DateField()
    level = models.CharField(max_length=20, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(left_on__gte=F("hired_on")), name="former_left_after_hired"),
            models.UniqueConstraint(fields=["person", "hired_on"], name="former_employment_once"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.hired_on}"


class Assignment(models.Model):
    """One stretch of a person in a unit under a manager; stretches of one person never overlap. Class C3 (20b).

    `period` holds instants: a day begins at 00:00 in the legal entity's zone.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    unit = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    position = models.CharField(max_length=120, blank=True)
    level = models.CharField(max_length=20, blank=True)
    fte_percent = models.PositiveSmallIntegerField(default=100)
    period = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="assignment_one_at_a_time",
                expressions=[
                    (_SamePerson(F("person")), RangeOperators.OVERLAPS),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
            ),
            models.CheckConstraint(
                condition=Q(fte_percent__gte=1) & Q(fte_percent__lte=100), name="assignment_fte_1_to_100"
            ),
            models.CheckConstraint(
                condition=Q(manager__isnull=True) | ~Q(manager=F("person")), name="assignment_not_own_boss"
            ),
        ]
        indexes = [models.Index(fields=["manager"], name="assignment_manager")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.period}"


class Branch(models.Model):
    """The places of everyone below a manager (kind "line") or in the scope of a seat (kind = the seat). Class C2.

    A move rewrites the branches of the old and the new line alone.
    """

    holder = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=4)
    places = PlacesField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "kind"], name="branch_once")]

    def __str__(self) -> str:
        return f"{self.holder_id} {self.kind}"


class Seat(models.Model):
    """A role held over a scope for a time; asked for by one person and granted by another. Class C3 (20e)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    seat = models.CharField(max_length=2, choices=SeatKind.choices)
    scope = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    asked_by = models.BigIntegerField(null=True)
    granted_by = models.BigIntegerField(null=True)
    granted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "seat", "scope"], condition=Q(revoked_at__isnull=True), name="seat_once"
            ),
            models.CheckConstraint(
                condition=Q(asked_by__isnull=True) | Q(granted_by__isnull=True) | ~Q(asked_by=F("granted_by")),
                name="seat_two_people",
            ),
            models.CheckConstraint(
                condition=Q(granted_by__isnull=True) | ~Q(granted_by=F("person")), name="seat_not_by_oneself"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.seat}"


class OrgChange(models.Model):
    """A change of the organisation asked for by one person and done when another agrees (20a, 20b). Class C3.

    `payload`: the fields of the rule's input as JSON, days as ISO text; `person` is None for a newcomer or a unit.
    """

    kind = models.CharField(max_length=8, choices=ChangeKind.choices)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.WAITING)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    payload = models.JSONField()
    asked_by = models.BigIntegerField()
    asked_at = models.DateTimeField()
    done_by = models.BigIntegerField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="done") | (Q(done_by__isnull=False) & ~Q(done_by=F("asked_by"))),
                name="org_change_two_people",
            )
        ]
        indexes = [models.Index(fields=["-id"], name="org_change_waiting", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.kind} {self.person_id}"


class Conflict(models.Model):
    """A declared conflict: the holder's seats give nothing on the other person (G2). Class C3."""

    holder = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder", "other"], name="conflict_once")]

    def __str__(self) -> str:
        return f"{self.holder_id} – {self.other_id}"


class Period(models.Model):
    """A stretch of the calendar such as 2026Q2; first and last day included. Class C2."""

    key = models.CharField(max_length=12, unique=True)
    kind = models.CharField(max_length=10, choices=PeriodKind.choices)
    starts_on = models.DateField()
    ends_on = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="period_ends_after_start")]

    def __str__(self) -> str:
        return self.key


class Cycle(models.Model):
    """A period for a population, in a phase. Moved only through `rules.move_cycle`. Class C2 (21a).

    `settings` is the company's defaults as they were when the cycle opened (shape: people/defaults.toml).
    `asked_to`: the phase that was asked for last; it holds while the request of two people is open.
    `release_…`: who has agreed that the cycle goes into its release, three people; empty again when it goes elsewhere.
    """

    period = models.ForeignKey(Period, on_delete=models.PROTECT, related_name="+")
    scope = models.ForeignKey(OrgUnit, on_delete=models.PROTECT, related_name="+")
    phase = models.CharField(max_length=3, choices=Phase.choices, default=Phase.SETUP)
    settings = models.JSONField(default=dict)
    asked_to = models.CharField(max_length=3, blank=True)
    release_first = models.BigIntegerField(null=True)
    release_second = models.BigIntegerField(null=True)
    release_executive = models.BigIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["period", "scope"], name="cycle_once"),
            models.CheckConstraint(
                condition=(
                    (Q(release_first__isnull=True) | ~Q(release_first=F("release_second")))
                    & (
                        Q(release_executive__isnull=True)
                        | (~Q(release_executive=F("release_first")) & ~Q(release_executive=F("release_second")))
                    )
                ),
                name="cycle_release_three_people",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.period_id} {self.phase}"


class WorkDay(models.Model):
    """A day that breaks the week's rule: a holiday, or a make-up day. Class C2."""

    entity = models.ForeignKey(LegalEntity, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    is_working = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entity", "day"], name="work_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.is_working}"


class TargetBonus(models.Model):
    """A person's target bonus for one quarter, in the smallest unit of the currency. Class C5 (row 12a)."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="CNY")
    valid = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gte=0), name="target_bonus_not_negative"),
            ExclusionConstraint(
                name="target_bonus_one_at_a_time",
                expressions=[
                    (_SamePerson(F("person")), RangeOperators.OVERLAPS),
                    (F("valid"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id}"
