"""The forms of the sign-in pages: allauth's, with our words and without its placeholders."""

from __future__ import annotations

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from beichen.platform.auth import rules
from beichen.platform.auth.choices import Scope
from beichen.platform.auth.models import Account


class SignInForm(allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, login=_("Work e-mail"), password=_("Password"))
        # In the demo the cast comes first: a focused field would scroll it away on a phone.
        if settings.DEMO:
            self.fields["login"].widget.attrs.pop("autofocus", None)
        else:
            self.fields["login"].widget.attrs["autofocus"] = True


class ChangePasswordForm(allauth.ChangePasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, oldpassword=_("Current password"), password1=_("New password"), password2=_("Repeat password"))

    def save(self) -> None:
        super().save()
        if isinstance(self.user, Account) and self.user.person_id is not None:
            rules.password_changed(self.user)


class NewPasswordForm(allauth.ResetPasswordKeyForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plain(self, password1=_("New password"), password2=_("Repeat password"))

    def save(self) -> None:
        super().save()
        if isinstance(self.user, Account) and self.user.person_id is not None:
            rules.password_changed(self.user)


class BeginForm(forms.Form):
    """A one-time code and the password that only its owner will know."""

    email = forms.EmailField(label=_("Work e-mail"), widget=forms.EmailInput(attrs={"autocomplete": "username"}))
    code = forms.CharField(
        label=_("One-time code"), max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters"}),
    )  # fmt: skip
    password1 = forms.CharField(
        label=_("New password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )
    password2 = forms.CharField(
        label=_("Repeat password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-control"

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("password1") and said.get("password1") != said.get("password2"):
            self.add_error("password2", _("The two passwords do not match."))
        return said


class TokenForm(forms.Form):
    """What a new token is for, what it may do and how long."""

    name = forms.CharField(label=_("Purpose"), max_length=80)
    scopes = forms.MultipleChoiceField(
        label=_("Permissions"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
        initial=[Scope.READ],
    )
    days = forms.IntegerField(label=_("Valid for (days)"), min_value=1, max_value=365, initial=90)


def _plain(form: forms.Form, **labels: Any) -> None:
    for name, label in labels.items():
        field = form.fields[name]
        field.label, field.help_text = label, ""
        field.widget.attrs.pop("placeholder", None)
        field.widget.attrs["class"] = "form-control"
