"""Where the job monitor stands in the navigation."""

from __future__ import annotations

from django.utils.translation import pgettext_lazy

from beichen.platform import registry
from beichen.platform.events.access import SEE

registry.nav(
    registry.NavEntry(
        key="jobs", label=pgettext_lazy("jobs", "Jobs"), url_name="jobs:monitor",
        icon="settings-cog", section="company", permission=SEE, order=890,
    )
)  # fmt: skip
