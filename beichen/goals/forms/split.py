"""A goal split into parts: a few rows, each with what, who, when, and how it is verified."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.goals.forms.goals import DayInput, checked, hundredths, percent_field
from beichen.goals.rules import PartInput
from beichen.platform.kit.errors import Invalid

ROWS, OPEN = 6, 2
FIELDS = ("title", "owner", "due", "share", "verification")


class SplitForm(forms.Form):
    """Rows of parts; unused ones stay empty. `owners` and `cycles` are what there is to choose from."""

    cycle = forms.ChoiceField(label=_("Cycle of the parts"), required=False)

    def __init__(
        self, *args: Any, owners: Sequence[tuple[str, str]], cycles: Sequence[tuple[str, str]], **how: Any
    ) -> None:
        super().__init__(*args, **how)
        named: dict[str, Any] = self.fields
        if len(cycles) > 1:
            named["cycle"].choices = list(cycles)
        else:
            del named["cycle"]
        for n in range(ROWS):
            named[f"title_{n}"] = forms.CharField(label=_("What is the part?"), max_length=160, required=False)
            named[f"owner_{n}"] = forms.ChoiceField(label=_("Who answers for it?"), choices=owners, required=False)
            named[f"due_{n}"] = forms.DateField(label=_("Due"), widget=DayInput(), required=False)
            named[f"share_{n}"] = percent_field(label=_("Share in this goal, %"), required=False)
            named[f"verification_{n}"] = forms.CharField(
                label=_("How will we know it has been achieved?"), max_length=300, required=False
            )

    @property
    def parts(self) -> list[tuple[bool, *tuple[forms.BoundField, ...]]]:
        """The rows as they are drawn: whether one stands open, and its fields."""
        rows = [tuple(self[f"{name}_{n}"] for name in FIELDS) for n in range(ROWS)]
        return [(n < OPEN or any(field.value() for field in row), *row) for n, row in enumerate(rows)]

    def entered(self) -> tuple[list[PartInput], int | None]:
        """The parts and the cycle chosen; Invalid names the fields at fault."""
        values = checked(self)
        used = [n for n in range(ROWS) if any(values[f"{name}_{n}"] for name in FIELDS if name != "owner")]
        missing = {f"title_{n}": str(_("Say what this part is.")) for n in used if not values[f"title_{n}"].strip()}
        missing |= {f"owner_{n}": str(_("Choose who answers for it.")) for n in used if not values[f"owner_{n}"]}
        if missing:
            raise Invalid(fields=missing)
        parts = [
            PartInput(
                title=values[f"title_{n}"].strip(), owner_id=int(values[f"owner_{n}"]), due=values[f"due_{n}"],
                verification=values[f"verification_{n}"].strip(),
                share=None if values[f"share_{n}"] is None else hundredths(values[f"share_{n}"]),
            )
            for n in used
        ]  # fmt: skip
        return parts, int(values["cycle"]) if values.get("cycle") else None
