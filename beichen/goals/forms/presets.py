"""What HR chooses of a unit's goals: how far they are open, and why."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.goals.choices import Preset
from beichen.goals.forms.goals import checked
from beichen.goals.rules import INHERITED

ABOVE = "above"
"""The choice that stands for `INHERITED`: an empty one is no choice."""


class PresetForm(forms.Form):
    """One of the presets, or with `above` what the unit above chose; and the reason."""

    preset = forms.ChoiceField(label=_("Who sees these goals?"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Why?"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("The unit prepares a deal nobody else may know of.")}),
    )  # fmt: skip

    def __init__(self, *args: Any, above: str = "", **how: Any) -> None:
        super().__init__(*args, **how)
        inherited = [(ABOVE, _("As the unit above: %(preset)s") % {"preset": above})] if above else []
        self.fields["preset"].choices = [*inherited, *Preset.choices]  # type: ignore[attr-defined]

    def entered(self) -> tuple[str, str]:
        """The preset and the reason; Invalid names the fields at fault."""
        values = checked(self)
        return INHERITED if values["preset"] == ABOVE else values["preset"], values["reason"]
