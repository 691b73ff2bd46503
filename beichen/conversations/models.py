"""Check-ins. The head says that one is there and how far it is; what was written stands in tables of its own, one for
each class, with the people concerned repeated so that row security needs no join.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from beichen.conversations.choices import CheckInState, Reaction


class CheckIn(models.Model):
    """One check-in: whose, to whom, when, how far. Class C3 (23b, 23d).

    `manager` is the manager of the day it was sent; a new one does not inherit it. `answer_due_on` is the last day
    for an answer. `owner_place` is the person's place in line order.
    """

    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    cycle = models.ForeignKey("people.Cycle", on_delete=models.PROTECT, related_name="+")
    form = models.ForeignKey("forms.FormVersion", on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()
    state = models.CharField(max_length=8, choices=CheckInState.choices, default=CheckInState.DUE)
    sent_at = models.DateTimeField(null=True)
    answer_due_on = models.DateField(null=True)
    replied_at = models.DateTimeField(null=True)
    owner_place = models.BigIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "due_on"], name="check_in_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(state="due"), name="check_in_one_open"),
            models.CheckConstraint(condition=~Q(person=F("manager")), name="check_in_two_people"),
            models.CheckConstraint(
                condition=Q(state="due") | Q(sent_at__isnull=False, answer_due_on__isnull=False),
                name="check_in_sent_has_day",
            ),
            models.CheckConstraint(
                condition=Q(state="replied", replied_at__isnull=False)
                | (~Q(state="replied") & Q(replied_at__isnull=True)),
                name="check_in_replied_has_day",
            ),
        ]
        indexes = [
            models.Index(fields=["manager", "answer_due_on"], condition=Q(state="filled"), name="check_in_to_answer"),
            models.Index(fields=["person", "-due_on"], name="check_in_of_person"),
            models.Index(fields=["owner_place"], name="check_in_place"),
            models.Index(fields=["due_on"], condition=Q(state="due"), name="check_in_due"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.due_on}"


class CheckInDraft(models.Model):
    """What the writer has typed and not sent. `answers` by question key. Only the writer's (23a); treated as C5."""

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    saved_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.check_in_id}"


class CheckInAnswers(models.Model):
    """What was fulfilling, and the plan. `answers` by question key. Class C3 (23b)."""

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.check_in_id}"


class CheckInPrivate(models.Model):
    """Load, obstacles and the wish to grow. Class C5 (23c): never beside a review, never an input to a score.

    `load` repeats the answer about the load, so that two in a row are found without reading texts.
    """

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    answers = models.JSONField(default=dict)
    load = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return f"{self.check_in_id}"


class Reply(models.Model):
    """The manager's answer: a reaction, a line, or both. It may speak of the load, so class C5 (23c)."""

    check_in = models.OneToOneField(CheckIn, primary_key=True, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    manager = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey("people.Person", on_delete=models.PROTECT, related_name="+")
    text = models.TextField(blank=True)
    reaction = models.CharField(max_length=8, choices=Reaction.choices, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(text="") | ~Q(reaction=""), name="reply_says_something"),
            models.CheckConstraint(condition=~Q(author=F("person")), name="reply_not_to_oneself"),
        ]

    def __str__(self) -> str:
        return f"{self.check_in_id}"
