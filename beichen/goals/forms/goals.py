"""What people type about goals. Weights are typed in per cent and handed on in hundredths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.goals.choices import VALUED, Ambition, Confidence, GoalKind, Measure, Visibility
from beichen.goals.queries import KeyResultCard
from beichen.goals.rules import GoalInput, KeyResultInput, MilestoneInput, ReportInput
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.fields import CodeField

STEPS = 8


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


def percent_field(**how: Any) -> forms.DecimalField:
    return forms.DecimalField(
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        **how,
    )


def number_field(**how: Any) -> forms.DecimalField:
    return forms.DecimalField(
        max_digits=24,
        decimal_places=6,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
        **how,
    )


def checked(form: forms.Form) -> dict[str, Any]:
    """The cleaned values, or Invalid with one sentence per field."""
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    return form.cleaned_data


class HandOnForm(forms.Form):
    """Who decides in one's place, and until when."""

    to = forms.ChoiceField(label=_("Who"), widget=forms.RadioSelect)
    last_day = forms.DateField(
        label=_("Until (inclusive)"),
        widget=DayInput(),
        help_text=_("At most 30 days; after that only you can approve again."),
    )

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **how: Any) -> None:
        super().__init__(*args, **how)
        self.fields["to"].choices = people  # type: ignore[attr-defined]


def chosen_goals(values: Sequence[str]) -> list[tuple[int, int]]:
    """Goals ticked in a list, each with the version that was read: "17:3"."""
    pairs = [value.partition(":") for value in values]
    return [(int(goal), int(version)) for goal, _colon, version in pairs if goal.isdigit() and version.isdigit()]


def hundredths(percent: Decimal | None) -> int:
    """Per cent as it is stored."""
    return int((percent or Decimal(0)) * 100)


def _id(text: str) -> int | None:
    return int(text) if text else None


def _english() -> forms.CharField:
    return forms.CharField(
        label=_("English wording"),
        max_length=160,
        required=False,
        help_text=_("Shown on English pages. If empty, they show the text above."),
    )


