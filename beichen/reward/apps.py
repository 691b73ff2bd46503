from importlib import import_module

from django.apps import AppConfig


class RewardConfig(AppConfig):
    name = "beichen.reward"
    label = "reward"

    def ready(self) -> None:
        """Register notices, panels, to-do entries, navigation and what runs later."""
        for room in ("choices", "panels", "subscribers"):
            import_module(f"beichen.reward.{room}")
