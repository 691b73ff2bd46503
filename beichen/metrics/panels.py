"""What metrics registers at start."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beichen.metrics import access
from beichen.platform.registry import NavEntry, nav

nav(NavEntry(key="metrics", label=_("Metrics"), url_name="metrics:library", icon="ruler-measure", section="company",
             permission=access.EDIT, order=505))  # fmt: skip
