"""Wiring of the API door."""

from __future__ import annotations

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "beichen.platform.api"
    label = "api"
    default_auto_field = "django.db.models.BigAutoField"
