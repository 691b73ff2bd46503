"""Pages of the frame itself: language and looks, why somebody sees something, the parts, health and the app's files."""

from __future__ import annotations

import sys
from http import HTTPStatus
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, get_language, get_language_from_request, gettext, override
from django.views.decorators.csrf import requires_csrf_token

from beichen.platform.access import policy
from beichen.platform.api.middleware import API
from beichen.platform.api.problems import problem
from beichen.platform.auth import rules as account_rules
from beichen.platform.kit.errors import NotFound
from beichen.platform.registry import nav_entries
from beichen.platform.ui import examples, gauges, readiness, rights
from beichen.platform.ui.answers import page, see
from beichen.platform.ui.doors import Anyone, SignedIn, door, refused
from beichen.platform.ui.requests import PageRequest, actor_of, prepared
from beichen.platform.ui.shell import DENSITIES, DENSITY_COOKIE, THEME_COOKIE, THEMES

YEAR = 365 * 24 * 3600


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else "/"


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(name, value, max_age=YEAR, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


@door(Anyone("The language must be readable before signing in."), methods=("POST",))
def language(request: PageRequest) -> HttpResponse:
    """Change the language: of the account when signed in, and of this browser."""
    wanted = request.POST.get("language", "")
    if not check_for_language(wanted) or wanted not in dict(settings.LANGUAGES):
        raise NotFound
    if actor_of(request) is not None:
        account_rules.save_preferences(request.actor, locale=wanted)
    response = see(_next(request))
    _remember(response, settings.LANGUAGE_COOKIE_NAME, wanted)
    return response


@door(Anyone("Colours and density belong to the browser, not to a person."), methods=("POST",))
def looks(request: PageRequest) -> HttpResponse:
    """Light, dark or as the device; roomy or dense. Works without JavaScript."""
    response = see(_next(request))
    for field, cookie, allowed in (("theme", THEME_COOKIE, THEMES), ("density", DENSITY_COOKIE, DENSITIES)):
        value = request.POST.get(field, "")
        if value in allowed:
            _remember(response, cookie, value)
    return response


@door(SignedIn("The table of rights is no secret: everyone may know who sees what."), leavers=True)
def who_sees(request: PageRequest, row: str) -> HttpResponse:
    """Who can see one kind of data and why, drawn from the table of rights."""
    try:
        found = policy.row(row)
    except policy.UnknownRow:
        raise Http404 from None
    lines = [
        {
            "who": rights.relation(row, key), "may": rights.cell_words(found.cells[key], found.note),
            "why": rights.REASONS[key],
        }
        for key in rights.RELATIONS
    ]  # fmt: skip
    return page(
        request,
        "ui/who_sees.html",
        row=found,
        noun=rights.noun(found.noun),
        state=rights.state(found.state),
        sensitivity=rights.CLASSES[found.sensitivity],
        open_to=[line for line in lines if line["may"]],
        closed_to=[line["who"] for line in lines if not line["may"]],
    )


@door(SignedIn("A catalogue of the building blocks with made-up figures."), methods=("GET", "POST"))
def parts(request: PageRequest) -> HttpResponse:
    """Every part with an example; the form answers as a real one would."""
    if request.method == "POST":
        examples.check(request.POST)
        return see(request.path)
    return page(request, "ui/parts_page.html", example=examples.context(request.POST or None))


@door(SignedIn("A catalogue of the building blocks with made-up figures."), methods=("GET", "POST"))
def parts_drawer(request: PageRequest) -> HttpResponse:
    """The example of a drawer: a short form, also a page of its own."""
    if request.method == "POST":
        examples.check(request.POST)
        return see("/ui/parts/")
    return page(request, "ui/parts_drawer.html", example=examples.context(request.POST or None))


@door(Anyone("A load balancer asks without an account; it learns that the process answers."))
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@door(Anyone("A load balancer asks without an account; it learns three words, no figures."))
def readyz(request: HttpRequest) -> HttpResponse:
    """Database, migrations and worker, each `ok` or what is wrong; 503 when any is."""
    checks = readiness.checks()
    ready = all(state == readiness.OK for state in checks.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse({"ready": ready, "checks": checks}, status=status)


@door(Anyone("Prometheus asks without an account; it shows the token of the operator, and no label names anybody."))
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures of this process and of the queue; not there at all unless the operator set a token."""
    if not settings.METRICS_TOKEN:
        return HttpResponse(status=HTTPStatus.NOT_FOUND, content_type="text/plain")
    if not gauges.allowed(request.headers.get("Authorization", "")):
        return HttpResponse(
            status=HTTPStatus.UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}, content_type="text/plain"
        )
    return HttpResponse(gauges.text(), content_type=gauges.CONTENT_TYPE, headers={"Cache-Control": "no-store"})


@door(Anyone("The browser reads it before anyone signs in; it names the product, nothing else."))
def manifest(request: HttpRequest) -> HttpResponse:
    """What a phone needs to put the product on its home screen."""
    content = {
        "id": "/",
        "name": gettext("Beichen"),
        "short_name": gettext("Beichen"),
        "description": gettext("Goals, talks, reviews and rewards in one place."),
        "lang": "zh-CN" if (get_language() or "zh").startswith("zh") else "en",
        "dir": "ltr",
        "start_url": "/",
        "scope": "/",
        "display": "standalone",
        "background_color": "#FBFAF7",
        "theme_color": "#14213D",
        "icons": [
            {"src": static("ui/mark.svg"), "type": "image/svg+xml", "sizes": "any", "purpose": "any"},
            _png("mark-192", 192, "any"),
            _png("mark-512", 512, "any"),
            _png("maskable-192", 192, "maskable"),
            _png("maskable-512", 512, "maskable"),
        ],
        "shortcuts": [
            {"name": str(entry.label), "url": reverse(entry.url_name), "icons": [_png("mark-192", 192, "any")]}
            for entry in nav_entries()
            if entry.tab and reverse(entry.url_name) != "/"
        ],
    }
    return JsonResponse(content, content_type="application/manifest+json")


def _png(name: str, size: int, purpose: str) -> dict[str, str]:
    """An icon of the manifest, drawn from the mark by `manage icons`."""
    return {"src": static(f"ui/icons/{name}.png"), "type": "image/png", "sizes": f"{size}x{size}", "purpose": purpose}


@door(Anyone("A script of the product's own, the same for everyone."))
def service_worker(request: HttpRequest) -> HttpResponse:
    """Served from the root, because a worker may only look after addresses below its own."""
    found = finders.find("ui/js/worker.js")
    if not isinstance(found, str):
        raise Http404
    response = HttpResponse(Path(found).read_text(encoding="utf-8"), content_type="text/javascript; charset=utf-8")
    response["Cache-Control"] = "no-cache"
    return response


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address that no door has; the same answer as for what is hidden."""
    return refused(prepared(request), NotFound())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's own refusals (PermissionDenied)."""
    return _said(request, gettext("You can see this, but you cannot take this step."), "forbidden")


@requires_csrf_token
def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form carried no valid token: usually a page that was open over a sign-out."""
    return _said(request, gettext("This page was open for too long. Reload it; what you typed is kept."), "stale_form")


def _said(request: HttpRequest, sentence: str, code: str) -> HttpResponse:
    return page(request, "ui/refused.html", status=403, sentence=sentence, code=code)


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours: no database, no context, only a sentence. 503 while the database is away."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return away(request)
    return _apart(request, HTTPStatus.INTERNAL_SERVER_ERROR, away=False)


def away(request: HttpRequest) -> HttpResponse:
    """The database is away, or everything that may wait for it does: come back in a moment."""
    answer = _apart(request, HTTPStatus.SERVICE_UNAVAILABLE, away=True)
    answer["Retry-After"] = "1"
    return answer


def _apart(request: HttpRequest, status: HTTPStatus, *, away: bool) -> HttpResponse:
    """Without the database; in the browser's language where nobody could look up the account's."""
    known = getattr(request, "LANGUAGE_CODE", "") or get_language_from_request(request)
    try:
        with override(known):
            if request.path.startswith(API):
                return problem(status)
            lang = "zh-CN" if known.startswith("zh") else "en"
            return HttpResponse(render_to_string("ui/broken.html", {"lang": lang, "away": away}), status=status)
    except Exception:
        return HttpResponse("Something broke on our side.", content_type="text/plain", status=status)
