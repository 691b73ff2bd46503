"""What people type to change a running goal, to correct its progress, to go through goals, to set a cycle's rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from beichen.goals.choices import LINEAR, GoalKind, Measure, Verdict
from beichen.goals.forms.goals import DayInput, checked, hundredths, number_field, percent_field, trimmed
from beichen.goals.formulas.versions import FreeRange
from beichen.goals.queries import Flow, GoalCard, KeyResultCard, Lock, PlanLine, Season
from beichen.goals.rules import ChangeInput, KeyResultInput, ResultChange, Weights
from beichen.people.choices import AGREES
from beichen.people.queries import STEP_DAYS

LOCKS, FLOWS = 3, 4
CHAINS = ("LM", "LM,SK", "LM,HA", "LM,SK,HA", "LM,BP", "LM,BP,HA")
"""Who agrees one after the other, as the form offers it."""


@dataclass(frozen=True, slots=True)
class ResultFields:
    """The fields of one key result in the form of a change."""

    card: KeyResultCard
    numbers: tuple[forms.BoundField, ...]
    weight: forms.BoundField
    due: forms.BoundField
    drop: forms.BoundField


def _numbers_of(card: KeyResultCard) -> tuple[str, ...]:
    if card.measure in LINEAR:
        return ("target",)
    return ("low", "high") if card.measure == Measure.WITHIN else ()


class ChangeForm(forms.Form):
    """What should be different about a running goal, and why; what stays as it is changes nothing."""

    reason = forms.CharField(
        label=_("Why should it change?"),
        max_length=500,
        widget=forms.Textarea(
            attrs={"rows": 2, "placeholder": _("The launch moved to the next quarter, so fewer users can be reached.")}
        ),
    )
    weight = percent_field(label=_("Weight in the plan, %"))
    due = forms.DateField(label=_("Due"), widget=DayInput())
    add_title = forms.CharField(label=_("A further key result"), max_length=160, required=False)
    add_baseline = number_field(label=_("From"))
    add_target = number_field(label=_("To"))
    add_unit = forms.CharField(label=pgettext_lazy("of a measure", "Unit"), max_length=20, required=False)
    add_weight = percent_field(label=_("Weight in the goal, %"), required=False)

    def __init__(self, *args: Any, goal: GoalCard, results: Sequence[KeyResultCard], **how: Any) -> None:
        super().__init__(*args, **how)
        self.goal, self.cards = goal, [card for card in results if not card.is_dropped]
        labels = {
            "target": pgettext_lazy("of a measure", "Target"),
            "low": _("No less than"),
            "high": _("No more than"),
        }
        for card in self.cards:
            for name in _numbers_of(card):
                self.fields[f"kr_{card.id}_{name}"] = number_field(label=labels[name])
                self.fields[f"kr_{card.id}_{name}"].required = getattr(card, name) is not None
            self.fields[f"kr_{card.id}_weight"] = percent_field(label=_("Weight in the goal, %"))
            self.fields[f"kr_{card.id}_due"] = forms.DateField(label=_("Due"), widget=DayInput())
            self.fields[f"kr_{card.id}_drop"] = forms.BooleanField(
                label=pgettext_lazy("a key result", "Drop it"), required=False
            )

    @property
    def results(self) -> Iterator[ResultFields]:
        """The key results with their fields."""
        for card in self.cards:
            yield ResultFields(
                card, tuple(self[f"kr_{card.id}_{name}"] for name in _numbers_of(card)), self[f"kr_{card.id}_weight"],
                self[f"kr_{card.id}_due"], self[f"kr_{card.id}_drop"],
            )  # fmt: skip

    def entered(self) -> ChangeInput:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        return ChangeInput(
            reason=values["reason"], weight=hundredths(values["weight"]), due=values["due"],
            results={card.id: self._result(card, values) for card in self.cards}, add=self._added(values),
        )  # fmt: skip

    def _result(self, card: KeyResultCard, values: Mapping[str, Any]) -> ResultChange:
        numbers = {name: values[f"kr_{card.id}_{name}"] for name in _numbers_of(card)}
        return ResultChange(
            **numbers, weight=hundredths(values[f"kr_{card.id}_weight"]), due=values[f"kr_{card.id}_due"],
            drop=values[f"kr_{card.id}_drop"],
        )  # fmt: skip

    def _added(self, values: Mapping[str, Any]) -> KeyResultInput | None:
        if not values["add_title"].strip():
            return None
        baseline = values["add_baseline"] or Decimal(0)
        falls = values["add_target"] is not None and values["add_target"] < baseline
        return KeyResultInput(
            title=values["add_title"], measure=Measure.DECREASE if falls else Measure.INCREASE, baseline=baseline,
            target=values["add_target"], unit=values["add_unit"], weight=hundredths(values["add_weight"]),
        )  # fmt: skip

    @staticmethod
    def initial_of(goal: GoalCard, results: Sequence[KeyResultCard]) -> dict[str, Any]:
        """The terms in force."""
        values: dict[str, Any] = {"weight": trimmed(Decimal(goal.weight) / 100), "due": goal.due}
        for card in results:
            for name in _numbers_of(card):
                number = getattr(card, name)
                values[f"kr_{card.id}_{name}"] = None if number is None else trimmed(number)
            values[f"kr_{card.id}_weight"] = trimmed(Decimal(card.weight) / 100)
            values[f"kr_{card.id}_due"] = card.due
        return values


class CorrectForm(forms.Form):
    """Progress by hand, and why."""

    progress = percent_field(label=_("Progress, %"))
    reason = forms.CharField(
        label=_("Why does the calculated progress not fit?"),
        max_length=300,
        widget=forms.TextInput(attrs={"placeholder": _("Two pilots count double, which the key results cannot show.")}),
    )

    def entered(self) -> tuple[int, str]:
        """Progress in millionths and the reason; Invalid names the fields at fault."""
        values = checked(self)
        return int(values["progress"] * 10_000), values["reason"]


class CheckForm(forms.Form):
    """Keep, adjust or drop, goal by goal."""

    def __init__(self, *args: Any, ids: Sequence[int], **how: Any) -> None:
        super().__init__(*args, **how)
        self.ids = list(ids)
        for goal_id in self.ids:
            self.fields[f"verdict_{goal_id}"] = forms.ChoiceField(
                label=_("Keep, adjust or drop?"), choices=Verdict.choices, widget=forms.RadioSelect, required=False
            )
            self.fields[f"reason_{goal_id}"] = forms.CharField(label=_("Why drop it?"), max_length=500, required=False)

    def entered(self) -> dict[int, tuple[str, str]]:
        """Verdict and reason of each goal of which something was said."""
        values = checked(self)
        said = {pk: (values[f"verdict_{pk}"], values[f"reason_{pk}"]) for pk in self.ids}
        return {pk: one for pk, one in said.items() if one[0]}


class SeasonForm(forms.Form):
    """What a cycle lets happen to its goals."""

    limits = forms.ChoiceField(
        label=_("A plan outside the limits"), widget=forms.RadioSelect,
        choices=(("warn", _("is pointed out")), ("block", _("cannot be approved"))),
    )  # fmt: skip
    count_min = forms.IntegerField(label=_("At least so many goals"), min_value=1, max_value=20)
    count_max = forms.IntegerField(label=_("At most so many goals"), min_value=1, max_value=20)
    tracks = forms.IntegerField(label=_("Explorations a unit runs at once, at most"), min_value=0, max_value=20)
    versions = forms.ChoiceField(
        label=_("A goal that changed is scored"), widget=forms.RadioSelect,
        choices=(("last", _("by its last version")), ("by_time", _("by each version for the days it was in force"))),
    )  # fmt: skip
    shared = forms.ChoiceField(
        label=_("A shared result weighs in the plan of each party"), widget=forms.RadioSelect,
        choices=(
            ("by_contribution", _("by its part: the largest part in full, smaller ones less")),
            ("fill_up", _("by its part, and the rest goes to the party’s other goals")),
            ("in_full", _("in full, whatever the part")),
        ),
    )  # fmt: skip
    free_target = percent_field(label=_("Targets may move alone by, % of the way"))
    free_weight = percent_field(label=_("Weights may move alone by, percentage points"))
    free_days = forms.IntegerField(label=_("Due days may move alone by, days"), min_value=0, max_value=90)
    rhythm = forms.ChoiceField(
        label=_("All goals are gone through"), required=False,
        choices=(("", _("not regularly")), ("month", _("every month")), ("quarter", _("every quarter"))),
    )  # fmt: skip

    def __init__(self, *args: Any, profiles: Sequence[tuple[str, str]], **how: Any) -> None:
        super().__init__(*args, **how)
        self.rows_of_flows = range(max(FLOWS, 1 + sum(1 for name in self.initial if name.startswith("chain_"))))
        for n in self.rows_of_flows:
            self._flow(n, profiles)
        for n in range(LOCKS):
            self.fields[f"what_{n}"] = forms.ChoiceField(
                label=_("Lock"), required=False,
                choices=(
                    ("", "–"), ("terms", _("Goals")), ("progress", _("Progress")), ("both", _("Goals and progress")),
                ),
            )  # fmt: skip
            self.fields[f"kind_{n}"] = forms.ChoiceField(
                label=_("Kind"), required=False, choices=(("", _("Any kind")), *GoalKind.choices)
            )
            self.fields[f"since_{n}"] = forms.DateField(label=_("From day"), widget=DayInput(), required=False)

    def _flow(self, n: int, profiles: Sequence[tuple[str, str]]) -> None:
        now = self.initial.get(f"chain_{n}", "LM")
        chains = [*CHAINS, *([now] if now not in CHAINS else [])]
        self.fields[f"profile_{n}"] = forms.ChoiceField(
            label=_("Role"), required=False, choices=(("", _("Any role")), *profiles)
        )
        self.fields[f"level_{n}"] = forms.CharField(
            label=pgettext_lazy("of a job", "Level"), max_length=20, required=False
        )
        self.fields[f"chain_{n}"] = forms.ChoiceField(
            label=pgettext_lazy("to agree", "Approvers"), required=False,
            choices=(("", "–"), *((chain, chain_label(chain)) for chain in chains)),
        )  # fmt: skip
        self.fields[f"days_{n}"] = forms.IntegerField(
            label=_("Days each"), required=False, min_value=1, max_value=30,
            widget=forms.NumberInput(attrs={"inputmode": "numeric", "placeholder": STEP_DAYS}),
        )  # fmt: skip

    @property
    def flows(self) -> list[tuple[forms.BoundField, ...]]:
        """The rows of approvers by role and level: role, level, approvers, days."""
        return [
            tuple(self[f"{name}_{n}"] for name in ("profile", "level", "chain", "days")) for n in self.rows_of_flows
        ]

    @property
    def locks(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """The rows of locks: what, kind, since."""
        return [(self[f"what_{n}"], self[f"kind_{n}"], self[f"since_{n}"]) for n in range(LOCKS)]

    def entered(self) -> Season:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        locks = tuple(
            Lock(values[f"what_{n}"], values[f"since_{n}"], values[f"kind_{n}"])
            for n in range(LOCKS) if values[f"what_{n}"] and values[f"since_{n}"]
        )  # fmt: skip
        free = FreeRange(Fraction(values["free_target"]) / 100, hundredths(values["free_weight"]), values["free_days"])
        return Season(
            values["limits"], values["count_min"], values["count_max"], values["versions"], free, values["rhythm"],
            locks,
            tuple(
                Flow(
                    int(values[f"profile_{n}"] or 0) or None, values[f"level_{n}"].strip(),
                    tuple(values[f"chain_{n}"].split(",")), values[f"days_{n}"] or STEP_DAYS,
                )
                for n in self.rows_of_flows if values[f"chain_{n}"]
            ),
            values["tracks"], values["shared"],
        )  # fmt: skip

    @staticmethod
    def initial_of(chosen: Season) -> dict[str, Any]:
        """What is chosen now."""
        values: dict[str, Any] = {
            "limits": chosen.limits, "count_min": chosen.count_min, "count_max": chosen.count_max,
            "versions": chosen.versions, "shared": chosen.shared, "free_target": trimmed(chosen.free_percent),
            "free_weight": trimmed(Decimal(chosen.free.weight) / 100), "free_days": chosen.free.days,
            "rhythm": chosen.rhythm, "tracks": chosen.tracks,
        }  # fmt: skip
        for n, lock in enumerate(chosen.locks[:LOCKS]):
            values |= {f"what_{n}": lock.what, f"kind_{n}": lock.kind, f"since_{n}": lock.since}
        for n, flow in enumerate(chosen.flows):
            values |= {
                f"profile_{n}": str(flow.profile_id or ""), f"level_{n}": flow.level,
                f"chain_{n}": ",".join(flow.roles), f"days_{n}": flow.days,
            }  # fmt: skip
        return values


def chain_label(chain: str) -> str:
    """Who agrees one after the other, in the reader's language."""
    return " → ".join(str(AGREES.get(role, role)) for role in chain.split(","))


