from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "beichen.platform.ui"
    label = "ui"
