"""Who sees and who may, for metrics, band tables and values (26a–26f), and for what a role profile recommends (24a).

A data steward is an HR administrator: whoever signs a period's values is never who wrote the last of them.
"""

from __future__ import annotations

from typing import Any

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


@filters("metrics.PersonValue")
def visible_person_values() -> Q:
    """One's own figures, those of the people one leads or looks after (26d)."""
    return sees("26d", subject="person_id")


@filters("metrics.UnitValue")
def visible_unit_values() -> Q:
    """Every employee reads the figures of units (26e)."""
    return sees("26e", subject=None)


@filters("metrics.HeldValue")
def visible_held() -> Q:
    """What was held back is read by HR administrators and auditors (26f), each over the people of their seat."""
    return (Q(person_id__isnull=True) & sees("26f", subject=None)) | sees("26f", subject="person_id")


def _row(about: Any) -> str:
    return "26d" if about is not None and about.person_id else "26e"


def _person(about: Any) -> int | None:
    found: int | None = about.person_id
    return found


def _unit(about: Any) -> int | None:
    found: int | None = about.unit_id
    return found


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
RETIRE = Permission(key="metrics.retire", label=_("Retire a metric"), row="26a", code="w", subject=None)
TAKE_STARTERS = Permission(
    key="metrics.take_starter_set", label=_("Add the starter set of metrics"), row="26a", code="w", subject=None
)
VIEW_VALUES = Permission(key="metrics.view_values", label=_("See the figures of a metric"), row="26e", subject=None)
WRITE_VALUE = Permission(
    key="metrics.write_value", label=_("Enter a figure"), row=_row, code="w", subject=_person, unit=_unit
)
WRITE_VALUES = Permission(
    key="metrics.write_values", label=_("Import or compute figures"), row="26e", code="w", subject=None
)
SIGN = Permission(
    key="metrics.sign", label=_("Sign and publish figures"), row="26e", code="w", subject=None,
    banned=("last_editor_id",),
)  # fmt: skip
SEE_HELD = Permission(key="metrics.see_held", label=_("See figures that were held back"), row="26f", subject=None)
DECIDE_HELD = Permission(
    key="metrics.decide_held", label=_("Decide on a figure that was held back"), row="26f", code="w", subject=_person,
    unit=_unit, banned=("author_id",),
)  # fmt: skip
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
    StateGuard(model="metrics.MetricVersion", edges=frozenset({("proposed", "agreed")})),
    StateGuard(model="metrics.HeldValue", edges=frozenset({("held", "released"), ("held", "dropped")})),
    StateGuard(model="metrics.Publication", edges=frozenset({("open", "published"), ("published", "open")})),
]
