"""The manager's answer as a form; the questions of a check-in are drawn by the question engine."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.conversations.choices import Reaction


class ReplyForm(forms.Form):
    """A reaction in one tap, a line, or both."""

    reaction = forms.ChoiceField(
        label=_("In one tap"), required=False, choices=Reaction.choices, widget=forms.RadioSelect()
    )
    text = forms.CharField(
        label=_("Your reply"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
