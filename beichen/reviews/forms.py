"""What people type on the pages of reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.platform.ui.fields import CodeField
from beichen.reviews.choices import Receipt


class DecideForm(forms.Form):
    """The manager's decision."""

    grade = forms.ChoiceField(label=_("Grade"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Required if your grade differs from the suggestion: at least 20 characters."),
    )  # fmt: skip

    def __init__(self, grades: Sequence[Mapping[str, Any]], locale: str, data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        word = "en" if locale.startswith("en") else "zh"
        self.fields["grade"].choices = [(g["key"], f"{g['key']} {g[word]}") for g in grades]  # type: ignore[attr-defined]


class UnitForm(forms.Form):
    """The part of a calibration list to look at."""

    unit = CodeField("unit", label=_("Unit and everyone below it"), required=False)


class MoveForm(forms.Form):
    """A grade moved in calibration."""

    grade = forms.ChoiceField(label=_("New grade"))
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least 10 characters. It stays in the history of this grade."),
    )  # fmt: skip

    def __init__(self, grades: Sequence[str], data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.fields["grade"].choices = [(key, key) for key in grades]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The person's answer to the result."""

    answer = forms.ChoiceField(
        label=_("After you have read it"), choices=Receipt.choices, widget=forms.RadioSelect, initial=Receipt.READ
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Required if you disagree. Responding only confirms that you have read the result; you can still appeal."
        ),
    )  # fmt: skip


class PlanForm(forms.Form):
    """A review plan."""

    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    cycle_id = forms.ChoiceField(label=_("Cycle"))
    unit = CodeField("unit", label=_("Who is reviewed: this unit and everyone below it"))
    managers = forms.ChoiceField(
        label=_("People managers"), choices=(("in", _("are included")), ("out", _("are excluded"))),
        widget=forms.RadioSelect, initial="in",
    )  # fmt: skip
    without = forms.CharField(
        label=_("Employee numbers to exclude"), required=False, help_text=_("Separate several with commas.")
    )

    def __init__(self, cycles: Sequence[tuple[int, str]], data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.fields["cycle_id"].choices = cycles  # type: ignore[attr-defined]
