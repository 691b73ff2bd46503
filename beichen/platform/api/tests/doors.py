"""A small area behind the API door: reads, writes, refusals, a crash."""

from __future__ import annotations

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path
from ninja import NinjaAPI, Query, Router, Status

from beichen.platform import audit
from beichen.platform.access.current import current_actor, rule
from beichen.platform.access.permissions import SIGNED_IN, Permission
from beichen.platform.api import operations, problems
from beichen.platform.api.door import door
from beichen.platform.api.idempotency import once
from beichen.platform.api.paging import Slice, page_of
from beichen.platform.api.requests import ApiRequest
from beichen.platform.api.schemas import Page, PageIn, Strict
from beichen.platform.api.sign_in import SessionAuth, TokenAuth
from beichen.platform.auth.models import Account
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import Changed, Invalid, NotFound

WRITE_GOAL = Permission(key="goals.write", label="write", row="01d", code="w")
READ_PAY = Permission(key="reward.read", label="read pay", row="12a")
READ_BY_STATE = Permission(key="reviews.read", label="read", row=lambda obj: "05a")


class ThingIn(Strict):
    title: str
    version: int = 0
    refuse: bool = False


class ThingOut(Strict):
    id: int


class AccountOut(Strict):
    email: str


@rule
def act(actor: Actor, title: str, *, refuse: bool) -> int:
    audit.record(actor, "test.done", details={"title": title})
    if refuse:
        raise Invalid(fields={"title": "Not this one."})
    return 5


router = Router()


@router.get("/who", operation_id="who")
@door(SIGNED_IN)
def who(request: ApiRequest, word: str = "") -> dict[str, object]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('beichen.actor', true)")
        told = cursor.fetchone()[0]
    same = current_actor() == request.actor
    return {"told": told, "same": same, "version": request.version}


@router.get("/accounts", response=Page[AccountOut], operation_id="accounts")
@door(SIGNED_IN)
def accounts(request: ApiRequest, asked: Query[PageIn]) -> Slice[Account]:
    return page_of(request.actor, Account.objects.all(), asked, order=("-name", "pk"), name="accounts")


@router.post("/things", response={201: ThingOut}, operation_id="make")
@door(WRITE_GOAL)
def make(request: ApiRequest, thing: ThingIn) -> Status[dict[str, int]]:
    return Status(201, {"id": act(request.actor, thing.title, refuse=thing.refuse)})


@router.post("/changed", operation_id="changed")
@door(WRITE_GOAL)
def changed(request: ApiRequest) -> None:
    raise Changed


@router.get("/pay", operation_id="pay")
@door(READ_PAY)
def pay(request: ApiRequest) -> str:
    return "pay"


@router.get("/by-state", operation_id="by_state")
@door(READ_BY_STATE)
def by_state(request: ApiRequest) -> str:
    return "state"


@router.get("/hidden/{thing_id}", operation_id="hidden")
@door(SIGNED_IN)
def hidden(request: ApiRequest, thing_id: int) -> None:
    raise NotFound if thing_id else NotFound("a secret name")


@router.get("/crash", operation_id="crash")
@door(SIGNED_IN)
def crash(request: ApiRequest) -> None:
    raise RuntimeError("a secret inside")


api = NinjaAPI(urls_namespace="test-api", auth=[TokenAuth(), SessionAuth()], docs_url=None)
problems.install(api)
api.add_router("/me", operations.router)
api.add_router("", router)


def form(request: HttpRequest) -> HttpResponse:
    def run() -> HttpResponse:
        act(request.actor, request.POST["title"], refuse=False)  # type: ignore[attr-defined]
        return HttpResponse(status=303, headers={"Location": "/things/5/"})

    return once(request, run)  # type: ignore[return-value]


urlpatterns = [path("api/v1/", api.urls), path("form/", form)]
