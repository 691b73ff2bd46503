"""What HR types of a goal to begin from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.goals.choices import Ambition, GoalKind, Measure
from beichen.goals.forms.goals import checked
from beichen.goals.queries import TemplateCard
from beichen.goals.rules import ResultTemplateInput, TemplateInput
from beichen.people.choices import PeriodKind
from beichen.people.queries import Reach

RESULTS = 5
PLAIN = ("title", "title_en", "why", "why_en", "kind", "ambition", "verification", "level", "period_kind")


class TemplateForm(forms.Form):
    """A goal to begin from, for whom it is, and its key results."""

    title = forms.CharField(label=_("What do you want to achieve?"), max_length=160)
    title_en = forms.CharField(label=_("English wording"), max_length=160, required=False)
    why = forms.CharField(
        label=_("When does it fit?"), max_length=300, required=False,
        widget=forms.TextInput(attrs={"placeholder": _("When new users leave before they see the point")}),
    )  # fmt: skip
    why_en = forms.CharField(label=_("When does it fit? (English)"), max_length=300, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=GoalKind.choices)
    ambition = forms.ChoiceField(label=_("Ambition"), choices=Ambition.choices)
    verification = forms.CharField(label=_("How will we know it has been achieved?"), max_length=300, required=False)
    unit = forms.ChoiceField(label=_("Department"), required=False)
    profile = forms.ChoiceField(label=_("Role"), required=False)
    level = forms.CharField(label=pgettext_lazy("of a job", "Level"), max_length=20, required=False)
    period_kind = forms.ChoiceField(
        label=_("Cycle"), required=False, choices=(("", _("Any cycle")), *PeriodKind.choices)
    )
    is_active = forms.BooleanField(label=_("In use"), required=False)

    def __init__(
        self, *args: Any, units: Sequence[tuple[str, str]], profiles: Sequence[tuple[str, str]], **how: Any
    ) -> None:
        super().__init__(*args, **how)
        named: dict[str, Any] = self.fields
        named["unit"].choices = [("", _("Any department")), *units]
        named["profile"].choices = [("", _("Any role")), *profiles]
        for n in range(RESULTS):
            named[f"result_{n}"] = forms.CharField(label=_("Key result"), max_length=160, required=False)
            named[f"result_{n}_en"] = forms.CharField(label=_("English wording"), max_length=160, required=False)
            named[f"result_{n}_measure"] = forms.ChoiceField(
                label=_("How is it measured?"), choices=Measure.choices, required=False
            )
            named[f"result_{n}_unit"] = forms.CharField(
                label=pgettext_lazy("of a measure", "Unit"), max_length=20, required=False
            )

    @property
    def results(self) -> list[tuple[forms.BoundField, ...]]:
        """The rows of key results: title, English title, measure, unit."""
        return [tuple(self[f"result_{n}{part}"] for part in ("", "_en", "_measure", "_unit")) for n in range(RESULTS)]

    def entered(self) -> TemplateInput:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        results = [
            ResultTemplateInput(
                title=values[f"result_{n}"], title_en=values[f"result_{n}_en"],
                measure=values[f"result_{n}_measure"] or Measure.INCREASE, unit=values[f"result_{n}_unit"],
            )
            for n in range(RESULTS) if values[f"result_{n}"].strip()
        ]  # fmt: skip
        plain = {
            name: values[name]
            for name in (
                "title",
                "title_en",
                "why",
                "why_en",
                "kind",
                "ambition",
                "verification",
                "level",
                "period_kind",
            )
        }
        return TemplateInput(
            **plain, unit_id=int(values["unit"] or 0) or None, profile_id=int(values["profile"] or 0) or None,
            is_active=values["is_active"], results=results,
        )  # fmt: skip

    @staticmethod
    def initial_of(card: TemplateCard) -> dict[str, Any]:
        """What the form shows of a template that is there."""
        values: dict[str, Any] = {name: getattr(card, name) for name in PLAIN}
        values |= {"unit": str(card.unit_id or ""), "profile": str(card.profile_id or ""), "is_active": card.is_active}
        for n, one in enumerate(card.results[:RESULTS]):
            values |= {
                f"result_{n}": one.title, f"result_{n}_en": one.title_en, f"result_{n}_measure": one.measure,
                f"result_{n}_unit": one.unit,
            }  # fmt: skip
        return values


class GiveForm(forms.Form):
    """Whom a template is given to, and for which cycle."""

    cycle = forms.ChoiceField(label=_("Cycle"))
    unit = forms.ChoiceField(label=_("Department"), required=False)
    profile = forms.ChoiceField(label=_("Role"), required=False)
    level = forms.CharField(label=pgettext_lazy("of a job", "Level"), max_length=20, required=False)

    def __init__(
        self, *args: Any, cycles: Sequence[tuple[str, str]], units: Sequence[tuple[str, str]],
        profiles: Sequence[tuple[str, str]], **how: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **how)
        named: dict[str, Any] = self.fields
        named["cycle"].choices = cycles
        named["unit"].choices = [("", _("Any department")), *units]
        named["profile"].choices = [("", _("Any role")), *profiles]

    def entered(self, person_ids: Sequence[int] | None = None) -> tuple[int, Reach]:
        """The cycle, and whom; Invalid names the fields at fault."""
        values = checked(self)
        return int(values["cycle"]), Reach(
            unit_id=int(values["unit"] or 0) or None, profile_id=int(values["profile"] or 0) or None,
            level=values["level"].strip(), person_ids=person_ids,
        )  # fmt: skip
