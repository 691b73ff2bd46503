"""A statement as people type it: its lists line by line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.platform.kit.errors import Invalid
from beichen.strategy.choices import GROUPS, MARKED, WITH_MORE, Group, StatementKind, Use
from beichen.strategy.formulas.statements import Item
from beichen.strategy.queries import StatementCard
from beichen.strategy.rules import StatementInput

SPARE = 1
MOST = 12


def _words(label: Any, longest: int = 2000, rows: int = 2) -> forms.CharField:
    return forms.CharField(label=label, required=False, max_length=longest, widget=forms.Textarea(attrs={"rows": rows}))


class StatementForm(forms.Form):
    """A whole statement. Lines are numbered in each list; a line without a title and a text is left out."""

    opening = _words(_("Opening words"), 500)
    opening_en = _words(_("Opening words in English"), 500)
    stable_until = forms.DateField(
        label=_("Stable until"), required=False, widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        help_text=_("Empty: three years from publication. An earlier change needs a reason that everyone reads."),
    )  # fmt: skip
    note = forms.CharField(label=_("What changed (for the record)"), max_length=200, required=False)

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kind != StatementKind.RULES:
            del self.fields["stable_until"]
        self.kind = kind
        given = self.data or self.initial
        self.counts = {group: _count(group, given) for group in GROUPS[StatementKind(kind)]}
        for group, count in self.counts.items():
            for n in range(count):
                self._line(group, n)

    def _line(self, group: Group, n: int) -> None:
        at = f"{group.value}_{n}"
        named: dict[str, forms.Field] = {}
        named[f"rank_{at}"] = forms.IntegerField(
            label=_("Rank"), required=False, min_value=1, max_value=99, widget=forms.NumberInput(attrs={"step": 1})
        )
        named[f"key_{at}"] = forms.SlugField(required=False, max_length=20, widget=forms.HiddenInput)
        if group == Group.USE:
            named[f"share_{at}"] = forms.IntegerField(
                label=_("How much it counts, in %"), required=False, min_value=0, max_value=100
            )
        else:
            named[f"title_{at}"] = forms.CharField(label=_("Title"), required=False, max_length=120)
            named[f"title_en_{at}"] = forms.CharField(label=_("In English"), required=False, max_length=160)
        named[f"text_{at}"] = _words(_("In a sentence or two"))
        named[f"text_en_{at}"] = _words(_("In a sentence or two, in English"))
        if group in WITH_MORE:
            named[f"more_{at}"] = forms.CharField(label=WITH_MORE[group], required=False, max_length=300)
            named[f"more_en_{at}"] = forms.CharField(label=_("In English"), required=False, max_length=300)
        if group in MARKED:
            named[f"fixed_{at}"] = forms.ChoiceField(
                label=_("Discussion"), required=False, choices=(("1", _("Fixed")), ("0", _("Open to discussion")))
            )
        self.fields.update(named)

    @property
    def lists(self) -> list[tuple[str, list[tuple[str, list[forms.BoundField], forms.BoundField]]]]:
        """The lists with their lines: a legend, the fields to see, the hidden key."""
        found = []
        for group, count in self.counts.items():
            lines = []
            for n in range(count):
                key = self[f"key_{group.value}_{n}"]
                legend = str(Use(key.value()).label) if group == Group.USE and key.value() in Use.values else str(n + 1)
                ends = f"_{group.value}_{n}"
                seen = [self[name] for name in self.fields if name.endswith(ends) and not name.startswith("key_")]
                lines.append((legend, seen, key))
            found.append((str(group.label), lines))
        return found

    def cleaned(self) -> dict[str, Any]:
        """The values, or Invalid with one sentence per field."""
        if not self.is_valid():
            raise Invalid(fields={name: str(errors[0]) for name, errors in self.errors.items()})
        return self.cleaned_data

    def entered(self) -> StatementInput:
        """What the rule takes, each list in the order of its ranks."""
        values = self.cleaned()
        nameless = {
            f"title_{group.value}_{n}": str(_("This line needs a title."))
            for group, count in self.counts.items() if group != Group.USE for n in range(count)
            if values[f"text_{group.value}_{n}"].strip() and not values[f"title_{group.value}_{n}"].strip()
        }  # fmt: skip
        if nameless:
            raise Invalid(fields=nameless)
        items: list[Item] = []
        for group, count in self.counts.items():
            lines = [(values[f"rank_{group.value}_{n}"] or 99, n, self._item(group, n)) for n in range(count)]
            taken = {item.key for _rank, _n, item in lines if item}
            for _rank, n, item in sorted(lines, key=lambda line: line[:2]):
                if item is not None:
                    items.append(item if item.key else _keyed(item, n, taken))
        return StatementInput(
            items=items, opening=values["opening"], opening_en=values["opening_en"], note=values["note"],
            stable_until=values.get("stable_until"),
        )  # fmt: skip

    def _item(self, group: Group, n: int) -> Item | None:
        values, ends = self.cleaned_data, f"_{group.value}_{n}"

        def words(name: str) -> str:
            return str(values.get(name + ends) or "").strip()

        if not words("title") and group != Group.USE:
            return None
        return Item(
            group=group.value, key=words("key"), title=words("title"), title_en=words("title_en"), text=words("text"),
            text_en=words("text_en"), more=words("more"), more_en=words("more_en"), share=values.get("share" + ends),
            fixed=words("fixed") != "0",
        )  # fmt: skip

    @staticmethod
    def initial_of(card: StatementCard | StatementInput) -> dict[str, Any]:
        """What the form shows for a version, or for the ready text."""
        values: dict[str, Any] = {
            "opening": card.opening, "opening_en": card.opening_en, "stable_until": card.stable_until,
        }  # fmt: skip
        count: dict[str, int] = {}
        for item in card.items:
            n = count[item.group] = count.get(item.group, -1) + 1
            at = f"{item.group}_{n}"
            for name in ("key", "title", "title_en", "text", "text_en", "more", "more_en", "share"):
                values[f"{name}_{at}"] = getattr(item, name)
            values |= {f"fixed_{at}": "1" if item.fixed else "0", f"rank_{at}": n + 1}
        return values


def _keyed(item: Item, n: int, taken: set[str]) -> Item:
    """A new line gets the next free key; a grade keeps its letter."""
    key = item.title[:20] if item.group == Group.GRADE and item.title.isascii() and item.title.isalnum() else ""
    while not key or key in taken:
        n += 1
        key = f"l{n}"
    taken.add(key)
    return replace(item, key=key)


def _count(group: Group, values: Mapping[str, Any]) -> int:
    """How many lines to draw: every use; else those that are there and one to spare."""
    filled = [
        n
        for n in range(MOST)
        if str(values.get(f"key_{group.value}_{n}") or values.get(f"title_{group.value}_{n}") or "").strip()
    ]
    there = filled[-1] + 1 if filled else 0
    return max(there, len(Use)) if group == Group.USE else min(MOST, max(there + SPARE, 3))


def _is_there(values: Mapping[str, Any], at: str) -> bool:
    return any(str(values.get(f"{name}_{at}") or "").strip() for name in ("key", "title"))
