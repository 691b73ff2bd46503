"""Who reads the audit: auditors all of it (18b), everyone who looked at them (18a), and who may verify it (18c).

An auditor is a seat like any other: G2 and its scope hold for every row about people. A row is the auditor's when
at least one person it is about is; a row about nobody when whoever acted works within the scope, or no person did.
"""

from __future__ import annotations

from django.db.models import BooleanField, F, Func, Q
from django.utils.translation import gettext_lazy as _

from beichen.platform.access.permissions import Permission
from beichen.platform.access.relations import InPeople

SEARCH = Permission(key="audit.search", label=_("Search the audit"), row="18b", code="r", subject=None)
VERIFY = Permission(key="audit.verify", label=_("Verify the audit"), row="18c", code="t", subject=None)
EXPORT = Permission(key="audit.export", label=_("Export the audit"), row="18b", code="r", subject=None)
SEAT = "AU"


class AboutOneOf(Func):
    """Whether one of the people a row is about is in the auditor's seat; their ids are ranged once per statement."""

    template = (
        f"(EXISTS (SELECT FROM unnest(%(expressions)s) s (id) WHERE s.id <@ (SELECT access.seat_id_ranges('{SEAT}'))))"
    )
    output_field = BooleanField()
    conditional = True

    def __init__(self, subjects: str) -> None:
        super().__init__(F(subjects))


def visible_entries() -> Q:
    """Rows of the audit that are the auditor's to read (18b, G2, G20)."""
    nobody = Q(person_id__isnull=True) | Q(InPeople("person_id", "scope_people", SEAT))
    return Q(AboutOneOf("subjects")) | (Q(subjects=[]) & nobody)
