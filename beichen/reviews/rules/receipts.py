"""The person's answer to the result: receipt, or disagreement with words. It is no agreement."""

from __future__ import annotations

from django.urls import reverse

from beichen.people.rules import open_cycle
from beichen.platform.access.current import rule
from beichen.platform.access.permissions import require
from beichen.platform.audit import rules as audit
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid, NotFound
from beichen.platform.notify import rules as notify
from beichen.reviews import access
from beichen.reviews.choices import Receipt, ReviewState
from beichen.reviews.models import Acknowledgement, AcknowledgementContent, Review
from beichen.reviews.rules.errors import Answered, CommentNeeded, NotReleased


@rule
def acknowledge(actor: Actor, review_id: int, answer: str, comment: str) -> None:
    """Say that one has read the result, or read it and disagrees. The same answer again changes nothing.

    Errors: NotFound, NotReleased, WrongPhase, CommentNeeded, Answered. Cost: nine statements.
    """
    head = Review.objects.filter(access.visible_reviews(), pk=review_id).first()
    if head is None or head.subject_id != actor.person_id:
        raise NotFound
    require(actor, access.ACKNOWLEDGE, head)
    if head.state != ReviewState.RELEASED:
        raise NotReleased(head)
    comment = comment.strip()
    if answer not in Receipt.values:
        raise Invalid(field="answer")
    before = AcknowledgementContent.objects.filter(pk=review_id).first()
    if before is not None and (before.answer, before.comment) == (answer, comment):
        return
    if before is not None:
        raise Answered
    if answer == Receipt.DISAGREE and not comment:
        raise CommentNeeded(field="comment")
    open_cycle(actor, head.cycle_id, "C09", "C10")
    made = Acknowledgement(
        review_id=review_id, subject_id=head.subject_id, subject_place=head.subject_place, at=clock.now()
    )
    Acknowledgement.objects.bulk_create([made])
    AcknowledgementContent.objects.bulk_create(
        [AcknowledgementContent(acknowledgement=made, answer=answer, comment=comment)]
    )
    audit.record(actor, access.ACKNOWLEDGE, head, subjects=[head.subject_id])
    notify.mark_answered(actor, reverse("reviews:result", args=[review_id]))
