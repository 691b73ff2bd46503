"""What an auditor types to search."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from beichen.platform.audit import choices, queries
from beichen.platform.audit.queries import Wanted
from beichen.platform.kit.actor import Actor

AREAS = {
    "audit": _("Audit"), "identity": _("Sign-in and accounts"), "people": _("Organisation"), "metrics": _("Metrics"),
    "strategy": _("Strategy"), "goals": _("Goals"), "talks": _("Talks"), "reviews": _("Reviews"),
    "reward": _("Bonus"), "approvals": _("Approvals"), "forms": _("Forms"), "job": _("Jobs"),
}  # fmt: skip
ANY = ("", _("any"))


def _acts() -> list[Any]:
    """Acts by area; each group begins with the whole area."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for key, label in queries.acts().items():
        area = key.partition(".")[0]
        if area in AREAS and "." in key:
            groups[area].append((key, str(label)))
    found: list[Any] = [ANY]
    for area, label in AREAS.items():
        if groups[area]:
            whole = (f"{area}.", gettext("All: %(area)s") % {"area": label})
            found.append((str(label), [whole, *sorted(groups[area], key=lambda act: act[1])]))
    return found


def _kinds() -> list[Any]:
    named: dict[str, str] = {}
    for key, label in choices.kinds().items():
        named.setdefault(key, str(label))
    return [ANY, *sorted(named.items(), key=lambda kind: kind[1])]


class SearchForm(forms.Form):
    """Every field may stay empty; what cannot be read is named beside its field and left out."""

    person = forms.CharField(label=_("Who acted"), required=False, max_length=100)
    subject = forms.CharField(label=_("Person concerned"), required=False, max_length=100)
    sort = forms.ChoiceField(label=_("Type of record"), required=False, choices=lambda: [ANY, *choices.Sort.choices])
    act = forms.ChoiceField(label=_("Action"), required=False, choices=_acts)
    kind = forms.ChoiceField(label=_("Type of object"), required=False, choices=_kinds)
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))

    def wanted(self, actor: Actor) -> Wanted:
        """What to search for; a name that nobody has finds nothing. Cost: one statement a name."""
        self.is_valid()
        typed = self.cleaned_data
        return Wanted(
            people=queries.ids_of(actor, typed.get("person", "")),
            subjects=queries.ids_of(actor, typed.get("subject", "")),
            act=typed.get("act", ""), kind=typed.get("kind", ""), sort=typed.get("sort", ""),
            since=typed.get("since"), until=typed.get("until"),
        )  # fmt: skip

    @property
    def help(self) -> str:
        """What may be typed for a person."""
        return gettext("Name or number")
