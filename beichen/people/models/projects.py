"""Projects and their members: the dotted lines beside the line of managers."""

from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from beichen.people.models.organisation import Person, _SamePerson


class Project(models.Model):
    """Work across units under a lead. `closed_on`: the first day on which it is closed. Class C2 (row 24b)."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    purpose = models.CharField(max_length=500, blank=True)
    purpose_en = models.CharField(max_length=500, blank=True)
    lead = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    starts_on = models.DateField()
    closed_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True) | Q(closed_on__gte=F("starts_on")),
                name="project_closed_after_start",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in a project with a role and a share of the working time in percent. Class C2 (row 24b).

    `period` holds days, the first included and the last not; the lead reads by it (column DL).
    """

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=120)
    share = models.PositiveSmallIntegerField()
    period = DateRangeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__gte=1) & Q(share__lte=100), name="membership_share_1_to_100"),
            models.CheckConstraint(condition=Q(period__isempty=False), name="membership_some_day"),
            ExclusionConstraint(
                name="membership_one_at_a_time",
                expressions=[
                    (_SamePerson(F("person")), RangeOperators.OVERLAPS),
                    (_SamePerson(F("project")), RangeOperators.OVERLAPS),
                    (F("period"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.project_id}"
