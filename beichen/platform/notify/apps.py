"""Wiring of notices."""

from django.apps import AppConfig


class NotifyConfig(AppConfig):
    name = "beichen.platform.notify"
    label = "notify"
