from importlib import import_module

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "beichen.reviews"
    label = "reviews"

    def ready(self) -> None:
        """Register notices, panels, to-do entries and navigation."""
        import_module("beichen.reviews.choices")
        import_module("beichen.reviews.panels")
