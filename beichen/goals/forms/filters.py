"""What lists, board and map of goals are narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.goals.choices import GoalKind
from beichen.platform.ui.fields import CodeField


class OfPriorityForm(forms.Form):
    """Whatever can be narrowed to a priority."""

    priority = forms.ChoiceField(label=_("Priority"), required=False)

    def __init__(self, *args: Any, priorities: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        named["priority"].choices = [("", _("Any priority")), *priorities]
        self.order_fields([name for name in named if name != "priority"])


class BoardForm(OfPriorityForm):
    """What the board of progress is narrowed to."""

    unit = CodeField("unit", label=_("Unit"), required=False)
    owner = CodeField("person", label=_("Owner"), required=False)
    project = CodeField("project", label=_("Project"), required=False)
    scope = forms.ChoiceField(
        label=_("Of"), required=False,
        choices=(("", _("Everyone")), ("branch", _("My reporting line")), ("asked", _("Those I can ask for updates"))),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=(("", _("Any kind")), *GoalKind.choices))


class MapForm(OfPriorityForm):
    """What the goal map is narrowed to."""

    q = forms.CharField(label=_("Search"), required=False)
    unit = CodeField("unit", label=_("Unit"), required=False)


class FilterForm(OfPriorityForm):
    """What the list of all goals is narrowed to."""

    q = forms.CharField(label=_("Search"), required=False)
    scope = forms.ChoiceField(
        label=_("Of"),
        required=False,
        choices=(("", _("Everyone")), ("units", _("Units")), ("branch", _("My reporting line"))),
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=(("", _("Any kind")), *GoalKind.choices))
