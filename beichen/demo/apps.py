from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "beichen.demo"
    label = "demo"
