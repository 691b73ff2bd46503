"""Plans, scenarios, pools, awards. Money in the smallest unit, coefficients in ten-thousandths, all integers.

A plan is what everybody concerned may know of; its scenarios are two policies side by side; pools and awards belong to
a scenario and are, for readers, in the state of the plan that chose it. No person writes a pool or an award: jobs
compute them, managers add adjustments beside them, managers of managers add consents.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from beichen.reward.choices import AtLimit, Mode, Out, PlanState

WHOLE = 60
"""Digits of exact integers: days × money × coefficients of a whole pool multiplied out."""


class Exact(models.DecimalField):  # type: ignore[type-arg]
    """An integer too large for eight bytes."""

    def __init__(self, **options: object) -> None:
        super().__init__(**{"max_digits": WHOLE, "decimal_places": 0, **options})  # type: ignore[arg-type]


class BonusPlan(models.Model):
    """A bonus for one cycle. Class C3 (11f).

    `busy` names the computation that was asked for and has not ended; `asked_seat` is the seat of the first of the
    two approvers. `letters_due` and `letters_out` count people, so that whoever sends letters needs to see no amount.
    """

    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    state = models.CharField(max_length=12, choices=PlanState.choices, default=PlanState.DRAFT)
    chosen = models.ForeignKey("reward.Scenario", null=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3, default="CNY")
    adjust_percent = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    adjust_until = models.DateField(null=True)
    busy = models.CharField(max_length=20, blank=True)
    asked_seat = models.CharField(max_length=2, blank=True)
    author_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    first_approver_id = models.BigIntegerField(null=True)
    second_approver_id = models.BigIntegerField(null=True)
    released_at = models.DateTimeField(null=True)
    letters_due = models.PositiveIntegerField(default=0)
    letters_out = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="bonus_plan_has_a_name"),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "simulated"]) | Q(chosen__isnull=False), name="bonus_plan_chose"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["locked", "released", "exported"])
                | Q(locked_at__isnull=False, first_approver_id__isnull=False, second_approver_id__isnull=False),
                name="bonus_plan_locked_by_people",
            ),
            models.CheckConstraint(
                condition=Q(second_approver_id__isnull=True) | ~Q(second_approver_id=F("first_approver_id")),
                name="bonus_plan_two_people",
            ),
            models.CheckConstraint(
                condition=Q(adjust_percent__gte=0, adjust_percent__lte=100), name="bonus_plan_adjust_0_to_100"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Scenario(models.Model):
    """One policy of a plan and what it costs. Class C4 (11g).

    `policy` has the shape of formulas/policy.py; `problem`: {code, params} when the last run was refused;
    `facts`: {total, shared, unallocated, reserve, people, pools, out, digest} of the last run.
    """

    plan = models.ForeignKey(BonusPlan, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=1)
    name = models.CharField(max_length=120)
    policy = models.JSONField()
    facts = models.JSONField(default=dict)
    problem = models.JSONField(default=dict)
    simulated_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "key"], name="scenario_once"),
            models.CheckConstraint(condition=Q(key__in=["A", "B"]), name="scenario_a_or_b"),
            models.CheckConstraint(condition=~Q(name=""), name="scenario_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


class BonusEntry(models.Model):
    """The inputs: one stretch of one person, frozen at the last simulation. Class C5 (11h).

    `coefficient` None: the person is in neither base nor share, `out` says why. `pool_unit` is the unit whose pool
    pays these days (a head's line lies in the pool above), `last_unit` the one of the person's last day.
    """

    plan = models.ForeignKey(BonusPlan, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    number = models.CharField(max_length=40)
    entity = models.CharField(max_length=40)
    pool_unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    last_unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    first = models.DateField()
    target = models.BigIntegerField()
    days = models.PositiveIntegerField()
    fte_percent = models.PositiveSmallIntegerField(default=100)
    currency = models.CharField(max_length=3)
    grade = models.CharField(max_length=20, blank=True)
    coefficient = models.PositiveIntegerField(null=True)
    review_id = models.BigIntegerField(null=True)
    out = models.CharField(max_length=12, choices=Out.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "person", "first"], name="bonus_entry_once"),
            models.CheckConstraint(condition=Q(target__gte=0), name="bonus_entry_target_not_negative"),
            models.CheckConstraint(
                condition=Q(coefficient__isnull=True, out__gt="") | Q(coefficient__isnull=False, out=""),
                name="bonus_entry_in_or_out",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"


class BonusPool(models.Model):
    """A unit's pool under one scenario. Class C5 (11i while planned, then 11d).

    base = base_n / (100 · days of the cycle); pool = to_share + reserve; to_share = Σ awards + unallocated, held by
    a deferred trigger from `proposed` on. mean_n / mean_d: k̄ in ten-thousandths. `manager` is the head
    of the unit, `place` that head's place in line order (somebody's of the unit where it has no head).
    """

    plan = models.ForeignKey(BonusPlan, on_delete=models.CASCADE, related_name="+")
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("people.OrgUnit", on_delete=models.PROTECT, related_name="+")
    unit_code = models.CharField(max_length=40)
    manager = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    place = models.BigIntegerField()
    mode = models.CharField(max_length=8, choices=Mode.choices)
    currency = models.CharField(max_length=3)
    people = models.PositiveIntegerField()
    cycle_days = models.PositiveIntegerField()
    base_n = Exact()
    c_company = models.PositiveIntegerField()
    c_unit = models.PositiveIntegerField()
    flattening = models.PositiveIntegerField()
    value = models.BigIntegerField()
    reserve = models.BigIntegerField(default=0)
    unallocated = models.BigIntegerField(default=0)
    mean_n = Exact(null=True)
    mean_d = Exact(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "unit"], name="bonus_pool_once"),
            models.CheckConstraint(
                condition=Q(value__gte=0, reserve__gte=0, unallocated__gte=0), name="bonus_pool_not_negative"
            ),
            models.CheckConstraint(condition=Q(flattening__lte=10_000), name="bonus_pool_flattening_0_to_1"),
        ]

    def __str__(self) -> str:
        return f"{self.scenario_id} {self.unit_code}"


class BonusAward(models.Model):
    """What one person is paid from one pool, and why. Class C5 (11h while draft, then 11a, 11b, 11c).

    k′ = flat_n / flat_d in ten-thousandths; the target lies beside, in the basis. `terms` repeats
    what a person may know of the pool, which itself stays closed to them:
    {cycle_days, c_company, c_unit, flattening, people, mode, parts}.
    """

    plan = models.ForeignKey(BonusPlan, on_delete=models.CASCADE, related_name="+")
    scenario = models.ForeignKey(Scenario, on_delete=models.CASCADE, related_name="+")
    pool = models.ForeignKey(BonusPool, on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    number = models.CharField(max_length=40)
    entity = models.CharField(max_length=40)
    days = models.PositiveIntegerField()
    grade = models.CharField(max_length=20)
    coefficient = models.PositiveIntegerField()
    review_id = models.BigIntegerField(null=True)
    flat_n = Exact()
    flat_d = Exact()
    amount = models.BigIntegerField()
    by_remainder = models.BooleanField(default=False)
    at_limit = models.CharField(max_length=5, choices=AtLimit.choices, blank=True)
    terms = models.JSONField(default=dict)
    released_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["pool", "subject"], name="bonus_award_once"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="bonus_award_not_negative"),
        ]
        indexes = [
            models.Index(fields=["subject"], name="bonus_award_subject"),
            models.Index(fields=["scenario", "subject"], name="bonus_award_scenario"),
            models.Index(fields=["review_id"], name="bonus_award_review"),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.number}"


class BonusBasis(models.Model):
    """The target behind an award, and what would betray it. Class C5: readable with the award, as far as 12a opens it.

    weight = target_days × flat_n (a whole number in the pool's own measure); target_days = Σ target · days · FTE
    percent; rate_n / rate_d: money per unit of weight (the locked t of the pool), None where there was none.
    """

    award = models.OneToOneField(BonusAward, primary_key=True, on_delete=models.CASCADE, related_name="basis")
    plan = models.ForeignKey(BonusPlan, on_delete=models.CASCADE, related_name="+")
    subject = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    subject_place = models.BigIntegerField()
    target = models.BigIntegerField()
    target_days = Exact()
    weight = Exact(max_digits=100)
    rate_n = Exact(null=True, max_digits=200)
    rate_d = Exact(null=True, max_digits=200)

    def __str__(self) -> str:
        return f"{self.award_id}"


class Adjustment(models.Model):
    """A manager's change to one award, with the reason. Class C5: the rows and states of its award."""

    award = models.OneToOneField(BonusAward, primary_key=True, on_delete=models.CASCADE, related_name="adjustment")
    pool = models.ForeignKey(BonusPool, on_delete=models.CASCADE, related_name="+")
    subject_id = models.BigIntegerField()
    delta = models.BigIntegerField()
    reason = models.TextField()
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="bonus_adjustment_has_a_reason"),
            models.CheckConstraint(condition=~Q(delta=0), name="bonus_adjustment_moves_something"),
            models.CheckConstraint(condition=~Q(by_id=F("subject_id")), name="bonus_adjustment_not_own"),
        ]

    def __str__(self) -> str:
        return f"{self.award_id}"


class Consent(models.Model):
    """The manager's manager looked at a pool and passed it on. Class C5: the row of its pool."""

    pool = models.OneToOneField(BonusPool, primary_key=True, on_delete=models.CASCADE, related_name="consent")
    by_id = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.pool_id}"
