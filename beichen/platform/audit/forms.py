"""What an auditor types to search."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.platform.audit.queries import Wanted


class SearchForm(forms.Form):
    """Every field may stay empty; what cannot be read is named beside its field and left out."""

    person = forms.IntegerField(label=_("Who acted (person id)"), required=False, min_value=1)
    subject = forms.IntegerField(label=_("About whom (person id)"), required=False, min_value=1)
    act = forms.CharField(label=_("Act begins with"), required=False, max_length=100)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def wanted(self) -> Wanted:
        """What to search for."""
        self.is_valid()
        typed = self.cleaned_data
        return Wanted(
            typed.get("person"), typed.get("subject"), typed.get("act", ""), typed.get("since"), typed.get("until")
        )
