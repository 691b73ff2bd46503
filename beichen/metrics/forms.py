"""What people type about metrics and band tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.metrics.choices import BandMode, Direction, MetricKind, OnZero, Subject
from beichen.metrics.formulas import Point
from beichen.metrics.queries import BandCard, MetricCard, RecommendedCard
from beichen.metrics.rules import MOST_RECOMMENDED, MetricInput, Recommended
from beichen.people.choices import PeriodKind
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.fields import CodeField

ROWS = 6
FREE_ROWS = 2


def checked(form: forms.Form) -> dict[str, Any]:
    """The cleaned values, or Invalid with one sentence per field."""
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    return form.cleaned_data


FIELD_LABELS: dict[str, Any] = {
    "code": _("Code"), "name": _("Name"), "name_en": _("In English"), "also_named": _("Also called"),
    "kind": _("Kind"), "unit": pgettext_lazy("of a measure", "Unit"), "direction": _("Which way is better?"),
    "owner": _("Owner of the figure"), "owner_id": _("Owner of the figure"), "definition": _("Definition"),
    "definition_en": _("Definition, in English"), "calculation": _("How it is calculated"),
    "calculation_en": _("How it is calculated, in English"), "rhythm": _("How often"),
    "subject": _("Whose figure"), "source": _("Where the figure comes from"),
    "source_en": _("Where from, in English"), "roles": _("For which roles"), "scenes": _("For which occasions"),
    "scenes_en": _("Occasions, in English"), "is_general": _("For the whole company: every unit shares this metric"),
    "formula": _("Formula"), "on_zero": _("When something is divided by 0"), "least": _("Smallest value that can be"),
    "most": _("Largest value that can be"), "jump_percent": _("Largest jump against the period before, %"),
    "due_days": _("Due so many days after the period"),
}  # fmt: skip
"""Every field of a metric in words: on the form and between versions."""


def _text(name: str, length: int, *, required: bool = False, rows: int = 0, hint: Any = "") -> forms.CharField:
    how: dict[str, Any] = {"widget": forms.Textarea(attrs={"rows": rows})} if rows else {}
    return forms.CharField(label=FIELD_LABELS[name], max_length=length, required=required, help_text=hint, **how)


def _figure(name: str) -> forms.DecimalField:
    return forms.DecimalField(label=FIELD_LABELS[name], required=False, max_digits=24, decimal_places=6)


class MetricForm(forms.Form):
    """A metric as typed; the roles to choose from come by keyword."""

    name = _text("name", 120, required=True)
    code = _text("code", 40, required=True)
    name_en = _text("name_en", 120)
    also_named = _text("also_named", 400, hint=_("Other words for the same figure, separated by commas."))
    kind = forms.ChoiceField(label=FIELD_LABELS["kind"], choices=MetricKind.choices, initial=MetricKind.RESULT)
    unit = _text("unit", 20)
    direction = forms.ChoiceField(label=FIELD_LABELS["direction"], choices=Direction.choices)
    rhythm = forms.ChoiceField(label=FIELD_LABELS["rhythm"], choices=PeriodKind.choices, initial=PeriodKind.MONTH)
    subject = forms.ChoiceField(label=FIELD_LABELS["subject"], choices=Subject.choices, initial=Subject.UNIT)
    owner = CodeField("person", label=FIELD_LABELS["owner"], required=False)
    definition = _text("definition", 2000, rows=3, hint=_("What is counted, and what is left out."))
    definition_en = _text("definition_en", 2000, rows=2)
    calculation = _text("calculation", 300)
    calculation_en = _text("calculation_en", 300)
    source = _text("source", 120, hint=_("One system, so that everybody looks at the same figure."))
    source_en = _text("source_en", 120)
    formula = _text("formula", 500, rows=2, hint=_(
        "Only where it is computed from other metrics, by their codes or names: paying_users / mau * 100. "
        "Also min, max, abs, round(x, 2), or_else(x, 0), if(a > b, x, y), prev(x) for the period before."
    ))  # fmt: skip
    on_zero = forms.ChoiceField(label=FIELD_LABELS["on_zero"], choices=OnZero.choices, initial=OnZero.MISSING)
    roles = forms.MultipleChoiceField(label=FIELD_LABELS["roles"], required=False, widget=forms.CheckboxSelectMultiple)
    scenes = _text("scenes", 200)
    scenes_en = _text("scenes_en", 200)
    is_general = forms.BooleanField(label=FIELD_LABELS["is_general"], required=False)
    least = _figure("least")
    most = _figure("most")
    jump_percent = forms.IntegerField(
        label=FIELD_LABELS["jump_percent"], required=False, min_value=1, max_value=100_000
    )
    due_days = forms.IntegerField(label=FIELD_LABELS["due_days"], min_value=0, max_value=365, initial=5)

    def __init__(self, *args: Any, roles: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        if args and args[0] is not None:
            args = (_with_defaults(args[0]), *args[1:])
        super().__init__(*args, **kwargs)
        field: Any = self.fields["roles"]
        field.choices = list(roles)

    @property
    def owner_number(self) -> str:
        """The employee number typed."""
        return str(checked(self)["owner"])

    def entered(self, owner_id: int | None) -> MetricInput:
        """What the rule takes."""
        values = {name: value for name, value in checked(self).items() if name != "owner"}
        values["also_named"] = tuple(word.strip() for word in _COMMAS.split(values["also_named"]) if word.strip())
        values["roles"] = tuple(values["roles"])
        return MetricInput(**values, owner_id=owner_id)

    @staticmethod
    def initial_of(card: MetricCard, owner: str) -> dict[str, Any]:
        """What the form shows for a metric that is there."""
        values: dict[str, Any] = {name: getattr(card, name) for name in MetricForm.base_fields if name != "owner"}
        for name in ("least", "most"):
            values[name] = None if values[name] is None else f"{values[name].normalize():f}"
        return {**values, "owner": owner, "also_named": ", ".join(card.also_named)}


def _with_defaults(typed: QueryDict) -> QueryDict:
    """What was typed, with what a short form leaves out as it is by default."""
    found = typed.copy()
    for name, field in MetricForm.base_fields.items():
        if field.initial is not None and name not in found:
            found[name] = str(field.initial)
    return found


_COMMAS = re.compile(r"[,，、;；]")


class FigureForm(forms.Form):
    """One figure of a person or a unit."""

    subject = forms.CharField()
    value = forms.DecimalField(label=_("Value"), max_digits=24, decimal_places=6)
    reason = forms.CharField(
        label=_("Reason of a correction"), max_length=300, required=False,
        help_text=_("Only where a figure is there already: both are kept, with your reason."),
    )  # fmt: skip

    def __init__(self, *args: Any, subject: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        person = subject == Subject.PERSON
        label = _("Person") if person else pgettext_lazy("organisation", "Unit")
        named["subject"] = CodeField("person" if person else "unit", label=label)

    @property
    def values(self) -> dict[str, Any]:
        """What was typed, or Invalid."""
        return checked(self)


class MetricField(CodeField):
    """A metric of the library, by its code; what was typed stays whole, since a code may hold a blank."""

    def clean(self, value: Any) -> str:
        return str(forms.CharField.clean(self, value) or "").strip()


class RecommendedForm(forms.Form):
    """The metrics of a role, one a row; an empty row is left out."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        for n in range(MOST_RECOMMENDED):
            named[f"metric_{n}"] = MetricField(
                "metric", options="metrics:options", label=pgettext_lazy("one", "Metric"), required=False
            )
            named[f"weight_{n}"] = forms.IntegerField(
                label=pgettext_lazy("in percent", "Weight %"), required=False, min_value=1, max_value=100
            )
            named[f"note_{n}"] = forms.CharField(label=_("Why this one"), required=False, max_length=200)
            named[f"note_en_{n}"] = forms.CharField(label=_("Why, in English"), required=False, max_length=200)

    @property
    def rows(self) -> list[list[forms.BoundField]]:
        """The rows with something in them and two more: metric, weight, why."""
        names = ("metric", "weight", "note", "note_en")
        lines = [[self[f"{name}_{n}"] for name in names] for n in range(MOST_RECOMMENDED)]
        last = max((n for n, line in enumerate(lines, 1) if any(bound.value() for bound in line)), default=1)
        return lines[: last + FREE_ROWS]

    def entered(self, library: Sequence[MetricCard]) -> list[Recommended]:
        """The rows with their metrics found; what is not in the library is refused at its field."""
        values = checked(self)
        lines, unknown = [], {}
        for n in range(MOST_RECOMMENDED):
            typed = values[f"metric_{n}"]
            found = next((one for one in library if typed in (one.code, one.title, f"{one.code} {one.title}")), None)
            if found is not None:
                lines.append(Recommended(
                    metric_id=found.id, weight=values[f"weight_{n}"], note=values[f"note_{n}"],
                    note_en=values[f"note_en_{n}"],
                ))  # fmt: skip
            elif typed or values[f"weight_{n}"] or values[f"note_{n}"]:
                unknown[f"metric_{n}"] = str(
                    _("There is no such metric in the library. Type part of its name and choose from the list.")
                )
        if unknown:
            raise Invalid(fields=unknown)
        return lines

    @staticmethod
    def initial_of(card: RecommendedCard) -> dict[str, Any]:
        """What the form shows for a set that is there."""
        values: dict[str, Any] = {}
        for n, line in enumerate(card.lines[:MOST_RECOMMENDED]):
            values |= {f"metric_{n}": f"{line.code} {line.title}", f"weight_{n}": line.weight,
                       f"note_{n}": line.note, f"note_en_{n}": line.note_en}  # fmt: skip
        return values


