"""Wiring of forms."""

from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "beichen.platform.forms"
    label = "forms"
