"""Who looks after the jobs (18g): their names, counts and kinds of failure, never what they are about."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beichen.platform.access.permissions import Permission

SEE = Permission(key="events.see_jobs", label=_("See what the system works on"), row="18g", code="r", subject=None)
TRY_AGAIN = Permission(key="events.try_again", label=_("Try a failed job again"), row="18g", code="t", subject=None)
