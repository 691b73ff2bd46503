"""The page door: every view is wrapped by `door`, which knows the permission, the actor and what to do when refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any, Protocol, cast

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.loader import render_to_string
from django.utils.translation import gettext

from beichen.platform.access.permissions import Permission, not_for_leavers
from beichen.platform.api.idempotency import once
from beichen.platform.audit.rules import record_refusal
from beichen.platform.kit.errors import NotFound, Refused
from beichen.platform.ui.answers import See, page
from beichen.platform.ui.requests import PageRequest, actor_of, as_actor, drawn, field_errors, is_htmx, prepared

__all__ = ["Anyone", "Declared", "Door", "PageRequest", "SignedIn", "door", "refused"]


@dataclass(frozen=True, slots=True)
class Anyone:
    """Stands for a permission at a door that is open without signing in, and says why."""

    reason: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Stands for a permission at a door that everyone signed in may use, and says why."""

    reason: str


Declared = Permission | Anyone | SignedIn
View = Callable[..., HttpResponse]


class Door(Protocol):
    """A view behind a door: the URL walk reads what it declares."""

    permission: Declared
    methods: tuple[str, ...]
    leavers: bool

    def __call__(self, request: HttpRequest, **kwargs: Any) -> HttpResponse: ...


def door(
    permission: Declared, methods: Sequence[str] = ("GET",), again: View | None = None, *, leavers: bool = False
) -> Callable[[View], Door]:
    """Open a view to those who hold `permission`, and to whoever left only where it says `leavers`.

    A GET runs as a read in the actor's transaction; a POST runs in none, because its rule opens its own. When the
    rule refuses with `fields`, `again` (by default the view itself, if it also answers GET) draws the form once
    more with what was typed and what was wrong. Other refusals become a sentence: a toast for htmx, else a page.
    A view may call another door's view; that one runs as a read.
    """
    allowed = (*methods, "HEAD") if "GET" in methods else tuple(methods)

    def wrap(view: View) -> Door:
        @wraps(view)
        def enter(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            asked = prepared(request)
            if asked.drawn.depth:
                return _read(view, asked, kwargs)
            if request.method not in allowed:
                return HttpResponseNotAllowed(allowed)
            if actor_of(request) is None and not isinstance(permission, Anyone):
                return _to_sign_in(request)
            shut = not (leavers or isinstance(permission, Anyone))
            return _enter(view, asked, kwargs, again or (view if "GET" in methods else None), shut=shut)

        entered = cast(Any, enter)
        entered.permission, entered.methods, entered.leavers = permission, tuple(methods), leavers
        return cast(Door, entered)

    return wrap


def _enter(view: View, request: PageRequest, kwargs: dict[str, Any], again: View | None, *, shut: bool) -> HttpResponse:
    act = request.method == "POST"
    request.drawn.depth += 1
    try:
        response = _act(view, request, kwargs, shut=shut) if act else _read(view, request, kwargs, shut=shut)
    except Http404:
        return refused(request, NotFound())
    except Refused as refusal:
        if act and again and field_errors(refusal):
            return _draw_again(again, request, kwargs, refusal)
        return refused(request, refusal)
    finally:
        request.drawn.depth -= 1
    return _go(request, response)


def _act(view: View, request: PageRequest, kwargs: dict[str, Any], *, shut: bool) -> HttpResponse:
    """Run a write: the same form sent twice acts once and leads to the same place."""
    if shut and getattr(request.user, "limited_at", None) is not None:
        with as_actor(request):
            not_for_leavers(request.actor)
    return cast(HttpResponse, once(request, lambda: view(request, **kwargs)))


def _read(view: View, request: PageRequest, kwargs: dict[str, Any], *, shut: bool = False) -> HttpResponse:
    """Run a view as a GET in the actor's transaction, whatever method brought us here; `shut` to whoever left."""
    method, request.method = request.method, "GET" if request.method == "POST" else request.method
    try:
        with as_actor(request):
            if shut:
                not_for_leavers(request.actor)
            return view(request, **kwargs)
    finally:
        request.method = method


def _draw_again(again: View, request: PageRequest, kwargs: dict[str, Any], refusal: Refused) -> HttpResponse:
    """The form once more, with the refusal at hand for its fields; the nested door (if it is one) reads."""
    request.drawn.refusal = refusal
    try:
        response = _read(again, request, kwargs)
    except (Refused, Http404):
        return refused(request, refusal)
    response.status_code = refusal.status
    return _go(request, response)


def _go(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if isinstance(response, See) and is_htmx(request):
        moved = HttpResponse(status=204)
        moved["HX-Redirect"] = response["Location"]
        return moved
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if not is_htmx(request):
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


def refused(request: HttpRequest, refusal: Refused) -> HttpResponse:
    """Answer with the sentence of a refusal. What is hidden and what does not exist read the same."""
    actor = actor_of(request)
    if actor is not None and refusal.status == HTTPStatus.FORBIDDEN:
        record_refusal(actor, str(refusal.params.get("key", "")), request.path)
    if is_htmx(request):
        return _toast(request, refusal)
    if refusal.status == 404:
        return page(request, "ui/not_found.html", status=404)
    sentence = refusal.sentence(gettext)
    return page(request, "ui/refused.html", status=refusal.status, sentence=sentence, code=refusal.code)


def _toast(request: HttpRequest, refusal: Refused) -> HttpResponse:
    drawn(request)
    sentence = "" if refusal.status == 404 else refusal.sentence(gettext)
    html = render_to_string("ui/parts/toast.html", {"sentence": sentence, "tone": "error"}, request)
    response = HttpResponse(html, status=refusal.status)
    response["HX-Retarget"], response["HX-Reswap"] = "#toasts", "beforeend"
    return response
