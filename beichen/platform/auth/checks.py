"""What a process that answers people refuses to start with, and what `check --deploy` names besides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register

LOOPBACK = ("127.0.0.1", "localhost", "::1", "")


def serving(app_configs: Any = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Errors of the web and worker logins; the owner's commands (set-up, tests) may run without."""
    del app_configs, kwargs
    if settings.DATABASE_ROLE == "owner":
        return []
    found: list[CheckMessage] = []
    if settings.DEBUG:
        found.append(Error("BEICHEN_DEBUG is on; people would be shown the inside.", id="identity.E001"))
    if len(settings.SECRET_KEY) < 32 or len(set(settings.SECRET_KEY)) < 5:
        found.append(Error("The secret key is too short or too plain; 32 random characters.", id="identity.E002"))
    if not settings.ENV.secret_key:
        found.append(Error("No secret key is kept: every start would sign everybody out.", id="identity.E003"))
    if "*" in settings.ALLOWED_HOSTS:
        found.append(Error("Every host name is accepted.", id="identity.E004"))
    return found


def deployed(app_configs: Any = None, **kwargs: Any) -> Sequence[CheckMessage]:
    """Warnings for an installation that others reach."""
    del app_configs, kwargs
    found: list[CheckMessage] = []
    if (settings.ENV.host not in LOOPBACK or settings.ENV.public_url) and not settings.ENV.tls:
        found.append(
            Warning("Reachable from outside without BEICHEN_TLS=1: cookies travel in the open.", id="identity.W001")
        )
    if settings.DEMO:
        found.append(Warning("BEICHEN_DEMO=1: anybody signs in as one of the cast.", id="identity.W002"))
    return found


def install() -> None:
    register(serving, Tags.security)
    register(deployed, Tags.security, deploy=True)
