"""What people type about metrics and band tables."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.metrics.choices import BandMode, Direction
from beichen.metrics.formulas import Point
from beichen.metrics.queries import BandCard, MetricCard, RecommendedCard
from beichen.metrics.rules import MOST_RECOMMENDED, MetricInput, Recommended
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.fields import CodeField

ROWS = 6
FREE_ROWS = 2


def checked(form: forms.Form) -> dict[str, Any]:
    """The cleaned values, or Invalid with one sentence per field."""
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    return form.cleaned_data


class MetricForm(forms.Form):
    code = forms.CharField(label=_("Code"), max_length=40)
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("In English"), max_length=120, required=False)
    unit = forms.CharField(label=pgettext_lazy("of a measure", "Unit"), max_length=20, required=False)
    direction = forms.ChoiceField(label=_("Which way is better?"), choices=Direction.choices)
    owner = CodeField("person", label=_("Owner of the figure"), required=False)
    definition = forms.CharField(
        label=_("Definition"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What is counted, what is left out, and where the figure comes from."),
    )  # fmt: skip

    @property
    def owner_number(self) -> str:
        """The employee number typed."""
        return str(checked(self)["owner"])

    def entered(self, owner_id: int | None) -> MetricInput:
        """What the rule takes."""
        values = {name: value for name, value in checked(self).items() if name != "owner"}
        return MetricInput(**values, owner_id=owner_id)


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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        for n in range(ROWS):
            named[f"value_{n}"] = forms.DecimalField(label=_("Value"), required=False, max_digits=24, decimal_places=6)
            named[f"score_{n}"] = forms.DecimalField(
                label=_("Score"), required=False, min_value=0, max_digits=5, decimal_places=2
            )

    @property
    def rows(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The rows of points."""
        return [(self[f"value_{n}"], self[f"score_{n}"]) for n in range(ROWS)]

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
            Point(values[f"value_{n}"], int(values[f"score_{n}"] * 100))
            for n in range(ROWS) if values[f"value_{n}"] is not None
        ]  # fmt: skip

    @staticmethod
    def initial_of(card: BandCard) -> dict[str, Any]:
        """What the form shows for a table that is there."""
        values: dict[str, Any] = {"key": card.key, "name": card.name, "mode": card.mode}
        for n, point in enumerate(card.points[:ROWS]):
            values |= {f"value_{n}": point.value.normalize(), f"score_{n}": Decimal(point.score) / 100}
        return values
