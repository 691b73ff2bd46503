"""What the API says about the one who asks."""

from __future__ import annotations

from ninja import Router, Schema

from beichen.platform.access.permissions import SIGNED_IN, seats_of
from beichen.platform.api.door import door
from beichen.platform.api.requests import ApiRequest
from beichen.platform.auth import queries

router = Router(tags=["me"])


class Me(Schema):
    """The one who asks: person, seats held today, and what the token may do (null in a session)."""

    person_id: int
    name: str
    email: str
    locale: str
    seats: list[str]
    scopes: list[str] | None


@router.get("", response=Me, operation_id="me")
@door(SIGNED_IN, leavers=True)
def me(request: ApiRequest) -> Me:
    """Who am I, for the API?"""
    actor = request.actor
    account = queries.account(actor.account_id or 0)
    return Me(
        person_id=actor.person_id or 0,
        name=account.name,
        email=account.email,
        locale=account.locale,
        seats=sorted(seats_of(actor)),
        scopes=sorted(actor.scopes) if actor.scopes is not None else None,
    )
