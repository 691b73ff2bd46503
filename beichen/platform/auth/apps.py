"""The app label is `identity`: `auth` belongs to Django."""

from __future__ import annotations

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "beichen.platform.auth"
    label = "identity"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from beichen.platform.auth import checks

        checks.install()
