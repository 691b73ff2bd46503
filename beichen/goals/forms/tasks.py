"""What people type of a key task."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.goals.forms.goals import DayInput, checked
from beichen.goals.rules import TaskInput
from beichen.platform.ui.fields import CodeField


class TaskForm(forms.Form):
    """What has to be done, by whom, until when."""

    title = forms.CharField(
        label=_("What has to be done?"), max_length=160,
        widget=forms.TextInput(attrs={"placeholder": _("Talk to ten users who left in the first week")}),
    )  # fmt: skip
    who = CodeField("person", label=_("Who does it?"), required=False)
    due = forms.DateField(label=_("Due"), widget=DayInput(), required=False)

    def entered(self, assignee_id: int | None) -> TaskInput:
        """What the rule takes; Invalid names the fields at fault."""
        values: dict[str, Any] = checked(self)
        return TaskInput(title=values["title"], due=values["due"], assignee_id=assignee_id)
