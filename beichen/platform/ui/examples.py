"""Made-up figures for the page of parts. Nothing here is read from the database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django import forms
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from beichen.platform.kit import clock
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.drawings import Step

TITLE = pgettext_lazy("example", "Cut the time from order to first delivery to 36 hours")


class ExampleForm(forms.Form):
    """One field of each kind."""

    value = forms.DecimalField(label=pgettext_lazy("example", "New value"), max_digits=8, decimal_places=1)
    state = forms.ChoiceField(
        label=pgettext_lazy("example", "How sure are you of the date?"),
        choices=(
            ("sure", pgettext_lazy("example", "Sure")),
            ("likely", pgettext_lazy("example", "Likely")),
            ("open", pgettext_lazy("example", "Open")),
        ),
        widget=forms.RadioSelect,
        initial="likely",
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("example", "What held you up?"),
        required=False,
        choices=(
            ("", pgettext_lazy("example", "Nothing")),
            ("people", pgettext_lazy("example", "People")),
            ("decision", pgettext_lazy("example", "A decision")),
            ("supply", pgettext_lazy("example", "Supply")),
        ),
    )
    text = forms.CharField(
        label=pgettext_lazy("example", "What changed, and what is next?"), widget=forms.Textarea(attrs={"rows": 3})
    )
    ask = forms.BooleanField(label=pgettext_lazy("example", "I need help with this"), required=False)


def check(sent: Mapping[str, object]) -> None:
    """Refuse what the form does not take, as a rule would; raises Invalid with a message per field."""
    form = ExampleForm(sent)
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})


def context(sent: QueryDict | None) -> dict[str, object]:
    """Everything the page of parts shows."""
    today = clock.today()
    return {
        "form": ExampleForm(sent, initial={"value": "41.5"}),
        "today": today,
        "goals": _goals(today),
        "terms": [
            (pgettext("example", "Key result 1 · weight 50 %"), "35.00"),
            (pgettext("example", "Key result 2 · weight 30 %"), "24.60"),
            (pgettext("example", "Key result 3 · weight 20 %"), "12.40"),
            (pgettext("example", "Total"), "72.00"),
        ],
        "steps": [
            Step(pgettext("example", "Results"), Decimal("61.20"), "61.20", pgettext("example", "72.00 × 85 %")),
            Step(pgettext("example", "Contribution"), Decimal("13.50"), "+13.50", pgettext("example", "90.00 × 15 %")),
            Step(
                pgettext("example", "Delayed launch"),
                Decimal("-4.00"),
                "−4.00",
                pgettext("example", "agreed on 12 September"),
            ),
            Step(pgettext("example", "Score"), Decimal("70.70"), "70.70", total=True),
        ],
        "bars": [("A", 0.18, "18 %"), ("B", 0.46, "46 %"), ("C", 0.31, "31 %"), ("D", 0.05, "5 %")],
        "guide": [0.2, 0.4, 0.3, 0.1],
        "points": [12, 18, 19, 27, 34, 33, 41, 48],
        "pace": [10, 17, 24, 31, 38, 45, 52, 59],
        "path": [
            ("draft", pgettext_lazy("example", "Draft")),
            ("proposed", pgettext_lazy("example", "Proposed")),
            ("active", pgettext_lazy("example", "In force")),
            ("closed", pgettext_lazy("example", "Closed")),
        ],
        "tabs": [
            ("mine", pgettext_lazy("example", "My goals"), "?view=mine"),
            ("team", pgettext_lazy("example", "Team"), "?view=team"),
            ("map", pgettext_lazy("example", "Map"), "?view=map"),
        ],
        "days": [today + dt.timedelta(days=n) for n in (-2, 0, 1, 5, 40)],
        "amount": Decimal("1234567.89"),
        "cents": 23456700,
    }


def _goals(today: dt.date) -> list[dict[str, object]]:
    lines: list[tuple[str | Promise, str, str | Promise, str, int, int, int]] = [
        (TITLE, "周启明", pgettext_lazy("example", "Fulfilment"), "at_risk", 420_000, 550_000, 2),
        (
            pgettext_lazy("example", "Renew 92 % of contracts that end this quarter"),
            "Lena Hofmann",
            pgettext_lazy("example", "Key accounts"),
            "on_track",
            610_000,
            580_000,
            12,
        ),
        (
            pgettext_lazy("example", "Open the second data centre without downtime"),
            "欧阳若溪",
            pgettext_lazy("example", "Platform"),
            "ahead",
            730_000,
            550_000,
            26,
        ),
        (
            pgettext_lazy("example", "Halve the refunds caused by wrong product data"),
            "王磊",
            pgettext_lazy("example", "Catalogue"),
            "off_track",
            120_000,
            550_000,
            -3,
        ),
        (
            pgettext_lazy("example", "Train every shop lead in the new return rules"),
            "Noor Aziz",
            pgettext_lazy("example", "Retail"),
            "not_updated",
            0,
            400_000,
            0,
        ),
        (
            pgettext_lazy("example", "Publish the new price list in nine markets"),
            "陈可",
            pgettext_lazy("example", "Pricing"),
            "done",
            1_000_000,
            1_000_000,
            30,
        ),
    ]
    return [
        {
            "title": title,
            "name": name,
            "unit": unit,
            "health": health,
            "done": done,
            "pace": pace,
            "due": today + dt.timedelta(days=days),
        }
        for title, name, unit, health, done, pace, days in lines
    ]
