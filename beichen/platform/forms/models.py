"""Form versions. Class C2: questions, no answers."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from beichen.platform.forms.schema import Form, load


class FormVersion(models.Model):
    """One version of a form. Once used it never changes; a trigger refuses it to everybody."""

    key = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    title = models.JSONField(default=dict)
    schema = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "forms_version"
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="form_version_once"),
            models.CheckConstraint(condition=Q(version__gte=1), name="form_version_counts_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.version}"

    @property
    def form(self) -> Form:
        """The questions."""
        return load(self.schema)
