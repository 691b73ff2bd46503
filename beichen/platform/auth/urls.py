"""The pages under /account/. Names are allauth's where it asks for them by name, so there is no namespace."""

from __future__ import annotations

from allauth.account import views as allauth
from django.urls import path, re_path

from beichen.platform.auth import pages
from beichen.platform.auth.pages import declared

_OPEN = "Signing in and the way back to a forgotten password are open to anyone."
_OWN = "Everyone keeps their own account."
_BOTH = ("GET", "POST")

urlpatterns = [
    path("login/", declared(pages.SignIn.as_view(), _OPEN, _BOTH), name="account_login"),
    path("begin/", pages.begin, name="account_begin"),
    path("logout/", declared(allauth.logout, _OPEN, _BOTH), name="account_logout"),
    path("inactive/", declared(allauth.account_inactive, _OPEN, ("GET",)), name="account_inactive"),
    path("reauthenticate/", declared(pages.Reauthenticate.as_view(), _OWN, _BOTH), name="account_reauthenticate"),
    path("password/change/", declared(pages.ChangePassword.as_view(), _OWN, _BOTH), name="account_change_password"),
    path("password/reset/", declared(allauth.password_reset, _OPEN, _BOTH), name="account_reset_password"),
    path(
        "password/reset/done/",
        declared(allauth.password_reset_done, _OPEN, ("GET",)),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/done/",
        declared(allauth.password_reset_from_key_done, _OPEN, ("GET",)),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        declared(allauth.password_reset_from_key, _OPEN, _BOTH),
        name="account_reset_password_from_key",
    ),
    path("as/<int:account_id>/", pages.sign_in_as, name="account_as"),
    path("sessions/", pages.sessions, name="account_sessions"),
    path("tokens/", pages.tokens, name="account_tokens"),
    path("tokens/<int:token_id>/revoke/", pages.revoke, name="account_token_revoke"),
    path("preferences/", pages.preferences, name="account_preferences"),
]
