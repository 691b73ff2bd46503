"""Who sees and who may, for metrics and band tables (26a–26c), and for what a role profile recommends (24a)."""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from beichen.metrics.choices import BandState
from beichen.platform.access.filters import filters
from beichen.platform.access.locks import StateGuard
from beichen.platform.access.permissions import Permission
from beichen.platform.access.relations import ActorId, sees


@filters("metrics.Metric")
def visible_metrics() -> Q:
    """Every employee reads the library (26a)."""
    return sees("26a", subject=None, SE=Q(owner_id=ActorId()))


@filters("metrics.BandTable")
def visible_bands() -> Q:
    """Frozen tables are open to every employee (26c), drafts to those who make them (26b)."""
    draft, frozen = Q(state=BandState.DRAFT), Q(state=BandState.FROZEN)
    return (draft & sees("26b", subject=None)) | (frozen & sees("26c", subject=None))


@filters("metrics.RecommendedSet")
def visible_recommended() -> Q:
    """What a role profile recommends is open like the profile itself (24a)."""
    return sees("24a", subject=None)


VIEW = Permission(key="metrics.view", label=_("See the metric library"), row="26a", subject=None)
EDIT = Permission(key="metrics.edit", label=_("Edit a metric"), row="26a", code="w", subject=None)
ENACT = Permission(
    key="metrics.enact",
    label=_("Activate a metric"),
    row="26a",
    code="w",
    subject=None,
    banned=("last_editor_id",),
)
EDIT_BAND = Permission(key="metrics.edit_band", label=_("Edit a band table"), row="26b", code="w", subject=None)
FREEZE_BAND = Permission(
    key="metrics.freeze_band", label=_("Freeze a band table"), row="26b", code="w", subject=None,
)  # fmt: skip
VIEW_RECOMMENDED = Permission(
    key="metrics.view_recommended", label=_("See the metrics recommended for a role"), row="24a", subject=None
)
RECOMMEND = Permission(
    key="metrics.recommend", label=_("Recommend metrics for a role"), row="24a", code="w", subject=None
)

GUARDS = [
    StateGuard(
        model="metrics.Metric",
        edges=frozenset({("draft", "in_force"), ("in_force", "retired"), ("retired", "in_force")}),
    ),
    StateGuard(model="metrics.BandTable", edges=frozenset({("draft", "frozen")})),
]
