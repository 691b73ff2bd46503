"""Every write to accounts, tokens and sessions.

Identity lies below access and knows no seats: who may open or disable an account is asked by the caller
(`people.rules`, a command). What people do to their own account is checked here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db.models import F

from beichen.platform.auth import errors, hooks, queries
from beichen.platform.auth.choices import Language, Scope, Theme
from beichen.platform.auth.models import Account, OneTimeCode, PersonalToken
from beichen.platform.kit import clock
from beichen.platform.kit.actor import Actor, system
from beichen.platform.kit.errors import NotFound

TOKEN_MARK = "bct_"
MOST_TOKENS = 20
CODE_DAYS = 7
CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two signs that are not mistaken for one another on paper."""


@dataclass(frozen=True)
class NewAccount:
    """What an account starts with. `title` says who this is on the sign-in page of the demo."""

    email: str
    name: str
    person_id: int
    locale: str = Language.CHINESE
    title: str = ""
    is_demo: bool = False


def open_account(actor: Actor, new: NewAccount) -> Account:
    """An account without a password: the person sets one with a one-time code, or by mail."""
    with hooks.acting(actor):
        if Account.objects.filter(email=new.email.strip().lower()).exists():
            raise errors.AddressTaken(field="email")
        [account] = Account.objects.bulk_create([_fresh(new)])
        hooks.record(actor, "identity.account_opened", account, details={"person": new.person_id})
        return account


def open_accounts(actor: Actor, new: Iterable[NewAccount]) -> list[Account]:
    """Many accounts at once, for an import; one audit row. Two statements per 1,000 accounts."""
    with hooks.acting(actor):
        accounts = Account.objects.bulk_create([_fresh(one) for one in new], batch_size=1000)
        hooks.record(actor, "identity.accounts_opened", details={"count": len(accounts)})
        return accounts


def _fresh(new: NewAccount) -> Account:
    account = Account(
        email=new.email.strip().lower(),
        name=new.name,
        person_id=new.person_id,
        locale=new.locale,
        title=new.title,
        is_demo=new.is_demo,
    )
    account.set_unusable_password()
    return account


def first_administrator(name: str, number: str, email: str, password: str) -> Account:
    """The very first account, with its person and seats; refused once any account exists.

    The password is chosen on the machine, by the person.
    """
    actor = system("first_administrator", "the very first account of this installation")
    with hooks.acting(actor):
        if queries.any_account():
            raise errors.AccountsExist
        _check_address(email)
        _check_password(password, Account(email=email, name=name))
        person_id = hooks.make_first_person(name, number, email)
        account = open_account(actor, NewAccount(email=email, name=name, person_id=person_id))
        _store_password(account, password)
        return account


def change_account(actor: Actor, account_id: int, *, email: str, name: str) -> Account:
    """Another address or name; the person stays the same, so nobody inherits what is not theirs."""
    with hooks.acting(actor):
        account = _locked(account_id)
        address = email.strip().lower()
        if Account.objects.filter(email=address).exclude(pk=account_id).exists():
            raise errors.AddressTaken(field="email")
        account.email, account.name = address, name
        account.save(update_fields=["email", "name"])
        hooks.record(actor, "identity.account_changed", account)
        return account


def issue_codes(actor: Actor, account_ids: Sequence[int]) -> dict[int, str]:
    """A one-time code for each of these accounts, shown now and never kept; earlier ones stop working, sessions end.

    Who may ask for it is the caller's to check. Cost: six statements, however many accounts.
    """
    with hooks.acting(actor):
        now, ids = clock.now(), sorted(set(account_ids))
        held = list(Account.objects.select_for_update().filter(pk__in=ids, is_active=True).values_list("pk", flat=True))
        if len(held) < len(ids):
            raise NotFound
        OneTimeCode.objects.filter(account_id__in=ids, used_at=None, revoked_at=None).update(revoked_at=now)
        codes = {account_id: _new_code() for account_id in ids}
        OneTimeCode.objects.bulk_create(
            [
                OneTimeCode(account_id=account_id, digest=queries.code_digest(code), issued_by=actor.person_id,
                            issued_at=now, expires_at=now + timedelta(days=CODE_DAYS))
                for account_id, code in codes.items()
            ],
            batch_size=1000,
        )  # fmt: skip
        _end_all(ids)
        hooks.record(actor, "identity.codes_issued", details={"count": len(ids), "days": CODE_DAYS})
        return codes


