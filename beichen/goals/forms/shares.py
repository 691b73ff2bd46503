"""What people type of a shared result: who stands for which part, an answer, a decision, what the lead saw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.goals.forms.goals import checked, hundredths, percent_field
from beichen.goals.queries import Shares
from beichen.goals.rules import PartyInput
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.fields import CodeField

ROWS, OPEN = 5, 2


def _part(*, least: int = 1, **how: Any) -> forms.IntegerField:
    field = forms.IntegerField(min_value=least, max_value=1000, **how)
    field.widget.attrs |= {"inputmode": "numeric"}
    return field


class ShareForm(forms.Form):
    """The owner's part, rows for the others, and who decides where they disagree."""

    own = _part(label=_("Part of the owner"))
    lead = CodeField("person", label=_("Who decides where somebody disagrees?"), required=False)

    def __init__(self, *args: Any, rows: int = ROWS, **how: Any) -> None:
        super().__init__(*args, **how)
        self.rows = rows
        for n in range(rows):
            self.fields[f"who_{n}"] = CodeField("person", label=_("Who?"), required=False)
            self.fields[f"part_{n}"] = _part(label=_("Part"), required=False)

    @property
    def parties(self) -> list[tuple[bool, *tuple[forms.BoundField, ...]]]:
        """The rows as they are drawn: whether one stands open, then who and part."""
        rows = [tuple(self[f"{name}_{n}"] for name in ("who", "part")) for n in range(self.rows)]
        return [(n < OPEN or any(field.value() for field in row), *row) for n, row in enumerate(rows)]

    @property
    def numbers(self) -> list[str]:
        """The employee numbers that are named, the lead's last (empty: the manager)."""
        values = checked(self)
        return [*(values[f"who_{n}"] for n in self._used(values)), values["lead"]]

    def _used(self, values: Mapping[str, Any]) -> list[int]:
        return [n for n in range(self.rows) if values[f"who_{n}"] or values[f"part_{n}"]]

    def entered(self, owner_id: int, ids: Mapping[str, int]) -> tuple[list[PartyInput], int | None]:
        """The parties and the lead by `ids` of their numbers; Invalid names the fields at fault."""
        values = checked(self)
        used = self._used(values)
        nobody = str(_("There is nobody with this number. Type part of the name and choose."))
        wrong = {f"who_{n}": nobody for n in used if values[f"who_{n}"] not in ids}
        wrong |= {f"part_{n}": str(_("Say which part.")) for n in used if not values[f"part_{n}"]}
        if values["lead"] and values["lead"] not in ids:
            wrong["lead"] = nobody
        if not used:
            wrong["who_0"] = str(_("Name at least one other person."))
        if wrong:
            raise Invalid(fields=wrong)
        parties = [PartyInput(person_id=owner_id, part=values["own"])]
        parties += [PartyInput(person_id=ids[values[f"who_{n}"]], part=values[f"part_{n}"]) for n in used]
        return parties, ids.get(values["lead"])

    @staticmethod
    def initial_of(found: Shares, owner_id: int, named: Mapping[int, str]) -> dict[str, Any]:
        """The parts as they are; `named`: number and name of each person."""
        values: dict[str, Any] = {"lead": named.get(found.lead_id, "")}
        others = [line for line in found.lines if line.person_id != owner_id]
        values["own"] = next(line.part for line in found.lines if line.person_id == owner_id)
        for n, line in enumerate(others):
            values[f"who_{n}"], values[f"part_{n}"] = named.get(line.person_id, ""), line.part
        return values


class AnswerForm(forms.Form):
    """Agree, with what the result weighs in one's own plan, or say what would be right."""

    agrees = forms.ChoiceField(
        label=_("Is your part right?"), widget=forms.RadioSelect,
        choices=(("yes", _("Yes, I agree")), ("no", _("No, somebody else should decide"))),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("What would be right, and why?"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": _("I built two of the three steps, so half is mine.")}),
    )  # fmt: skip
    weight = percent_field(
        label=_("What does it weigh in your plan, %?"), required=False,
        help_text=_("Your manager is told once all have agreed, and sees this weight on the page of the goal."),
    )  # fmt: skip

    def entered(self) -> tuple[bool, str, int | None]:
        """Whether the person agrees, the reason, the weight; Invalid names the fields at fault."""
        values = checked(self)
        weight = values["weight"]
        return values["agrees"] == "yes", values["reason"], None if weight is None else hundredths(weight)


class PartsForm(forms.Form):
    """A part for each party: decided, with a reason, or as the lead saw it in the work."""

    reason = forms.CharField(
        label=_("Why these parts?"), max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, lines: Sequence[tuple[int, str]], seen: bool = False, **how: Any) -> None:
        super().__init__(*args, **how)
        self.ids = [person_id for person_id, _name in lines]
        for person_id, name in lines:
            self.fields[f"part_{person_id}"] = _part(label=name, least=0 if seen else 1)
        if seen:
            del self.fields["reason"]

    @property
    def parts(self) -> list[forms.BoundField]:
        """A field for each."""
        return [self[f"part_{person_id}"] for person_id in self.ids]

    def entered(self) -> tuple[dict[int, int], str]:
        """The part by person and the reason; Invalid names the fields at fault."""
        values = checked(self)
        return {person_id: values[f"part_{person_id}"] for person_id in self.ids}, values.get("reason", "")
