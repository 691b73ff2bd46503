"""Fields that several areas' forms share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse_lazy

OPTIONS = "people:options"
"""The door that suggests people and units, by its name; the page holds `<datalist id="KIND-options">`."""


class CodeField(forms.CharField):
    """A person's number or a code, alone or followed by a name ("E004 许知微"). `kind`: person, unit, project.

    An area that offers a list of its own names the door that suggests from it in `options`.
    """

    def __init__(self, kind: str, *, options: str = "", **how: Any) -> None:
        at = reverse_lazy(options) if options else reverse_lazy(OPTIONS, args=[kind])
        widget = forms.TextInput(
            attrs={
                "list": f"{kind}-options", "autocomplete": "off", "hx-get": at,
                "hx-trigger": "focus once, input changed delay:200ms", "hx-target": f"#{kind}-options",
            }
        )  # fmt: skip
        super().__init__(max_length=200, widget=widget, **how)

    def clean(self, value: Any) -> str:
        return str(super().clean(value) or "").strip().split(" ")[0]
