"""What people read when an answer cannot be taken."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop, pgettext_lazy

from beichen.platform.audit.choices import say
from beichen.platform.forms.schema import Fault

SENTENCES = {
    "required": gettext_noop("This question needs an answer."),
    "unknown": gettext_noop("The form has no such question."),
    "text": gettext_noop("This text cannot be saved. Please check it and try again."),
    "too_long": gettext_noop("At most %(longest)s characters; you have %(length)s."),
    "choice": gettext_noop("Choose one of the answers."),
    "yes_no": gettext_noop("Choose yes or no."),
    "range": gettext_noop("Enter a number from %(low)s to %(high)s."),
    "places": gettext_noop("Enter a number with at most %(places)s decimals."),
    "evidence": gettext_noop("A score this high or low needs facts to support it. Give one or two."),
    "reason": gettext_noop("Say in a sentence or two why."),
    "loaded": gettext_noop("This number comes from the records and is not entered here."),
}


def sentences(faults: Mapping[str, Fault]) -> dict[str, str]:
    """The faults as sentences in the reader's language, by field name: ready for `Invalid(fields=…)`."""
    return {key: gettext(SENTENCES[fault.code]) % dict(fault.params) for key, fault in faults.items()}


say(
    acts={
        "forms.publish": pgettext_lazy("audit", "Publish a form"),
    },
    kinds={
        "forms.formversion": pgettext_lazy("audit", "Version of a form"),
    },
)
