"""Mail: one job per notice, so that one bad address holds up nobody else."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection
from django.utils import translation

from beichen.platform.events.jobs import job
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.notify import queries
from beichen.platform.notify.choices import footer, known


@job(name="notify.mail", reason="sends a notice by e-mail", queue="mail")
def mail(actor: Actor, *, notice: str) -> None:
    """Send one notice unless it was sent. The message id is the notice's, so that a repeat is known as one."""
    post = queries.to_mail(actor, UUID(notice))
    if post is None:
        return
    with translation.override(post.locale):
        subject = known(post.template).text(post.params)
        body = f"{subject}\n\n{footer(settings.PUBLIC_URL + post.url)}"
    headers = {"Message-ID": f"<{post.id}@beichen>", "Auto-Submitted": "auto-generated"}
    EmailMessage(" ".join(subject.split()), body, to=[post.address], headers=headers).send()
    _note(post.id)


def _note(notice: UUID) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE notify_notice SET mailed_at = clock_timestamp() WHERE id = %s", [notice])


@job(name="notify.prune", reason="forgets notices after a year", cron="17 3 * * *")
def prune(_actor: Actor) -> None:
    """Delete notices older than a year."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM notify_notice WHERE created_at < %s::timestamptz - interval '1 year'", [clock.now()]
        )
