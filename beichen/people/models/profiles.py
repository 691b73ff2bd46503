"""Role profiles: what a role contributes, instead of a list of its tasks."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.people.choices import JobFamily, RoleType
from beichen.people.models.organisation import Person


class RoleProfile(models.Model):
    """What somebody in a role answers for and the scenes in which it shows. Class C2 (row 24a).

    `scenarios`: two or three of {title, title_en, text, text_en}; `responsibilities`: some of {text, text_en};
    `tools`: the recommended mix of goal tools in percent. `review_on`: the day of the next yearly look by its owner.
    """

    code = models.CharField(max_length=40, unique=True)
    family = models.CharField(max_length=20, choices=JobFamily.choices)
    name = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    role_type = models.CharField(max_length=20, choices=RoleType.choices)
    is_key = models.BooleanField(default=False)
    is_bottleneck = models.BooleanField(default=False)
    scenarios = models.JSONField()
    responsibilities = models.JSONField()
    tools = models.JSONField()
    owner = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    review_on = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["owner", "review_on"], name="role_profile_due")]

    def __str__(self) -> str:
        return self.name


class RoleProfileVersion(models.Model):
    """A role profile as it stood after an edit; never changed. Class C2 (row 24a)."""

    profile = models.ForeignKey(RoleProfile, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    content = models.JSONField()
    edited_by = models.BigIntegerField(null=True)
    edited_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["profile", "number"], name="role_profile_version_once")]

    def __str__(self) -> str:
        return f"{self.profile_id} {self.number}"


class RolePosition(models.Model):
    """A position, as assignments spell it, and the role profile it has. Class C2 (row 24a)."""

    position = models.CharField(max_length=120, unique=True)
    profile = models.ForeignKey(RoleProfile, on_delete=models.CASCADE, related_name="positions")

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(position=""), name="role_position_named")]

    def __str__(self) -> str:
        return self.position
