from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "beichen.platform.access"
    label = "access"