class GoalForm(forms.Form):
    """A goal in its own words, before its key results."""

    title = forms.CharField(
        label=_("What do you want to achieve?"),
        max_length=160,
        widget=forms.TextInput(attrs={"placeholder": _("New users get value within three days")}),
    )
    title_en = _english()
    owner = forms.ChoiceField(label=_("Whose goal is it?"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=GoalKind.choices)
    ambition = forms.ChoiceField(label=_("Ambition"), choices=Ambition.choices, widget=forms.RadioSelect)
    weight = percent_field(label=_("Weight in the plan, %"))
    priority = forms.ChoiceField(label=_("Which priority does it support?"), required=False)
    due = forms.DateField(label=_("Due"), widget=DayInput(), required=False)
    verification = forms.CharField(
        label=_("How will we know it has been achieved?"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": _("The data warehouse report “First three days”, every Monday")}),
    )
    effort_days = forms.IntegerField(
        label=_("How many working days will it take you?"), min_value=1, max_value=400, required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    visibility = forms.ChoiceField(label=_("Who can see it once it is approved?"), choices=Visibility.choices)

    def __init__(
        self,
        *args: Any,
        owners: Sequence[tuple[str, str]] = (),
        priorities: Sequence[tuple[str, str]] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        named["priority"].choices = [("", _("None directly: it supports another goal")), *priorities]
        if len(owners) > 1:
            named["owner"].choices = list(owners)
        else:
            del self.fields["owner"]

    def entered(self) -> GoalInput:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        return GoalInput(
            title=values["title"].strip(),
            title_en=values["title_en"].strip(),
            kind=values["kind"],
            ambition=values["ambition"],
            weight=hundredths(values["weight"]),
            priority_id=_id(values["priority"]),
            visibility=values["visibility"],
            due=values["due"],
            verification=values["verification"].strip(),
            effort_days=values["effort_days"],
        )

    @property
    def owner_ids(self) -> tuple[int | None, int | None]:
        """(person, unit) as chosen; nothing means oneself."""
        kind, _sep, number = str(self.cleaned_data.get("owner", "")).partition(":")
        return (int(number) if kind == "person" else None), (int(number) if kind == "unit" else None)


class KeyResultForm(forms.Form):
    """A measured part of a goal; which fields show depends on the measure (goals.css)."""

    title = forms.CharField(
        label=_("What is measured?"),
        max_length=160,
        widget=forms.TextInput(attrs={"placeholder": _("Share of new users who come back on day 30")}),
    )
    title_en = _english()
    measure = forms.ChoiceField(label=_("How is it measured?"), choices=Measure.choices)
    baseline = number_field(label=_("From"))
    target = number_field(label=_("To"))
    low = number_field(label=_("No less than"))
    high = number_field(label=_("No more than"))
    tolerance = number_field(
        label=_("Tolerance"),
        help_text=_("Beyond this distance outside the range, the score is 0. Within it, the score is partial."),
    )
    unit = forms.CharField(label=pgettext_lazy("of a measure", "Unit"), max_length=20, required=False)
    band = forms.ChoiceField(label=_("Band table"), required=False)
    metric = CodeField(
        "metric", options="metrics:options", label=_("Takes its value from the metric"), required=False,
        help_text=_("Its published figures are entered by themselves; whoever corrects one by hand says why."),
    )  # fmt: skip
    weight = percent_field(label=_("Weight in the goal, %"))
    due = forms.DateField(label=_("Due"), widget=DayInput(), required=False)

    def __init__(self, *args: Any, bands: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        named["band"].choices = [("", "–"), *bands]
        for n in range(STEPS):
            named[f"step_{n}"] = forms.CharField(label=_("Milestone"), max_length=120, required=False)
            named[f"step_{n}_due"] = forms.DateField(label=_("Due"), widget=DayInput(), required=False)
            named[f"step_{n}_weight"] = percent_field(label=_("Weight"), required=False)
            named[f"step_{n}_id"] = forms.IntegerField(required=False, widget=forms.HiddenInput())

    @property
    def steps(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The rows of milestones: name, due, weight, id."""
        return [
            (self[f"step_{n}"], self[f"step_{n}_due"], self[f"step_{n}_weight"], self[f"step_{n}_id"])
            for n in range(STEPS)
        ]

    def entered(self, metric_id: int | None = None) -> KeyResultInput:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        return KeyResultInput(
            metric_id=metric_id,
            by_metric=metric_id is not None,
            title=values["title"].strip(),
            title_en=values["title_en"].strip(),
            measure=values["measure"],
            baseline=values["baseline"],
            target=values["target"],
            low=values["low"],
            high=values["high"],
            tolerance=values["tolerance"],
            unit=values["unit"].strip(),
            weight=hundredths(values["weight"]),
            due=values["due"],
            band_id=_id(values["band"]),
            milestones=self._milestones(values),
        )

    def _milestones(self, values: Mapping[str, Any]) -> list[MilestoneInput]:
        if values["measure"] != Measure.MILESTONES:
            return []
        named = [n for n in range(STEPS) if values[f"step_{n}"].strip()]
        missing = {f"step_{n}_due": str(_("Enter a due date.")) for n in named if not values[f"step_{n}_due"]}
        if missing:
            raise Invalid(fields=missing)
        return [
            MilestoneInput(
                name=values[f"step_{n}"].strip(),
                due=values[f"step_{n}_due"],
                weight=hundredths(values[f"step_{n}_weight"]),
                id=values[f"step_{n}_id"] or 0,
            )
            for n in named
        ]

    @staticmethod
    def initial_of(card: KeyResultCard) -> dict[str, Any]:
        """What the form shows for a key result that is there."""
        values: dict[str, Any] = {
            name: getattr(card, name)
            for name in (
                "title",
                "title_en",
                "measure",
                "unit",
                "due",
                "baseline",
                "target",
                "low",
                "high",
                "tolerance",
            )
        }
        values |= {"weight": Decimal(card.weight) / 100, "band": str(card.band_id or "")}
        for n, step in enumerate(card.milestones[:STEPS]):
            values |= {
                f"step_{n}": step.name,
                f"step_{n}_due": step.due,
                f"step_{n}_weight": Decimal(step.weight) / 100,
                f"step_{n}_id": step.id,
            }
        return {name: trimmed(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def trimmed(value: Decimal) -> Decimal:
    """Without zeros at the end: 38.000000 is typed as 38."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _line(label: Any, placeholder: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": placeholder, "class": "short-text"}),
    )


class ReportForm(forms.Form):
    """Progress, problem, next step, support: the loop in one small form."""

    value = number_field(label=_("Where does it stand now?"))
    answer = forms.ChoiceField(
        label=_("Achieved?"),
        required=False,
        choices=(("no", _("Not yet")), ("yes", _("Yes"))),
        widget=forms.RadioSelect,
    )
    finished = forms.MultipleChoiceField(
        label=_("Finished so far"), required=False, widget=forms.CheckboxSelectMultiple
    )
    confidence = forms.ChoiceField(
        label=_("How confident are you?"), required=False, choices=Confidence.choices, widget=forms.RadioSelect
    )
    text = _line(_("Progress"), _("What has changed since last time?"))
    problem = _line(_("Problem"), _("What is in the way?"))
    next_action = _line(_("Next step"), _("What do you do next, and by when?"))
    support = _line(_("Support needed"), _("What do you need, and from whom?"))
    risk = _line(_("Risk"), _("What could still go wrong?"))
    is_shared = forms.BooleanField(label=_("Let everyone who can see the goal read these four"), required=False)

    def __init__(self, *args: Any, card: KeyResultCard, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        wanted = "value" if card.measure in VALUED else "answer" if card.measure == Measure.YES_NO else "finished"
        for name in {"value", "answer", "finished"} - {wanted}:
            del named[name]
        if wanted == "finished":
            named["finished"].choices = [(str(step.id), step.name) for step in card.milestones]
        if wanted == "value" and card.unit:
            named["value"].label = _("Where does it stand now? (%(unit)s)") % {"unit": card.unit}
        self.wanted = wanted

    def entered(self) -> ReportInput:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        return ReportInput(
            value=values.get("value"),
            answer={"yes": True, "no": False}.get(values.get("answer", "")),
            finished=[int(i) for i in values["finished"]] if self.wanted == "finished" else None,
            confidence=values["confidence"],
            text=values["text"],
            problem=values["problem"],
            next_action=values["next_action"],
            support=values["support"],
            risk=values["risk"],
            is_shared=values["is_shared"],
        )

    @staticmethod
    def initial_of(card: KeyResultCard) -> dict[str, Any]:
        """The last value and confidence, so that an unchanged one takes no typing."""
        return {
            "value": trimmed(card.current) if card.current is not None else None,
            "answer": "yes" if card.answer else "no",
            "finished": [str(step.id) for step in card.milestones if step.finished_on],
            "confidence": card.confidence or Confidence.ON_TRACK,
        }


class AlignForm(forms.Form):
    """What a goal serves."""

    parent = forms.ChoiceField(label=_("It supports"), widget=forms.RadioSelect)
    counts = forms.BooleanField(
        label=_("Its progress counts towards that goal"),
        required=False,
        initial=True,
        help_text=_("A goal rolls up into one parent goal, but it can support several."),
    )

    def __init__(self, *args: Any, parents: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        named["parent"].choices = list(parents)
