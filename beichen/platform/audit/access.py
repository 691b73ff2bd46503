"""Who reads the audit: auditors all of it (18b), everyone who looked at them (18a), and who may verify it (18c)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beichen.platform.access.permissions import Permission

SEARCH = Permission(key="audit.search", label=_("Search the audit"), row="18b", code="r", subject=None)
VERIFY = Permission(key="audit.verify", label=_("Verify the audit"), row="18c", code="t", subject=None)
