from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "beichen.people"
    label = "people"
