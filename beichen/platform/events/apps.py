"""Wiring: every area's subscribers are found when the program starts."""

from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class EventsConfig(AppConfig):
    name = "beichen.platform.events"
    label = "events"

    def ready(self) -> None:
        """Import each `subscribers` module, so that its `@on` functions are known to web and worker alike."""
        autodiscover_modules("subscribers")
