"""Wiring of files."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "beichen.platform.files"
    label = "files"
