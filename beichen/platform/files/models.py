"""Files that were asked for, and their bytes in pieces."""

from __future__ import annotations

from django.db import models

from beichen.platform.files.choices import ExportState


class ExportFile(models.Model):
    """A file of one person, kept for a day. Class C4 (20f): whoever asked for it, and nobody else.

    `seats`: what the person held when it was written; with other seats it is not handed out any more.
    """

    id = models.UUIDField(primary_key=True)
    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    media = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=ExportState.choices, default=ExportState.MAKING)
    seats = models.JSONField(default=list)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    ready_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "-asked_at"], name="export_of_person")]

    def __str__(self) -> str:
        return self.name or self.kind


class ExportPiece(models.Model):
    """At most a million bytes of a file. Class C4, as the file is."""

    file = models.ForeignKey(ExportFile, on_delete=models.CASCADE, related_name="+")
    person_id = models.BigIntegerField()
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="export_piece_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.number}"
