"""Where the audit shows in the shell."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from beichen.platform import registry
from beichen.platform.audit.access import SEARCH

registry.nav(
    registry.NavEntry(
        key="audit", label=_("Audit"), url_name="audit:search", icon="shield-check", section="company",
        permission=SEARCH, order=900,
    )
)  # fmt: skip
registry.nav(
    registry.NavEntry(
        key="looked",
        label=_("Who viewed my data"),
        url_name="audit:looked",
        icon="eye",
        section="company",
        order=910,
    )
)
