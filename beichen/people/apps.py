from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "beichen.people"
    label = "people"

    def ready(self) -> None:
        """Register what other areas merge: sheets of a workbook, navigation, slots."""
        from beichen.people import panels  # noqa: F401
