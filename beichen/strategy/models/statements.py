"""What the company says about performance: its principles, what results are used for, and what is judged at all.

Drafts and their remarks are of class C3 (row 22c), what is published of class C2 (22d), acknowledgements C3 (22e).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from beichen.strategy.choices import MemberPart, StatementKind, VersionState


class Statement(models.Model):
    """One of the three texts. `published` is the number of the version in force, 0 for none.

    `version` counts how often those who work on it were named.
    """

    kind = models.CharField(max_length=12, choices=StatementKind.choices, unique=True)
    published = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.kind


class StatementMember(models.Model):
    """Who writes, remarks on or signs a statement besides the seats (column SE of row 22c)."""

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="members")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=8, choices=MemberPart.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "person", "part"], name="statement_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id} {self.person_id} {self.part}"


class StatementVersion(models.Model):
    """One state of a statement. A published one never changes.

    `content`: {"opening", "opening_en", "items": [see `formulas.statements.Item`]}. `asked_by` put the draft forward:
    from then on it is signed and published as it stands; any edit takes that back. `stable_until`: no other version
    before that day but with a reason; `reason` is that of this version.
    """

    statement = models.ForeignKey(Statement, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=VersionState.choices, default=VersionState.DRAFT)
    content = models.JSONField(default=dict)
    note = models.CharField(max_length=200, blank=True)
    last_editor = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    edited_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(null=True)
    published_by = models.ForeignKey("people.Person", null=True, on_delete=models.PROTECT, related_name="+")
    published_at = models.DateTimeField(null=True)
    stable_until = models.DateField(null=True)
    reason = models.CharField(max_length=500, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="statement_version_once"),
            models.UniqueConstraint(fields=["statement"], condition=Q(state="draft"), name="statement_one_draft"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(published_at__isnull=False), name="statement_published_has_day"
            ),
            models.CheckConstraint(
                condition=Q(published_by__isnull=True)
                | (~Q(published_by=F("last_editor")) & ~Q(published_by=F("asked_by"))),
                name="statement_published_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}.{self.number}"


class Signature(models.Model):
    """Somebody signed a version as it was put forward; an edit takes it away."""

    version = models.ForeignKey(StatementVersion, on_delete=models.CASCADE, related_name="signatures")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="statement_signed_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.person_id}"


class Remark(models.Model):
    """What somebody of management said about a draft; `item` is the key of what it is about, "" for the whole."""

    version = models.ForeignKey(StatementVersion, on_delete=models.CASCADE, related_name="remarks")
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    item = models.CharField(max_length=20, blank=True)
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.version_id} {self.author_id}"


class Acknowledgement(models.Model):
    """Somebody has read a published version (row 22e): that it was received, not that it is agreed to."""

    version = models.ForeignKey(StatementVersion, on_delete=models.CASCADE, related_name="acknowledgements")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "person"], name="statement_acknowledged_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.person_id}"


class CycleRules(models.Model):
    """Which version of the application rules a cycle opened with: it holds until the cycle is closed."""

    cycle = models.OneToOneField("people.Cycle", primary_key=True, on_delete=models.CASCADE, related_name="+")
    version = models.ForeignKey(StatementVersion, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.version_id}"
