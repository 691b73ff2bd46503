"""Every read of accounts, tokens and sessions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db.models import OuterRef, QuerySet, Subquery

from beichen.platform.auth.models import Account, OneTimeCode, PersonalToken
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor
from beichen.platform.kit.errors import NotFound


@dataclass(frozen=True)
class OpenSession:
    """One place where the account is signed in."""

    id: int
    ip: str
    browser: str
    since: datetime
    is_current: bool


def account(account_id: int) -> Account:
    """The account, or NotFound. One query."""
    found = Account.objects.filter(pk=account_id).first()
    if found is None:
        raise NotFound
    return found


def account_by_email(email: str) -> Account:
    """The account that signs in with this address, or NotFound. One query."""
    found = Account.objects.filter(email=email.strip().lower()).first()
    if found is None:
        raise NotFound
    return found


def accounts_of(person_ids: list[int]) -> dict[int, Account]:
    """Accounts by person; people without one are missing. One query."""
    return {found.person_id: found for found in Account.objects.filter(person_id__in=person_ids) if found.person_id}


def cast() -> QuerySet[Account]:
    """The people of the demo company anybody may sign in as, in the order they are told. One query."""
    return Account.objects.filter(is_demo=True, is_active=True).exclude(title="").order_by("pk")


def any_account() -> bool:
    """Whether anybody can sign in at all. One query."""
    return Account.objects.exists()


def my_tokens(actor: Actor) -> QuerySet[PersonalToken]:
    """The actor's own tokens, newest first; revoked ones stay listed for the record. One query."""
    return PersonalToken.objects.filter(account_id=actor.account_id or 0).order_by("-created_at")


def live_tokens(actor: Actor) -> QuerySet[PersonalToken]:
    return my_tokens(actor).filter(revoked_at=None, expires_at__gt=clock.now())


def digest(value: str) -> str:
    """What is kept of a token: its SHA-256. The value is 256 random bits, so no salt or stretching is needed."""
    return hashlib.sha256(value.encode()).hexdigest()


def live_token(value: str) -> PersonalToken | None:
    """The token with its account if both are live. One query."""
    return (
        PersonalToken.objects.select_related("account")
        .filter(digest=digest(value), revoked_at=None, expires_at__gt=clock.now(), account__is_active=True)
        .first()
    )


def code_digest(code: str) -> str:
    """What is kept of a one-time code, however it was typed: without hyphens, blanks and small letters."""
    return digest("".join(sign for sign in code.upper() if sign.isalnum()))


def open_code(email: str, code: str) -> OneTimeCode | None:
    """The code with its account, while it may still be used for this address. One query."""
    return (
        OneTimeCode.objects.select_related("account")
        .filter(digest=code_digest(code), used_at=None, revoked_at=None, expires_at__gt=clock.now())
        .filter(account__email=email.strip().lower(), account__is_active=True, account__person_id__isnull=False)
        .first()
    )


def never_signed_in(person_ids: Iterable[int] | None = None) -> dict[int, datetime | None]:
    """Persons whose account has no password yet, and until when a code of theirs works. One query."""
    found = without_password()
    if person_ids is not None:
        found = found.filter(person_id__in=list(person_ids))
    waits = _codes().filter(account=OuterRef("pk")).values("expires_at")[:1]
    return {pk: at for pk, at in found.values_list("person_id", Subquery(waits)) if pk is not None}


def without_password() -> QuerySet[Account]:
    """Accounts of persons who never signed in: `.values("person_id")` for a filter."""
    return Account.objects.filter(is_active=True, password__startswith="!", person_id__isnull=False)


def with_code() -> QuerySet[Account]:
    """Accounts that hold a one-time code which works: `.values("person_id")` for a filter."""
    return Account.objects.filter(pk__in=_codes().values("account_id"), person_id__isnull=False)


def _codes() -> QuerySet[OneTimeCode]:
    return OneTimeCode.objects.filter(used_at=None, revoked_at=None, expires_at__gt=clock.now())


def my_sessions(actor: Actor, current_key: str | None) -> list[OpenSession]:
    """Where the actor is signed in, the present one first. One query."""
    found = UserSession.objects.filter(user_id=actor.account_id).order_by("-created_at")
    rows = [
        OpenSession(row.pk, str(row.ip), browser(row.user_agent), row.created_at, row.session_key == current_key)
        for row in found
    ]
    return sorted(rows, key=lambda row: not row.is_current)


_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (("Windows", "Windows"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def browser(user_agent: str) -> str:
    """`Chrome · Windows` out of a user-agent line; the first words where neither is known."""
    names = [next((name for mark, name in table if mark in user_agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return " · ".join(name for name in names if name) or user_agent[:40]
