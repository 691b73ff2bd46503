"""What people type to confirm the condition of a band."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.goals.forms.goals import checked

EXAMPLE = _("All four delays of May are explained in the weekly report, with what was changed.")


class ConditionForm(forms.Form):
    """What shows that the condition is met."""

    evidence = forms.CharField(
        label=_("What shows it?"), max_length=500, widget=forms.Textarea(attrs={"rows": 3, "placeholder": EXAMPLE})
    )

    def entered(self) -> str:
        """The evidence; Invalid names the field at fault."""
        said: str = checked(self)["evidence"]
        return said
