"""Results that several people stand for together: the parts of each, agreed by all of them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.goals.choices import ShareState


class SharedResult(models.Model):
    """That the result of a goal is shared. Class as its goal.

    `in_force`: all have agreed, or the lead has decided; only then scoring counts the parts. `lead` decides where
    somebody disagrees, until `decide_by`; `decision` is what the lead said.
    """

    goal = models.OneToOneField("goals.Goal", primary_key=True, on_delete=models.CASCADE, related_name="shared")
    lead = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    in_force = models.BooleanField(default=False)
    decide_by = models.DateField(null=True)
    decision = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(in_force=False) | Q(decide_by__isnull=True), name="shared_result_in_force_or_disputed"
            )
        ]

    def __str__(self) -> str:
        return f"{self.goal_id}"

    @property
    def party_ids(self) -> frozenset[int]:
        """Who has a part in it, and so decides nothing about it (G6). Cost: one statement."""
        return frozenset(self.shares.values_list("person_id", flat=True))


class ContributionShare(models.Model):
    """One person's part of a shared result. Class as its goal; `reason` as its words (row 02d).

    `part` is a share of the sum of all parts; `weight` what the whole result weighs in the person's own plan, in
    hundredths (the owner's is `Goal.weight`). `seen`: the part the lead saw in the work, at the end.
    """

    shared = models.ForeignKey(SharedResult, on_delete=models.CASCADE, related_name="shares")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    part = models.PositiveSmallIntegerField()
    weight = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ShareState.choices, default=ShareState.ASKED)
    reason = models.CharField(max_length=300, blank=True)
    seen = models.PositiveSmallIntegerField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["shared", "person"], name="contribution_share_once"),
            models.CheckConstraint(condition=Q(part__gte=1, part__lte=1000), name="contribution_share_part"),
            models.CheckConstraint(condition=Q(weight__lte=10000), name="contribution_share_weight_0_to_100"),
            models.CheckConstraint(condition=Q(state__in=ShareState.values), name="contribution_share_known_state"),
            models.CheckConstraint(condition=Q(seen__isnull=True) | Q(seen__lte=1000), name="contribution_share_seen"),
            models.CheckConstraint(
                condition=~Q(state="disputed") | ~Q(reason=""), name="contribution_share_disputed_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shared_id} {self.person_id}"