def _new_code() -> str:
    """Eighty random bits as people read them from paper: K7QF-9M2X-TR4W-HB6D."""
    letters = "".join(secrets.choice(CODE_LETTERS) for _ in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def begin(email: str, code: str, password: str) -> Account:
    """Set a password with a one-time code. The code is used up; earlier sessions and tokens of the account die.

    Errors: WrongCode (one sentence for every reason), WrongPassword. Cost: about nine statements.
    """
    found = queries.open_code(email, code)
    if found is None:
        raise errors.WrongCode(field="code")
    with hooks.acting(actor_of(found.account)):
        account = _locked(found.account_id)
        now = clock.now()
        used = OneTimeCode.objects.filter(pk=found.pk, used_at=None, revoked_at=None).update(used_at=now)
        if not used or not account.is_active:
            raise errors.WrongCode(field="code")
        _check_password(password, account)
        _store_password(account, password)
        _end_all([account.pk])
        PersonalToken.objects.filter(account=account, revoked_at=None).update(revoked_at=now)
        hooks.record(actor_of(account), "identity.code_used", account, details={"issued_by": found.issued_by})
    return queries.account(found.account_id)


def password_changed(account: Account) -> None:
    """After the person changed it: Django ends the other sessions, and no code that waits may undo it."""
    with hooks.acting(actor_of(account)):
        OneTimeCode.objects.filter(account=account, used_at=None, revoked_at=None).update(revoked_at=clock.now())
        hooks.record(actor_of(account), "identity.password_changed", account)


def _check_address(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError as refused:
        raise errors.WrongAddress(field="email", email=email) from refused


def _check_password(password: str, account: Account) -> None:
    try:
        validate_password(password, account)
    except ValidationError as refused:
        raise errors.WrongPassword(field="password", reasons=" ".join(refused.messages)) from refused


def _store_password(account: Account, password: str) -> None:
    account.set_password(password)
    account.save(update_fields=["password"])


def disable_account(actor: Actor, account_id: int) -> None:
    """Nothing of this account works from the next request on: sessions and tokens die in this commit."""
    with hooks.acting(actor):
        account = _locked(account_id)
        if not account.is_active:
            return
        account.is_active, account.disabled_at = False, clock.now()
        account.save(update_fields=["is_active", "disabled_at"])
        _end_all([account.pk])
        PersonalToken.objects.filter(account=account, revoked_at=None).update(revoked_at=clock.now())
        hooks.record(actor, "identity.account_disabled", account)


def limit_account(actor: Actor, account_id: int) -> None:
    """Somebody left: sessions and tokens die in this commit; signing in again opens the own records alone."""
    with hooks.acting(actor):
        account = _locked(account_id)
        if account.limited_at is not None or not account.is_active:
            return
        account.limited_at = clock.now()
        account.save(update_fields=["limited_at"])
        _end_all([account.pk])
        PersonalToken.objects.filter(account=account, revoked_at=None).update(revoked_at=clock.now())
        hooks.record(actor, "identity.account_limited", account)


def enable_account(actor: Actor, account_id: int) -> None:
    """May sign in again, and to everything; old sessions and tokens stay dead."""
    with hooks.acting(actor):
        account = _locked(account_id)
        if account.is_active and account.limited_at is None:
            return
        account.is_active, account.disabled_at, account.limited_at = True, None, None
        account.save(update_fields=["is_active", "disabled_at", "limited_at"])
        _end_all([account.pk])
        hooks.record(actor, "identity.account_enabled", account)


def end_sessions(actor: Actor, account_id: int) -> None:
    """Signs the account out everywhere, this place included; tokens stay."""
    with hooks.acting(actor):
        account = _locked(account_id)
        _end_all([account.pk])
        hooks.record(actor, "identity.sessions_ended", account)


def end_sessions_of(actor: Actor, person_ids: Sequence[int]) -> None:
    """Signs these people out everywhere: what they may do has changed, so no earlier session goes on with it."""
    with hooks.acting(actor):
        ids = list(Account.objects.filter(person_id__in=person_ids).values_list("pk", flat=True))
        _end_all(ids)
        hooks.record(actor, "identity.sessions_ended", details={"count": len(ids)})


def end_session(actor: Actor, session_id: int) -> None:
    """Signs the actor's own account out in one place."""
    with hooks.acting(actor):
        found = UserSession.objects.filter(pk=session_id, user_id=actor.account_id).first()
        if found is None:
            raise NotFound
        Session.objects.filter(session_key=found.session_key).delete()
        found.delete()
        hooks.record(actor, "identity.session_ended", queries.account(_own(actor)))


def _end_all(account_ids: Sequence[int]) -> None:
    """The epoch makes every cookie worthless even where its row is missing from the list of sessions."""
    listed = UserSession.objects.filter(user_id__in=account_ids)
    Session.objects.filter(session_key__in=list(listed.values_list("session_key", flat=True))).delete()
    listed.delete()
    Account.objects.filter(pk__in=account_ids).update(epoch=F("epoch") + 1)


def shorten_idle(actor: Actor, person_ids: Sequence[int], minutes: int) -> None:
    """How long these people's sessions may rest unused; 30 for HR seats. Called when seats are given or end."""
    with hooks.acting(actor):
        changed = Account.objects.filter(person_id__in=person_ids).update(idle_minutes=minutes)
        hooks.record(actor, "identity.idle_set", details={"count": changed, "minutes": minutes})


def save_preferences(actor: Actor, *, locale: str = "", theme: str = "") -> Account:
    """The actor's own language and colours; an empty value leaves one as it is."""
    with hooks.acting(actor):
        account = _locked(_own(actor))
        account.locale = locale if locale in Language.values else account.locale
        account.theme = theme if theme in Theme.values else account.theme
        account.save(update_fields=["locale", "theme"])
        return account


def create_token(actor: Actor, name: str, scopes: Iterable[str], days: int = 90) -> tuple[PersonalToken, str]:
    """A token of the actor's own account and its value, which is shown once and never kept."""
    wanted = sorted(set(scopes))
    with hooks.acting(actor):
        _may_create(actor, wanted, days)
        value = TOKEN_MARK + secrets.token_urlsafe(32)
        now = clock.now()
        token = PersonalToken(
            account_id=_own(actor),
            name=name.strip()[:80],
            prefix=value[:8],
            digest=queries.digest(value),
            scopes=wanted,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
        token.save(force_insert=True)
        hooks.record(actor, "identity.token_created", token, details={"scopes": wanted, "days": days})
        return token, value


def _may_create(actor: Actor, wanted: Sequence[str], days: int) -> None:
    if actor.scopes is not None:
        raise errors.NotByToken
    if _locked(_own(actor)).limited_at is not None:
        raise errors.OnlyRecords
    if not 1 <= days <= 365:
        raise errors.WrongDays(field="days")
    unknown = [scope for scope in wanted if scope not in Scope.values]
    if unknown or not wanted:
        raise errors.WrongScopes(field="scopes", unknown=", ".join(unknown) or "–")
    if queries.live_tokens(actor).count() >= MOST_TOKENS:
        raise errors.TooManyTokens


def revoke_token(actor: Actor, token_id: int) -> None:
    """The actor's own token stops working with this commit; doing it twice is no error."""
    with hooks.acting(actor):
        token = queries.my_tokens(actor).select_for_update().filter(pk=token_id).first()
        if token is None:
            raise NotFound
        if token.revoked_at is None:
            token.revoked_at = clock.now()
            token.save(update_fields=["revoked_at"])
            hooks.record(actor, "identity.token_revoked", token)


def mark_used(token: PersonalToken) -> None:
    """Keeps the day of the last use: at most one write per token and day."""
    today = clock.today()
    if token.last_used_on != today:
        PersonalToken.objects.filter(pk=token.pk).update(last_used_on=today)


def signed_in(account: Account, how: str) -> None:
    """One audit row per sign-in; `how` is `password` or `cast`."""
    actor = actor_of(account)
    with hooks.acting(actor):
        hooks.record(actor, "identity.signed_in", account, details={"how": how})


def actor_of(account: Account, scopes: frozenset[str] | None = None) -> Actor:
    """The actor an account stands for; an account without a person cannot act."""
    if account.person_id is None:
        raise NotFound
    return Actor(person_id=account.person_id, account_id=account.pk, scopes=scopes, locale=account.locale)


def _own(actor: Actor) -> int:
    if actor.account_id is None:
        raise NotFound
    return actor.account_id


def _locked(account_id: int) -> Account:
    account = Account.objects.select_for_update().filter(pk=account_id).first()
    if account is None:
        raise NotFound
    return account
