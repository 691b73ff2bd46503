"""What people type about the organisation. Persons and units are written by number or code, with suggestions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from beichen.people.choices import AGREES, GoalTool, JobFamily, PersonKind, RoleType, SeatKind, UnitKind
from beichen.people.queries import STEP_DAYS, Duty, ProcessCard, ProfileCard, Scenario, Step, StepCard
from beichen.platform.kit.errors import Invalid
from beichen.platform.ui.fields import CodeField


class DayInput(forms.DateInput):
    """The browser's own calendar."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class PlaceForm(forms.Form):
    """Where somebody who joins works."""

    unit = CodeField("unit", label=_("Unit"))
    manager = CodeField(
        "person",
        label=pgettext_lazy("of a person", "Manager"),
        required=False,
        help_text=_("If empty, the head of the unit is the manager."),
    )
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    level = forms.CharField(label=_("Level"), max_length=20, required=False)


class HireForm(PlaceForm):
    field_order = ("name", "number", "email", "hired")

    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=80)
    number = forms.CharField(label=_("Employee number"), max_length=40)
    email = forms.EmailField(label=_("Work e-mail"))
    hired = forms.DateField(label=_("First day"), widget=DayInput())
    role_type = forms.ChoiceField(label=_("Role type"), choices=RoleType.choices, initial=RoleType.STABLE)
    kind = forms.ChoiceField(
        label=pgettext_lazy("of a person", "Kind"),
        choices=PersonKind.choices,
        initial=PersonKind.EMPLOYEE,
        required=False,
        help_text=_(
            "External: a board member, an accountant or an elected employee representative. They "
            "have no manager and are not reviewed; they act only where nobody else can."
        ),
    )

    def clean_kind(self) -> str:
        """Who says nothing means an employee."""
        return str(self.cleaned_data["kind"] or PersonKind.EMPLOYEE)


class MoveForm(forms.Form):
    first = forms.DateField(
        label=_("Effective from"), widget=DayInput(), help_text=_("The first day this takes effect.")
    )
    unit = CodeField("unit", label=_("Unit"))
    manager = CodeField("person", label=pgettext_lazy("of a person", "Manager"), required=False)
    position = forms.CharField(label=_("Position"), max_length=120, required=False)
    level = forms.CharField(label=_("Level"), max_length=20, required=False)


class LeaveForm(forms.Form):
    last = forms.DateField(label=_("Last day"), widget=DayInput())


class ReturnForm(PlaceForm):
    field_order = ("first",)

    first = forms.DateField(label=_("First day"), widget=DayInput())
    email = forms.EmailField(label=_("Work e-mail"))


class ProfileForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a person", "Name"), max_length=80)
    name_en = forms.CharField(label=pgettext_lazy("of a person", "English name"), max_length=80, required=False)
    email = forms.EmailField(label=_("Work e-mail"))
    role_type = forms.ChoiceField(label=_("Role type"), choices=RoleType.choices)


class UnitForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a unit", "Name"), max_length=120)
    name_en = forms.CharField(label=pgettext_lazy("of a person", "English name"), max_length=120, required=False)
    code = forms.CharField(label=_("Code"), max_length=40)
    kind = forms.ChoiceField(label=_("Kind"), choices=UnitKind.choices, initial=UnitKind.TEAM)
    parent = CodeField("unit", label=_("Unit above"), required=False)
    head = CodeField("person", label=_("Head"), required=False)
    hrbp = CodeField("person", label=_("HRBP"), required=False)
    role_type = forms.ChoiceField(label=_("Role type"), choices=RoleType.choices, initial=RoleType.STABLE)


class ProjectForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a unit", "Name"), max_length=120)
    name_en = forms.CharField(label=pgettext_lazy("of a person", "English name"), max_length=120, required=False)
    code = forms.CharField(label=_("Code"), max_length=40)
    purpose = forms.CharField(
        label=pgettext_lazy("a project", "Purpose"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One sentence: what will be different when the project succeeds."),
    )  # fmt: skip
    purpose_en = forms.CharField(
        label=pgettext_lazy("a project", "Purpose in English"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    lead = CodeField("person", label=_("Lead"))
    starts_on = forms.DateField(label=_("First day"), widget=DayInput())


class MemberForm(forms.Form):
    person = CodeField("person", label=_("Person"))
    role = forms.CharField(label=_("Role in the project"), max_length=120)
    share = forms.IntegerField(
        label=_("Share of working time (percent)"), min_value=1, max_value=100, initial=20,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip
    first = forms.DateField(label=_("Effective from"), widget=DayInput())
    until = forms.DateField(
        label=_("End date"),
        widget=DayInput(),
        required=False,
        help_text=_("Leave empty for as long as the project runs."),
    )


class FromDayForm(forms.Form):
    day = forms.DateField(label=_("End date"), widget=DayInput(), help_text=_("The first day it no longer applies."))


def _lines(rows: int = 4) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class SceneForm(forms.Form):
    """One scene of contribution; the third may stay empty."""

    title = forms.CharField(label=_("Heading"), max_length=60)
    text = forms.CharField(label=_("What happens, and what the contribution is"), max_length=400, widget=_lines(3))
    title_en = forms.CharField(label=_("Heading in English"), max_length=120, required=False)
    text_en = forms.CharField(
        label=pgettext_lazy("a scene", "Description in English"), max_length=600, required=False, widget=_lines(3)
    )

    def __init__(self, n: int, typed: Any, scene: Scenario | None = None) -> None:
        now = {name: getattr(scene, name) for name in self.base_fields} if scene else None
        super().__init__(typed, prefix=f"scene{n}", initial=now)
        for name in ("title", "text"):
            self.fields[name].required = n < 3
        self.legend = (_("First scene"), _("Second scene"), _("Third scene"))[n - 1]


class RoleProfileForm(forms.Form):
    name = forms.CharField(label=pgettext_lazy("of a unit", "Name"), max_length=120)
    name_en = forms.CharField(label=pgettext_lazy("of a person", "English name"), max_length=120, required=False)
    code = forms.CharField(label=_("Code"), max_length=40)
    family = forms.ChoiceField(label=_("Job family"), choices=JobFamily.choices)
    role_type = forms.ChoiceField(label=_("Role type"), choices=RoleType.choices)
    is_key = forms.BooleanField(label=_("Key role: results depend on it"), required=False)
    is_bottleneck = forms.BooleanField(label=_("Bottleneck role: others wait for it"), required=False)
    responsibilities = forms.CharField(
        label=_("What this role is accountable for"), max_length=1000, widget=_lines(3),
        help_text=_("One per line: the result, not the tasks that lead to it."),
    )  # fmt: skip
    responsibilities_en = forms.CharField(
        label=_("English version, line by line"), max_length=1600, required=False, widget=_lines(3)
    )
    positions = forms.CharField(
        label=_("Positions with this profile"), max_length=2000, required=False, widget=_lines(3),
        help_text=_("One per line, spelled as in assignments."),
    )  # fmt: skip
    owner = CodeField("person", label=_("Maintained by"), required=False)

    def __init__(self, typed: Any, card: ProfileCard | None = None, owner: str = "") -> None:
        super().__init__(typed, initial=_profile_now(card, owner) if card else {"tool_okr": 40, "tool_kpi": 40})
        for tool in GoalTool:
            self.fields[f"tool_{tool.value}"] = forms.IntegerField(
                label=tool.label, min_value=0, max_value=100, required=False,
                widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
            )  # fmt: skip

    @property
    def tools(self) -> list[forms.BoundField]:
        """The fields of the mix."""
        return [self[f"tool_{tool.value}"] for tool in GoalTool]


def _profile_now(card: ProfileCard, owner: str) -> dict[str, Any]:
    plain = ("name", "name_en", "code", "family", "role_type", "is_key", "is_bottleneck")
    return {
        **{name: getattr(card, name) for name in plain}, "owner": owner, "positions": "\n".join(card.positions),
        "responsibilities": "\n".join(one.text for one in card.responsibilities),
        "responsibilities_en": "\n".join(one.text_en for one in card.responsibilities),
        **{f"tool_{tool}": share for tool, share in card.tools.items()},
    }  # fmt: skip


def duties_of(said: dict[str, Any]) -> tuple[Duty, ...]:
    """The responsibilities typed, the English beside each."""
    own = [line.strip() for line in said.pop("responsibilities").splitlines()]
    english = [line.strip() for line in said.pop("responsibilities_en").splitlines()]
    english += [""] * (len(own) - len(english))
    return tuple(Duty(text, told) for text, told in zip(own, english, strict=False) if text)


class ProcessForm(forms.Form):
    """A business process; its steps are forms of their own."""

    name = forms.CharField(label=pgettext_lazy("of a unit", "Name"), max_length=120)
    name_en = forms.CharField(label=pgettext_lazy("of a person", "English name"), max_length=120, required=False)
    code = forms.CharField(label=_("Code"), max_length=40)
    result = forms.CharField(label=_("What it brings about"), max_length=200, required=False)
    result_en = forms.CharField(label=_("What it brings about, in English"), max_length=200, required=False)

    def __init__(self, typed: Any, card: ProcessCard | None = None) -> None:
        super().__init__(typed, initial={n: getattr(card, n) for n in self.base_fields} if card else None)


class ProcessStepForm(forms.Form):
    """One step of a process; without a name it is left out."""

    name = forms.CharField(label=_("Step that decides the result"), max_length=120, required=False)
    name_en = forms.CharField(label=_("Step in English"), max_length=120, required=False)
    answers = forms.ChoiceField(label=_("Role that answers for it"), required=False)
    contributes = forms.MultipleChoiceField(
        label=_("Roles that contribute"), required=False, widget=forms.SelectMultiple(attrs={"size": 5})
    )
    is_bottleneck = forms.BooleanField(label=_("Bottleneck: others wait here"), required=False)

    def __init__(self, n: int, roles: Sequence[tuple[str, str]], typed: Any, step: StepCard | None = None) -> None:
        super().__init__(typed, prefix=f"step{n}", initial=_step_now(step) if step else None)
        self.legend = gettext("Step %(n)s") % {"n": n}
        self.fields["answers"].choices = [("", _("Nobody yet")), *roles]  # type: ignore[attr-defined]
        self.fields["contributes"].choices = roles  # type: ignore[attr-defined]


def _step_now(step: StepCard) -> dict[str, Any]:
    return {
        "name": step.name, "name_en": step.name_en, "is_bottleneck": step.is_bottleneck,
        "answers": str(step.answers.id) if step.answers else "",
        "contributes": [str(role.id) for role in step.contributes],
    }  # fmt: skip


class SeatForm(forms.Form):
    person = CodeField("person", label=_("Person"))
    seat = forms.ChoiceField(label=_("Seat"), choices=SeatKind.choices)
    scope = CodeField("unit", label=_("Scope: this unit and everything below it"))


class CodesForm(forms.Form):
    unit = CodeField(
        "unit",
        label=_("For this unit and everything below it"),
        required=False,
        help_text=_("Leave empty to include everyone you look after."),
    )


class CycleForm(forms.Form):
    period = forms.CharField(
        label=_("Period"), max_length=12, help_text=_("2026Q2 for a quarter, 2026H1 for a half-year, 2026 for a year.")
    )
    scope = CodeField("unit", label=_("For this unit and everything below it"))


class StepForm(forms.Form):
    """One of the steps of agreeing to a goal; later ones may stay empty."""

    role = forms.ChoiceField(label=pgettext_lazy("to agree", "Approver"))
    days = forms.IntegerField(
        label=_("Days before it moves to the next person"), min_value=1, max_value=30, initial=STEP_DAYS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip

    def __init__(self, n: int, typed: Any, initial: dict[str, Any] | None = None) -> None:
        super().__init__(typed, prefix=f"step{n}", initial=initial)
        role = self.fields["role"]
        role.required = n == 1
        role.choices = [*([] if n == 1 else [("", _("nobody else"))]), *AGREES.items()]  # type: ignore[attr-defined]
        self.legend = (_("First"), _("Then"), _("And then"))[n - 1]


class AsOfForm(forms.Form):
    day = forms.DateField(label=_("As of"), widget=DayInput(), required=False)


class MultipleFileInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Workbook"),
        widget=MultipleFileInput(attrs={"multiple": True, "accept": ".xlsx,.csv"}),
        help_text=_("One .xlsx file with a sheet for each type, or several .xlsx or .csv files together."),
    )


def chosen_steps(said: list[StepForm]) -> list[Step]:
    """The steps somebody chose, in their order, or Invalid with one message per field."""
    said = [form for form in said if form["role"].value() or form is said[0]]
    wrong = [form for form in said if not form.is_valid()]
    if wrong:
        raise Invalid(
            fields={form.add_prefix(name): str(errors[0]) for form in wrong for name, errors in form.errors.items()}
        )
    roles = [form.cleaned_data["role"] for form in said]
    for n, form in enumerate(said):
        if roles[n] in roles[:n]:
            raise Invalid(fields={form.add_prefix("role"): gettext("Each role can appear only once.")})
    return [Step(form.cleaned_data["role"], form.cleaned_data["days"]) for form in said]


def cleaned(form: forms.Form) -> dict[str, Any]:
    """What was entered, or Invalid with one message per field."""
    if not form.is_valid():
        raise Invalid(fields={name: str(errors[0]) for name, errors in form.errors.items()})
    return form.cleaned_data
