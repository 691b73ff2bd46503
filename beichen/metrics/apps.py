from django.apps import AppConfig


class MetricsConfig(AppConfig):
    name = "beichen.metrics"
    label = "metrics"
