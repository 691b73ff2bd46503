"""The pages of one's own account. They lie below `ui`, so they draw themselves inside the actor's transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from allauth.account import views as allauth
from allauth.account.decorators import reauthentication_required
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_request, gettext, ngettext

from beichen.platform.auth import errors, hooks, queries, rules
from beichen.platform.auth.adapter import remember_device
from beichen.platform.auth.choices import Language
from beichen.platform.auth.forms import BeginForm, TokenForm
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound, Refused
from beichen.platform.kit.numbers import as_number

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
View = Callable[..., HttpResponse]


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """Stands for a permission at these doors and says why none is asked."""

    reason: str


def door(reason: str, methods: tuple[str, ...] = ("GET",), *, signed_in: bool = True) -> Callable[[View], View]:
    """Declare who may enter, for the walk over all addresses; what is not one's own reads as not found."""

    def wrap(view: View) -> View:
        @wraps(view)
        def enter(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            if request.method not in (*methods, "HEAD"):
                return HttpResponseNotAllowed(methods)
            if signed_in and actor_of(request) is None:
                return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
            try:
                return view(request, **kwargs)
            except NotFound as hidden:
                raise Http404 from hidden

        return declared(enter, reason, methods)

    return wrap


def declared(view: Any, reason: str, methods: tuple[str, ...]) -> View:
    """Write on a view what it declares."""
    view.permission, view.methods = OwnAccount(reason), methods
    return cast(View, view)


def actor_of(request: HttpRequest) -> Actor | None:
    actor = getattr(request, "actor", None)
    return actor if isinstance(actor, Actor) else None


def _mine(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    if actor is None or actor.scopes is not None:
        raise NotFound
    return actor


def _draw(request: HttpRequest, template: str, status: int = 200, **context: object) -> HttpResponse:
    """The page, drawn as the actor because the shell asks which navigation may be shown."""
    actor = actor_of(request)
    with hooks.acting(actor) if actor else nullcontext():
        return HttpResponse(render_to_string(template, context, request), status=status)


class SignIn(allauth.LoginView):
    """Sign-in with e-mail and password; the demo also shows its cast."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cast_shown = list(queries.cast()) if settings.DEMO else []
        return {**super().get_context_data(**kwargs), "cast": cast_shown, "mail": settings.NOTIFY_BY_MAIL}


@door("Signing in with a one-time code is open to anyone.", ("GET", "POST"), signed_in=False)
def begin(request: HttpRequest) -> HttpResponse:
    """The first sign-in, and the way back without mail: address, one-time code, a password of one's own."""
    form = BeginForm(request.POST or None, initial={"email": request.GET.get("email", "")})
    if request.method != "POST" or not form.is_valid():
        return _begin(request, form, 422 if request.method == "POST" else 200)
    try:
        if not ratelimit.consume(
            request, app="allauth.account", action="begin", key=form.cleaned_data["email"].lower()
        ):
            raise errors.TooOften
        account = rules.begin(*(form.cleaned_data[name] for name in ("email", "code", "password1")))
    except Refused as refusal:
        form.add_error("password1" if refusal.field == "password" else refusal.field, refusal.sentence(gettext))
        return _begin(request, form, refusal.status)
    logout(request)
    login(request, account, backend=BACKEND)
    rules.signed_in(account, "one-time code")
    response = redirect("/")
    remember_device(request, response, account)
    return response


def _begin(request: HttpRequest, form: BeginForm, status: int) -> HttpResponse:
    return HttpResponse(render_to_string("account/begin.html", {"form": form}, request), status=status)


class ChangePassword(allauth.PasswordChangeView):
    """Changing one's password, drawn in the shell."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and not request.user.has_usable_password():
            return redirect("account_reset_password")
        return cast(HttpResponse, super().dispatch(request, *args, **kwargs))

    def get_default_success_url(self) -> str:
        return reverse("account_change_password") + "?done"

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        del kwargs
        return _draw(self.request, "account/password_change.html", **{**context, "done": "done" in self.request.GET})


class Reauthenticate(allauth.ReauthenticateView):
    """The password once more before a token is made."""

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        del kwargs
        return _draw(self.request, "account/reauthenticate.html", **context)


@door("Acting as one of the cast exists in the demo only.", ("POST",), signed_in=False)
def sign_in_as(request: HttpRequest, account_id: int) -> HttpResponse:
    """One click into the demo as one of its cast; anywhere else there is no such page."""
    account = queries.cast().filter(pk=account_id).first() if settings.DEMO else None
    if account is None:
        raise NotFound
    logout(request)
    language = get_language_from_request(request)
    login(request, account, backend=BACKEND)
    rules.signed_in(account, "cast")
    if language in Language.values and language != account.locale:
        rules.save_preferences(rules.actor_of(account), locale=language)
    response = redirect(_next(request))
    remember_device(request, response, account)
    return response


def _next(request: HttpRequest) -> str:
    address = request.POST.get("next", "")
    return address if url_has_allowed_host_and_scheme(address, {request.get_host()}, request.is_secure()) else "/"


@door("Everyone sees where their own account is signed in.", ("GET", "POST"))
def sessions(request: HttpRequest) -> HttpResponse:
    actor = _mine(request)
    if request.method == "POST":
        return _end(request, actor)
    return _draw(
        request,
        "account/sessions.html",
        sessions=queries.my_sessions(actor, request.session.session_key),
        idle=_span(queries.account(actor.account_id or 0).idle_minutes),
        hours=settings.SESSION_COOKIE_AGE // 3600,
    )


def _span(minutes: int) -> str:
    """A span in whole hours where it is some, else in minutes."""
    hours, rest = divmod(minutes, 60)
    if rest:
        return ngettext("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes}
    return ngettext("%(n)s hour", "%(n)s hours", hours) % {"n": hours}


def _end(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One place (`session` in the form) or everywhere, this browser included."""
    one = as_number(request.POST.get("session"))
    if one is not None:
        rules.end_session(actor, one)
        return redirect("account_sessions")
    rules.end_sessions(actor, actor.account_id or 0)
    logout(request)
    return redirect("account_login")


@door("Everyone keeps tokens of their own account.", ("GET", "POST"))
def tokens(request: HttpRequest) -> HttpResponse:
    if request.method == "POST" and _has_password(request):
        return cast(HttpResponse, reauthentication_required(_create)(request))
    return _create(request) if request.method == "POST" else _tokens(request, TokenForm())


def _has_password(request: HttpRequest) -> bool:
    """The cast of the demo has none, so there is nothing to ask for again."""
    return not request.user.is_anonymous and request.user.has_usable_password()


def _create(request: HttpRequest) -> HttpResponse:
    """The answer to the POST shows the value: it is never kept, so no later page could."""
    actor, form = _mine(request), TokenForm(request.POST)
    if not form.is_valid():
        return _tokens(request, form, status=422)
    try:
        token, value = rules.create_token(
            actor, form.cleaned_data["name"], form.cleaned_data["scopes"], form.cleaned_data["days"]
        )
    except Refused as refusal:
        form.add_error(refusal.field, refusal.sentence(gettext))
        return _tokens(request, form, status=refusal.status)
    return _tokens(request, TokenForm(), created=token, value=value)


def _tokens(request: HttpRequest, form: TokenForm, status: int = 200, **context: object) -> HttpResponse:
    listed = list(queries.my_tokens(_mine(request))[:50])
    return _draw(request, "account/tokens.html", status=status, form=form, tokens=listed, now=clock.now(), **context)


@door("Everyone revokes their own tokens.", ("POST",))
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    rules.revoke_token(_mine(request), token_id)
    return redirect("account_tokens")


@door("Everyone chooses their own language and colours.", ("POST",))
def preferences(request: HttpRequest) -> HttpResponse:
    """Posts `locale`, `theme` or both; goes back to `next`."""
    rules.save_preferences(_mine(request), locale=request.POST.get("locale", ""), theme=request.POST.get("theme", ""))
    return redirect(_next(request))
