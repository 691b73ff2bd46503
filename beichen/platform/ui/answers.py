"""What a view answers with: a page, a piece of one, or the way to another."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.cache import patch_cache_control
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

from beichen.platform.ui.requests import as_actor, in_drawer, is_htmx


class See(HttpResponse):
    """303 to another page; the door turns it into HX-Redirect when htmx asked."""

    def __init__(self, url: str) -> None:
        super().__init__(status=303)
        self["Location"] = url


def see(url: str) -> See:
    """Go there next. For what belongs after a write: the browser's back button and reload stay harmless."""
    return See(url)


def tell(request: HttpRequest, sentence: str | Promise) -> None:
    """Say one sentence of success on the next page or, for htmx, as a toast of this answer."""
    messages.success(request, str(sentence))


def came_from(request: HttpRequest, otherwise: str = "/") -> str:
    """The page of ours that the person came from; never another host's."""
    address = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    hosts = {request.get_host()}
    return address if url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure()) else otherwise


def page(
    request: HttpRequest, template: str, fragment: str | None = None, status: int = 200, **context: object
) -> HttpResponse:
    """Draw `template`, or its partial `fragment` when htmx asks.

    In the drawer the same template is drawn without the shell. A form posted without JavaScript whose answer
    would be a fragment goes back to its page instead. Everything is rendered here, inside the actor's transaction.
    """
    piece = is_htmx(request)
    if fragment and not piece and request.method == "POST":
        return see(came_from(request))
    name = f"{template}#{fragment}" if fragment and piece else template
    shell = "ui/bare.html" if in_drawer(request) else "ui/shell.html"
    with as_actor(request):
        html = render_to_string(name, {"shell": shell, **context}, request)
    response = HttpResponse(html, status=status)
    if piece:
        _toasts(request, response)
    patch_cache_control(response, private=True, no_store=True)
    response["Vary"] = "HX-Request, HX-Target, Cookie"
    return response


def _toasts(request: HttpRequest, response: HttpResponse) -> None:
    said = [{"text": str(message), "tone": message.level_tag} for message in messages.get_messages(request)]
    if said:
        response["HX-Trigger"] = json.dumps({"beichen:toasts": {"toasts": said}})
