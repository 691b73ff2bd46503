"""What people type on the pages of reviews."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.reviews.choices import PartRole, Receipt

SECTIONS = {
    "goals": _("Goals"),
    "behaviour": _("Behaviour and values"),
    "contribution": _("Contribution and collaboration"),
}
ASKS: Mapping[str, Mapping[str, Any]] = {
    PartRole.SELF: {
        "goals": _("What came of your goals, and what stood in the way?"),
        "behaviour": _("Where did you live our values? One thing that happened says more than ten adjectives."),
        "contribution": _("Whom did you help, and what became of it?"),
        "closing": _("Looking ahead: what do you want to do or learn next?"),
    },
    PartRole.MANAGER: {
        "goals": _("What do the results say, and what do they not say?"),
        "behaviour": _("What did you see? Name one thing that happened."),
        "contribution": _("What would be missing without this person’s work?"),
        "closing": _("Looking ahead: what should come next for this person? They will read this first."),
    },
    PartRole.PEER: {
        "goals": _("What did you notice about the work on these goals?"),
        "behaviour": _("What was it like to work together? Name one thing that happened."),
        "contribution": _("Where did this person’s work help yours?"),
        "closing": _("One wish for working together next time"),
    },
}


class PartForm(forms.Form):
    """One part: for each section a score where it is scored, and words; at the end words that look ahead.

    `blocks` lists (key, label, score field or None, text field) for the template.
    """

    def __init__(
        self, role: str, sections: Sequence[Mapping[str, Any]], answers: Mapping[str, Any] | None = None,
        closing: str = "", *, gives_goals: bool = False, maximum: int = 120, data: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(data)
        self.keys = [section["key"] for section in sections]
        self.scored = {s["key"] for s in sections if s["scored"] or gives_goals}
        asks = ASKS[role]
        for key in self.keys:
            answer = (answers or {}).get(key, {})
            if key in self.scored:
                self.fields[f"score_{key}"] = forms.CharField(
                    label=_("Score (0–%(maximum)s, 100 = met)") % {"maximum": maximum}, required=True,
                    initial=answer.get("score") or "",
                    widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 6}),
                )  # fmt: skip
            self.fields[f"text_{key}"] = forms.CharField(
                label=asks.get(key, SECTIONS.get(key, key)), required=role == PartRole.MANAGER,
                initial=answer.get("text", ""), widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000}),
            )  # fmt: skip
        self.fields["closing"] = forms.CharField(
            label=asks["closing"], required=False, initial=closing,
            widget=forms.Textarea(attrs={"rows": 3, "maxlength": 4000}),
        )  # fmt: skip

    def blocks(self) -> list[tuple[str, Any, Any, Any]]:
        """Section by section, for the template."""
        return [
            (key, SECTIONS.get(key, key), self[f"score_{key}"] if key in self.scored else None, self[f"text_{key}"])
            for key in self.keys
        ]


def answers_of(sent: Mapping[str, str], sections: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The answers of a posted part, as rules take them."""
    return {
        s["key"]: {"score": sent.get(f"score_{s['key']}", "").strip() or None, "text": sent.get(f"text_{s['key']}", "")}
        for s in sections
    }


class DecideForm(forms.Form):
    """The manager's decision."""

    grade = forms.ChoiceField(label=_("Grade"), widget=forms.RadioSelect)
    reason = forms.CharField(
        label=_("Reason"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where your grade differs from the suggestion: at least 20 characters."),
    )  # fmt: skip

    def __init__(self, grades: Sequence[Mapping[str, Any]], locale: str, data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        word = "en" if locale.startswith("en") else "zh"
        self.fields["grade"].choices = [(g["key"], f"{g['key']} {g[word]}") for g in grades]  # type: ignore[attr-defined]


class MoveForm(forms.Form):
    """A grade moved in calibration."""

    grade = forms.ChoiceField(label=_("New grade"))
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("At least 10 characters. It stays in the history of this grade."),
    )  # fmt: skip

    def __init__(self, grades: Sequence[str], data: Any = None, **initial: Any) -> None:
        super().__init__(data, initial=initial)
        self.fields["grade"].choices = [(key, key) for key in grades]  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """The person's answer to the result."""

    answer = forms.ChoiceField(
        label=_("After reading it"), choices=Receipt.choices, widget=forms.RadioSelect, initial=Receipt.READ
    )
    comment = forms.CharField(
        label=_("Comment"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "Needed where you disagree. Answering is a receipt, not an agreement; an appeal stays open to you."
        ),
    )  # fmt: skip


class PlanForm(forms.Form):
    """A review plan."""

    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    cycle_id = forms.ChoiceField(label=_("Cycle"))
    unit_id = forms.ChoiceField(label=_("Who is reviewed: this unit and everything below it"))
    managers = forms.ChoiceField(
        label=_("People who lead others"), choices=(("in", _("are reviewed too")), ("out", _("are left out"))),
        widget=forms.RadioSelect, initial="in",
    )  # fmt: skip
    without = forms.CharField(
        label=_("Left out by employee number"), required=False, help_text=_("Numbers with commas between them.")
    )
    goals = forms.IntegerField(label=_("Goals, %"), min_value=0, max_value=100, initial=60)
    behaviour = forms.IntegerField(label=_("Behaviour and values, %"), min_value=0, max_value=100, initial=25)
    contribution = forms.IntegerField(
        label=_("Contribution and collaboration, %"), min_value=0, max_value=100, initial=15
    )
    peer_mode = forms.ChoiceField(
        label=_("Peers"), widget=forms.RadioSelect, initial="confidential",
        choices=(
            ("confidential", _("Confidential: the person never sees names, the manager does")),
            ("anonymous", _("Anonymous (not in this version)")),
        ),
    )  # fmt: skip

    def __init__(
        self, cycles: Sequence[tuple[int, str]], units: Sequence[tuple[int, str]], data: Any = None, **initial: Any
    ) -> None:
        super().__init__(data, initial=initial)
        self.fields["cycle_id"].choices = cycles  # type: ignore[attr-defined]
        self.fields["unit_id"].choices = units  # type: ignore[attr-defined]
