from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "beichen.platform.registry"
    label = "registry"
