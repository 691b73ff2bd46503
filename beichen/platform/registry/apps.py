from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RegistryConfig(AppConfig):
    """Imports every area's `panels.py` when the process is ready, so that what they register is known."""

    name = "beichen.platform.registry"
    label = "registry"

    def ready(self) -> None:
        autodiscover_modules("panels")
