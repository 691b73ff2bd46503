"""The one page as people type it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.fields import CodeField
from beichen.strategy.choices import ANSWERS, Box, TradeOff
from beichen.strategy.queries import PageCard
from beichen.strategy.rules import PageInput, PriorityInput, TargetInput

ROWS = 3
METRICS = 2
MOST = 12
HINTS = {
    Box.TARGET_USERS: _("Who do we serve first, and who not?"),
    Box.CORE_VALUE: _("What changes for them?"),
    Box.BUSINESS_MODEL: _("Who pays for what?"),
    Box.KEY_CAPABILITIES: _("What must we do better than others?"),
    Box.KEY_METRICS: _("Which few numbers tell us it is working?"),
}


def _number(label: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, required=False, max_digits=24, decimal_places=6,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )  # fmt: skip


class PageForm(forms.Form):
    """Everything on the page at once."""

    horizon = forms.CharField(label=_("Horizon"), max_length=60)
    period = forms.CharField(label=_("Period"), max_length=60, required=False)
    exclusions = forms.CharField(
        label=_("What we will not do"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One per line."),
    )  # fmt: skip
    note = forms.CharField(label=_("What changed (for the record)"), max_length=200, required=False)

    why = forms.CharField(
        label=_("Why, in a line or two"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, library: Sequence[tuple[str, str]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named: dict[str, Any] = self.fields
        for question, answers in ANSWERS.items():
            named[question.value] = forms.ChoiceField(
                label=question.label, required=False, choices=answers, widget=forms.RadioSelect
            )
        self.count = _rows_in(self.data or self.initial)
        for box in Box:
            named[box.value] = forms.CharField(
                label=box.label, required=False, max_length=1000,
                widget=forms.Textarea(attrs={"rows": 3, "placeholder": HINTS[box]}),
            )  # fmt: skip
        for n in range(self.count):
            named[f"key_{n}"] = forms.CharField(label=_("Number"), max_length=20, required=False)
            named[f"name_{n}"] = forms.CharField(label=_("Priority"), max_length=120, required=False)
            named[f"name_en_{n}"] = forms.CharField(label=_("In English"), max_length=120, required=False)
            named[f"owner_{n}"] = CodeField("person", label=_("Owner"), required=False)
            for m in range(METRICS):
                named[f"metric_{n}_{m}"] = forms.ChoiceField(
                    label=_("Key metric"), required=False, choices=[("", _("No metric")), *library]
                )
                named[f"baseline_{n}_{m}"] = _number(_("From"))
                named[f"target_{n}_{m}"] = _number(_("To"))
                named[f"due_{n}_{m}"] = forms.DateField(
                    label=_("By"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
                )

    @property
    def questions(self) -> list[forms.BoundField]:
        """What is asked first."""
        return [self[question.value] for question in TradeOff]

    @property
    def boxes(self) -> list[forms.BoundField]:
        """The five boxes in their order."""
        return [self[box.value] for box in Box]

    @property
    def rows(self) -> list[tuple[list[forms.BoundField], list[list[forms.BoundField]]]]:
        """The rows of priorities, each with its key metrics."""
        measured = ("metric", "baseline", "target", "due")
        return [
            (
                [self[f"key_{n}"], self[f"name_{n}"], self[f"name_en_{n}"], self[f"owner_{n}"]],
                [[self[f"{name}_{n}_{m}"] for name in measured] for m in range(METRICS)],
            )
            for n in range(self.count)
        ]

    def cleaned(self) -> dict[str, Any]:
        """The values, or Invalid with one sentence per field."""
        if not self.is_valid():
            raise Invalid(fields={name: str(errors[0]) for name, errors in self.errors.items()})
        return self.cleaned_data

    @property
    def owner_numbers(self) -> list[str]:
        """Employee numbers typed as owners."""
        values = self.cleaned()
        return [number(values[f"owner_{n}"]) for n in range(self.count) if number(values[f"owner_{n}"])]

    def entered(self, owners: Mapping[str, int]) -> PageInput:
        """What the rule takes; `owners` are ids by employee number."""
        values = self.cleaned()
        unknown = {
            f"owner_{n}": str(_("Nobody has this employee number.")) for n in range(self.count)
            if number(values[f"owner_{n}"]) and number(values[f"owner_{n}"]) not in owners
        }  # fmt: skip
        nameless = {
            f"name_{n}": str(_("This priority needs a name.")) for n in range(self.count)
            if not values[f"name_{n}"].strip() and (values[f"name_en_{n}"].strip() or values[f"owner_{n}"].strip())
        }  # fmt: skip
        bare = {
            f"{name}_{n}_{m}": str(_("A key metric needs a starting value, a target and a date."))
            for n in range(self.count) for m in range(METRICS) if values[f"metric_{n}_{m}"]
            for name in ("baseline", "target", "due") if values[f"{name}_{n}_{m}"] is None
        }  # fmt: skip
        if unknown or nameless or bare:
            raise Invalid(fields={**unknown, **nameless, **bare})
        return PageInput(
            horizon=values["horizon"].strip(), period=values["period"].strip(),
            boxes={box.value: values[box.value].strip() for box in Box},
            priorities=[
                PriorityInput(
                    key=values[f"key_{n}"].strip() or f"P{n + 1}", name=values[f"name_{n}"].strip(),
                    name_en=values[f"name_en_{n}"].strip(), owner_id=owners.get(number(values[f"owner_{n}"])),
                    targets=self._targets(n),
                )
                for n in range(self.count) if values[f"name_{n}"].strip()
            ],
            exclusions=[line.strip() for line in values["exclusions"].splitlines() if line.strip()],
            tradeoffs={question: values[question] for question in TradeOff.values} | {"why": values["why"].strip()},
            note=values["note"].strip(),
        )  # fmt: skip

    def _targets(self, n: int) -> list[TargetInput]:
        values = self.cleaned_data
        return [
            TargetInput(
                metric_id=int(values[f"metric_{n}_{m}"]), baseline=values[f"baseline_{n}_{m}"],
                target=values[f"target_{n}_{m}"], due=values[f"due_{n}_{m}"],
            )
            for m in range(METRICS) if values[f"metric_{n}_{m}"]
        ]  # fmt: skip

    @staticmethod
    def initial_of(card: PageCard | None, numbers: Mapping[int, str]) -> dict[str, Any]:
        """What the form shows for a version that is there; `numbers` are employee numbers by id."""
        if card is None:
            return {f"key_{n}": f"P{n + 1}" for n in range(3)}
        values: dict[str, Any] = {
            "horizon": card.horizon, "period": card.period, "exclusions": "\n".join(card.exclusions), **card.boxes,
            **card.tradeoffs,
        }  # fmt: skip
        for n, line in enumerate(card.priorities):
            owner = numbers.get(line.owner_id or 0, "")
            values |= {f"key_{n}": line.key, f"name_{n}": line.name, f"name_en_{n}": line.name_en,
                       f"owner_{n}": f"{owner} {line.owner_name}".strip()}  # fmt: skip
            for m, measured in enumerate(line.targets[:METRICS]):
                values |= {f"metric_{n}_{m}": str(measured.metric_id), f"due_{n}_{m}": measured.due,
                           f"baseline_{n}_{m}": f"{measured.baseline.normalize():f}",
                           f"target_{n}_{m}": f"{measured.target.normalize():f}"}  # fmt: skip
        return values


def _rows_in(values: Mapping[str, Any]) -> int:
    """How many rows of priorities to draw: those that are there and one to spare, five at least."""
    filled = [n for n in range(MOST) if str(values.get(f"name_{n}", "")).strip()]
    return min(MOST, max(ROWS, filled[-1] + 2 if filled else 0))


def number(text: str) -> str:
    """The employee number of "E004 许知微"."""
    return text.strip().split(" ")[0]
