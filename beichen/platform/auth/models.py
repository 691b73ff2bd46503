"""Accounts and tokens. An account signs in; the person it stands for is a plain number."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from beichen.platform.auth.choices import Language, Scope, Theme
from beichen.platform.kit import clock


class AccountManager(BaseUserManager["Account"]):
    """Django and allauth look accounts up through the manager; creating one is a rule."""

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email=(username or "").strip().lower())


class Account(AbstractBaseUser):
    """Who can sign in. Class C3: the address and the state of an account.

    Every right comes from the person and the person's seats, so there are no groups, flags or super users here.
    `limited_at`: since when it opens nothing but the records of somebody who left.
    `epoch` is part of what a session proves: raising it ends every session at once.
    """

    email = models.EmailField(_("work e-mail"), max_length=254, unique=True)
    person_id = models.BigIntegerField(null=True, unique=True)
    name = models.CharField(_("name"), max_length=120)
    title = models.CharField(max_length=200, blank=True)
    locale = models.CharField(_("language"), max_length=10, choices=Language, default=Language.CHINESE)
    theme = models.CharField(_("colours"), max_length=10, choices=Theme, default=Theme.AUTO)
    is_active = models.BooleanField(default=True)
    disabled_at = models.DateTimeField(null=True)
    limited_at = models.DateTimeField(null=True)
    is_demo = models.BooleanField(default=False)
    epoch = models.PositiveIntegerField(default=0)
    idle_minutes = models.PositiveSmallIntegerField(
        default=480, validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    created_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="identity_account_email_lower", condition=Q(email=Lower("email"))),
            models.CheckConstraint(
                name="identity_account_disabled_has_instant",
                condition=Q(is_active=True, disabled_at=None) | Q(is_active=False, disabled_at__isnull=False),
            ),
            models.CheckConstraint(
                name="identity_account_idle_range", condition=Q(idle_minutes__gte=5, idle_minutes__lte=720)
            ),
            models.CheckConstraint(name="identity_account_locale", condition=Q(locale__in=Language.values)),
            models.CheckConstraint(name="identity_account_theme", condition=Q(theme__in=Theme.values)),
        ]

    def __str__(self) -> str:
        return f"account:{self.pk}"

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must prove: today's password and today's epoch."""
        salt = "beichen.platform.auth.models.Account.session"
        return salted_hmac(salt, f"{self.password}:{self.epoch}", secret=secret, algorithm="sha256").hexdigest()


class PersonalToken(models.Model):
    """A key for scripts of one account; only its SHA-256 is kept. Class C3 (row 19d)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("purpose"), max_length=80)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope))
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="identity_token_at_most_a_year",
                condition=Q(expires_at__gt=F("created_at"))
                & Q(expires_at__lte=F("created_at") + models.Value(timedelta(days=366))),
            ),
            models.CheckConstraint(
                name="identity_token_known_scopes",
                condition=Q(scopes__contained_by=Scope.values) & Q(scopes__len__gt=0),
            ),
        ]
        indexes: ClassVar = [models.Index(name="identity_token_of_account", fields=["account", "-created_at"])]

    def __str__(self) -> str:
        return f"token:{self.pk}"


class OneTimeCode(models.Model):
    """A way in for an account that has no password, or lost it: works once, for some days; a new one ends the old.

    Only its SHA-256 is kept. Class C3 (rows 18e, 18f). `issued_by`: a person, or None where the machine's operator did.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    issued_by = models.BigIntegerField(null=True)
    issued_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account"], condition=Q(used_at=None, revoked_at=None), name="identity_code_one_open"
            ),
            models.CheckConstraint(
                name="identity_code_at_most_a_month",
                condition=Q(expires_at__gt=F("issued_at"))
                & Q(expires_at__lte=F("issued_at") + models.Value(timedelta(days=31))),
            ),
        ]

    def __str__(self) -> str:
        return f"code:{self.pk}"
