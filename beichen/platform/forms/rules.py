"""Writing form versions. Who may is decided by the area whose form it is: it calls these inside its own rule."""

from __future__ import annotations

from django.db.models import Max

from beichen.platform import audit
from beichen.platform.access.current import rule
from beichen.platform.forms.choices import sentences
from beichen.platform.forms.models import FormVersion
from beichen.platform.forms.schema import Answers, Form, check_form, dump, validate
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Invalid


@rule
def ensure(actor: Actor, form: Form) -> FormVersion:
    """The version that holds exactly these questions: the newest if it does, else a new one. Raises BadForm."""
    check_form(form)
    newest = FormVersion.objects.select_for_update().filter(key=form.key).order_by("-version").first()
    if newest is not None and newest.schema == dump(form):
        return newest
    highest = FormVersion.objects.filter(key=form.key).aggregate(n=Max("version"))["n"] or 0
    made = FormVersion.objects.create(
        key=form.key, version=highest + 1, title=dict(form.title), schema=dump(form), created_at=clock.now()
    )
    audit.record(actor, "forms.publish", made, details={"key": form.key, "version": made.version})
    return made


@rule
def use(_actor: Actor, version: FormVersion) -> FormVersion:
    """Freeze a version; called before the first answer to it is kept. Cost: none when it is frozen already."""
    if version.used_at is None:
        FormVersion.objects.filter(pk=version.pk, used_at__isnull=True).update(used_at=clock.now())
        version.refresh_from_db()
    return version


def check_answers(form: Form, answers: Answers, *, complete: bool) -> None:
    """Raise Invalid with a sentence per question when an answer cannot be taken."""
    faults = validate(form, answers, complete=complete)
    if faults:
        raise Invalid(fields=sentences(faults))
