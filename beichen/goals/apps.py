from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "beichen.goals"
    label = "goals"
