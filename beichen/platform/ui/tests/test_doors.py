from __future__ import annotations

import json
import re

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django.urls import URLPattern
from django_htmx.middleware import HtmxDetails

from beichen.platform.access.current import current_actor
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound
from beichen.platform.ui import urls
from beichen.platform.ui.answers import page, see, tell
from beichen.platform.ui.doors import Anyone, SignedIn, door
from beichen.platform.ui.requests import drawn

ANN = Actor(person_id=7, account_id=3)
ASKED = SignedIn("for the test")


def ask(view, method="GET", sent=None, actor=ANN, path="/x/", **headers):
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    request = getattr(RequestFactory(), method.lower())(path, sent or {}, headers=headers)
    request.actor, request.user = actor, None
    request.htmx = HtmxDetails(request)
    request._messages = CookieStorage(request)
    return view(request)


def actors_seen(*methods):
    seen = []

    @door(ASKED, methods=methods or ("GET",))
    def view(request):
        seen.append((request.method, current_actor()))
        return HttpResponse("ok")

    return view, seen


@pytest.mark.django_db
def test_a_read_runs_as_the_actor_and_an_act_opens_its_own_transaction():
    view, seen = actors_seen("GET", "POST")
    ask(view)
    ask(view, "POST")
    assert seen == [("GET", ANN), ("POST", None)]


@pytest.mark.django_db
def test_a_view_called_by_an_act_reads():
    inner, seen = actors_seen("GET")
    outer = door(ASKED, methods=("POST",))(inner)
    assert ask(outer, "POST").content == b"ok"
    assert seen == [("GET", ANN)]


def test_other_methods_are_refused_and_the_door_tells_what_it_asks():
    view, seen = actors_seen("POST")
    answer = ask(view)
    assert (answer.status_code, answer["Allow"], seen) == (405, "POST", [])
    assert (view.permission, view.methods) == (ASKED, ("POST",))


def test_without_signing_in_a_door_leads_to_the_sign_in():
    view, seen = actors_seen("GET")
    assert ask(view, actor=None, path="/x/?a=1")["Location"] == "/account/login/?next=/x/%3Fa%3D1"
    assert ask(view, actor=None, HX_Request="true")["HX-Refresh"] == "true"
    assert seen == []


def test_an_open_door_asks_nobody():
    view = door(Anyone("for the test"))(lambda request: HttpResponse("in"))
    assert ask(view, actor=None).content == b"in"


@pytest.mark.django_db
@pytest.mark.parametrize("hidden", [NotFound(), Http404("goal 4711")])
def test_hidden_and_missing_read_the_same(hidden, client):
    def view(request):
        raise hidden

    answer = ask(door(ASKED)(view))
    other = client.get("/no/such/door/")
    words = [re.search(rb"<section.*?</section>", each.content, re.S) for each in (answer, other)]
    assert answer.status_code == other.status_code == 404
    assert words[0] is not None
    assert words[1] is not None
    assert words[0][0] == words[1][0]
    assert b"4711" not in answer.content


@pytest.mark.django_db
def test_a_refusal_is_a_sentence_on_a_page_or_in_a_toast():
    def view(request):
        raise Changed

    act = door(ASKED, methods=("POST",))(view)
    whole = ask(act, "POST")
    piece = ask(act, "POST", HX_Request="true")
    assert whole.status_code == piece.status_code == 409
    assert b"<h1>" in whole.content
    assert (piece["HX-Retarget"], piece["HX-Reswap"]) == ("#toasts", "beforeend")
    assert b"<html" not in piece.content


@pytest.mark.django_db
def test_a_refused_field_draws_the_form_again_with_its_status():
    def view(request):
        if request.method == "POST":
            raise Invalid(fields={"title": "Too long"})
        refusal = drawn(request).refusal
        assert isinstance(refusal, Invalid)
        return HttpResponse(refusal.fields["title"] + request.POST["title"])

    answer = ask(door(ASKED, methods=("GET", "POST"))(view), "POST", {"title": "!"})
    assert (answer.status_code, answer.content) == (422, b"Too long!")


def test_seeing_another_page_is_a_redirect_for_both_kinds_of_browser():
    view = door(ASKED, methods=("POST",))(lambda request: see("/goals/"))
    plain, htmx = ask(view, "POST"), ask(view, "POST", HX_Request="true")
    assert (plain.status_code, plain["Location"]) == (303, "/goals/")
    assert (htmx.status_code, htmx["HX-Redirect"]) == (204, "/goals/")


@pytest.mark.parametrize(("sent", "version"), [("4", 4), ("", 0), ("x", 0), ("-1", 0), ("9" * 30, 0)])
def test_a_version_that_is_no_number_counts_as_none(sent, version):
    view = door(ASKED, methods=("POST",))(lambda request: HttpResponse(str(request.version)))
    assert ask(view, "POST", {"version": sent}).content == str(version).encode()


@pytest.mark.django_db
def test_a_fragment_without_htmx_goes_back_to_its_page_and_to_no_other_host():
    view = door(ASKED, methods=("POST",))(lambda request: page(request, "ui/not_found.html", fragment="row"))
    assert ask(view, "POST", Referer="http://testserver/goals/?a=1")["Location"] == "http://testserver/goals/?a=1"
    assert ask(view, "POST", Referer="https://evil.example/")["Location"] == "/"


@pytest.mark.django_db
def test_a_drawer_gets_the_same_page_without_its_frame_and_what_was_said_as_toasts():
    def view(request):
        tell(request, "已保存")
        return page(request, "ui/not_found.html")

    answer = ask(door(ASKED)(view), HX_Request="true", HX_Target="drawer-body")
    assert b"drawer-title" in answer.content
    assert b"<html" not in answer.content
    assert json.loads(answer["HX-Trigger"])["beichen:toasts"]["toasts"] == [{"text": "已保存", "tone": "success"}]
    assert "no-store" in answer["Cache-Control"]


def test_every_door_of_the_frame_declares_what_it_asks():
    undeclared = [
        route.name
        for route in urls.urlpatterns
        if isinstance(route, URLPattern) and not hasattr(route.callback, "permission")
    ]
    assert undeclared == []
