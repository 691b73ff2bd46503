"""What people type of an exploration: its bounds before, its conclusion after."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.goals.choices import Outcome
from beichen.goals.forms.goals import DayInput, checked
from beichen.goals.rules import ConclusionInput, ExplorationInput


def _words(label: Any, example: Any, most: int) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, widget=forms.Textarea(attrs={"rows": 2, "placeholder": example})
    )


class ExplorationForm(forms.Form):
    """The question, and the bounds inside which it is tried."""

    hypothesis = _words(_("Hypothesis"), _("Small teams will pay for shared version history."), 500)
    evidence = _words(_("What would decide it?"), _("At least 30 of 200 invited teams pay within six weeks."), 500)
    stop_rule = _words(_("When do we stop early?"), _("Fewer than five teams after three weeks."), 300)
    budget = forms.CharField(
        label=_("Budget"), max_length=160,
        widget=forms.TextInput(attrs={"placeholder": _("Two people, six weeks, 50,000 for ads")}),
    )  # fmt: skip
    until = forms.DateField(label=pgettext_lazy("a trial", "Until"), widget=DayInput())
    unharmed = _words(_("What must not be hurt?"), _("Renewals of present members; support times."), 300)

    def entered(self) -> ExplorationInput:
        """What the rule takes; Invalid names the fields at fault."""
        return ExplorationInput(**checked(self))


class ConclusionForm(forms.Form):
    """How it ended, and what was learned."""

    outcome = forms.ChoiceField(label=_("How did it end?"), choices=Outcome.choices, widget=forms.RadioSelect)
    found = forms.CharField(
        label=_("What was found?"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    learning = forms.CharField(label=_("What was learned?"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    over_budget = forms.BooleanField(label=_("It cost more than the budget."), required=False)
    harmed = forms.BooleanField(label=_("Something was hurt that must not be."), required=False)

    def entered(self) -> ConclusionInput:
        """What the rule takes; Invalid names the fields at fault."""
        return ConclusionInput(**checked(self))
