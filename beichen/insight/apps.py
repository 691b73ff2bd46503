from django.apps import AppConfig


class InsightConfig(AppConfig):
    name = "beichen.insight"
    label = "insight"