class BandForm(forms.Form):
    """Points from the worst to the best; the score of a point is in points, 100 is met."""

    key = forms.CharField(label=_("Key"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=120)
    mode = forms.ChoiceField(label=_("Between two points"), choices=BandMode.choices)
    metric = MetricField("metric", options="metrics:options", label=pgettext_lazy("one", "Metric"), required=False)
    cycle = forms.ChoiceField(label=_("Only for the cycle"), required=False)
    role = forms.ChoiceField(label=_("Only for the role"), required=False)
    level = forms.CharField(label=_("Only for the level"), max_length=20, required=False)
    unit = CodeField("unit", label=_("Only for the unit"), required=False)
    reason = forms.CharField(
        label=_("Why these differ"), max_length=300, required=False,
        help_text=_("Needed where the metric has other bands in the same cycle."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, cycles: Sequence[tuple[str, str]] = (), roles: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        named["cycle"].choices = [("", "–"), *cycles]
        named["role"].choices = [("", "–"), *roles]
        for n in range(ROWS):
            named[f"value_{n}"] = forms.DecimalField(label=_("Value"), required=False, max_digits=24, decimal_places=6)
            named[f"score_{n}"] = forms.DecimalField(
                label=_("Score"), required=False, min_value=0, max_digits=5, decimal_places=2
            )
            named[f"condition_{n}"] = forms.CharField(label=_("On condition that"), required=False, max_length=200)

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The rows of points: value, score, condition."""
        return [(self[f"value_{n}"], self[f"score_{n}"], self[f"condition_{n}"]) for n in range(ROWS)]

    @property
    def points(self) -> list[Point]:
        """The points typed; a row with one half is refused."""
        values = checked(self)
        half = {
            f"{'score' if values[f'score_{n}'] is None else 'value'}_{n}": str(_("A point has a value and a score."))
            for n in range(ROWS) if (values[f"value_{n}"] is None) != (values[f"score_{n}"] is None)
        }  # fmt: skip
        if half:
            raise Invalid(fields=half)
        return [
            Point(values[f"value_{n}"], int(values[f"score_{n}"] * 100), values[f"condition_{n}"].strip())
            for n in range(ROWS) if values[f"value_{n}"] is not None
        ]  # fmt: skip

    @staticmethod
    def initial_of(card: BandCard) -> dict[str, Any]:
        """What the form shows for a table that is there."""
        values: dict[str, Any] = {"key": card.key, "name": card.name, "mode": card.mode}
        for n, point in enumerate(card.points[:ROWS]):
            values |= {
                f"value_{n}": f"{point.value.normalize():f}", f"score_{n}": Decimal(point.score) / 100,
                f"condition_{n}": point.condition,
            }  # fmt: skip
        return {
            **values, "cycle": str(card.cycle_id or ""), "role": card.role, "level": card.level, "reason": card.reason,
        }  # fmt: skip
