"""Uploaded workbooks: what each would change, and its files until they are written."""

from __future__ import annotations

from django.db import models

from beichen.people.choices import ImportState


class ImportBatch(models.Model):
    """One uploaded workbook, what it would change, and what became of it. Class C4 (row 25a).

    `counts`: {sheet: {action: how many}}; `refused`, `changes`: lists of {sheet, row, action, column, reason, params,
    label, about}; `notes`: lists of {note, params} about the file as a whole; `about`: ids of the persons it would
    change. What the rows say is in its files.
    """

    uploaded_by = models.BigIntegerField(null=True)
    uploaded_at = models.DateTimeField()
    file_name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=ImportState.choices, default=ImportState.PREVIEWED)
    counts = models.JSONField(default=dict)
    refused = models.JSONField(default=list)
    changes = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    about = models.JSONField(default=list)
    written = models.JSONField(default=dict)
    asked_by = models.BigIntegerField(null=True)
    confirmed_by = models.BigIntegerField(null=True)
    is_first = models.BooleanField(default=False)
    progress = models.UUIDField(null=True)
    applied_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [models.Index(fields=["-id"], name="import_batch_newest")]

    def __str__(self) -> str:
        return self.file_name


class ImportFile(models.Model):
    """A file as it was uploaded, amounts of pay in it, until it is written. Class C5 (25a)."""

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="+")
    uploaded_by = models.BigIntegerField(null=True)
    name = models.CharField(max_length=200)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name
