from django.apps import AppConfig


class StrategyConfig(AppConfig):
    name = "beichen.strategy"
    label = "strategy"