class WeightsForm(forms.Form):
    """The weights of a plan's goals and of the key results in each."""

    reason = forms.CharField(
        label=_("Why should weights of running goals change?"), max_length=500, required=False,
        widget=forms.TextInput(attrs={"placeholder": _("The launch now comes first.")}),
    )  # fmt: skip

    def __init__(self, *args: Any, lines: Sequence[PlanLine], **how: Any) -> None:
        super().__init__(*args, **how)
        self.lines = list(lines)
        for line in self.lines:
            self._part(f"goal_{line.goal.id}", line.goal.shown_title)
            self.fields[f"version_{line.goal.id}"] = forms.IntegerField(widget=forms.HiddenInput())
            for card in _counted(line):
                self._part(f"kr_{card.id}", card.shown_title)

    def _part(self, name: str, title: str) -> None:
        self.fields[name] = percent_field(label=title)
        self.fields[name].widget.attrs |= {"data-part": "", "class": "form-control"}

    @property
    def goals(self) -> Iterator[tuple[PlanLine, forms.BoundField, forms.BoundField, list[forms.BoundField]]]:
        """Each goal with its weight, the version that was read, and the weights of its key results."""
        for line in self.lines:
            pk = line.goal.id
            yield (
                line, self[f"goal_{pk}"], self[f"version_{pk}"], [self[f"kr_{card.id}"] for card in _counted(line)]
            )  # fmt: skip

    def entered(self) -> tuple[dict[int, Weights], str]:
        """What the rule takes; Invalid names the fields at fault."""
        values = checked(self)
        wanted = {
            line.goal.id: Weights(
                values[f"version_{line.goal.id}"], hundredths(values[f"goal_{line.goal.id}"]),
                {card.id: hundredths(values[f"kr_{card.id}"]) for card in _counted(line)},
            )
            for line in self.lines
        }  # fmt: skip
        return wanted, values["reason"]

    @staticmethod
    def initial_of(lines: Sequence[PlanLine]) -> dict[str, Any]:
        """The weights as they are."""
        values: dict[str, Any] = {}
        for line in lines:
            values[f"goal_{line.goal.id}"] = trimmed(Decimal(line.goal.weight) / 100)
            values[f"version_{line.goal.id}"] = line.goal.version
            values |= {f"kr_{card.id}": trimmed(Decimal(card.weight) / 100) for card in _counted(line)}
        return values


def _counted(line: PlanLine) -> list[KeyResultCard]:
    return [card for card in line.key_results if not card.is_dropped]
