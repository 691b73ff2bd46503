"""What people type on the pages of bonuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from beichen.people.choices import RoleType
from beichen.people.queries import UnitCard
from beichen.platform.kit import money
from beichen.platform.ui.fields import CodeField
from beichen.reward.choices import Mode, Mover

SPARE = 4
"""Empty lines for further units."""
BASES = (
    ("coefficient", _("Coefficients (such as 1.05)")),
    ("attainment", _("Attainment (such as 1.02), converted by table")),
)


def _number(label: Any, *, required: bool = False, hint: Any = "", initial: Any = None) -> forms.CharField:
    widget = forms.TextInput(
        attrs={"inputmode": "decimal", "autocomplete": "off", "maxlength": 14, "class": "form-control num"}
    )
    return forms.CharField(label=label, required=required, help_text=hint, initial=initial, widget=widget)


class PlanForm(forms.Form):
    """A new plan."""

    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    cycle_id = forms.ChoiceField(label=_("Cycle"))
    name_a = forms.CharField(label=_("Name of policy A"), max_length=120)
    name_b = forms.CharField(label=_("Name of policy B"), max_length=120)

    def __init__(self, cycles: Sequence[tuple[int, str]], data: Any = None) -> None:
        names = {"name_a": str(_("By contribution")), "name_b": str(_("More equal"))}
        super().__init__(data, initial=names)
        field = self.fields["cycle_id"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(cycles)


class ChooseForm(forms.Form):
    """Which policy it is to be, and until when managers may adjust."""

    key = forms.ChoiceField(label=_("Policy"), widget=forms.RadioSelect)
    adjust_until = forms.DateField(
        label=_("Managers may adjust until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def __init__(self, policies: Sequence[tuple[str, str]], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["key"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = list(policies)


class PolicyForm(forms.Form):
    """One policy. Decimals stay texts: `formulas/policy.py` reads and refuses them field by field."""

    name = forms.CharField(label=_("Name"), max_length=120)
    mode = forms.ChoiceField(label=_("Where the money comes from"), choices=Mode.choices)
    fixed_total = _number(_("Fixed total"), hint=_("Only for a fixed total: 1,250,000.00 or 125万"))
    basis = forms.ChoiceField(label=_("Results are entered as"), choices=BASES)
    company = _number(_("Company result"), required=True)
    mover = forms.ChoiceField(label=_("People who changed units are paid by"), choices=Mover.choices)
    floor_percent = _number(
        _("Floor, % of own target bonus"),
        hint=_("Leave empty for no floor. The floor does not apply to a coefficient of 0."),
    )
    cap_percent = _number(_("Cap, % of own target bonus"), hint=_("Leave empty for no cap."))
    adjust_max_percent = _number(_("Maximum manager adjustment, %"), required=True)
    reserve_percent = _number(_("Reserve for appeals, % of each pool"), required=True)
    part_company = _number(_("Company part (α)"))
    part_unit = _number(_("Unit part (β)"))
    part_person = _number(_("Personal part (γ)"))
    zero_loses_person_part_only = forms.BooleanField(
        label=_("A coefficient of 0 only removes the personal part"), required=False
    )

    def __init__(self, policy: Mapping[str, Any], name: str, units: Mapping[str, UnitCard], data: Any = None) -> None:
        super().__init__(data, initial=_initial(policy, name))
        named = _named(policy, units)
        self.rows = range(max(len(named) + SPARE, len([key for key in data or () if key.startswith("unit_")])))
        for role, label in RoleType.choices:
            self.fields[f"role_{role}"] = _number(label, initial=policy.get("flattening", {}).get(role, "0"))
        for n, (unit, result, even) in enumerate([*named, *[("", "", "")] * (len(self.rows) - len(named))], 1):
            self.fields[f"unit_{n}"] = CodeField("unit", label=_("Unit"), initial=unit, required=False)
            self.fields[f"result_{n}"] = _number(_("Unit result"), initial=result)
            self.fields[f"even_{n}"] = _number(_("Levelled"), initial=even)

    def main_fields(self) -> list[forms.BoundField]:
        """Name, money, results."""
        return [self[name] for name in ("name", "mode", "fixed_total", "basis", "company", "mover")]

    def limit_fields(self) -> list[forms.BoundField]:
        """Floor, cap, adjustment, reserve."""
        return [self[name] for name in ("floor_percent", "cap_percent", "adjust_max_percent", "reserve_percent")]

    def part_fields(self) -> list[forms.BoundField]:
        """Formula mode."""
        return [self[n] for n in ("part_company", "part_unit", "part_person", "zero_loses_person_part_only")]

    def role_fields(self) -> list[forms.BoundField]:
        """Flattening by role type."""
        return [self[f"role_{role}"] for role, _label in RoleType.choices]

    def unit_fields(self) -> list[tuple[forms.BoundField, forms.BoundField, forms.BoundField]]:
        """Units that have a result or a flattening of their own, and empty lines for more."""
        return [(self[f"unit_{n + 1}"], self[f"result_{n + 1}"], self[f"even_{n + 1}"]) for n in self.rows]

    def _by_unit(self, what: str) -> dict[str, str]:
        sent = self.cleaned_data
        lines = ((sent[f"unit_{n + 1}"], sent[f"{what}_{n + 1}"]) for n in self.rows)
        return {code: value for code, value in lines if code and value}

    def clean(self) -> dict[str, Any]:
        """A line with a value names a unit, and a unit stands in one line."""
        sent: dict[str, Any] = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for n in range(1, len(self.rows) + 1):
            code = sent.get(f"unit_{n}", "")
            if not code and (sent.get(f"result_{n}") or sent.get(f"even_{n}")):
                self.add_error(f"unit_{n}", _("Which unit is meant?"))
            if code in seen:
                self.add_error(f"unit_{n}", _("%(code)s appears here twice.") % {"code": code})
            seen |= {code} if code else set()
        return sent

    def policy(self, currency: str) -> dict[str, Any]:
        """The policy as a scenario keeps it; call after `is_valid`. Errors: BadValue for the fixed total."""
        sent = self.cleaned_data
        basis = sent["basis"]
        total = sent["fixed_total"].strip()
        return {
            "mode": sent["mode"],
            "fixed_total": money.parse(total, currency).amount if total else None,
            "company": {basis: sent["company"]},
            "units": {code: {basis: value} for code, value in self._by_unit("result").items()},
            "flattening": {role: sent[f"role_{role}"] or "0" for role, _label in RoleType.choices},
            "unit_flattening": self._by_unit("even"),
            "mover": sent["mover"],
            "floor_percent": sent["floor_percent"] or None,
            "cap_percent": sent["cap_percent"] or None,
            "adjust_max_percent": sent["adjust_max_percent"],
            "reserve_percent": sent["reserve_percent"],
            "parts": {part: sent[f"part_{part}"] or "0" for part in ("company", "unit", "person")},
            "zero_loses_person_part_only": sent["zero_loses_person_part_only"],
        }


FIELDS = {
    "company_coefficient": "company", "company_attainment": "company", "unit_coefficient": "company",
    "unit_attainment": "company", "units": "unit_1", "flattening": "role_stable", "parts": "part_person",
    "amount": "fixed_total",
}  # fmt: skip
"""The field of the form at which a refusal of the policy is shown."""


def _named(policy: Mapping[str, Any], units: Mapping[str, UnitCard]) -> list[tuple[str, str, str]]:
    """The units the policy names, in tree order: as the field shows them, the result, the flattening."""
    results, evened = policy.get("units") or {}, policy.get("unit_flattening") or {}
    known = [units[code] for code in {**results, **evened} if code in units]
    return [
        (f"{u.code} {u.title}", (r := results.get(u.code, {})).get("coefficient") or r.get("attainment") or "",
         evened.get(u.code, ""))
        for u in sorted(known, key=lambda unit: unit.place)
    ]  # fmt: skip


def _initial(policy: Mapping[str, Any], name: str) -> dict[str, Any]:
    company = policy.get("company") or {}
    basis = "coefficient" if company.get("coefficient") not in (None, "") else "attainment"
    parts = policy.get("parts") or {}
    total = policy.get("fixed_total")
    return {
        "name": name, "mode": policy.get("mode"), "basis": basis, "company": company.get(basis),
        "mover": policy.get("mover"),
        "fixed_total": "" if total is None else f"{total // 100}.{total % 100:02}",
        "floor_percent": policy.get("floor_percent") or "", "cap_percent": policy.get("cap_percent") or "",
        "adjust_max_percent": policy.get("adjust_max_percent"), "reserve_percent": policy.get("reserve_percent"),
        "part_company": parts.get("company"), "part_unit": parts.get("unit"), "part_person": parts.get("person"),
        "zero_loses_person_part_only": policy.get("zero_loses_person_part_only"),
    }  # fmt: skip
