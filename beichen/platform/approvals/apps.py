"""Wiring of approvals."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    name = "beichen.platform.approvals"
    label = "approvals"
